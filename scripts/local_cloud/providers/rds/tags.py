"""Tags of every RDS resource, by ARN."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response
from scripts.local_cloud.providers.rds import faults
from scripts.local_cloud.providers.rds.model import LOCK, store_of
from scripts.local_cloud.providers.rds.paging import filters
from scripts.local_cloud.providers.rds.shapes import tag_list

_LIMIT = 50


def from_request(request: Request) -> dict[str, str]:
    """The ``Tags`` of a request, checked."""
    return _checked(request.get("Tags") or [])


def register(operations: Operations) -> None:
    """Add the operations on tags."""
    operations.simulated("AddTagsToResource")(_add)
    operations.simulated("RemoveTagsFromResource")(_remove)
    operations.simulated("ListTagsForResource")(_list)


def _add(_context: RequestContext, request: Request) -> Response:
    added = from_request(request)
    with LOCK:
        tags = _tags_of(request["ResourceName"])
        _check_count({**tags, **added})
        tags.update(added)
    return {}


def _remove(_context: RequestContext, request: Request) -> Response:
    with LOCK:
        tags = _tags_of(request["ResourceName"])
        for key in request["TagKeys"]:
            tags.pop(key, None)
    return {}


def _list(_context: RequestContext, request: Request) -> Response:
    filters(request, ())
    with LOCK:
        return {"TagList": tag_list(_tags_of(request["ResourceName"]))}


def _checked(tags: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise faults.invalid_value(
                f"Invalid tag {key!r}: a key has 1 to 128 characters and a value at most 256."
            )
        if key.lower().startswith(("aws:", "rds:")):
            raise faults.invalid_value(f"Invalid tag key {key!r}: 'aws:' and 'rds:' are reserved prefixes.")
        found[key] = value
    _check_count(found)
    return found


def _check_count(tags: dict[str, str]) -> None:
    if len(tags) > _LIMIT:
        raise faults.invalid_value(f"A resource has at most {_LIMIT} tags.")


def _tags_of(name: str) -> dict[str, str]:
    parts = name.split(":", 6)
    if len(parts) != 7 or parts[:3] != ["arn", "aws", "rds"]:
        raise faults.invalid_value(f"Invalid resource name: {name}")
    _, _, _, region, account_id, kind, identifier = parts
    records = store_of(account_id, region)
    found: Any
    if kind == "db":
        found = records.instances.get(identifier)
        missing = faults.instance_not_found(identifier)
    elif kind == "subgrp":
        found = records.subnet_groups.get(identifier)
        missing = faults.subnet_group_not_found(identifier)
    elif kind == "pg":
        found = records.parameter_groups.get(identifier)
        missing = faults.parameter_group_not_found(identifier)
        if identifier.startswith("default."):
            tags: dict[str, str] = records.default_tags.setdefault(identifier, {})
            return tags
    elif kind == "snapshot":
        found = records.snapshots.get(identifier)
        missing = faults.snapshot_not_found(identifier)
    else:
        raise faults.invalid_value(f"Invalid resource name: {name}")
    if found is None:
        raise missing
    owned: dict[str, str] = found.tags
    return owned
