"""CAST, and the coercions that nobody writes."""

from __future__ import annotations

from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.json_casts import from_json, to_json
from scripts.local_cloud.athena.rendering import at_zone, cast_text, from_zone, text
from scripts.local_cloud.athena.types import (
    BOOLEAN,
    DOUBLE,
    INTEGERS,
    JSON,
    NUMERIC,
    REAL,
    TIMESTAMP,
    Type,
    as_decimal,
    common,
    duckdb,
    member,
)
from scripts.local_cloud.athena.values import Value, failing, null, quoted

Place = tuple[int, int] | None

_FLOAT = r"\s*[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[dDfF]?)\s*"
_DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DATE = r"\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}\s*"
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?"
#: What Trino's messages call the integer types.
_SHOUTED = {"tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT"}


def coerce(value: Value, target: Type) -> Value:
    """The value as a type that it is brought to without being asked."""
    if value.type == target:
        return Value(value.sql, target, value.constant) if value.type.zone != target.zone else value
    if value.type.base == "unknown":
        return Value(null(target), target)
    if value.type.base == "varchar" and target.base == "varchar":
        return Value(value.sql, target, value.constant)
    cast = explicit(value, target, None)
    return Value(cast.sql, target, value.constant if target.base in INTEGERS else None)


def coercible(given: Type, target: Type) -> bool:
    """Whether `coerce` may be asked."""
    if given.base == target.base == "varchar":
        return not target.numbers or (bool(given.numbers) and given.numbers <= target.numbers)
    return common(given, target) == target


def explicit(value: Value, target: Type, place: Place) -> Value:
    """CAST(value AS target).

    Raises
    ------
    QueryFailedError
        Trino has no such cast.
    """
    given = value.type
    if given == target:
        return Value(value.sql, given)
    if given.base == "unknown":
        return Value(null(target), target)
    sql = _cast(value.sql, given, target, place)
    if sql is None:
        raise QueryFailedError("TYPE_MISMATCH", f"Cannot cast {given} to {target}", place)
    # CAST of what is in a zone to one that is not, and back, goes by UTC, the session's zone.
    zone = given.zone if given.base == target.base else target.zone
    return Value(sql, Type(target.base, target.numbers, target.of, target.names, zone))


def _cast(sql: str, given: Type, target: Type, place: Place) -> str | None:
    if target == JSON:
        return to_json(sql, given)
    if given == JSON:
        return from_json(sql, target)
    if target.of or given.of:
        return _structural(sql, given, target, place)
    if target.base == "varchar":
        return _to_varchar(sql, given, target)
    if given.base == "varchar":
        return _from_varchar(sql, target)
    if given.base in NUMERIC or given == BOOLEAN:
        return _from_number(sql, given, target)
    return _temporal(sql, given, target)


def _to_varchar(sql: str, given: Type, target: Type) -> str | None:
    if given.base == "varbinary":
        return None
    shown = cast_text(sql, given)
    if not target.numbers:
        return shown
    if given.base == "varchar":
        return f"substring({shown}, 1, {target.numbers[0]})"
    why = f"'INVALID_CAST_ARGUMENT: Value ' || {shown} || {quoted(f' cannot be represented as {target}')}"
    return f"CASE WHEN length({shown}) > {target.numbers[0]} THEN {failing(why, target)} ELSE {shown} END"


def _matching(sql: str, pattern: str, then: str, target: Type, why: str) -> str:
    reason = f"'INVALID_CAST_ARGUMENT: ' || {why}"
    return (
        f"CASE WHEN {sql} IS NULL THEN {null(target)} WHEN regexp_full_match({sql}, {quoted(pattern)}) "
        f"THEN {then} ELSE {failing(reason, target)} END"
    )


def _from_varchar(sql: str, target: Type) -> str | None:
    cannot = f"'Cannot cast ''' || {sql} || ''' to "
    match target.base:
        case "tinyint" | "smallint" | "integer" | "bigint":
            why = f"{cannot}{_SHOUTED[target.base]}'"
            fits = (
                f"coalesce(TRY_CAST({sql} AS {duckdb(target)}), "
                f"{failing(f'''{quoted('INVALID_CAST_ARGUMENT: ')} || {why}''', target)})"
            )
            return _matching(sql, "[+-]?[0-9]+", fits, target, why)
        case "real" | "double":
            plain = rf"regexp_replace(trim({sql}), '([0-9.])[dDfF]$', '\1')"
            return _matching(
                sql, _FLOAT, f"CAST({plain} AS {duckdb(target)})", target, f"{cannot}{target.base.upper()}'"
            )
        case "decimal":
            cannot = f"'Cannot cast VARCHAR ''' || {sql} || ''' to {_shouted(target)}. "
            reason = f"'INVALID_CAST_ARGUMENT: ' || {cannot}Value too large.'"
            fits = f"coalesce(TRY_CAST({sql} AS {duckdb(target)}), {failing(reason, target)})"
            return _matching(sql, _DECIMAL, fits, target, f"{cannot}Value is not a number.'")
        case "boolean":
            then = f"lower({sql}) IN ('t', 'true', '1')"
            return _matching(sql, "(?i)t|true|1|f|false|0", then, target, f"{cannot}BOOLEAN'")
        case "date":
            return _parsed(sql, _DATE, target, "date")
        case "time":
            return _parsed(sql, rf"\s*{_CLOCK}\s*", target, "time")
        case "timestamp":
            return _rounded(_parsed(sql, rf"{_DATE[:-3]}( {_CLOCK})?\s*", target, "timestamp"), target)
        case "timestamp with time zone":
            raise refused("CAST of text to timestamp with time zone, other than of a literal,")
        case "varbinary":
            return f"encode({sql})"
    return None


def _parsed(sql: str, pattern: str, target: Type, word: str) -> str:
    why = f"'Value cannot be cast to {word}: ' || {sql}"
    reason = f"'INVALID_CAST_ARGUMENT: ' || {why}"
    # DuckDB wants two digits, and seconds.
    padded = rf"regexp_replace(trim({sql}), '(^|[-: ])([0-9])([-: .]|$)', '\10\2\3', 'g')"
    padded = rf"regexp_replace({padded}, '(^|[-: ])([0-9])([-: .]|$)', '\10\2\3', 'g')"
    padded = rf"regexp_replace({padded}, '(^| )([0-9]{{2}}:[0-9]{{2}})$', '\1\2:00')"
    fits = f"coalesce(TRY_CAST({padded} AS {duckdb(target)}), {failing(reason, target)})"
    return _matching(sql, pattern, fits, target, why)


def _rounded(sql: str, target: Type) -> str:
    """A timestamp to its precision, halves up."""
    unit = 10 ** (6 - target.numbers[0])
    if unit == 1:
        return sql
    return f"make_timestamp(CAST(floor((epoch_us({sql}) + {unit // 2}) / {unit}) AS BIGINT) * {unit})"


def _shouted(kind: Type) -> str:
    """The type in a message."""
    if kind.base == "decimal":
        return f"DECIMAL({kind.numbers[0]}, {kind.numbers[1]})"
    return kind.base.upper()


def _to_decimal(sql: str, given: Type, target: Type) -> str:
    """A number as a decimal that may have too few digits for it."""
    source = f"CAST({sql} AS VARCHAR)" if given in {DOUBLE, REAL} else sql
    if given.base == "decimal" or given.base in INTEGERS:
        (p1, s1), (p2, s2) = as_decimal(given).numbers, target.numbers
        if p2 - s2 >= p1 - s1 + (s2 < s1):
            return f"CAST({sql} AS {duckdb(target)})"
    why = (
        f"'INVALID_CAST_ARGUMENT: Cannot cast {_shouted(given)} ''' || {text(sql, given)} || "
        f"''' to {_shouted(target)}'"
    )
    return (
        f"CASE WHEN {sql} IS NULL THEN {null(target)} ELSE coalesce(TRY_CAST({source} AS {duckdb(target)}), "
        f"{failing(why, target)}) END"
    )


def _from_number(sql: str, given: Type, target: Type) -> str | None:
    if target == BOOLEAN:
        return f"({sql} <> 0)" if given.base in NUMERIC else None
    if target.base not in NUMERIC:
        return None
    to = duckdb(target)
    if target.base == "decimal" and given != BOOLEAN:
        return _to_decimal(sql, given, target)
    if given == BOOLEAN or given.base in INTEGERS or target in {DOUBLE, REAL}:
        return f"CAST({sql} AS {to})"
    if target.base in INTEGERS:
        # DuckDB rounds a half of a double to the even neighbour, Trino away from zero.
        return f"CAST(round({sql}) AS {to})"
    return f"CAST({sql} AS {to})"


def _temporal(sql: str, given: Type, target: Type) -> str | None:
    zone = given.zone or "UTC"
    if given.base == "timestamp with time zone" and given.zone is None and target.base != given.base:
        raise refused("The local time of a timestamp whose time zone is not known before the query runs")
    match given.base, target.base:
        case ("date", "timestamp") | ("timestamp", "date"):
            return f"CAST({sql} AS {duckdb(target)})"
        case "timestamp", "timestamp":
            return _rounded(sql, target) if target.numbers < given.numbers else sql
        case (("date" | "timestamp"), "timestamp with time zone"):
            return from_zone(f"CAST({sql} AS TIMESTAMP)", "UTC")
        case "timestamp with time zone", ("date" | "timestamp" | "time"):
            local = at_zone(sql, zone)
            return local if target.base == "timestamp" else f"CAST({local} AS {duckdb(target)})"
        case "timestamp with time zone", "timestamp with time zone":
            return sql
        case "timestamp", "time":
            return f"CAST({_rounded(sql, target) if target.numbers < given.numbers else sql} AS TIME)"
        case "time", "time":
            if target.numbers >= given.numbers:
                return sql
            moment = f"(DATE '1970-01-01' + {sql})"
            return f"CAST({_rounded(moment, target)} AS TIME)"
    return None


def _structural(sql: str, given: Type, target: Type, place: Place) -> str | None:
    if given.base != target.base or len(given.of) != len(target.of):
        return None

    def part(of: str, at: int) -> str:
        return explicit(Value(of, given.of[at]), target.of[at], place).sql

    one = f"c{len(sql)}"
    if given.base == "array":
        return f"list_transform({sql}, lambda {one}: {part(one, 0)})"
    if given.base == "map":
        pair = f"struct_pack(k := {part(one + '.key', 0)}, v := {part(one + '.value', 1)})"
        return f"map_from_entries(list_transform(map_entries({sql}), lambda {one}: {pair}))"
    fields = (
        f"{member(target, at)} := {part(f'({sql}).{member(given, at)}', at)}" for at in range(len(target.of))
    )
    return f"CASE WHEN {sql} IS NULL THEN {null(target)} ELSE struct_pack({', '.join(fields)}) END"


def timestamp_to_precision(sql: str, precision: int) -> str:
    """A timestamp of microseconds as Trino reads it from a file, at the table's precision."""
    return _rounded(sql, Type(TIMESTAMP.base, (precision,)))
