"""Moto's EC2 backends, the lock that guards them, and tags."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends

#: Held while anything of EC2 is read or changed: Moto's dictionaries are not made for concurrent requests.
#: Re-entrant, so that a handler may call the interface factory.
LOCK = threading.RLock()


def ec2(account_id: str, region: str) -> Any:
    """Moto's EC2 backend of one account and region."""
    return ec2_backends[account_id][region]


def all_ec2() -> Iterator[Any]:
    """Moto's EC2 backends of every account and region that has been used."""
    for account in list(ec2_backends.values()):
        yield from list(account.values())


def tags_of(account_id: str, region: str, resource_id: str) -> list[dict[str, str]]:
    """A resource's tags, in the API's shape."""
    tags: Mapping[str, str] = ec2(account_id, region).tags.get(resource_id) or {}
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def set_tags(account_id: str, region: str, resource_id: str, tags: Mapping[str, str]) -> None:
    """Add tags to a resource."""
    if tags:
        ec2(account_id, region).create_tags([resource_id], dict(tags))


def forget_tags(account_id: str, region: str, resource_id: str) -> None:
    """Drop the tags of a resource that is gone, which Moto keeps for ever."""
    ec2(account_id, region).tags.pop(resource_id, None)
