"""Rows, and the conditional forms that look like functions."""

from __future__ import annotations

from scripts.local_cloud.athena.arithmetic import compared
from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.functions.registry import Call, special
from scripts.local_cloud.athena.types import UNKNOWN, Type, common, row
from scripts.local_cloud.athena.values import Value


@special("row", 1, 254)
def _row(call: Call) -> Value:
    kind = row([("", each.type) for each in call.values()])
    parts = ", ".join(f"field{at} := {each.sql}" for at, each in enumerate(call.values()))
    return Value(f"struct_pack({parts})", kind)


@special("coalesce", 2, 254)
def _coalesce(call: Call) -> Value:
    kind: Type = UNKNOWN
    for each in call.values():
        joint = common(kind, each.type)
        if joint is None:
            raise QueryFailedError(
                "TYPE_MISMATCH",
                f"All COALESCE operands must be the same type: {kind}. Cannot find common type",
                call.place,
            )
        kind = joint
    return Value(f"coalesce({', '.join(coerce(each, kind).sql for each in call.values())})", kind)


@special("nullif", 2)
def _nullif(call: Call) -> Value:
    a, b = call.values()
    same = compared("=", a, b, call.place)
    return Value(f"CASE WHEN {same.sql} THEN NULL ELSE {a.sql} END", a.type)


@special("try", 1)
def _try(call: Call) -> Value:
    value = call.value(0)
    return Value(f"TRY({value.sql})", value.type)
