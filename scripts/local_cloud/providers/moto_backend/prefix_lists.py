"""Managed prefix lists."""

from __future__ import annotations

from typing import Any

from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags, tags_of


def exists(account_id: str, region: str, list_id: str) -> bool:
    """Whether there is such a prefix list."""
    held = ec2(account_id, region).managed_prefix_lists.get(list_id)
    return held is not None and held.state != "delete-complete"


def named(account_id: str, region: str, name: str) -> str | None:
    """The id of AWS's own list of that name (``com.amazonaws.us-east-1.s3``), or None."""
    for held in ec2(account_id, region).managed_prefix_lists.values():
        if held.prefix_list_name == name and held.owner_id == "AWS":
            return str(held.id)
    return None


def entries(account_id: str, region: str, list_id: str) -> list[dict[str, Any]]:
    """The entries of a list's newest version."""
    versions = ec2(account_id, region).managed_prefix_lists[list_id].entries
    return list(list(versions.values())[-1]) if versions else []


def remove(account_id: str, region: str, list_id: str) -> None:
    """Forget a list."""
    ec2(account_id, region).managed_prefix_lists.pop(list_id)
    forget_tags(account_id, region, list_id)


def change(
    account_id: str,
    region: str,
    list_id: str,
    *,
    name: str,
    size: int,
    entries: list[dict[str, Any]] | None,
) -> None:
    """Rename and resize a list, and give it a new version when there are new entries."""
    held = ec2(account_id, region).managed_prefix_lists[list_id]
    held.prefix_list_name = name
    held.max_entries = size
    held.state = "modify-complete"
    if entries is not None:
        held.version += 1
        held.entries[held.version] = entries


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every list as ``DescribeManagedPrefixLists`` shows it."""
    return [
        {
            "PrefixListId": held.id,
            "PrefixListName": held.prefix_list_name,
            "PrefixListArn": held.prefix_list_arn,
            "AddressFamily": held.address_family,
            "MaxEntries": held.max_entries,
            "OwnerId": held.owner_id,
            "State": held.state,
            "Version": held.version,
            "Tags": tags_of(account_id, region, held.id),
        }
        for held in ec2(account_id, region).managed_prefix_lists.values()
        if held.state != "delete-complete"
    ]


def in_routes(account_id: str, region: str, list_id: str) -> bool:
    """Whether a route leads to a list's blocks."""
    return any(
        route.destination_prefix_list is not None and route.destination_prefix_list.id == list_id
        for table in ec2(account_id, region).route_tables.values()
        for route in table.routes.values()
    )
