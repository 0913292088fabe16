"""Transactions: what they consume, and the token that makes a repeated one happen once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from scripts.local_cloud.providers.dynamodb.capacity import Consumption, item_size, of_write, read_units
from scripts.local_cloud.providers.dynamodb.service import (
    answers,
    ask_moto,
    consumed_of_each,
    invalid,
    stored,
    table,
    true_stream_records,
    wants_capacity,
)
from scripts.local_cloud.providers.framework import Request, Response, error

#: How long a ClientRequestToken is remembered after its transaction.
TOKEN_SECONDS = 600.0
LARGEST_TRANSACTION = 4 * 1024 * 1024
#: A transaction prepares and commits each item.
_TWICE = 2.0


@dataclass(frozen=True)
class _Done:
    """A transaction that was carried out."""

    items: list[dict[str, Any]]
    until: float


class TokenStore(BaseStore):
    """Transactions of the last ten minutes, by their ClientRequestToken."""

    done: dict[str, _Done] = LocalAttribute(default=dict)


_tokens: AccountRegionBundle = AccountRegionBundle("dynamodb", TokenStore)


def _already_done(tokens: dict[str, _Done], request: Request) -> bool:
    """Was the same transaction carried out under this token?

    Raises
    ------
    CommonServiceException
        The token stands for another transaction.
    """
    now = time.monotonic()
    for token in [token for token, done in tokens.items() if done.until < now]:
        del tokens[token]
    earlier = tokens.get(request.get("ClientRequestToken", ""))
    if earlier is None:
        return False
    if earlier.items != request["TransactItems"]:
        raise error(
            "IdempotentParameterMismatchException",
            "Your request was rejected because the payload is different from that of an earlier request "
            "with the same ClientRequestToken",
        )
    return True


def _read(context: RequestContext, name: str, attributes: dict[str, Any]) -> Consumption:
    item = stored(context, name, attributes)
    return Consumption(read_units(item_size(item) if item else 0, consistent=True))


def _operation(item: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Kind, table, and the item put or the key of the item."""
    ((kind, operation),) = item.items()
    return kind, operation["TableName"], operation["Item"] if kind == "Put" else operation["Key"]


def _check(items: list[dict[str, Any]]) -> None:
    if any(len(item) != 1 for item in items):
        raise invalid(
            "TransactItems can only contain one of Check, Put, Update or Delete in each of their elements"
        )
    if sum(item_size(_operation(item)[2]) for item in items) > LARGEST_TRANSACTION:
        raise invalid("Transaction request size exceeds the limit of 4 MB")


@answers("TransactWriteItems")
def _write(context: RequestContext, request: Request) -> Response:
    items = request["TransactItems"]
    _check(items)
    tokens = _tokens[context.account_id][context.region].done
    used: dict[str, Consumption] = {}
    if _already_done(tokens, request):
        for item in items:
            _, name, attributes = _operation(item)
            used.setdefault(name, Consumption()).add(_read(context, name, attributes), _TWICE)
        return (
            {"ConsumedCapacity": consumed_of_each(used, request, "Read")} if wants_capacity(request) else {}
        )
    touched = [_operation(item) for item in items]
    before = [stored(context, name, attributes) for _, name, attributes in touched]
    with true_stream_records(context, [name for _, name, _ in touched]):
        ask_moto(context)
    if token := request.get("ClientRequestToken"):
        tokens[token] = _Done(items, time.monotonic() + TOKEN_SECONDS)
    if not wants_capacity(request):
        return {}
    for (_, name, attributes), old in zip(touched, before, strict=True):
        written = of_write(table(context, name), old, stored(context, name, attributes))
        used.setdefault(name, Consumption()).add(written, _TWICE)
    return {"ConsumedCapacity": consumed_of_each(used, request, "Write")}


@answers("TransactGetItems")
def _get(context: RequestContext, request: Request) -> Response:
    answer = ask_moto(context)
    answer.pop("ConsumedCapacity", None)
    if wants_capacity(request):
        used: dict[str, Consumption] = {}
        for item in request["TransactItems"]:
            _, name, key = _operation(item)
            used.setdefault(name, Consumption()).add(_read(context, name, key), _TWICE)
        answer["ConsumedCapacity"] = consumed_of_each(used, request, "Read")
    return answer
