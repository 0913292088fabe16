"""Text, numbers, and lines of CSV."""

from __future__ import annotations

import base64
import csv
import decimal
import math
import re
from bisect import bisect_right
from functools import lru_cache

from scripts.local_cloud.athena.python_functions.refusal import Refusal, argument


def translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for at, letter in enumerate(old):
        table.setdefault(ord(letter), new[at] if at < len(new) else None)
    return text.translate(table)


def strpos(text: str, part: str, instance: int) -> int:
    """The place of the n-th occurrence, from the end where n is negative; they may overlap."""
    if instance == 0:
        raise argument("'instance' must be a positive or negative number.")
    if not part:
        return 1
    at = -1 if instance > 0 else len(text)
    for _ in range(abs(instance)):
        at = text.find(part, at + 1) if instance > 0 else text.rfind(part, 0, max(0, at - 1 + len(part)))
        if at < 0:
            return 0
    return at + 1


def edits(a: str, b: str) -> int:
    """Levenshtein's distance, in letters."""
    before = list(range(len(b) + 1))
    for at, left in enumerate(a, 1):
        row = [at]
        for column, right in enumerate(b, 1):
            row.append(min(row[-1] + 1, before[column] + 1, before[column - 1] + (left != right)))
        before = row
    return before[-1]


def from_base64(text: str) -> bytes:
    """What Java's decoder takes: the padding may be missing, but not in part."""
    whole = re.fullmatch(r"((?:[A-Za-z0-9+/]{4})*)([A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?", text)
    if not whole:
        raise argument("Illegal base64 text: its letters, length or padding")
    rest = (whole[2] or "").rstrip("=")
    return base64.b64decode(whole[1] + rest + "=" * (-len(rest) % 4))


def split_to_map(text: str, entries: str, pair: str) -> dict[str, str]:
    for name, delimiter in (("entryDelimiter", entries), ("keyValueDelimiter", pair)):
        if not delimiter:
            raise argument(f"{name} is empty")
    if entries == pair:
        raise argument("entryDelimiter and keyValueDelimiter must not be the same")
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


def divided(a: str, b: str, scale: int) -> str:
    """The quotient of two decimals, its halves rounded away from zero."""
    if not decimal.Decimal(b):
        raise Refusal("DIVISION_BY_ZERO: Division by zero")
    with decimal.localcontext(prec=200):
        quotient = decimal.Decimal(a) / decimal.Decimal(b)
        return f"{quotient.quantize(decimal.Decimal(1).scaleb(-scale), decimal.ROUND_HALF_UP):f}"


def width_bucket(x: float, first: float, last: float, count: int) -> int:
    if count <= 0:
        raise argument("bucketCount must be greater than 0")
    if math.isnan(x):
        raise argument("operand must not be NaN")
    for which, bound in (("first", first), ("second", last)):
        if not math.isfinite(bound):
            raise argument(f"{which} bound must be finite")
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


def width_bin(x: float, bins: list[float]) -> int:
    """How many of the bins, which ascend, begin at the number or before it."""
    if not bins:
        raise argument("Bins cannot be an empty array")
    if math.isnan(x):
        raise argument("Operand cannot be NaN")
    if sorted(bins) != list(bins):
        raise argument("Bin values are not sorted in ascending order")
    return bisect_right(bins, x)


@lru_cache
def _csv_line(separator: str, quote: str, escape: str) -> re.Pattern[str]:
    """Lines that all readers of CSV read alike: a value has quotes around it, or none in it."""
    s, q, e = (re.escape(each) for each in (separator, quote, escape))
    escaped = "" if escape == quote else f"|{e}."
    plain = f"(?:[^{s}{q}{e}]" + ("" if escape == quote else f"|{e}[^{s}{q}]") + ")*"
    value = f"(?:{plain}|{q}(?:[^{q}{e}]|{q}{q}{escaped})*{q})"
    return re.compile(f"{value}(?:{s}{value})*", re.DOTALL)


def escaped_cells(line: str, delimiter: str, escape: str, nothing: str) -> list[str | None]:
    """A line of text whose delimiters may be escaped, as LazySimpleSerDe splits it; NULL is never escaped."""
    cells, raw = [""], [""]
    letters = iter(line)
    for letter in letters:
        if letter == delimiter:
            cells.append("")
            raw.append("")
            continue
        after = next(letters, None) if letter == escape else None
        cells[-1] += letter if after is None else {"n": "\n", "r": "\r"}.get(after, after)
        raw[-1] += letter + (after or "")
    return [None if given == nothing else cell for cell, given in zip(cells, raw, strict=True)]


def csv_row(line: str, separator: str, quote: str, escape: str) -> list[str]:
    """A line as OpenCSVSerde splits it."""
    if (quote in line or escape in line) and not _csv_line(separator, quote, escape).fullmatch(line):
        raise Refusal(
            "NOT_SUPPORTED: A line whose quotes do not stand around whole values is not read by the local "
            f"cloud, and on AWS by OpenCSVSerde in its own way: {line[:100]}"
        )
    plain = csv.reader(
        [line],
        delimiter=separator,
        quotechar=quote,
        escapechar=escape if escape in line and escape != quote else None,
        doublequote=True,
    )
    return next(plain, [])
