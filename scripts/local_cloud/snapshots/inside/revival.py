"""Brings back what runs and what LocalStack keeps beside its records, after the records were loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from localstack.services.events.api_destination import APIDestinationService
from localstack.services.events.archive import ArchiveService
from localstack.services.events.connection import ConnectionService
from localstack.services.events.event_bus import EventBusService
from localstack.services.events.models import events_stores
from localstack.services.events.replay import ReplayService
from localstack.services.events.rule import RuleService
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


def events() -> None:
    """EventBridge's senders, schedules and services: its provider keeps one for each record."""
    provider = SERVICE_PLUGINS.require("events")._provider
    for account, region, store in events_stores.iter_stores():
        for bus in store.event_buses.values():
            provider._event_bus_services_store[bus.arn] = EventBusService(bus)
            for rule in bus.rules.values():
                _rule(provider, account, region, rule)
        for archive in store.archives.values():
            provider._archive_service_store[archive.arn] = _archive(archive)
        for replay in store.replays.values():
            provider._replay_service_store[replay.arn] = _bare(ReplayService, replay=replay)
        for connection in store.connections.values():
            provider._connection_service_store[connection.arn] = _bare(
                ConnectionService, connection=connection
            )
        by_arn = {each.arn: each for each in store.connections.values()}
        for destination in store.api_destinations.values():
            provider._api_destination_service_store[destination.arn] = _bare(
                APIDestinationService,
                api_destination=destination,
                connection=by_arn.get(destination.connection_arn),
            )


def _rule(provider: Any, account: str, region: str, rule: Any) -> None:
    service = RuleService(rule)
    provider._rule_services_store[rule.arn] = service
    for target in rule.targets.values():
        provider.create_target_sender(target, rule.arn, rule.name, region, account)
    if service.schedule_cron and rule.targets:
        service.create_schedule_job(provider._get_scheduled_rule_job_function(account, region, rule))


def _archive(archive: Any) -> Any:
    # Its constructor would date and enable it anew.
    service = _bare(ArchiveService, archive=archive)
    service.client = service._initialize_client()
    service.event_bus_name = archive.event_source_arn.rpartition("/")[2]
    service.rule_name = service.target_id = f"Events-Archive-{archive.name}"
    return service


def _bare(kind: Any, **attributes: Any) -> Any:
    """A service of EventBridge for a record that is there: its constructor would make another one."""
    made: Any = kind.__new__(kind)
    made.__dict__.update(attributes)
    return made
