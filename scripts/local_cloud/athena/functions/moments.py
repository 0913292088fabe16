"""Dates and times: https://trino.io/docs/current/functions/datetime.html."""

from __future__ import annotations

from scripts.local_cloud.athena.casts import coerce, timestamp_to_precision
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.registry import Call, declare, special
from scripts.local_cloud.athena.rendering import at_zone, from_zone
from scripts.local_cloud.athena.types import (
    BIGINT,
    DATE,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMP_TZ,
    Type,
    common,
    duckdb,
)
from scripts.local_cloud.athena.values import Value, quoted
from scripts.local_cloud.athena.zones import zone_named

_MOMENTS = ("date", "timestamp", "timestamp with time zone", "time")

declare(
    {
        "to_milliseconds(interval day to second) bigint": "lab_milliseconds({0})",
        "date(date) date": "{0}",
        "current_timezone() varchar": "'UTC'",
        "from_iso8601_date(varchar) date": "lab_iso_date({0})",
    }
)


def moment(call: Call, at: int) -> Value:
    """An argument that must be a moment."""
    value = call.value(at)
    if value.type.base not in _MOMENTS:
        raise call.unexpected()
    return value


def local(value: Value) -> str:
    """SQL of the local time that a moment shows."""
    if value.type.base != "timestamp with time zone":
        return value.sql
    if value.type.zone is None:
        raise refused("A part of a timestamp whose time zone is not known before the query runs")
    return at_zone(value.sql, value.type.zone)


#: Trino's fields, by DuckDB's SQL.
FIELDS = {
    "year": "year({0})",
    "quarter": "quarter({0})",
    "month": "month({0})",
    "week": "week({0})",
    "day": "day({0})",
    "day_of_month": "day({0})",
    "day_of_week": "isodow({0})",
    "dow": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "doy": "dayofyear({0})",
    "year_of_week": "isoyear({0})",
    "yow": "isoyear({0})",
    "week_of_year": "week({0})",
    "hour": "hour({0})",
    "minute": "minute({0})",
    "second": "second({0})",
    "millisecond": "millisecond({0}) % 1000",
}
_OF_TIME = ("hour", "minute", "second", "millisecond")
_OF_INTERVAL = {
    "year": ("interval year to month", "lab_months({0}) // 12"),
    "month": ("interval year to month", "lab_months({0}) % 12"),
    "day": ("interval day to second", "lab_milliseconds({0}) // 86400000"),
    "hour": ("interval day to second", "(lab_milliseconds({0}) // 3600000) % 24"),
    "minute": ("interval day to second", "(lab_milliseconds({0}) // 60000) % 60"),
    "second": ("interval day to second", "(lab_milliseconds({0}) // 1000) % 60"),
    "millisecond": ("interval day to second", "lab_milliseconds({0}) % 1000"),
}


def part(field: str, value: Value) -> Value | None:
    """A field of a moment or interval; nothing where it has none such."""
    base = value.type.base
    if field in {"timezone_hour", "timezone_minute"}:
        raise refused(f"{field}()")
    if field not in FIELDS:
        return None
    if base.startswith("interval"):
        kind, sql = _OF_INTERVAL.get(field, ("", ""))
        return Value(f"CAST({sql.replace('{0}', value.sql)} AS BIGINT)", BIGINT) if kind == base else None
    if base not in _MOMENTS or ((field in _OF_TIME) != (base == "time") and base in {"date", "time"}):
        return None
    return Value(f"CAST({FIELDS[field].replace('{0}', local(value))} AS BIGINT)", BIGINT)


def _field(call: Call) -> Value:
    found = part(call.name, call.value(0))
    if found is None:
        raise call.unexpected()
    return found


for _name in FIELDS:
    special(_name, 1)(_field)

_UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
_CLOCK_UNITS = _UNITS[:4]


def _unit(call: Call) -> str:
    unit = call.word(0, "unit").lower()
    if unit not in _UNITS:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid Timestamp field")
    return unit


def _like(value: Value, sql: str) -> Value:
    """Back from local time to what the value was; an hour that comes twice is the one that it was."""
    kind = value.type
    if kind.base == "timestamp with time zone":
        return Value(from_zone(f"CAST({sql} AS TIMESTAMP)", kind.zone or "UTC", value.sql), kind)
    return Value(f"CAST({sql} AS {duckdb(kind)})", kind)


@special("date_trunc", 2)
def _trunc(call: Call) -> Value:
    unit, value = _unit(call), moment(call, 1)
    if value.type.base == "time":
        raise refused("date_trunc() of a time", call.place)
    if value.type == DATE and unit in _CLOCK_UNITS:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid DATE field")
    return _like(value, f"date_trunc({quoted(unit)}, {local(value)})")


_DURATIONS = {
    "millisecond": "to_milliseconds({0})",
    "second": "to_seconds({0})",
    "minute": "to_minutes({0})",
    "hour": "to_hours({0})",
    "day": "to_days(CAST({0} AS INTEGER))",
    "week": "to_days(CAST({0} * 7 AS INTEGER))",
    "month": "to_months(CAST({0} AS INTEGER))",
    "quarter": "to_months(CAST({0} * 3 AS INTEGER))",
    "year": "to_months(CAST({0} * 12 AS INTEGER))",
}


@special("date_add", 3)
def _add(call: Call) -> Value:
    unit, count, value = _unit(call), call.as_(1, BIGINT), moment(call, 2)
    if value.type == DATE and unit in _CLOCK_UNITS:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid DATE field")
    if value.type.base == "time" and unit not in _CLOCK_UNITS:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid TIME field")
    moved = _DURATIONS[unit].replace("{0}", count.sql)
    if value.type.base == "timestamp with time zone" and unit in _CLOCK_UNITS:
        return Value(_to_unit(f"({value.sql} + {moved})", unit, value.type), value.type)
    if value.type.base == "timestamp":
        return Value(_to_unit(f"({value.sql} + {moved})", unit, value.type), value.type)
    return _like(value, f"({local(value)} + {moved})")


def _to_unit(sql: str, unit: str, kind: Type) -> str:
    """A moved moment, which has no digits that its type has not: milliseconds are rounded."""
    if unit != "millisecond" or kind.numbers >= (3,):
        return f"CAST({sql} AS {duckdb(kind)})"
    if kind.base == "timestamp":
        return timestamp_to_precision(sql, kind.numbers[0])
    rounded = timestamp_to_precision(f"timezone('UTC', {sql})", kind.numbers[0])
    return f"timezone('UTC', {rounded})"


@special("date_diff", 3)
def _diff(call: Call) -> Value:
    """Whole units that have passed, as DuckDB's date_sub counts them."""
    unit, start, end = _unit(call), moment(call, 1), moment(call, 2)
    kind = common(start.type, end.type)
    if kind is None:
        raise call.unexpected()
    if kind == DATE and unit in _CLOCK_UNITS:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid DATE field")
    zone = start.type.zone or end.type.zone
    first, last = (coerce(each, Type(kind.base, kind.numbers, zone=zone)) for each in (start, end))
    return Value(f"lab_passed_{unit}({_stamp(first, unit)}, {_stamp(last, unit)})", BIGINT)


def _stamp(value: Value, unit: str) -> str:
    """Whole milliseconds of the clock's time; of the time that passes, for units of the clock."""
    if value.type.base == "time":
        sql = f"(DATE '1970-01-01' + {value.sql})"
    elif value.type.base == "timestamp with time zone" and unit in _CLOCK_UNITS:
        sql = f"timezone('UTC', {value.sql})"
    else:
        sql = f"CAST({local(value)} AS TIMESTAMP)"
    return f"date_trunc('millisecond', {sql})" if value.type.numbers > (3,) else sql


@special("date", 1)
def _date(call: Call) -> Value:
    value = call.value(0)
    if value.type.base not in {"varchar", "timestamp", "timestamp with time zone", "date"}:
        raise call.unexpected()
    return call.expressions.cast(value, DATE, call.place)


@special("last_day_of_month", 1)
def _last(call: Call) -> Value:
    return Value(f"last_day({local(moment(call, 0))})", DATE)


@special("from_unixtime", 1, 3)
def _from_unix(call: Call) -> Value:
    seconds = call.as_(0, DOUBLE).sql
    if len(call) == 3:
        hours, minutes = call.value(1).constant, call.value(2).constant
        if not isinstance(hours, int) or not isinstance(minutes, int):
            raise refused("from_unixtime() with an offset that is not written out", call.place)
        offset = hours * 60 + minutes
        zone = zone_named(f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}")
    else:
        zone = zone_named(call.word(1, "time zone")) if len(call) == 2 else "UTC"
    sql = f"timezone('UTC', make_timestamp(CAST(round({seconds} * 1000) AS BIGINT) * 1000))"
    return Value(sql, Type(TIMESTAMP_TZ.base, (3,), zone=zone))


@special("to_unixtime", 1)
def _to_unix(call: Call) -> Value:
    value = moment(call, 0)
    if value.type.base not in {"timestamp", "timestamp with time zone", "date"}:
        raise call.unexpected()
    if value.type == DATE:
        value = coerce(value, TIMESTAMP)
    return Value(f"(CAST(epoch_us({value.instant or value.sql}) AS DOUBLE) / 1000000)", DOUBLE)


@special("at_timezone", 2)
def _at_timezone(call: Call) -> Value:
    return at_time_zone(call.value(0), zone_named(call.word(1, "time zone")), call)


@special("with_timezone", 2)
def _with_timezone(call: Call) -> Value:
    value, zone = call.value(0), zone_named(call.word(1, "time zone"))
    if value.type.base != "timestamp":
        raise call.unexpected()
    return Value(from_zone(value.sql, zone), Type(TIMESTAMP_TZ.base, value.type.numbers, zone=zone))


def at_time_zone(value: Value, zone: str, call: Call | None = None) -> Value:
    """The same instant, shown in a zone."""
    if value.type.base == "timestamp":
        value = coerce(value, Type(TIMESTAMP_TZ.base, value.type.numbers, zone="UTC"))
    if value.type.base != "timestamp with time zone":
        if call:
            raise call.unexpected()
        raise QueryFailedError(
            "TYPE_MISMATCH",
            f"Type of value must be a time or timestamp with or without time zone (actual {value.type})",
        )
    return Value(value.instant or value.sql, Type(value.type.base, value.type.numbers, zone=zone))


@special("now", 0)
def _now(call: Call) -> Value:
    return call.expressions.now()
