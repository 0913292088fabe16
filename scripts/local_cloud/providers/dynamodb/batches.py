"""Batches of reads and of writes: their limits, and what they consume."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.dynamodb.capacity import Consumption, item_size, of_write, read_units
from scripts.local_cloud.providers.dynamodb.service import (
    answers,
    ask_moto,
    consumed_of_each,
    invalid,
    key_of,
    stored,
    table,
    true_stream_records,
    wants_capacity,
)
from scripts.local_cloud.providers.framework import Request, Response

MOST_WRITES = 25
LARGEST_BATCH = 16 * 1024 * 1024
LARGEST_ITEM = 400 * 1024


def _key_attributes(write: dict[str, Any]) -> dict[str, Any]:
    """The item put, or the key deleted."""
    put: dict[str, Any] | None = write.get("PutRequest")
    attributes: dict[str, Any] = put["Item"] if put else write["DeleteRequest"]["Key"]
    return attributes


def _check_batch(context: RequestContext, batches: dict[str, list[dict[str, Any]]]) -> None:
    """AWS's rules on a batch, of which Moto knows none but identical puts."""
    writes = [write for batch in batches.values() for write in batch]
    if len(writes) > MOST_WRITES:
        raise invalid("Too many items requested for the BatchWriteItem call")
    if not writes or not all(batches.values()):
        raise invalid("The batch write request list for a table cannot be null or empty")
    for name, batch in batches.items():
        description = table(context, name)
        seen = []
        for write in batch:
            if len(write) != 1:
                raise invalid(
                    "Supplied AttributeValue has more than one datatypes set, or a write is not one of "
                    "PutRequest and DeleteRequest"
                )
            key = key_of(description, _key_attributes(write))
            if key is None:
                raise invalid("The provided key element does not match the schema")
            if key in seen:
                raise invalid("Provided list of item keys contains duplicates")
            seen.append(key)
    sizes = [item_size(write["PutRequest"]["Item"]) for write in writes if "PutRequest" in write]
    if any(size > LARGEST_ITEM for size in sizes):
        raise invalid("Item size has exceeded the maximum allowed size")
    if sum(sizes) > LARGEST_BATCH:
        raise invalid("Collection size exceeded: the aggregated size of a batch may not exceed 16 MB")


@answers("BatchWriteItem")
def _write(context: RequestContext, request: Request) -> Response:
    batches = request["RequestItems"]
    _check_batch(context, batches)
    counting = wants_capacity(request)
    used: dict[str, Consumption] = {name: Consumption() for name in batches}
    if counting:
        for name, batch in batches.items():
            description = table(context, name)
            for write in batch:
                attributes = _key_attributes(write)
                after = attributes if "PutRequest" in write else None
                used[name].add(of_write(description, stored(context, name, attributes), after))
    with true_stream_records(context, batches):
        answer = ask_moto(context)
    answer.pop("ConsumedCapacity", None)
    if counting:
        answer["ConsumedCapacity"] = consumed_of_each(used, request)
    return answer


@answers("BatchGetItem")
def _get(context: RequestContext, request: Request) -> Response:
    answer = ask_moto(context)
    answer.pop("ConsumedCapacity", None)
    if wants_capacity(request):
        used = {}
        for name, batch in request["RequestItems"].items():
            skipped = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
            items = [stored(context, name, key) for key in batch["Keys"] if key not in skipped]
            consistent = batch.get("ConsistentRead", False)
            used[name] = Consumption(
                sum(read_units(item_size(item) if item else 0, consistent=consistent) for item in items)
            )
        answer["ConsumedCapacity"] = consumed_of_each(used, request)
    return answer
