"""Numbers: https://trino.io/docs/current/functions/math.html and bitwise.html."""

from __future__ import annotations

from scripts.local_cloud.athena.arithmetic import apply, scaled, unscaled
from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.functions.registry import Call, declare, special
from scripts.local_cloud.athena.types import (
    DOUBLE,
    INTEGER,
    INTEGERS,
    NUMERIC,
    Type,
    as_decimal,
    common,
    decimal,
    duckdb,
    least,
)
from scripts.local_cloud.athena.values import Value, failing, null, numbers_of, quoted


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
        "width_bucket(double, double, double, bigint) bigint": "lab_width_bucket({0}, {1}, {2}, {3})",
        "width_bucket(double, array(double)) bigint": "lab_width_bin({0}, {1})",
        "from_base(varchar, bigint) bigint": "lab_from_base({0}, {1})",
        "to_base(bigint, bigint) varchar": "lab_to_base({0}, {1})",
    }
)  # fmt: skip


def _number(call: Call, at: int = 0) -> Value:
    value = call.value(at)
    if value.type.base == "unknown":
        return coerce(value, INTEGER)
    if value.type.base not in NUMERIC:
        raise call.unexpected(f"{call.name}(bigint), {call.name}(decimal(p,s)), {call.name}(double)")
    return value


def _random(call: Call) -> Value:
    if not len(call):
        return Value("random()", DOUBLE)
    values = [_number(call, at) for at in range(len(call))]
    kind: Type | None = values[0].type
    for each in values[1:]:
        kind = common(kind, each.type) if kind else None
    if kind is None or kind.base not in INTEGERS:
        raise call.unexpected("random(bigint), random(bigint, bigint)")
    first, last = ["CAST(0 AS BIGINT)", *(coerce(each, kind).sql for each in values)][-2:]
    wrong = "bound must be positive" if len(call) == 1 else "start value must be less than stop value"
    why = quoted(f"INVALID_FUNCTION_ARGUMENT: {wrong}")
    drawn = f"CAST({first} + CAST(floor(random() * ({last} - {first})) AS BIGINT) AS {duckdb(kind)})"
    return Value(f"CASE WHEN {last} <= {first} THEN {failing(why, kind)} ELSE {drawn} END", kind)


for _name in ("random", "rand"):
    special(_name, 0, 2)(_random)


@special("abs", 1)
def _abs(call: Call) -> Value:
    value = _number(call)
    sql = f"CAST(abs({value.sql}) AS {duckdb(value.type)})"
    if value.type.base in INTEGERS:
        smallest = least(value.type)
        why = f"'NUMERIC_VALUE_OUT_OF_RANGE: Value {smallest} is out of range for abs({value.type})'"
        sql = f"CASE WHEN {value.sql} = {smallest} THEN {failing(why, value.type)} ELSE {sql} END"
    return Value(sql, value.type)


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
            else Value(f"CAST(lab_round_whole({value.sql}, {digits}) AS {duckdb(value.type)})", value.type)
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
    return Value(f"CAST(lab_round(CAST({value.sql} AS DOUBLE), {digits}) AS {duckdb(kind)})", kind)


@special("truncate", 1, 2)
def _truncate(call: Call) -> Value:
    value = _number(call)
    kind = value.type
    if kind.base in {"real", "double"}:
        if len(call) == 2:
            raise call.unexpected()
        return Value(f"CAST(trunc({value.sql}) AS {duckdb(kind)})", kind)
    value = coerce(value, as_decimal(kind))
    precision, scale = value.type.numbers
    if len(call) == 1:
        kind = decimal(max(1, precision - scale), 0)
        return Value(f"CAST(trunc({value.sql}) AS {duckdb(kind)})", kind)
    digits = call.value(1).constant
    if not isinstance(digits, int):
        raise refused("truncate() to a number of digits that is not a literal", call.place)
    if digits >= scale:
        return value
    if precision - scale + digits <= 0:
        return Value(
            f"CASE WHEN {value.sql} IS NOT NULL THEN CAST(0 AS {duckdb(value.type)}) END", value.type
        )
    unit = 10 ** (scale - digits)
    whole = f"({unscaled(value)} // {unit} * {unit})"
    return Value(scaled(whole, value.type), value.type)


@special("mod", 2)
def _mod(call: Call) -> Value:
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
