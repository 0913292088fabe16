"""Moto's EC2 backends, the lock that guards them, and tags."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE

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


#: What AWS calls the resources of some prefixes, where Moto has another name or none.
_RESOURCE_TYPES = {
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "fl": "vpc-flow-log",
    "lt": "launch-template",
    "nat": "natgateway",
    "pl": "prefix-list",
    "scr": "subnet-cidr-reservation",
    "sgr": "security-group-rule",
    "vpce": "vpc-endpoint",
}


def all_tags(account_id: str, region: str) -> list[dict[str, str]]:
    """Every tag of the account and region, in the shape of ``DescribeTags``."""
    shown = []
    for resource_id, tags in ec2(account_id, region).tags.items():
        prefix = resource_id.rpartition("-")[0]
        kind = _RESOURCE_TYPES.get(prefix) or EC2_PREFIX_TO_RESOURCE.get(prefix, "")
        for key, value in tags.items():
            shown.append({"Key": key, "Value": value, "ResourceId": resource_id, "ResourceType": kind})
    return shown


def set_tags(account_id: str, region: str, resource_id: str, tags: Mapping[str, str]) -> None:
    """Add tags to a resource."""
    if tags:
        ec2(account_id, region).create_tags([resource_id], dict(tags))


def forget_tags(account_id: str, region: str, resource_id: str) -> None:
    """Drop the tags of a resource that is gone, which Moto keeps for ever."""
    ec2(account_id, region).tags.pop(resource_id, None)
