"""Dates and times from text and to text: https://trino.io/docs/current/functions/datetime.html."""

from __future__ import annotations

import re

from scripts.local_cloud.athena.casts import timestamp_to_precision
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.moments import local, moment
from scripts.local_cloud.athena.functions.registry import Call, special
from scripts.local_cloud.athena.rendering import clock
from scripts.local_cloud.athena.types import DATE, TIMESTAMP, TIMESTAMP_TZ, VARCHAR, Type
from scripts.local_cloud.athena.values import Value, quoted
from scripts.local_cloud.athena.zones import zone_named


@special("to_iso8601", 1)
def _to_iso(call: Call) -> Value:
    value = moment(call, 0)
    if value.type == DATE:
        return Value(f"strftime({value.sql}, '%Y-%m-%d')", VARCHAR)
    if value.type.base == "time":
        raise refused(f"to_iso8601() of {value.type}", call.place)
    text = clock(local(value), "%Y-%m-%dT%H:%M:%S", value.type.numbers[0])
    if value.type.base == "timestamp":
        return Value(text, VARCHAR)
    if value.type.zone == "UTC":
        return Value(f"({text} || 'Z')", VARCHAR)
    return Value(f"({text} || lab_offset({local(value)}, timezone('UTC', {value.sql})))", VARCHAR)


@special("from_iso8601_timestamp", 1)
def _from_iso(call: Call) -> Value:
    value = call.as_(0, VARCHAR)
    instant = f"timezone('UTC', lab_iso_timestamp({value.sql}))"
    if value.constant is None:
        # Of many texts each has a zone of its own: one that is not UTC fails when it is read.
        return Value(f"timezone('UTC', lab_iso_utc({value.sql}))", TIMESTAMP_TZ, instant=instant)
    found = re.search(r"T.*?([+-]\d{2}):?(\d{2})?$", str(value.constant))
    zone = zone_named(f"{found[1]}:{found[2] or '00'}") if found else "UTC"
    return Value(instant, Type(TIMESTAMP_TZ.base, (3,), zone=zone))


#: MySQL's words of a format, as Trino knows them, by strftime's.
_MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%f", "H": "%H", "h": "%I", "I": "%I",
    "i": "%M", "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p", "r": "%I:%M:%S %p",
    "S": "%S", "s": "%S", "T": "%H:%M:%S", "W": "%A", "Y": "%Y", "y": "%y", "v": "%V", "x": "%G", "%": "%%",
}  # fmt: skip


def _mysql(call: Call) -> str:
    form = call.word(1, "format")
    words = []
    for found in re.finditer(r"%(.)|([^%]+)|%", form):
        letter, plain = found.groups()
        if plain:
            words.append(plain)
        elif letter in _MYSQL:
            words.append(_MYSQL[letter])
        elif letter in {"D", "U", "u", "V", "w", "X"}:
            raise QueryFailedError(
                "INVALID_FUNCTION_ARGUMENT", f"%{letter} not supported in date format string"
            )
        else:
            words.append(letter or "")
    return "".join(words)


def _formatted(value: Value, form: str) -> str:
    """SQL of a moment by strftime's words; it is rounded to milliseconds, and a year has four digits."""
    sql = local(value)
    if value.type.numbers > (3,):
        sql = timestamp_to_precision(sql, 3)
    if not form:
        return f"CASE WHEN {sql} IS NOT NULL THEN '' END"
    return f"strftime({sql}, {quoted(form)})"


@special("date_format", 2)
def _date_format(call: Call) -> Value:
    value = moment(call, 0)
    if value.type.base not in {"timestamp", "timestamp with time zone", "date"}:
        raise call.unexpected()
    return Value(_formatted(value, _mysql(call)), VARCHAR)


@special("date_parse", 2)
def _date_parse(call: Call) -> Value:
    value, form = call.as_(0, VARCHAR), _mysql(call)
    if re.search("%[GV]", form):
        raise refused("date_parse() by week", call.place)
    return Value(f"lab_date_parse({value.sql}, {quoted(call.word(1, 'format'))})", TIMESTAMP)


#: Joda's words of a pattern, whole runs of letters, by strftime's.
_JODA = {
    "yyyy": "%Y", "y": "%Y", "yy": "%y", "YYYY": "%Y", "MM": "%m", "M": "%-m", "MMM": "%b",
    "MMMM": "%B", "dd": "%d",
    "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M",
    "ss": "%S", "s": "%-S",
    "SSS": "%g", "a": "%p", "EEE": "%a", "E": "%a", "EEEE": "%A", "DDD": "%j", "xxxx": "%G", "ww": "%V",
}  # fmt: skip


def _joda(call: Call) -> str:
    form, words = call.word(1, "pattern"), []
    for found in re.finditer(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+", form):
        if found[1] is not None:
            words.append((found[1].replace("''", "'") or "'").replace("%", "%%"))
        elif found[2]:
            if found[0] not in _JODA:
                raise refused(f"'{found[0]}' in a pattern of {call.name}()", call.place)
            words.append(_JODA[found[0]])
        else:
            words.append(found[0].replace("%", "%%"))
    return "".join(words)


@special("format_datetime", 2)
def _format_datetime(call: Call) -> Value:
    value = moment(call, 0)
    if value.type.base == "time":
        raise call.unexpected()
    return Value(_formatted(value, _joda(call)), VARCHAR)


@special("parse_datetime", 2)
def _parse_datetime(call: Call) -> Value:
    value, form = call.as_(0, VARCHAR), _joda(call)
    if re.search("%[yGV]", form):
        # The century of two digits moves with the present year.
        raise refused("parse_datetime() of a year of two digits, or by week,", call.place)
    sql = f"lab_parse_datetime({value.sql}, {quoted(call.word(1, 'pattern'))})"
    return Value(f"timezone('UTC', {sql})", TIMESTAMP_TZ)
