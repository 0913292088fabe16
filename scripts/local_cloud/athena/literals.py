"""What is written out in a query: numbers, text, moments, intervals, and the names of types."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlglot import exp

from scripts.local_cloud.athena import types
from scripts.local_cloud.athena.casts import Place
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.rendering import from_zone
from scripts.local_cloud.athena.types import (
    BIGINT,
    DAYS,
    DOUBLE,
    INTEGER,
    TIMESTAMP_TZ,
    YEARS,
    Type,
    decimal,
    duckdb,
)
from scripts.local_cloud.athena.values import Value, quoted
from scripts.local_cloud.athena.zones import zone_named

_NAMES = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INT": "integer",
    "BIGINT": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double",
    "DECIMAL": "decimal",
    "VARCHAR": "varchar",
    "CHAR": "char",
    "VARBINARY": "varbinary",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPTZ": "timestamp with time zone",
    "JSON": "json",
    "UUID": "uuid",
    "IPADDRESS": "ipaddress",
}
_ZONED = re.compile(
    r"(\d+-\d+-\d+(?: (?:[01]?\d|2[0-3]):\d+(?::\d+(?:\.\d+)?)?)?) ?([A-Za-z]\S*|[+-]\d{2}:\d{2})"
)


def data_type(node: exp.DataType, place: Place) -> Type:
    """The type that a query names."""
    name = node.this.name if hasattr(node.this, "name") else str(node.this)
    if name in {"ARRAY", "MAP"} and len(node.expressions) != (1 if name == "ARRAY" else 2):
        raise QueryFailedError("TYPE_NOT_FOUND", f"Unknown type: {name.lower()}", place)
    if name == "ARRAY":
        return types.array(data_type(node.expressions[0], place))
    if name == "MAP":
        return types.map_of(*(data_type(each, place) for each in node.expressions))
    if name == "STRUCT":
        fields = []
        for each in node.expressions:
            if isinstance(each, exp.ColumnDef):
                fields.append((each.name.lower(), data_type(each.args["kind"], place)))
            else:
                fields.append(("", data_type(each, place)))
        return types.row(fields)
    if name not in _NAMES:
        raise QueryFailedError("TYPE_NOT_FOUND", f"Unknown type: {node.sql().lower()}", place)
    numbers = [int(each.name) for each in node.expressions]
    return types.simple(_NAMES[name], numbers)


def number(text: str, *, whole_too: bool = True) -> Value:
    """A number: whole, decimal or, with an exponent, double.

    Parameters
    ----------
    whole_too
        Whether one without a point is an integer; else it is a decimal.
    """
    if whole_too and re.fullmatch(r"\d+", text):
        whole = int(text)
        if whole > 2**63 - 1:
            raise QueryFailedError("", f"Invalid numeric literal: {text}")
        kind = INTEGER if whole < 2**31 else BIGINT
        return Value(f"CAST({whole} AS {duckdb(kind)})", kind, whole)
    if "e" in text.lower():
        return Value(f"CAST({quoted(text)} AS DOUBLE)", DOUBLE, text)
    whole_part, _, fraction = text.lstrip("-").partition(".")
    digits = len(whole_part.lstrip("0")) + len(fraction)
    if digits > types.MAX_PRECISION:
        raise QueryFailedError("", f"Invalid decimal literal '{text}': its precision is more than 38")
    kind = decimal(max(digits, 1), len(fraction))
    return Value(f"CAST('{text}' AS {duckdb(kind)})", kind)


def string(text: str) -> Value:
    """Text; its type is as long as it is."""
    return Value(quoted(text), types.varchar(len(text)), text)


def zoned(text: str, place: Place) -> Value:
    """``TIMESTAMP '2020-01-01 00:00:00 UTC'``."""
    found = _ZONED.fullmatch(text.strip())
    if not found:
        raise QueryFailedError("INVALID_LITERAL", f"'{text}' is not a valid TIMESTAMP literal", place)
    wrong = QueryFailedError("INVALID_LITERAL", f"'{text}' is not a valid TIMESTAMP literal", place)
    fraction = len(found[1].partition(".")[2])
    if fraction > 6:
        raise refused(f"A timestamp of {fraction} digits after the second", place)
    try:
        kind = Type(TIMESTAMP_TZ.base, (fraction,), zone=zone_named(found[2]))
    except QueryFailedError as why:
        raise wrong from why
    sql = f"CAST({quoted(found[1])} AS TIMESTAMP)"
    numbers = [int(each) for each in re.split("[-: ]", found[1].partition(".")[0])]
    year, month, day, hour, minute, second = numbers + [0] * (6 - len(numbers))
    try:
        local = datetime(year, month, day, hour, minute, second)
    except ValueError as why:
        raise wrong from why
    zone = kind.zone or "UTC"
    if zone == "UTC" or not zone[0].isalpha():
        return Value(from_zone(sql, zone), kind)
    # Before the clocks go back, where the time comes twice; a time that never comes is none.
    there = local.replace(tzinfo=ZoneInfo(zone))
    if there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise wrong
    shift = round((there.replace(tzinfo=UTC) - there.astimezone(UTC)).total_seconds())
    return Value(f"timezone('UTC', {sql} - to_seconds({shift}))", kind)


_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?"
_DAY = r"(\d{4,})-(\d{1,2})-(\d{1,2})"
_MOMENTS = {
    "date": re.compile(rf"\s*[+-]?{_DAY}\s*"),
    "time": re.compile(rf"\s*{_CLOCK}\s*"),
    "timestamp": re.compile(rf"\s*[+-]?{_DAY}(?: {_CLOCK})?\s*"),
}


def check_moment(text: str, kind: Type, place: Place) -> None:
    """``DATE '2024-01-31'``, and so a time and a timestamp.

    Raises
    ------
    QueryFailedError
        The text is none.
    """
    found = _MOMENTS[kind.base].fullmatch(text)
    if found:
        numbers = [int(each or 0) for each in found.groups()]
        year, month, day = (2000, 1, 1) if kind.base == "time" else numbers[:3]
        clock = numbers if kind.base == "time" else [*numbers[3:], 0, 0, 0]
        try:
            # Years beyond what Python has repeat every 400.
            datetime(year % 400 + 2000, month, day, clock[0], clock[1], clock[2])
        except ValueError:
            found = None
    if not found:
        word = kind.base.upper()
        raise QueryFailedError("INVALID_LITERAL", f"'{text}' is not a valid {word} literal", place)


_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}


def interval(node: exp.Interval, place: Place) -> Value:
    """``INTERVAL '2' DAY`` and ``INTERVAL '1-6' YEAR TO MONTH``."""
    text, unit = node.this, node.args.get("unit")
    if isinstance(text, exp.Neg):
        positive = node.copy()
        positive.set("this", text.this)
        value = interval(positive, place)
        return Value(f"({value.sql} * -1)", value.type)
    if not isinstance(text, exp.Literal) or not text.is_string or unit is None:
        raise QueryFailedError("", "mismatched input: an interval is written INTERVAL '1' DAY", place)
    if isinstance(unit, exp.IntervalSpan):
        return _span(text.name, unit.this.name.upper(), unit.expression.name.upper(), place)
    word = unit.name.upper()
    fraction = r"(\.\d+)?" if word == "SECOND" else ""
    if not re.fullmatch(rf"[+-]?\d+{fraction}", text.name):
        raise QueryFailedError("INVALID_LITERAL", f"'{text.name}' is not a valid INTERVAL literal", place)
    if word in {"YEAR", "MONTH"}:
        return Value(f"to_months({int(text.name) * (12 if word == 'YEAR' else 1)})", YEARS)
    if word not in _SECONDS:
        raise QueryFailedError("", f"mismatched input '{unit.name}'", place)
    return Value(f"to_milliseconds({round(float(text.name) * _SECONDS[word] * 1000)})", DAYS)


def _span(text: str, first: str, last: str, place: Place) -> Value:
    if (first, last) == ("YEAR", "MONTH") and (found := re.fullmatch(r"([+-]?)(\d+)-(\d+)", text)):
        months = int(found[2]) * 12 + int(found[3])
        return Value(f"to_months({'-' if found[1] == '-' else ''}{months})", YEARS)
    if (first, last) == ("DAY", "SECOND") and (
        found := re.fullmatch(r"([+-]?)(\d+) (\d+):(\d+):(\d+)(?:\.(\d{1,3}))?", text)
    ):
        days, hours, minutes, seconds = (int(each) for each in found.groups()[1:5])
        thousandths = int((found[6] or "0").ljust(3, "0"))
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        sign = "-" if found[1] == "-" else ""
        return Value(f"to_milliseconds({sign}{total * 1000 + thousandths})", DAYS)
    raise refused(f"INTERVAL '{text}' {first} TO {last}", place)


def unicode_string(text: str, place: Place) -> Value:
    r"""``U&'\0041'``."""

    def letter(found: re.Match[str]) -> str:
        return "\\" if found[0] == "\\\\" else chr(int(found[1] or found[2], 16))

    if re.search(r"\\(?![0-9A-Fa-f]{4}|\+[0-9A-Fa-f]{6}|\\)", text):
        raise QueryFailedError("", "Incomplete escape sequence", place)
    return string(re.sub(r"\\(?:\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4})|\\)", letter, text))
