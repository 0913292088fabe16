"""Moments read from text, as Joda-Time reads them for Trino."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from scripts.local_cloud.athena.python_functions.refusal import Refusal, argument

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Texts of a field, the long one or its first three letters, by their number.
_TEXTS = {
    "monthOfYear": {each: at for at, each in enumerate(_MONTHS, 1)},
    "dayOfWeek": {each: at for at, each in enumerate(_WEEKDAYS, 1)},
    "halfdayOfDay": {"AM": 0, "PM": 1},
}
_RANGES = {
    "monthOfYear": (1, 12),
    "hourOfDay": (0, 23),
    "clockhourOfHalfday": (1, 12),
    "minuteOfHour": (0, 59),
    "secondOfMinute": (0, 59),
}


@dataclass(frozen=True)
class _Item:
    """What stands at a place in a format.

    Attributes
    ----------
    field
        Joda's name; empty of a literal.
    kind
        ``number``, ``text``, ``fraction`` or ``century``: two digits, of 1970 to 2069.
    most
        Digits at most.
    """

    field: str = ""
    kind: str = "number"
    most: int = 2
    literal: str = ""


_TIMES = {"T": "%H:%i:%s", "r": "%h:%i:%s %p"}
_MYSQL = {
    "a": _Item("dayOfWeek", "text"), "b": _Item("monthOfYear", "text"), "c": _Item("monthOfYear"),
    "d": _Item("dayOfMonth"), "e": _Item("dayOfMonth"), "f": _Item("millisOfSecond", "fraction", 9),
    "H": _Item("hourOfDay"), "h": _Item("clockhourOfHalfday"), "I": _Item("clockhourOfHalfday"),
    "i": _Item("minuteOfHour"), "j": _Item("dayOfYear", most=3), "k": _Item("hourOfDay"),
    "l": _Item("clockhourOfHalfday"), "M": _Item("monthOfYear", "text"), "m": _Item("monthOfYear"),
    "p": _Item("halfdayOfDay", "text"), "S": _Item("secondOfMinute"), "s": _Item("secondOfMinute"),
    "W": _Item("dayOfWeek", "text"), "Y": _Item("year", most=4), "y": _Item("year", "century"),
}  # fmt: skip
_JODA = {
    "y": "year", "Y": "year", "M": "monthOfYear", "d": "dayOfMonth", "D": "dayOfYear", "H": "hourOfDay",
    "h": "clockhourOfHalfday", "m": "minuteOfHour", "s": "secondOfMinute", "S": "millisOfSecond",
    "E": "dayOfWeek", "a": "halfdayOfDay",
}  # fmt: skip


@lru_cache(maxsize=256)
def _mysql(form: str) -> tuple[_Item, ...]:
    form = re.sub("%(.)", lambda found: _TIMES.get(found[1], found[0]), form, flags=re.DOTALL)
    items = []
    for letter, plain in re.findall(r"%(.)|([^%])", form, re.DOTALL):
        items.append(_MYSQL.get(letter) or _Item(literal=letter or plain))
    return tuple(items)


@lru_cache(maxsize=256)
def _joda(form: str) -> tuple[_Item, ...]:
    items = []
    words = list(re.finditer(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|[^A-Za-z']+", form))
    for at, word in enumerate(words):
        run, letter = word[2], word[3]
        if run is None:
            items.append(_Item(literal=word[0] if word[1] is None else word[1].replace("''", "'") or "'"))
        elif letter in "Ea" or (letter == "M" and len(run) > 2):
            items.append(_Item(_JODA[letter], "text"))
        elif letter == "S":
            items.append(_Item(_JODA[letter], "fraction", len(run)))
        elif letter in "yY":
            after = words[at + 1][2] if at + 1 < len(words) else None
            digits = after is not None and after[0] not in "Ea" and not after.startswith("MMM")
            items.append(_Item(_JODA[letter], most=len(run) if digits else 9))
        else:
            items.append(_Item(_JODA[letter], most=max(len(run), 3 if letter == "D" else 2)))
    return tuple(items)


def date_parse(text: str, form: str) -> datetime:
    """By MySQL's words."""
    return _read(text, _mysql(form))


def parse_datetime(text: str, form: str) -> datetime:
    """By Joda's."""
    return _read(text, _joda(form))


def _read(text: str, items: Sequence[_Item]) -> datetime:
    fields: dict[str, int] = {}
    at = 0
    for item in items:
        end = _read_literal(text, at, item) if item.literal else _read_field(text, at, item, fields)
        if end is None:
            raise _malformed(text, at)
        at = end
    if at < len(text):
        raise _malformed(text, at)
    return _moment(text, fields)


def _malformed(text: str, at: int) -> Refusal:
    shown = text if len(text) <= at + 35 else f"{text[: at + 32]}..."
    if at == 0:
        return argument(f'Invalid format: "{shown}"')
    if at >= len(text):
        return argument(f'Invalid format: "{shown}" is too short')
    return argument(f'Invalid format: "{shown}" is malformed at "{shown[at:]}"')


def _read_literal(text: str, at: int, item: _Item) -> int | None:
    end = at + len(item.literal)
    return end if text[at:end].lower() == item.literal.lower() else None


def _read_field(text: str, at: int, item: _Item, fields: dict[str, int]) -> int | None:
    if item.kind == "text":
        for name, value in _TEXTS[item.field].items():
            for each in (name, name[:3]):
                # In its own case, in small or in capital letters.
                if text[at : at + len(each)] in {each, each.lower(), each.upper()}:
                    fields[item.field] = value
                    return at + len(each)
        return None
    if item.kind == "century":
        found = re.compile("[0-9]{2}").match(text, at)
        if found:
            fields[item.field] = int(found[0]) + (2000 if int(found[0]) < 70 else 1900)
        return found.end() if found else None
    sign = "[+-]?" if item.field == "year" else ""
    found = re.compile(f"{sign}[0-9]{{1,{item.most}}}").match(text, at)
    if not found:
        return None
    fields[item.field] = int(found[0][:3].ljust(3, "0")) if item.kind == "fraction" else int(found[0])
    return found.end()


def _in_range(text: str, field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise argument(
            f'Cannot parse "{text}": Value {value} for {field} must be in the range [{least},{most}]'
        )


def _moment(text: str, fields: dict[str, int]) -> datetime:
    """From the greatest field to the smallest; a date without its year is one of 2000, a time one of 1970."""
    for field, (least, most) in _RANGES.items():
        if field in fields:
            _in_range(text, field, fields[field], least, most)
    dated = fields.keys() & {"monthOfYear", "dayOfMonth", "dayOfYear", "dayOfWeek"}
    year = fields.get("year", 2000 if dated else 1970)
    if not 1 <= year <= 9999:
        raise Refusal(f"NOT_SUPPORTED: The year {year} is not read by the local cloud; on AWS it is")
    day = date(year, fields.get("monthOfYear", 1), 1)
    if "dayOfYear" in fields:
        last = (date(year, 12, 31) - date(year, 1, 1)).days + 1
        _in_range(text, "dayOfYear", fields["dayOfYear"], 1, last)
        day = date(year, 1, 1) + timedelta(days=fields["dayOfYear"] - 1)
    if "dayOfMonth" in fields:
        last = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
        _in_range(text, "dayOfMonth", fields["dayOfMonth"], 1, last)
        day = day.replace(day=fields["dayOfMonth"])
    if "dayOfWeek" in fields:
        # Within the week of the day, as Joda sets it.
        day += timedelta(days=fields["dayOfWeek"] - day.isoweekday())
    hour = fields.get("hourOfDay")
    if hour is None:
        hour = fields.get("clockhourOfHalfday", 0) % 12 + 12 * fields.get("halfdayOfDay", 0)
    clock = [fields.get(each, 0) for each in ("minuteOfHour", "secondOfMinute", "millisOfSecond")]
    return datetime(day.year, day.month, day.day, hour, clock[0], clock[1], clock[2] * 1000)


_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?:(?P<ordinal>\d{3})|(?P<month>\d{2})(?:-(?P<day>\d{2}))?"
    r"|W(?P<week>\d{2})(?:-(?P<weekday>\d))?))?"
    r"(?:T(?:(?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?)?"
    r"(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)


def iso_timestamp(text: str) -> datetime:
    """In UTC."""
    wrong = argument(f'Invalid format: "{text}"')
    found = _ISO.fullmatch(text)
    if not found:
        raise wrong
    number = {name: int(value) for name, value in found.groupdict().items() if value and value.isdigit()}
    try:
        if "week" in number:
            day = date.fromisocalendar(number["year"], number["week"], number.get("weekday", 1))
        elif "ordinal" in number:
            day = datetime.strptime(f"{number['year']:04} {number['ordinal']}", "%Y %j").date()
        else:
            day = date(number["year"], number.get("month", 1), number.get("day", 1))
        hour, minute, second = (number.get(each, 0) for each in ("hour", "minute", "second"))
        moment = datetime(day.year, day.month, day.day, hour, minute, second)
    except ValueError:
        raise wrong from None
    moment += timedelta(milliseconds=int((found["fraction"] or "0")[:3].ljust(3, "0")))
    offset = found["offset"]
    if offset and offset != "Z":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        moment -= shift if offset[0] == "+" else -shift
    return moment


def iso_utc(text: str) -> datetime:
    """A moment whose text names no other time zone than UTC."""
    moment, found = iso_timestamp(text), _ISO.fullmatch(text)
    if found and found["offset"] and found["offset"].strip("+-0:Z"):
        raise Refusal(
            f"NOT_SUPPORTED: A time zone that is not UTC in a text that is no literal, '{text}', is not "
            "supported by the local cloud, but in to_unixtime() and AT TIME ZONE; on AWS the query is run"
        )
    return moment


def iso_date(text: str) -> date:
    if "T" in text:
        raise argument(f'Invalid format: "{text}" is malformed at "{text[text.index("T") :]}"')
    return iso_timestamp(text).date()
