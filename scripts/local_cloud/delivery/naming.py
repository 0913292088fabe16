"""Keys of delivered objects: prefixes with expressions, and the name that Firehose adds.

Source: Amazon Data Firehose developer guide, "Custom prefixes for Amazon S3 objects" and "Configure Amazon S3
object name format".
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scripts.errors import BadInputError

LONGEST_PREFIX = 512
_DEFAULT_TIME = "!{timestamp:yyyy/MM/dd/HH/}"
_EXPRESSION = re.compile(r"!\{(\w+):([^}]*)\}")
_PATTERN_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'")
_EXTENSIONS = {"UNCOMPRESSED": "", "GZIP": ".gz", "ZIP": ".zip"}

#: Letters of Java's DateTimeFormatter that a prefix may use, by letter and width.
_FIELDS: dict[str, Callable[[datetime, int], str]] = {
    "y": lambda when, width: f"{when.year % 100:02d}" if width == 2 else f"{when.year:0{width}d}",
    "M": lambda when, width: _named(when, width, when.month, "%b", "%B"),
    "d": lambda when, width: f"{when.day:0{width}d}",
    "D": lambda when, width: f"{when.timetuple().tm_yday:0{width}d}",
    "E": lambda when, width: when.strftime("%A" if width == 4 else "%a"),
    "a": lambda when, width: when.strftime("%p"),
    "H": lambda when, width: f"{when.hour:0{width}d}",
    "k": lambda when, width: f"{when.hour or 24:0{width}d}",
    "h": lambda when, width: f"{when.hour % 12 or 12:0{width}d}",
    "K": lambda when, width: f"{when.hour % 12:0{width}d}",
    "m": lambda when, width: f"{when.minute:0{width}d}",
    "s": lambda when, width: f"{when.second:0{width}d}",
    "S": lambda when, width: f"{when.microsecond:06d}".ljust(9, "0")[:width],
}
_FIELDS["u"] = _FIELDS["y"]


def _named(when: datetime, width: int, number: int, short: str, full: str) -> str:
    if width <= 2:
        return f"{number:0{width}d}"
    return when.strftime(short if width == 3 else full)


def timestamp(pattern: str, when: datetime) -> str:
    """A moment by a pattern of Java's DateTimeFormatter.

    Raises
    ------
    BadInputError
        The pattern has a letter that is not understood, or an open quote.
    """
    written = []
    for part in _PATTERN_PART.finditer(pattern):
        text, letter = part.group(0), part.group(2)
        if letter and letter not in _FIELDS:
            raise BadInputError(
                f"'{letter}' in the timestamp pattern '{pattern}' is not supported; "
                f"supported are: {' '.join(sorted(_FIELDS))}."
            )
        if text == "'":
            raise BadInputError(f"The timestamp pattern '{pattern}' has a quote that is not closed.")
        if letter:
            written.append(_FIELDS[letter](when, len(text)))
        elif text.startswith("'"):
            written.append(text[1:-1].replace("''", "'") or "'")
        else:
            written.append(text)
    return "".join(written)


def evaluate(prefix: str, when: datetime, error_type: str | None = None) -> str:
    """The prefix with its expressions replaced.

    Raises
    ------
    BadInputError
        An expression is malformed or not known.
    """

    def replaced(expression: re.Match[str]) -> str:
        namespace, value = expression.groups()
        if namespace == "timestamp":
            return timestamp(value, when)
        if (namespace, value) == ("firehose", "random-string"):
            return str(uuid.UUID(bytes=secrets.token_bytes(16)))[:11]
        if (namespace, value) == ("firehose", "error-output-type") and error_type:
            return error_type
        raise BadInputError(f"The expression '{expression.group(0)}' cannot be used in this prefix.")

    if "!{" in _EXPRESSION.sub("", prefix):
        raise BadInputError(
            f"The sequence '!{{' in '{prefix}' does not begin an expression of the form !{{namespace:value}}."
        )
    return _EXPRESSION.sub(replaced, prefix)


def success_prefix(destination: Mapping[str, Any], when: datetime) -> str:
    """Where records go; year, month, day and hour are added where no timestamp is asked for."""
    prefix = destination.get("Prefix") or ""
    return evaluate(prefix if "!{timestamp:" in prefix else prefix + _DEFAULT_TIME, when)


def error_prefix(destination: Mapping[str, Any], when: datetime, error_type: str) -> str:
    """Where records go that could not be processed."""
    prefix = destination.get("ErrorOutputPrefix") or destination.get("Prefix") or ""
    if "!{" not in prefix:
        prefix = f"{prefix}!{{firehose:error-output-type}}/{_DEFAULT_TIME}"
    return evaluate(prefix, when, error_type)


def check(destination: Mapping[str, Any]) -> None:
    """AWS's rules on the two prefixes, the time zone and the file extension.

    Raises
    ------
    BadInputError
        With the rule that is broken.
    """
    when = datetime(2018, 12, 27, 22, 30, tzinfo=zone(destination))
    prefix, errors = destination.get("Prefix") or "", destination.get("ErrorOutputPrefix") or ""
    if "!{" in prefix and not errors:
        raise BadInputError("ErrorOutputPrefix can't be null when Prefix contains expressions.")
    if "!{" in errors and "!{firehose:error-output-type}" not in errors:
        raise BadInputError(
            "ErrorOutputPrefix with an expression must include !{firehose:error-output-type}."
        )
    for evaluated in (
        success_prefix(destination, when),
        error_prefix(destination, when, "processing-failed"),
    ):
        if len(evaluated) > LONGEST_PREFIX:
            raise BadInputError(f"A prefix can't be longer than {LONGEST_PREFIX} characters when evaluated.")
    extension = destination.get("FileExtension") or ""
    if not re.fullmatch(r"|\.[0-9a-z!\-_.*'()]{1,127}", extension):
        raise BadInputError(f"FileExtension '{extension}' must begin with a dot, such as .json.gz")


def zone(destination: Mapping[str, Any]) -> tzinfo:
    """The time zone of prefixes and names.

    Raises
    ------
    BadInputError
        There is none of this name.
    """
    name = destination.get("CustomTimeZone") or "UTC"
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise BadInputError(f"CustomTimeZone '{name}' is not a time zone.") from unknown


def object_key(
    name: str, version: str, destination: Mapping[str, Any], oldest: float, error_type: str | None = None
) -> str:
    """The key of a new object.

    Parameters
    ----------
    name, version
        Of the delivery stream.
    oldest
        When the oldest record of the object arrived, seconds since 1970.
    error_type
        What failed, for an object of failed records; those are never compressed.
    """
    when = datetime.fromtimestamp(oldest, zone(destination))
    moment = when.strftime("%Y-%m-%d-%H-%M-%S")
    if error_type:
        prefix, extension = error_prefix(destination, when, error_type), ""
    else:
        prefix = success_prefix(destination, when)
        extension = destination.get("FileExtension") or _EXTENSIONS[destination["CompressionFormat"]]
    return f"{prefix}{name}-{version}-{moment}-{uuid.uuid4()}{extension}"
