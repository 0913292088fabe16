"""Aggregates: https://trino.io/docs/current/functions/aggregate.html.

An aggregate's SQL holds marks where DuckDB's call stands, so that DISTINCT, FILTER and OVER reach it within
the casts around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from scripts.local_cloud.athena.arithmetic import divided, unscaled
from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.registry import Call, Special, special, unexpected
from scripts.local_cloud.athena.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGERS,
    MAX_PRECISION,
    NUMERIC,
    REAL,
    VARCHAR,
    array,
    decimal,
    duckdb,
    map_of,
)
from scripts.local_cloud.athena.values import Value, failing, numbers_of, quoted

AGGREGATES: set[str] = set()
#: Digits of decimals that no number of rows sums up to more than a decimal holds.
_SUMMED = 26
_MARK = re.compile("\x04(\\w+)\x05([^\x04\x06]*)\x06")


def aggregate(name: str, *arguments: str) -> str:
    """The mark of a call of DuckDB's aggregate or window function."""
    return f"\x04{name}\x05{', '.join(arguments)}\x06"


def finish(
    sql: str, *, distinct: bool = False, order: str = "", condition: str = "", over: str | None = None
) -> str:
    """The marks replaced by calls.

    Parameters
    ----------
    order, condition, over
        SQL of ``ORDER BY`` within the call, of FILTER's condition, and of the window after OVER.
    """

    def call(found: re.Match[str]) -> str:
        name, inner = found.groups()
        sql = f"{name}({'DISTINCT ' if distinct and inner != '*' else ''}{inner}{order})"
        sql += f" FILTER (WHERE {condition})" if condition else ""
        return sql + (f" OVER ({over})" if over is not None else "")

    while _MARK.search(sql):
        sql = _MARK.sub(call, sql)
    return sql


def _registering(*names: str, fewest: int = 1, most: int | None = None) -> Callable[[Special], Special]:
    def register(function: Special) -> Special:
        for name in names:
            AGGREGATES.add(name)
            special(name, fewest, most)(function)
        return function

    return register


def _number(call: Call, at: int = 0) -> Value:
    value = call.value(at)
    if value.type.base.startswith("interval"):
        raise refused(f"{call.name}() of {value.type}", call.place)
    if value.type.base not in NUMERIC:
        raise call.unexpected(f"{call.name}(bigint), {call.name}(decimal(p,s)), {call.name}(double)")
    return value


@_registering("count", fewest=0, most=1)
def _count(call: Call) -> Value:
    if not len(call) or call.expressions.is_star(call.arguments[0]):
        return Value(aggregate("count", "*"), BIGINT)
    return Value(aggregate("count", call.value(0).sql), BIGINT)


@_registering("count_if")
def _count_if(call: Call) -> Value:
    met = call.as_(0, BOOLEAN).sql
    return Value(aggregate("count", f"CASE WHEN {met} THEN 1 END"), BIGINT)


@_registering("sum")
def _sum(call: Call) -> Value:
    value = _number(call)
    kind = value.type
    if kind.base in INTEGERS:
        kind = BIGINT
    elif kind.base == "decimal":
        kind = decimal(MAX_PRECISION, kind.numbers[1])
    of = value.sql if kind != REAL else f"CAST({value.sql} AS DOUBLE)"
    total = f"CAST({aggregate('sum', of)} AS {duckdb(kind)})"
    if value.type.base == "decimal" and value.type.numbers[0] > _SUMMED:
        # DuckDB sums beyond the digits that the type has.
        scale = kind.numbers[1]
        most = f"CAST('{'9' * (MAX_PRECISION - scale)}.{'9' * scale}' AS {duckdb(kind)})"
        why = quoted("NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow")
        total = f"CASE WHEN {total} NOT BETWEEN -{most} AND {most} THEN {failing(why, kind)} ELSE {total} END"
    return Value(total, kind)


@_registering("avg")
def _avg(call: Call) -> Value:
    value = _number(call)
    if value.type.base != "decimal":
        kind = REAL if value.type == REAL else DOUBLE
        return Value(f"CAST({aggregate('avg', f'CAST({value.sql} AS DOUBLE)')} AS {duckdb(kind)})", kind)
    # A decimal's average is a decimal of the same scale.
    scale = value.type.numbers[1]
    total = Value(aggregate("sum", value.sql), decimal(MAX_PRECISION, scale))
    count = f"CAST({aggregate('count', value.sql)} AS HUGEINT)"
    quotient = divided(unscaled(total), scale, count, 0, value.type)
    return Value(f"CASE WHEN {count} > 0 THEN {quotient} END", value.type)


def _extreme(call: Call) -> Value:
    if len(call) == 2:
        raise refused(f"{call.name}() of the n greatest or least", call.place)
    value = call.value(0)
    if value.type.base in {"array", "row"}:
        raise refused(f"{call.name}() of {value.type}", call.place)
    if value.type.of or value.type.base in {"json", "unknown"}:
        raise call.unexpected()
    found = aggregate(call.name, value.sql)
    if value.type.base in {"real", "double"}:
        # NaN is neither the greatest nor the least, unless there is nothing else.
        found = f"coalesce({aggregate(call.name, numbers_of(value.sql))}, {found})"
    return Value(found, value.type)


_registering("min", "max", most=2)(_extreme)


def _by(call: Call) -> Value:
    if len(call) == 3:
        raise refused(f"{call.name}() of the n greatest or least", call.place)
    value, by = call.values()
    name = "arg_min_null" if call.name == "min_by" else "arg_max_null"
    order = by.sql
    if by.type.base in {"real", "double"} and call.name == "max_by":
        # NaN comes before every number here.
        order = f"CASE WHEN {order} IS NOT NULL THEN struct_pack(n := NOT isnan({order}), x := {order}) END"
    return Value(aggregate(name, value.sql, order), value.type)


_registering("min_by", "max_by", fewest=2, most=3)(_by)


def _any(call: Call) -> Value:
    value = call.value(0)
    return Value(aggregate("any_value", value.sql), value.type)


_registering("arbitrary", "any_value")(_any)


def _bool(call: Call) -> Value:
    name = "bool_or" if call.name == "bool_or" else "bool_and"
    return Value(aggregate(name, call.as_(0, BOOLEAN).sql), BOOLEAN)


_registering("bool_and", "every", "bool_or")(_bool)


@_registering("array_agg")
def _array_agg(call: Call) -> Value:
    value = call.value(0)
    return Value(aggregate("list", value.sql), array(value.type))


@_registering("approx_distinct", most=2)
def _approx_distinct(call: Call) -> Value:
    """Counted exactly, which is within any error."""
    return Value(aggregate("count", f"DISTINCT {call.value(0).sql}"), BIGINT)


def _fractions(call: Call) -> list[Decimal]:
    given, found = call.arguments[1], []
    for each in given.expressions if isinstance(given, exp.Array) else [given]:
        if not (isinstance(each, exp.Literal | exp.Neg) and each.name) or each.args.get("is_string"):
            raise refused("approx_percentile() of a percentage that is not written out", call.place)
        if isinstance(each, exp.Neg) or not 0 <= float(each.name) <= 1:
            raise QueryFailedError(
                "INVALID_FUNCTION_ARGUMENT", "Percentile must be between 0 and 1", call.place
            )
        found.append(Decimal(each.name))
    return found


@_registering("approx_percentile", fewest=2, most=4)
def _approx_percentile(call: Call) -> Value:
    """What Trino's digest gives while it keeps every value, and within its error when it keeps no more.

    Of n values in order, the fraction p is that after the first p * n of them, where DuckDB's quantile is the
    last of these; which of a negative fraction counts from the greatest value.
    """
    if len(call) != 2:
        raise refused("approx_percentile() with weights", call.place)
    value = _number(call)
    if value.type != REAL:
        value = coerce(value, BIGINT if value.type.base in INTEGERS else DOUBLE)
    found = [
        aggregate("quantile_disc", value.sql, f"-{1 - each}" if each < 1 else "1")
        for each in _fractions(call)
    ]
    if call.value(1).type.base != "array":
        call.as_(1, DOUBLE)
        return Value(found[0], value.type)
    call.as_(1, array(DOUBLE))
    some = f"{aggregate('count', value.sql)} > 0"
    return Value(f"CASE WHEN {some} THEN [{', '.join(found)}] END", array(value.type))


def _statistic(call: Call) -> Value:
    names = {"stddev": "stddev_samp", "variance": "var_samp"}
    return Value(aggregate(names.get(call.name, call.name), call.as_(0, DOUBLE).sql), DOUBLE)


_registering("stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop")(_statistic)


def _of_pairs(call: Call) -> Value:
    """NULL where there is no such number: of one pair, or of pairs on a vertical line."""
    found = aggregate(call.name, call.as_(0, DOUBLE).sql, call.as_(1, DOUBLE).sql)
    return Value(f"CASE WHEN isfinite({found}) THEN {found} END", DOUBLE)


_registering("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", fewest=2)(_of_pairs)


@_registering("geometric_mean")
def _geometric(call: Call) -> Value:
    x = call.as_(0, DOUBLE).sql
    # Java's logarithm knows 0 and what is below, where DuckDB's fails.
    none = f"CASE WHEN {x} = 0 THEN CAST('-inf' AS DOUBLE) WHEN {x} < 0 THEN CAST('NaN' AS DOUBLE) END"
    logarithm = f"CASE WHEN {x} > 0 THEN ln({x}) ELSE {none} END"
    return Value(f"exp({aggregate('avg', logarithm)})", DOUBLE)


def _bits(call: Call) -> Value:
    name = {"bitwise_and_agg": "bit_and", "bitwise_or_agg": "bit_or", "bitwise_xor_agg": "bit_xor"}[call.name]
    return Value(aggregate(name, call.as_(0, BIGINT).sql), BIGINT)


_registering("bitwise_and_agg", "bitwise_or_agg", "bitwise_xor_agg")(_bits)


@_registering("histogram")
def _histogram(call: Call) -> Value:
    kind = map_of(call.value(0).type, BIGINT)
    return Value(f"CAST({aggregate('histogram', call.value(0).sql)} AS {duckdb(kind)})", kind)


@_registering("map_agg", fewest=2)
def _map_agg(call: Call) -> Value:
    key, value = call.values()
    kind = map_of(key.type, value.type)
    pairs = aggregate("list", f"struct_pack(k := {key.sql}, v := {value.sql})")
    return Value(f"CAST(lab_first_entries({pairs}) AS {duckdb(kind)})", kind)


#: Bytes that listagg() may make.
_LONGEST = 1_048_576


def string_agg(
    value: Value, separator: Value, call_place: tuple[int, int] | None, *, cut_off: bool = False
) -> Value:
    """listagg().

    Parameters
    ----------
    cut_off
        Whether a text that is too long is cut off, and fails not.
    """
    if value.type.base not in {"varchar", "unknown"}:
        raise unexpected(
            "listagg", f"{value.type}, {separator.type}", "listagg(varchar, varchar)", call_place
        )
    why = (
        "NOT_SUPPORTED: listagg() that cuts off is not supported by the local cloud; on AWS the query would "
        "be run"
        if cut_off
        else "EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the "
        f"maximum output length {_LONGEST}"
    )
    text = aggregate("string_agg", value.sql, separator.sql)
    long = f"octet_length(encode({text})) > {_LONGEST}"
    return Value(f"CASE WHEN {long} THEN {failing(quoted(why), VARCHAR)} ELSE {text} END", VARCHAR)
