"""What the handlers share: the table of operations, one call at a time, tables and items as they are now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.moto import call_moto, call_moto_with_request

from scripts.local_cloud.providers.dynamodb.capacity import (
    Consumption,
    MalformedValueError,
    item_size,
    shown,
)
from scripts.local_cloud.providers.framework import Handler, Operations, Request, Response, error
from scripts.local_cloud.providers.moto_backend import dynamodb as moto

operations = Operations("dynamodb")
_lock = threading.RLock()


def answers(operation: str) -> Callable[[Handler], Handler]:
    """Decorator: the function answers the operation, one call at a time.

    Moto reads, changes and writes an item back without a lock: of two concurrent increments one is lost.
    """

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def one_at_a_time(context: RequestContext, request: Request) -> Response | None:
            with _lock:
                try:
                    return handler(context, request)
                except MalformedValueError as wrong:
                    raise invalid(str(wrong)) from wrong

        return operations.simulated(operation)(one_at_a_time)

    return register


def ask_moto(context: RequestContext, request: Request | None = None) -> dict[str, Any]:
    """Moto's answer to the call, or to another request of the same operation."""
    answer: dict[str, Any] = (
        call_moto(context) if request is None else call_moto_with_request(context, request)
    )
    return answer


def invalid(message: str) -> Exception:
    """AWS's error for a request that breaks a rule."""
    return error("ValidationException", message)


def table(context: RequestContext, name: str) -> dict[str, Any]:
    """The table's name, keys and indexes, or AWS's error; ``name`` may be an ARN."""
    found = moto.schema(context.account_id, context.region, name)
    if found is None:
        raise error("ResourceNotFoundException", "Requested resource not found")
    return found


def key_of(schema: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any] | None:
    """The table's key attributes among ``attributes``; None when one is missing."""
    names = [each["AttributeName"] for each in schema["KeySchema"]]
    return {name: attributes[name] for name in names} if all(name in attributes for name in names) else None


def stored(context: RequestContext, name: str, attributes: dict[str, Any]) -> dict[str, Any] | None:
    """The item whose key is among ``attributes``, or None."""
    key = key_of(table(context, name), attributes)
    return None if key is None else moto.item(context.account_id, context.region, name, key)


def wants_capacity(request: Request) -> bool:
    """Does the caller want to know what was consumed?"""
    return request.get("ReturnConsumedCapacity", "NONE") != "NONE"


def consumed_of_each(used: dict[str, Consumption], request: Request, kind: str = "") -> list[dict[str, Any]]:
    """``ConsumedCapacity`` of a request to several tables."""
    return [shown(name, each, request["ReturnConsumedCapacity"], kind) for name, each in used.items()]


@contextmanager
def true_stream_records(context: RequestContext, names: Iterable[str]) -> Iterator[None]:
    """Put the change records right that the calls inside leave.

    Moto writes two INSERT records when an update creates an item, and a record when nothing changed.
    """
    where = context.account_id, context.region
    streams = {name: moto.stream(*where, name) for name in set(names)}
    yield
    for name, before in streams.items():
        after = moto.stream(*where, name)
        if before is None or after is None or after["label"] != before["label"]:
            continue
        start = before["length"]
        new = moto.stream_records(*where, name, start)
        kept = [
            record
            for position, record in enumerate(new)
            if not _superseded(record, new[position + 1 :]) and not _unchanged(record)
        ]
        for record in kept:
            record["awsRegion"] = context.region
            change = record["dynamodb"]
            images = [change.get(each, {}) for each in ("Keys", "NewImage", "OldImage")]
            change["SizeBytes"] = sum(item_size(each) for each in images)
        moto.replace_stream_records(*where, name, start, kept)


def _superseded(record: dict[str, Any], later: list[dict[str, Any]]) -> bool:
    return record["eventName"] == "INSERT" and any(
        each["eventName"] == "INSERT" and each["dynamodb"]["Keys"] == record["dynamodb"]["Keys"]
        for each in later
    )


def _unchanged(record: dict[str, Any]) -> bool:
    change = record["dynamodb"]
    both = "NewImage" in change and "OldImage" in change
    return record["eventName"] == "MODIFY" and both and change["NewImage"] == change["OldImage"]
