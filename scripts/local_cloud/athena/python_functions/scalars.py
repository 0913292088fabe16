"""Text, numbers, addresses, moments, and lines of CSV."""

from __future__ import annotations

import csv
import math
import re
from datetime import date, datetime
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlsplit

from scripts.local_cloud.athena.python_functions.refusal import argument


def translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for at, letter in enumerate(old):
        table.setdefault(ord(letter), new[at] if at < len(new) else None)
    return text.translate(table)


def split_to_map(text: str, entries: str, pair: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in text.split(entries) if text else []:
        if not each:
            continue
        key, mark, value = each.partition(pair)
        if not mark or pair in value:
            raise argument(f"Key-value delimiter must appear exactly once in each entry. Bad input: '{each}'")
        if key in found:
            raise argument(f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return found


def from_utf8(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.replace(" ", "?"))
    except ValueError:
        raise argument("Invalid input to from_hex: not a hexadecimal number of whole bytes") from None


def url_encode(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


def url_decode(text: str) -> str:
    return unquote_plus(text)


def url(text: str, part: str) -> str | None:
    if re.search(r"[\s<>\"{}|\\^`]", text):
        return None
    found = urlsplit(text)
    if part == "port":
        return str(found.port) if found.port is not None else None
    if part == "host":
        return found.netloc.rpartition("@")[2].partition(":")[0] or None
    if part == "protocol":
        return found.scheme
    return str(getattr(found, part))


def url_parameter(text: str, name: str) -> str | None:
    return next(
        (value for key, value in parse_qsl(urlsplit(text).query, keep_blank_values=True) if key == name), None
    )


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def cbrt(x: float) -> float:
    """Exact where the root is whole, as fdlibm's is and others' are not."""
    if math.isfinite(x) and abs(x) < 1e15 and round(math.cbrt(x)) ** 3 == x:
        return math.copysign(float(round(math.cbrt(x))), x)
    return math.cbrt(x)


def to_base(number: int, radix: int) -> str:
    if not 2 <= radix <= 36:
        raise argument("Radix must be between 2 and 36")
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return f"{'-' if number < 0 else ''}{digits}"


def from_base(text: str, radix: int) -> int:
    if not 2 <= radix <= 36:
        raise argument("Radix must be between 2 and 36")
    wrong = argument(f"Not a valid base-{radix} number: {text}")
    if not re.fullmatch(r"[+-]?[0-9A-Za-z]+", text):
        raise wrong
    try:
        found = int(text, radix)
    except ValueError:
        raise wrong from None
    if not -(2**63) <= found < 2**63:
        raise wrong
    return found


def bit_count(number: int, bits: int) -> int:
    if not 2 <= bits <= 64:
        raise argument("Bits specified in bit_count must be between 2 and 64, got " + str(bits))
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise argument(
            f"Number must be representable with the bits specified. {number} cannot be "
            f"represented with {bits} bits"
        )
    return (number & ((1 << bits) - 1)).bit_count()


def width_bucket(x: float, first: float, last: float, count: int) -> int:
    if count <= 0:
        raise argument("bucketCount must be greater than 0")
    if first == last:
        raise argument("bounds cannot equal each other")
    low, high = min(first, last), max(first, last)
    if x < low:
        found = 0
    elif x >= high:
        found = count + 1
    else:
        found = int((count * (x - low)) / (high - low) + 1)
    return count - found + 1 if first > last else found


_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?|\d{4}-W\d{2}-\d"
)


def iso_timestamp(text: str) -> datetime:
    """In UTC."""
    wrong = argument(f'Invalid format: "{text}"')
    if not _ISO.fullmatch(text):
        raise wrong
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong from None
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    offset = moment.utcoffset()
    return moment.replace(tzinfo=None) - offset if offset else moment.replace(tzinfo=None)


def iso_date(text: str) -> date:
    if "T" in text:
        raise argument(f'Invalid format: "{text}" is malformed at "T"')
    return iso_timestamp(text).date()


def date_parse(text: str, form: str, shown: str) -> datetime:
    """By strftime's words; the fraction is what there is, and milliseconds are kept."""
    try:
        plain = form.replace("%-", "%").replace("%g", "%f")
        moment = datetime.strptime(text, plain)
    except ValueError:
        raise argument(f'Invalid format: "{text}" (by "{shown}")') from None
    if moment.year == 1900 and not re.search("%[Yy]", form):
        moment = moment.replace(year=1970)
    if moment.year == 1969 and "%y" in form:
        # Trino's century of two digits begins with 1970, C's with 1969.
        moment = moment.replace(year=2069)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def csv_row(line: str, separator: str, quote: str, escape: str) -> list[str]:
    """A line as OpenCSVSerde splits it."""
    plain = csv.reader(
        [line],
        delimiter=separator,
        quotechar=quote,
        escapechar=escape if escape in line else None,
        doublequote=True,
    )
    return next(plain, [])
