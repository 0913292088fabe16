"""Single items, queries and scans, with what each truly consumes."""

from __future__ import annotations

import re
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.dynamodb.capacity import (
    Consumption,
    item_size,
    of_write,
    read_units,
    shown,
)
from scripts.local_cloud.providers.dynamodb.projections import fetches, index_of
from scripts.local_cloud.providers.dynamodb.service import (
    answers,
    ask_moto,
    stored,
    table,
    true_stream_records,
    wants_capacity,
)
from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.moto_backend import dynamodb as moto

#: What shapes the answer of a query, but not which items it evaluates.
_SHAPING = (
    "FilterExpression",
    "ProjectionExpression",
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "Select",
)


def _without_capacity(answer: dict[str, Any]) -> dict[str, Any]:
    """Moto says what was consumed even when not asked, and empty attributes where AWS says nothing."""
    answer.pop("ConsumedCapacity", None)
    if not answer.get("Attributes", True):
        del answer["Attributes"]
    return answer


@answers("GetItem")
def _get(context: RequestContext, request: Request) -> Response:
    answer = _without_capacity(ask_moto(context))
    if wants_capacity(request):
        item = stored(context, request["TableName"], request["Key"])
        units = read_units(item_size(item) if item else 0, consistent=request.get("ConsistentRead", False))
        answer["ConsumedCapacity"] = shown(
            request["TableName"], Consumption(table=units), request["ReturnConsumedCapacity"]
        )
    return answer


def _write(context: RequestContext, request: Request, key_attributes: dict[str, Any]) -> Response:
    name = request["TableName"]
    before = stored(context, name, key_attributes)
    with true_stream_records(context, [name]):
        answer = _without_capacity(ask_moto(context))
    if wants_capacity(request):
        after = stored(context, name, key_attributes)
        used = of_write(table(context, name), before, after)
        answer["ConsumedCapacity"] = shown(name, used, request["ReturnConsumedCapacity"])
    return answer


@answers("PutItem")
def _put(context: RequestContext, request: Request) -> Response:
    return _write(context, request, request["Item"])


@answers("UpdateItem")
def _update(context: RequestContext, request: Request) -> Response:
    return _write(context, request, request["Key"])


@answers("DeleteItem")
def _delete(context: RequestContext, request: Request) -> Response:
    return _write(context, request, request["Key"])


def _evaluated(context: RequestContext, request: Request) -> list[dict[str, Any]]:
    """The items that a query or scan looks at, before its filter and its projection."""
    bare = {name: value for name, value in request.items() if name not in _SHAPING}
    condition = request.get("KeyConditionExpression") or ""
    for names in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        used = {
            name: value
            for name, value in (request.get(names) or {}).items()
            if re.search(rf"{re.escape(name)}(?!\w)", condition)
        }
        bare.pop(names, None)
        if used:
            bare[names] = used
    items: list[dict[str, Any]] = ask_moto(context, bare)["Items"]
    return items


def _last_key(schema: dict[str, Any], index: str | None, item: dict[str, Any]) -> dict[str, Any]:
    """Where a query that ended at the item goes on: the keys of the table, and of the index that it reads."""
    found = index_of(schema, index) if index else None
    keys = [*schema["KeySchema"], *(found[0]["KeySchema"] if found else ())]
    return {each["AttributeName"]: item[each["AttributeName"]] for each in keys}


def _consumed(
    schema: dict[str, Any], request: Request, items: list[dict[str, Any]], fetched: list[dict[str, Any]]
) -> dict[str, Any]:
    index = request.get("IndexName")
    consistent = request.get("ConsistentRead", False)
    units = read_units(sum(item_size(item) for item in items), consistent=consistent)
    used = Consumption(table=0.0 if index else units)
    found = index_of(schema, index) if index else None
    if index and found:
        (used.local_indexes if found[1] else used.global_indexes)[index] = units
    # Each fetch is a read of its own, rounded up by itself.
    used.table += sum(read_units(item_size(item), consistent=consistent) for item in fetched)
    return shown(request["TableName"], used, request["ReturnConsumedCapacity"])


def _read_many(context: RequestContext, request: Request) -> Response:
    name, index = request["TableName"], request.get("IndexName")
    fetching = bool(index) and fetches(table(context, name), request)
    if fetching:
        with moto.holding_everything(context.account_id, context.region, name, str(index)):
            answer = _without_capacity(ask_moto(context))
    else:
        answer = _without_capacity(ask_moto(context))
    # AWS stops at the limit without looking whether that was the last item; Moto looks.
    stopped = answer["ScannedCount"] == request.get("Limit") and "LastEvaluatedKey" not in answer
    if not stopped and not wants_capacity(request):
        return answer
    schema = table(context, name)
    items = _evaluated(context, request)
    if stopped:
        answer["LastEvaluatedKey"] = _last_key(schema, index, items[-1])
    if wants_capacity(request):
        fetched = [stored(context, name, item) or {} for item in items] if fetching else []
        answer["ConsumedCapacity"] = _consumed(schema, request, items, fetched)
    return answer


@answers("Query")
def _query(context: RequestContext, request: Request) -> Response:
    return _read_many(context, request)


@answers("Scan")
def _scan(context: RequestContext, request: Request) -> Response:
    return _read_many(context, request)
