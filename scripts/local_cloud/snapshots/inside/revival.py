"""Brings back what runs and what LocalStack keeps beside its records, after the records were loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS

from scripts.local_cloud.providers.glue.service import all_stores as glue_stores
from scripts.local_cloud.providers.kinesis.service import all_streams
from scripts.local_cloud.providers.rds.model import LOCK, all_instances
from scripts.local_cloud.snapshots.moves import Moves


def start(services: Iterable[str]) -> None:
    """Start the services, in the state in which a request would find them."""
    for name in services:
        SERVICE_PLUGINS.require(name)


def tell(services: Iterable[str], hook: str) -> None:
    """Call LocalStack's hook (such as ``on_after_state_load``) of each service that runs."""
    for name in services:
        getattr(SERVICE_PLUGINS.require(name).lifecycle_hook, hook)()


def relocate(moves: Moves) -> None:
    """Bring the records of DB instances, and connections to them, to the present addresses."""
    with LOCK:
        for instance in all_instances():
            if instance.resource_id in moves.servers:
                instance.address = moves.servers[instance.resource_id][1]
    for store in glue_stores():
        for connection in store.connections.values():
            properties: dict[str, Any] = connection.get("ConnectionProperties") or {}
            properties.update({name: moves.rewrite(value) for name, value in properties.items()})


def postpone(seconds: float) -> None:
    """What is kept for a time is kept that much longer: no time passes in a snapshot."""
    for stream in all_streams():
        stream.postpone(seconds)
