"""Moto's DynamoDB tables: what its API does not tell, and what it fails to set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import dynamodb_backends


def _table(account_id: str, region: str, name: str) -> Any:
    """By name or ARN; None when it is not there."""
    tables = dynamodb_backends[account_id][region].tables
    return tables.get(name.rpartition(":table/")[2])


def table_names(account_id: str, region: str) -> list[str]:
    """The names of all tables."""
    return list(dynamodb_backends[account_id][region].tables)


def describe(account_id: str, region: str, name: str) -> dict[str, Any]:
    """``DescribeTable``'s answer for a table that is there."""
    shown: dict[str, Any] = _table(account_id, region, name).describe(base_key="Table")["Table"]
    return shown


def schema(account_id: str, region: str, name: str) -> dict[str, Any] | None:
    """Name, key schema and indexes of the table, as it is described, at no cost that grows with its items."""
    found = _table(account_id, region, name)
    if found is None:
        return None
    return {
        "TableName": found.name,
        "KeySchema": found.schema,
        "LocalSecondaryIndexes": [index.describe() for index in found.indexes],
        "GlobalSecondaryIndexes": [index.describe() for index in found.global_indexes],
    }


@contextmanager
def holding_everything(account_id: str, region: str, name: str, index: str) -> Iterator[None]:
    """While it lasts, a local index answers as if it held all attributes, as one does that fetches them."""
    found = next(each for each in _table(account_id, region, name).indexes if each.name == index)
    projection = found.projection
    found.projection = {"ProjectionType": "ALL"}
    try:
        yield
    finally:
        found.projection = projection


def size(account_id: str, region: str, name: str) -> int:
    """Bytes of all items."""
    return sum(each.size() for each in _table(account_id, region, name).all_items())


def item(account_id: str, region: str, name: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """The item with this key, in the API's shape; binary values in base64."""
    backend = dynamodb_backends[account_id][region]
    found = backend.get_item(_table(account_id, region, name).name, key)
    return None if found is None else dict(found.to_json()["Attributes"])


def tags(account_id: str, region: str, name: str) -> dict[str, str]:
    """The table's tags."""
    return {each["Key"]: each["Value"] for each in _table(account_id, region, name).tags}


def time_to_live(account_id: str, region: str, name: str) -> dict[str, str]:
    """The table's ``TimeToLiveDescription``."""
    described: dict[str, str] = _table(account_id, region, name).ttl
    return described


def set_tags(account_id: str, region: str, name: str, wanted: dict[str, str]) -> None:
    """Replace the table's tags."""
    _table(account_id, region, name).tags = [{"Key": key, "Value": value} for key, value in wanted.items()]


def set_encryption(account_id: str, region: str, name: str, key_arn: str | None) -> None:
    """Encrypt the table with a KMS key; None means DynamoDB's own."""
    _table(account_id, region, name).sse_specification = (
        {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn} if key_arn else None
    )


def stream(account_id: str, region: str, name: str) -> dict[str, Any] | None:
    """The table's change stream, or None when it never had one.

    Returns
    -------
    dict
        ``label``, ``view``, ``enabled``, ``created`` (datetime), ``shard`` (its id), ``first`` (the sequence
        number of its first record) and ``length`` (number of records).
    """
    found = _table(account_id, region, name)
    if found is None or found.stream_shard is None:
        return None
    specification = found.stream_specification or {}
    return {
        "label": found.latest_stream_label,
        "view": specification.get("StreamViewType"),
        "enabled": bool(specification.get("StreamEnabled")),
        "created": found.stream_shard.created_on,
        "shard": found.stream_shard.id,
        "first": found.stream_shard.starting_sequence_number,
        "length": len(found.stream_shard.items),
    }


def stream_records(
    account_id: str, region: str, name: str, start: int, end: int | None = None
) -> list[dict[str, Any]]:
    """The change records from position ``start`` on, oldest first, in the API's shape; not copies."""
    shard = _table(account_id, region, name).stream_shard
    return [each.record for each in shard.items[start:end]]


def replace_stream_records(
    account_id: str, region: str, name: str, start: int, records: list[dict[str, Any]]
) -> None:
    """Keep from position ``start`` on only the change records in ``records``, and number them anew."""
    shard = _table(account_id, region, name).stream_shard
    wanted = {id(each) for each in records}
    shard.items[start:] = [each for each in shard.items[start:] if id(each.record) in wanted]
    for position, each in enumerate(shard.items[start:], start=start):
        each.record["dynamodb"]["SequenceNumber"] = str(shard.starting_sequence_number + position)
