"""Window functions: https://trino.io/docs/current/functions/window.html."""

from __future__ import annotations

from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.aggregates import aggregate
from scripts.local_cloud.athena.functions.registry import Call, special
from scripts.local_cloud.athena.types import BIGINT, DOUBLE, common
from scripts.local_cloud.athena.values import Value

#: Functions that need OVER.
WINDOWS = {
    "row_number": BIGINT,
    "rank": BIGINT,
    "dense_rank": BIGINT,
    "percent_rank": DOUBLE,
    "cume_dist": DOUBLE,
    "ntile": BIGINT,
    "lag": None,
    "lead": None,
    "first_value": None,
    "last_value": None,
    "nth_value": None,
}


def _positive(call: Call, at: int, otherwise: str) -> str:
    """SQL of a whole number that must be written out, and more than 0."""
    number = call.value(at).constant
    if not isinstance(number, int):
        raise refused(f"{call.name}() with a number that is not written out", call.place)
    if number < 1:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", otherwise, call.place)
    return call.as_(at, BIGINT).sql


def _ranking(call: Call) -> Value:
    kind = WINDOWS[call.name] or BIGINT
    arguments = [_positive(call, 0, "Buckets must be greater than 0")] if call.name == "ntile" else []
    return Value(aggregate(call.name, *arguments), kind)


for _name in ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist"):
    special(_name, 0)(_ranking)
special("ntile", 1)(_ranking)


def _shifted(call: Call) -> Value:
    value = call.value(0)
    arguments = [value.sql]
    if len(call) > 1:
        if not isinstance(call.value(1).constant, int) or call.value(1).constant < 0:  # type: ignore[operator]
            raise refused(f"{call.name}() with an offset that is not a whole number written out", call.place)
        arguments.append(call.as_(1, BIGINT).sql)
    kind = value.type
    if len(call) > 2:
        other = call.value(2)
        both = common(kind, other.type)
        if both is None:
            raise call.unexpected(f"{call.name}(t, bigint, t)")
        kind = both
        arguments[0] = coerce(value, kind).sql
        arguments.append(coerce(other, kind).sql)
    return Value(aggregate(call.name, *arguments), kind)


for _name in ("lag", "lead"):
    special(_name, 1, 3)(_shifted)


def _end(call: Call) -> Value:
    value = call.value(0)
    rest = [_positive(call, 1, "Offset must be at least 1")] if call.name == "nth_value" else []
    return Value(aggregate(call.name, value.sql, *rest), value.type)


for _name in ("first_value", "last_value"):
    special(_name, 1)(_end)
special("nth_value", 2)(_end)
