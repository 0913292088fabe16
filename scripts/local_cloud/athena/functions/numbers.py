"""Numbers: https://trino.io/docs/current/functions/math.html and bitwise.html."""

from __future__ import annotations

from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.functions.registry import Call, declare, special
from scripts.local_cloud.athena.types import (
    INTEGER,
    INTEGERS,
    NUMERIC,
    Type,
    common,
    decimal,
    duckdb,
)
from scripts.local_cloud.athena.values import Value, null, numbers_of


def _domain(condition: str, sql: str, otherwise: str = "CAST('NaN' AS DOUBLE)") -> str:
    """Java's functions give NaN where DuckDB's fail."""
    return f"CASE WHEN {condition} THEN {sql} WHEN {{0}} IS NULL THEN NULL ELSE {otherwise} END"


_ALIKE = ("atan", "cos", "sin", "tan", "sinh", "cosh", "tanh", "degrees", "radians", "exp")

declare(
    {f"{name}(double) double": f"{name}({{0}})" for name in _ALIKE}
    | {
        "acos(double) double": _domain("abs({0}) <= 1", "acos({0})"),
        "asin(double) double": _domain("abs({0}) <= 1", "asin({0})"),
        "atan2(double, double) double": "atan2({0}, {1})",
        "sqrt(double) double": _domain("{0} >= 0", "sqrt({0})"),
        "ln(double) double": _domain("{0} > 0", "ln({0})", ("CASE WHEN {0} = 0 THEN CAST('-inf' "
"AS DOUBLE) ELSE CAST('NaN' AS DOUBLE) END")),
        "log2(double) double": _domain("{0} > 0", "log2({0})", ("CASE WHEN {0} = 0 THEN "
"CAST('-inf' AS DOUBLE) ELSE CAST('NaN' AS DOUBLE) END")),
        "log10(double) double": _domain("{0} > 0", "log10({0})", ("CASE WHEN {0} = 0 THEN "
"CAST('-inf' AS DOUBLE) ELSE CAST('NaN' AS DOUBLE) END")),
        "log(double, double) double": ("CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN {0} > "
"0 AND {1} > 0 THEN ln({1}) / ln({0}) ELSE CAST('NaN' AS DOUBLE) END"),
        "cbrt(double) double": "lab_cbrt({0})",
        "power(double, double) double": "pow({0}, {1})",
        "pow(double, double) double": "pow({0}, {1})",
        "pi() double": "pi()",
        "e() double": "CAST('2.718281828459045' AS DOUBLE)",
        "infinity() double": "CAST('inf' AS DOUBLE)",
        "nan() double": "CAST('NaN' AS DOUBLE)",
        "is_nan(double) boolean": "isnan({0})",
        "is_finite(double) boolean": "isfinite({0})",
        "is_infinite(double) boolean": "isinf({0})",
        "bitwise_and(bigint, bigint) bigint": "{0} & {1}",
        "bitwise_or(bigint, bigint) bigint": "{0} | {1}",
        "bitwise_xor(bigint, bigint) bigint": "xor({0}, {1})",
        "bitwise_not(bigint) bigint": "~{0}",
        "bit_count(bigint, bigint) bigint": "lab_bit_count({0}, {1})",
        "random() double": "random()",
        "rand() double": "random()",
        "random(bigint) bigint": "CAST(floor(random() * {0}) AS BIGINT)",
        "random(bigint, bigint) bigint": "{0} + CAST(floor(random() * ({1} - {0})) AS BIGINT)",
        "width_bucket(double, double, double, bigint) bigint": "lab_width_bucket({0}, {1}, {2}, {3})",
        "from_base(varchar, bigint) bigint": "lab_from_base({0}, {1})",
        "to_base(bigint, bigint) varchar": "lab_to_base({0}, {1})",
        "truncate(double) double": "trunc({0})",
    }
)  # fmt: skip


def _number(call: Call, at: int = 0) -> Value:
    value = call.value(at)
    if value.type.base == "unknown":
        return coerce(value, INTEGER)
    if value.type.base not in NUMERIC:
        raise call.unexpected(f"{call.name}(bigint), {call.name}(decimal(p,s)), {call.name}(double)")
    return value


@special("abs", 1)
def _abs(call: Call) -> Value:
    value = _number(call)
    return Value(f"CAST(abs({value.sql}) AS {duckdb(value.type)})", value.type)


@special("sign", 1)
def _sign(call: Call) -> Value:
    value = _number(call)
    kind = decimal(1, 0) if value.type.base == "decimal" else value.type
    if kind.base in {"real", "double"}:
        return Value(
            (
                f"CASE WHEN isnan({value.sql}) THEN {value.sql} ELSE CAST(sign({value.sql}) AS "
                f"{duckdb(kind)}) END"
            ),
            kind,
        )
    return Value(f"CAST(sign({value.sql}) AS {duckdb(kind)})", kind)


def _whole(call: Call) -> Value:
    value = _number(call)
    if value.type.base in INTEGERS:
        return value
    name = "floor" if call.name == "floor" else "ceil"
    kind = value.type
    if kind.base == "decimal":
        precision, scale = kind.numbers
        kind = decimal(precision - scale + min(scale, 1), 0)
    return Value(f"CAST({name}({value.sql}) AS {duckdb(kind)})", kind)


for _name in ("floor", "ceil", "ceiling"):
    special(_name, 1)(_whole)


@special("round", 1, 2)
def _round(call: Call) -> Value:
    value = _number(call)
    digits = call.as_(1, INTEGER).sql if len(call) == 2 else "0"
    if value.type.base in INTEGERS:
        return (
            value
            if len(call) == 1
            else Value(f"CAST(round({value.sql}, {digits}) AS {duckdb(value.type)})", value.type)
        )
    kind = value.type
    if kind.base == "decimal":
        precision, scale = kind.numbers
        if len(call) == 1:
            kind = decimal(precision - scale + min(scale, 1), 0)
            return Value(f"CAST(round({value.sql}) AS {duckdb(kind)})", kind)
        if not isinstance(call.value(1).constant, int):
            raise refused("round() of a decimal to a number of digits that is not a literal", call.place)
        kind = decimal(precision + 1, scale)
    return Value(f"CAST(round({value.sql}, {digits}) AS {duckdb(kind)})", kind)


@special("mod", 2)
def _mod(call: Call) -> Value:
    from scripts.local_cloud.athena.arithmetic import apply  # noqa: PLC0415  (they need each other)

    return apply("%", _number(call), _number(call, 1), call.place)


def _extreme(call: Call) -> Value:
    """greatest() and least(): NULL where any argument is, which DuckDB leaves out."""
    values = call.values()
    kind: Type | None = values[0].type
    for each in values[1:]:
        kind = common(kind, each.type) if kind else None
    if kind is None or kind.of:
        raise call.unexpected()
    sqls = [coerce(each, kind).sql for each in values]
    missing = " OR ".join(f"{each} IS NULL" for each in sqls)
    found = f"{call.name}({', '.join(sqls)})"
    if kind.base in {"real", "double"}:
        # NaN is neither, unless there is nothing else.
        found = f"coalesce({call.name}({', '.join(numbers_of(each) for each in sqls)}), {found})"
    return Value(f"CASE WHEN {missing} THEN {null(kind)} ELSE {found} END", kind)


for _name in ("greatest", "least"):
    special(_name, 1, 99)(_extreme)
