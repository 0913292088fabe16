"""DynamoDB: batches and transactions ask for each table, queries of an index for the index.

Sources: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control" and "Using
IAM with transactions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scripts.local_cloud.authorization.asked import Asked, Call, Unjudgeable
from scripts.local_cloud.authorization.rules import named, tables
from scripts.local_cloud.providers.moto_backend import dynamodb as backend

_PARTS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
_STATEMENTS = ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction")
_LEADING = "dynamodb:LeadingKeys"
#: ``name = :value`` at the beginning of a key condition, or after AND.
_EQUALS = re.compile(r"(?:^|\band\b|\()\s*\(?\s*([#\w.]+)\s*=\s*(:\w+)", re.IGNORECASE)
_SAID = ("Select", "ReturnValues", "ReturnConsumedCapacity")


def asked(call: Call) -> Iterator[Asked]:
    """What a call of DynamoDB asks for."""
    request: Mapping[str, Any] = call.request
    if call.operation in _STATEMENTS:
        raise Unjudgeable("PartiQL says in its text which tables it is about")
    if call.operation in ("TransactGetItems", "TransactWriteItems"):
        for part in request.get("TransactItems") or ():
            for kind, action in _PARTS.items():
                if kind in part:
                    yield _item(call, action, part[kind], {"dynamodb:EnclosingOperation": (call.operation,)})
    elif call.operation in ("BatchGetItem", "BatchWriteItem"):
        yield from _batch(call)
    elif call.operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"):
        yield _item(call, call.operation, request, {})
    else:
        yield from named.asked(call, tables.DYNAMODB)


def _batch(call: Call) -> Iterator[Asked]:
    items: Any = call.request.get("RequestItems") or {}
    for table, content in items.items():
        if call.operation == "BatchGetItem":
            keys = content.get("Keys") or ()
        else:
            keys = [
                (each.get("PutRequest") or {}).get("Item")
                or (each.get("DeleteRequest") or {}).get("Key")
                or {}
                for each in content
            ]
        leading = _leading(call, table, keys)
        yield _with(call, f"dynamodb:{call.operation}", table, "", leading)


def _item(call: Call, action: str, request: Mapping[str, Any], more: Mapping[str, tuple[str, ...]]) -> Asked:
    table, index = request.get("TableName", ""), request.get("IndexName") or ""
    keys = {f"dynamodb:{name}": (str(request[name]),) for name in _SAID if request.get(name)}
    if action == "Scan":
        keys["dynamodb:FullTableScan"] = ("true",)
        leading: tuple[str, ...] | None = ()
    elif action == "Query":
        leading = _queried(call, table, index, request)
    else:
        leading = _leading(call, table, [request.get("Key") or request.get("Item") or {}])
    return _with(call, f"dynamodb:{action}", table, index, leading, keys | dict(more))


def _with(
    call: Call,
    action: str,
    table: str,
    index: str,
    leading: tuple[str, ...] | None,
    keys: Mapping[str, tuple[str, ...]] | None = None,
) -> Asked:
    """``leading``: values of the partition key; empty where none is given, None where they are not known."""
    arn = table if table.startswith("arn:") else call.arn("dynamodb", f"table/{table}")
    asked_for = Asked(
        action,
        f"{arn}/index/{index}" if index else arn,
        named.owner(arn),
        dict(keys or {}),
        tables.DYNAMODB.later,
    )
    if leading is None:
        return asked_for
    known = asked_for.unknown - {_LEADING}
    return replace(
        asked_for, unknown=known, context={**asked_for.context, **({_LEADING: leading} if leading else {})}
    )


def _partition_key(call: Call, table: str, index: str = "") -> str:
    """Name of the partition key of a table or an index; empty where there is no such table."""
    account, region = call.account, call.region
    if table.startswith("arn:"):
        region, account = table.split(":")[3:5]
    schema = backend.schema(account, region, table)
    if schema is None:
        return ""
    indexes = [*schema["LocalSecondaryIndexes"], *schema["GlobalSecondaryIndexes"]]
    found = next((each for each in indexes if each["IndexName"] == index), schema)
    return next((each["AttributeName"] for each in found["KeySchema"] if each["KeyType"] == "HASH"), "")


def _leading(call: Call, table: str, keys: Any) -> tuple[str, ...] | None:
    name = _partition_key(call, table)
    if not name:
        return None
    return tuple(dict.fromkeys(_plain(each[name]) for each in keys if name in each))


def _queried(call: Call, table: str, index: str, request: Mapping[str, Any]) -> tuple[str, ...] | None:
    name = _partition_key(call, table, index)
    if not name:
        return None
    if name in (conditions := request.get("KeyConditions") or {}):
        return tuple(_plain(each) for each in conditions[name].get("AttributeValueList") or ())
    names = request.get("ExpressionAttributeNames") or {}
    given = request.get("ExpressionAttributeValues") or {}
    for attribute, value in _EQUALS.findall(request.get("KeyConditionExpression") or ""):
        if names.get(attribute, attribute) == name and value in given:
            return (_plain(given[value]),)
    return None


def _plain(value: Mapping[str, Any]) -> str:
    return str(next(iter(value.values()), ""))
