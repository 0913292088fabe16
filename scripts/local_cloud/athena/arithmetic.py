"""Operators: numbers by Trino's rules of precision, dates with intervals, comparisons with NaN."""

from __future__ import annotations

from scripts.local_cloud.athena.casts import Place, coerce
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.rendering import at_zone, from_zone
from scripts.local_cloud.athena.types import (
    BOOLEAN,
    DATE,
    DAYS,
    DOUBLE,
    INTEGERS,
    MAX_PRECISION,
    NUMERIC,
    YEARS,
    Type,
    as_decimal,
    common,
    decimal,
    duckdb,
    least,
)
from scripts.local_cloud.athena.values import Value, failing

_ZERO = "'DIVISION_BY_ZERO: Division by zero'"
_INTERVALS = (YEARS, DAYS)
_MOMENTS = ("date", "timestamp", "timestamp with time zone", "time")


def apply(sign: str, left: Value, right: Value, place: Place) -> Value:
    """``left + right`` and its kin; signs ``+ - * / %``."""
    bases = {left.type.base, right.type.base}
    if bases & {*_MOMENTS, YEARS.base, DAYS.base}:
        found = _with_moments(sign, left, right, place)
    elif bases <= {*NUMERIC, "unknown"}:
        found = _numbers(sign, left, right)
    else:
        found = None
    if found is None:
        raise QueryFailedError(
            "TYPE_MISMATCH",
            f"Cannot apply operator: {left.type} {sign} {right.type}",
            place,
        )
    return found


def _numbers(sign: str, left: Value, right: Value) -> Value | None:
    kind = common(left.type, right.type)
    if kind is None:
        return None
    if kind.base == "unknown":
        kind = Type("integer")
    if kind.base == "decimal":
        both = [
            coerce(each, as_decimal(each.type if each.type.base != "unknown" else kind))
            for each in (left, right)
        ]
        return _decimals(sign, *both)
    a, b = coerce(left, kind), coerce(right, kind)
    if kind.base in INTEGERS and sign in "/%":
        divisor = b.sql
        if not isinstance(right.constant, int) or right.constant == 0:
            divisor = _divisor(a.sql, b.sql, b.sql, kind)
        return Value(f"({a.sql} {'//' if sign == '/' else '%'} {divisor})", kind)
    return Value(f"({a.sql} {sign} {b.sql})", kind)


def _decimals(sign: str, left: Value, right: Value) -> Value:
    (p1, s1), (p2, s2) = left.type.numbers, right.type.numbers
    scale = max(s1, s2)
    if sign in "+-":
        kind = decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
        to = duckdb(kind)
        return Value(f"CAST(CAST({left.sql} AS {to}) {sign} CAST({right.sql} AS {to}) AS {to})", kind)
    if sign == "*":
        if s1 + s2 > MAX_PRECISION:
            raise QueryFailedError(
                "", f"DECIMAL scale must be in range [0, precision ({MAX_PRECISION})]: {s1 + s2}"
            )
        kind = decimal(p1 + p2, s1 + s2)
        wide = [f"CAST({each.sql} AS DECIMAL({MAX_PRECISION if p1 + p2 > MAX_PRECISION else p},{s}))"
                for each, p, s in ((left, p1, s1), (right, p2, s2))]  # fmt: skip
        return Value(f"CAST({' * '.join(wide)} AS {duckdb(kind)})", kind)
    if sign == "%":
        kind = decimal(min(p2 - s2, p1 - s1) + scale, scale)
        wide = [f"CAST({each.sql} AS DECIMAL({MAX_PRECISION},{scale}))" for each in (left, right)]
        checked = _divisor(left.sql, right.sql, wide[1], decimal(MAX_PRECISION, scale))
        return Value(f"CAST({wide[0]} % {checked} AS {duckdb(kind)})", kind)
    kind = decimal(p1 + s2 + max(0, s2 - s1), scale)
    if p1 + scale + s2 - s1 > MAX_PRECISION:
        # The dividend, moved to the quotient's scale, may be more than a HUGEINT holds.
        both = f"CAST({left.sql} AS VARCHAR), CAST({right.sql} AS VARCHAR)"
        return Value(f"CAST(lab_divided({both}, {scale}) AS {duckdb(kind)})", kind)
    return Value(divided(unscaled(left), s1, unscaled(right), s2, kind), kind)


def _divisor(dividend: str, by: str, otherwise: str, kind: Type) -> str:
    """What is divided by, which fails where it is 0: but NULL divided by it is NULL."""
    wrong = f"{by} = 0 AND {dividend} IS NOT NULL"
    return f"CASE WHEN {wrong} THEN {failing(_ZERO, kind)} ELSE {otherwise} END"


def unscaled(value: Value) -> str:
    """A decimal without its point, as a HUGEINT."""
    scale = value.type.numbers[1]
    if not scale:
        return f"CAST({value.sql} AS HUGEINT)"
    # By text, for a product with a power of ten may need more digits than a decimal has.
    return (
        f"CAST(replace(CAST(CAST({value.sql} AS DECIMAL({MAX_PRECISION},{scale})) AS VARCHAR), "
        f"'.', '') AS HUGEINT)"
    )


def divided(a: str, s1: int, b: str, s2: int, kind: Type) -> str:
    """The quotient of two unscaled numbers as a decimal, its halves rounded away from zero."""
    up = kind.numbers[1] + s2 - s1
    a = f"({a} * CAST({10**up} AS HUGEINT))" if up > 0 else a
    checked = _divisor(a, b, b, Type("bigint"))
    half = (
        f"CASE WHEN abs({a} % {b}) * 2 >= abs({b}) THEN CASE WHEN ({a} < 0) = ({b} < 0) THEN 1 "
        f"ELSE -1 END ELSE 0 END"
    )
    return scaled(f"({a} // {checked} + {half})", kind)


def scaled(whole: str, kind: Type) -> str:
    """A whole number as the decimal that it is without its point."""
    precision, scale = kind.numbers
    if not scale:
        return f"CAST({whole} AS {duckdb(kind)})"
    if precision + scale > MAX_PRECISION:
        return f"CAST(lab_pointed({whole}, {scale}) AS {duckdb(kind)})"
    one = f"CAST('{10**-0 if not scale else '0.' + '0' * (scale - 1) + '1'}' AS DECIMAL({scale},{scale}))"
    return f"CAST(CAST({whole} AS DECIMAL({MAX_PRECISION - scale},0)) * {one} AS {duckdb(kind)})"


def _with_moments(sign: str, left: Value, right: Value, place: Place) -> Value | None:
    a, b = left.type, right.type
    if sign == "+" and a in _INTERVALS and b.base in _MOMENTS:
        return _with_moments(sign, right, left, place)
    if a.base in _MOMENTS and b in _INTERVALS and sign in "+-":
        return _moved(sign, left, right, place)
    if sign == "-" and a.base in _MOMENTS and b.base in _MOMENTS:
        kind = common(a, b)
        if kind is None:
            return None
        x, y = coerce(left, kind).sql, coerce(right, kind).sql
        if kind.base == "date":
            return Value(f"to_days(CAST({x} - {y} AS INTEGER))", DAYS)
        if kind.base == "time":
            x, y = (f"(DATE '1970-01-01' + {each})" for each in (x, y))
        return Value(f"to_microseconds(epoch_us({x}) - epoch_us({y}))", DAYS)
    if a == b and a in _INTERVALS and sign in "+-":
        return Value(f"({left.sql} {sign} {right.sql})", a)
    if sign == "*" and a.base in INTEGERS and b in _INTERVALS:
        left, right, a, b = right, left, b, a
    if sign == "*" and a in _INTERVALS and b.base in INTEGERS:
        return Value(f"({left.sql} * {right.sql})", a)
    if sign in "*/" and (a in _INTERVALS or (sign == "*" and b in _INTERVALS)):
        return _scaled(sign, left, right) if a in _INTERVALS else _scaled(sign, right, left)
    return None


def _scaled(sign: str, interval: Value, by: Value) -> Value | None:
    """An interval times a number that is not whole, or divided by one: its fraction is dropped."""
    if by.type.base not in NUMERIC:
        return None
    number = coerce(by, DOUBLE).sql
    if interval.type == YEARS:
        return Value(f"to_months(CAST(trunc(lab_months({interval.sql}) {sign} {number}) AS INTEGER))", YEARS)
    return Value(
        f"to_milliseconds(CAST(trunc(lab_milliseconds({interval.sql}) {sign} {number}) AS BIGINT))", DAYS
    )


def _moved(sign: str, moment: Value, interval: Value, place: Place) -> Value | None:
    kind = moment.type
    if kind == DATE:
        moved = f"({moment.sql} {sign} {interval.sql})"
        if interval.type == DAYS:
            why = "'INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date'"
            whole = f"lab_milliseconds({interval.sql}) % 86400000 = 0"
            return Value(f"CASE WHEN {whole} THEN CAST({moved} AS DATE) ELSE {failing(why, DATE)} END", DATE)
        return Value(f"CAST({moved} AS DATE)", DATE)
    if interval.type == DAYS:
        # An interval has milliseconds, and so has what it moves.
        kind = Type(kind.base, max(kind.numbers, (3,)), zone=kind.zone)
    if kind.base == "time":
        return Value(f"({moment.sql} {sign} {interval.sql})", kind) if interval.type == DAYS else None
    if kind.base == "timestamp with time zone" and interval.type == YEARS:
        if kind.zone is None:
            raise refused(
                "Months after a timestamp whose time zone is not known before the query runs", place
            )
        local = at_zone(moment.sql, kind.zone)
        return Value(from_zone(f"({local} {sign} {interval.sql})", kind.zone, moment.sql), kind)
    return Value(f"({moment.sql} {sign} {interval.sql})", kind)


def negated(value: Value, place: Place) -> Value:
    """``-value``."""
    if value.type not in _INTERVALS and value.type.base not in NUMERIC:
        raise QueryFailedError("TYPE_MISMATCH", f"Cannot negate {value.type}", place)
    constant = -value.constant if isinstance(value.constant, int) else None
    sql = f"({value.sql} * -1)" if value.type in _INTERVALS else f"(-{value.sql})"
    if value.type.base in INTEGERS and constant is None:
        why = f"'NUMERIC_VALUE_OUT_OF_RANGE: {value.type} negation overflow: {least(value.type)}'"
        sql = f"CASE WHEN {value.sql} = {least(value.type)} THEN {failing(why, value.type)} ELSE {sql} END"
    return Value(sql, value.type, constant)


#: Where DuckDB calls NaN equal to itself and greater than all, and Trino calls every comparison false.
_NAN_LEFT, _NAN_RIGHT = {"=": (True, False), ">": (True, False), ">=": (True, False)}, {"<": 1, "<=": 1}


def compared(sign: str, left: Value, right: Value, place: Place) -> Value:
    """``left = right`` and its kin; signs ``= <> < <= > >=``."""
    kind = common(left.type, right.type)
    if kind is None or (
        sign not in {"=", "<>"} and kind.base in {"map", "json", "unknown"} and kind.base != "unknown"
    ):
        raise QueryFailedError(
            "TYPE_MISMATCH", f"Cannot apply operator: {left.type} {sign} {right.type}", place
        )
    if kind.base == "row" and sign in {"=", "<>"}:
        both = [coerce(each, kind) if each.type.base == "unknown" else each for each in (left, right)]
        return _same_rows(sign, both[0], both[1], place)
    if kind.of and _has_float(kind):
        raise refused(f"Comparison of {kind}, whose parts may be NaN,", place)
    if kind.of:
        return _same_arrays(sign, coerce(left, kind).sql, coerce(right, kind).sql, kind, place)
    a, b = coerce(left, kind).sql, coerce(right, kind).sql
    plain = f"({a} {sign} {b})"
    if kind.base not in {"real", "double"}:
        return Value(plain, BOOLEAN)
    constant = left.constant is not None, right.constant is not None
    if sign in _NAN_LEFT and not constant[0] and not (sign == "=" and constant[1]):
        return Value(f"({plain} AND NOT isnan({a}))", BOOLEAN)
    if sign in _NAN_RIGHT and not constant[1]:
        return Value(f"({plain} AND NOT isnan({b}))", BOOLEAN)
    if sign == "<>" and not any(constant):
        return Value(f"({plain} OR isnan({a}))", BOOLEAN)
    return Value(plain, BOOLEAN)


def _same_rows(sign: str, left: Value, right: Value, place: Place) -> Value:
    """Field by field, where DuckDB calls NULL fields equal."""

    def field(of: Value, at: int) -> Value:
        return Value(f"struct_extract_at({of.sql}, {at + 1})", of.type.of[at])

    fields = range(len(left.type.of))
    each = [compared("=", field(left, at), field(right, at), place).sql for at in fields]
    same = f"({' AND '.join(each)})"
    return Value(f"(NOT {same})" if sign == "<>" else same, BOOLEAN)


def _same_arrays(sign: str, a: str, b: str, kind: Type, place: Place) -> Value:
    """DuckDB calls NULL elements equal; by Trino's rule they make the answer NULL, unless others differ."""
    if kind.base != "array" or kind.element.of or sign not in {"=", "<>"}:
        raise refused(f"Comparison of {kind} by {sign}", place)
    each = f"list_transform(list_zip({a}, {b}), lambda p: p[1] <> p[2])"
    sql = (
        f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN len({a}) <> len({b}) THEN true "
        f"WHEN list_contains({each}, true) THEN true "
        f"WHEN len(list_filter({each}, lambda p: p IS NULL)) > 0 THEN NULL ELSE false END"
    )
    return Value(f"(NOT {sql})" if sign == "=" else f"({sql})", BOOLEAN)


def _has_float(kind: Type) -> bool:
    return kind.base in {"real", "double"} or any(_has_float(each) for each in kind.of)
