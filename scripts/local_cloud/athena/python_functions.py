"""Functions that the compiled queries call and that Python carries out, a row at a time.

They are those where DuckDB's own nearly do what Trino's do: JSON's canonical text, Java's Formatter, regular
expressions with groups. What they are given is never NULL; what fails raises `Refusal` with Trino's words.
"""

from __future__ import annotations

import csv
import decimal
import json
import math
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlsplit

from scripts.local_cloud.athena.values import END, MARK


class Refusal(Exception):
    """A function cannot be carried out on a value; the reason is ``NAME: message``."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{MARK}{reason}{END}")


def _argument(message: str) -> Refusal:
    return Refusal(f"INVALID_FUNCTION_ARGUMENT: {message}")


# --- JSON


class _Number(float):
    """A number that keeps its text."""

    text = ""


def _number(text: str) -> _Number:
    found = _Number(text)
    found.text = text
    return found


def java_double(value: float) -> str:
    """As Double.toString writes it."""
    if value != value:  # noqa: PLR0124
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    sign, digits, exponent = decimal.Decimal(repr(float(value))).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def _loaded(text: str) -> Any:
    def constant(word: str) -> Any:
        raise ValueError(word)

    return json.loads(text, parse_float=_number, parse_constant=constant)


def _dumped(value: Any, *, ordered: bool = True) -> str:
    """The canonical text: no spaces, keys in order, numbers as Java writes them."""
    if isinstance(value, dict):
        items = sorted(value.items()) if ordered else value.items()
        return (
            "{"
            + ",".join(
                f"{json.dumps(key, ensure_ascii=False)}:{_dumped(each, ordered=ordered)}"
                for key, each in items
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(_dumped(each, ordered=ordered) for each in value) + "]"
    if isinstance(value, float):
        return java_double(float(value))
    return json.dumps(value, ensure_ascii=False)


def json_parse(text: str) -> str:
    try:
        return _dumped(_loaded(text))
    except ValueError:
        raise _argument(f"Cannot convert value to JSON: '{text}'") from None


def json_sorted(text: str) -> str:
    return _dumped(_loaded(text))


def json_of(text: str, kind: str) -> str:
    """A scalar of a Trino type as JSON."""
    if kind == "json":
        return text
    if kind in {"varchar", "date", "timestamp"}:
        return json.dumps(text, ensure_ascii=False)
    if kind in {"real", "double"} and text in {"NaN", "Infinity", "-Infinity"}:
        return json.dumps(text)
    return text


def json_scalar(text: str, target: str) -> str | None:
    """A JSON scalar as text that a cast to the target takes; NULL for null."""
    value = _loaded(text)
    if value is None:
        return None
    if isinstance(value, dict | list):
        raise Refusal(f"INVALID_CAST_ARGUMENT: Cannot cast to {target}. Expected a scalar, but got {text}")
    if target == "varchar" or target.startswith("varchar("):
        return value if isinstance(value, str) else text
    if isinstance(value, bool):
        return ("true" if value else "false") if target == "boolean" else str(int(value))
    try:
        if target == "boolean":
            if isinstance(value, str):
                return {"true": "true", "false": "false"}[value.lower()]
            return "true" if value else "false"
        if target == "double":
            return repr(float(value))
        if isinstance(value, float):
            return str(decimal.Decimal(float(value)).quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP))
        return str(int(value))
    except (KeyError, ValueError, decimal.InvalidOperation):
        raise Refusal(f"INVALID_CAST_ARGUMENT: Cannot cast '{text}' to {target.upper()}") from None


def json_elements(text: str) -> list[str] | None:
    value = _loaded(text)
    if value is None:
        return None
    if not isinstance(value, list):
        raise Refusal(
            f"INVALID_CAST_ARGUMENT: Cannot cast to array(json). Expected a json array, but got {text[:50]}"
        )
    return [_dumped(each) for each in value]


def json_keys(text: str) -> list[str] | None:
    value = _loaded(text)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal(
            f"INVALID_CAST_ARGUMENT: Cannot cast to map. Expected a json object, but got {text[:50]}"
        )
    return sorted(value)


def json_members(text: str) -> list[str] | None:
    value = _loaded(text)
    return None if value is None else [_dumped(value[key]) for key in sorted(value)]


@lru_cache(maxsize=256)
def _path(path: str) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    rest = path.removeprefix("$")
    if rest == path:
        raise _argument(f"Invalid JSON path: '{path}'")
    while rest:
        found = re.match(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\"((?:[^\"\\]|\\.)*)\"\]|\['([^']*)'\]", rest)
        if not found:
            raise Refusal(
                f"NOT_SUPPORTED: The JSON path '{path}' is not read by the local cloud; on AWS it may be"
            )
        name, index, quoted, single = found.groups()
        steps.append(
            int(index) if index else name if name is not None else (quoted if quoted is not None else single)
        )
        rest = rest[found.end() :]
    return tuple(steps)


_MISSING = object()


def _at(text: str, path: str) -> Any:
    steps = _path(path)
    try:
        value = _loaded(text)
    except ValueError:
        return _MISSING
    for step in steps:
        if isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        elif isinstance(value, dict) and str(step) in value:
            value = value[str(step)]
        else:
            return _MISSING
    return value


def json_extract(text: str, path: str) -> str | None:
    value = _at(text, path)
    return None if value is _MISSING else _dumped(value)


def json_extract_scalar(text: str, path: str) -> str | None:
    value = _at(text, path)
    if value is _MISSING or value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text if isinstance(value, _Number) else str(value)


def json_length(text: str) -> int | None:
    value = _at(text, "$")
    return len(value) if isinstance(value, list) else None


def json_size(text: str, path: str) -> int | None:
    value = _at(text, path)
    if value is _MISSING:
        return None
    return len(value) if isinstance(value, dict | list) else 0


def json_is_scalar(text: str) -> bool:
    value = _at(text, "$")
    if value is _MISSING:
        raise _argument(f"Invalid JSON value: {text}")
    return not isinstance(value, dict | list)


def json_contains(text: str, wanted: str, kind: str) -> bool | None:
    value = _at(text, "$")
    if not isinstance(value, list):
        return None
    if kind == "boolean":
        return any(each is (wanted == "true") for each in value)
    if kind == "varchar":
        return any(isinstance(each, str) and each == wanted for each in value)
    numbers = [each for each in value if isinstance(each, int | float) and not isinstance(each, bool)]
    return any(float(each) == float(wanted) for each in numbers)


# --- Java's Formatter


def format_(form: str, kinds: str, texts: list[str]) -> str:
    """String.format with arguments of these types, as text."""
    names = kinds.split(",") if kinds else []
    following = iter(range(len(texts)))

    def one(found: re.Match[str]) -> str:
        index, flags, width, precision, letter = found.groups()
        if letter == "%":
            return "%"
        if letter == "n":
            return "\n"
        try:
            at = int(index[:-1]) - 1 if index else next(following)
            kind, text = names[at], texts[at]
        except (StopIteration, IndexError):
            raise _argument(f"Format specifier '{found[0]}'") from None
        given = None if text == "\x01" else text
        body = _conversion(letter, flags, precision, kind, given, found[0])
        if width:
            if "0" in flags and given is not None and letter in "dfx":
                sign = body[:1] if body[:1] in "+- " else ""
                return sign + body[len(sign) :].rjust(int(width) - len(sign), "0")
            return body.ljust(int(width)) if "-" in flags else body.rjust(int(width))
        return body

    shape = r"%(\d+\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])"
    if "%" in re.sub(shape, "", form):
        raise _argument(f"Invalid format string: {form}")
    return re.sub(shape, one, form)


def _conversion(
    letter: str, flags: str, precision: str | None, kind: str, text: str | None, whole: str
) -> str:
    mismatch = _argument(f"Invalid format string: {whole} ({kind})")
    if letter in "sS":
        shown = "null" if text is None else text
        shown = shown[: int(precision)] if precision else shown
        return shown.upper() if letter == "S" else shown
    if letter in "bB":
        return "false" if text is None else (text if kind == "boolean" else "true")
    if letter not in "dfxX" or "(" in flags or "#" in flags:
        raise Refusal(
            f"NOT_SUPPORTED: format() with '{whole}' is not supported by the local cloud; on AWS "
            f"the query would be run"
        )
    if text is None:
        return "null"
    if letter in "xX":
        if kind != "int":
            raise mismatch
        number = int(text)
        shown = format(number if number >= 0 else number + 2**64, "x")
        return shown.upper() if letter == "X" else shown
    if letter == "d":
        if kind != "int":
            raise mismatch
        return _signed(format(int(text), "," if "," in flags else "d"), flags)
    if kind not in {"decimal", "double", "real"}:
        raise mismatch
    if text in {"NaN", "Infinity", "-Infinity"}:
        return text
    with decimal.localcontext(prec=400):
        places = decimal.Decimal(1).scaleb(-int(precision or 6))
        rounded = decimal.Decimal(text).quantize(places, decimal.ROUND_HALF_UP)
    return _signed(format(rounded, ",f" if "," in flags else "f"), flags)


def _signed(text: str, flags: str) -> str:
    if text.startswith("-"):
        return text
    return ("+" if "+" in flags else " " if " " in flags else "") + text


# --- Regular expressions


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Java's classes are ASCII's.
    return re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern), re.ASCII)


def group(text: str, pattern: str, number: int) -> str | None:
    found = _compiled(pattern).search(text)
    return found[number] if found else None


def groups(text: str, pattern: str, number: int) -> list[str | None]:
    return [each[number] for each in _compiled(pattern).finditer(text)]


def regexp_split(text: str, pattern: str) -> list[str]:
    parts, last = [], 0
    for each in _compiled(pattern).finditer(text):
        parts.append(text[last : each.start()])
        last = each.end()
    return [*parts, text[last:]]


def regexp_replace(text: str, pattern: str, by: str) -> str:
    """``$1`` and ``${name}`` stand for groups; a backslash takes the next letter as it is."""
    compiled = _compiled(pattern)

    def replaced(found: re.Match[str]) -> str:
        def part(each: re.Match[str]) -> str:
            if each[0].startswith("\\"):
                return each[0][1:]
            name = each[1] or each[2]
            if (name.isdigit() and int(name) > compiled.groups) or (
                not name.isdigit() and name not in compiled.groupindex
            ):
                raise _argument(f"Illegal replacement sequence: unknown group {{ {name} }}")
            return found[int(name) if name.isdigit() else name] or ""

        return re.sub(r"\\.|\$(\d)|\$\{(\w+)\}", part, by, flags=re.DOTALL)

    return compiled.sub(replaced, text)


def regexp_position(text: str, pattern: str) -> int:
    found = _compiled(pattern).search(text)
    return found.start() + 1 if found else -1


# --- Text, numbers, addresses, moments


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
            raise _argument(
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{each}'"
            )
        if key in found:
            raise _argument(f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return found


def from_utf8(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.replace(" ", "?"))
    except ValueError:
        raise _argument("Invalid input to from_hex: not a hexadecimal number of whole bytes") from None


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
        raise _argument("Radix must be between 2 and 36")
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return f"{'-' if number < 0 else ''}{digits}"


def from_base(text: str, radix: int) -> int:
    if not 2 <= radix <= 36:
        raise _argument("Radix must be between 2 and 36")
    wrong = _argument(f"Not a valid base-{radix} number: {text}")
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
        raise _argument("Bits specified in bit_count must be between 2 and 64, got " + str(bits))
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise _argument(
            f"Number must be representable with the bits specified. {number} cannot be "
            f"represented with {bits} bits"
        )
    return (number & ((1 << bits) - 1)).bit_count()


def width_bucket(x: float, first: float, last: float, count: int) -> int:
    if count <= 0:
        raise _argument("bucketCount must be greater than 0")
    if first == last:
        raise _argument("bounds cannot equal each other")
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
    wrong = _argument(f'Invalid format: "{text}"')
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
        raise _argument(f'Invalid format: "{text}" is malformed at "T"')
    return iso_timestamp(text).date()


def date_parse(text: str, form: str, shown: str) -> datetime:
    """By strftime's words; the fraction is what there is, and milliseconds are kept."""
    try:
        plain = form.replace("%-", "%").replace("%g", "%f")
        moment = datetime.strptime(text, plain)
    except ValueError:
        raise _argument(f'Invalid format: "{text}" (by "{shown}")') from None
    if moment.year == 1900 and not re.search("%[Yy]", form):
        moment = moment.replace(year=1970)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# --- Rows of files


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


def json_is_object(text: str) -> bool:
    try:
        return isinstance(_loaded(text), dict)
    except ValueError:
        return False


def json_member(text: str, column: str) -> str | None:
    """A member whose name differs from the column's in its case alone."""
    found = next((value for key, value in _loaded(text).items() if key.lower() == column), None)
    return None if found is None else _dumped(found, ordered=False)


#: DuckDB's name of each, with the types of its parameters and of what it gives.
FUNCTIONS: dict[str, tuple[Callable[..., Any], str, str]] = {
    "lab_json_parse": (json_parse, "VARCHAR", "VARCHAR"),
    "lab_json_sorted": (json_sorted, "VARCHAR", "VARCHAR"),
    "lab_json_of": (json_of, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_scalar": (json_scalar, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_elements": (json_elements, "VARCHAR", "VARCHAR[]"),
    "lab_json_keys": (json_keys, "VARCHAR", "VARCHAR[]"),
    "lab_json_members": (json_members, "VARCHAR", "VARCHAR[]"),
    "lab_json_extract": (json_extract, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_extract_scalar": (json_extract_scalar, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_length": (json_length, "VARCHAR", "BIGINT"),
    "lab_json_size": (json_size, "VARCHAR, VARCHAR", "BIGINT"),
    "lab_json_is_scalar": (json_is_scalar, "VARCHAR", "BOOLEAN"),
    "lab_json_contains": (json_contains, "VARCHAR, VARCHAR, VARCHAR", "BOOLEAN"),
    "lab_format": (format_, "VARCHAR, VARCHAR, VARCHAR[]", "VARCHAR"),
    "lab_group": (group, "VARCHAR, VARCHAR, BIGINT", "VARCHAR"),
    "lab_groups": (groups, "VARCHAR, VARCHAR, BIGINT", "VARCHAR[]"),
    "lab_regexp_split": (regexp_split, "VARCHAR, VARCHAR", "VARCHAR[]"),
    "lab_regexp_replace": (regexp_replace, "VARCHAR, VARCHAR, VARCHAR", "VARCHAR"),
    "lab_regexp_position": (regexp_position, "VARCHAR, VARCHAR", "INTEGER"),
    "lab_translate": (translate, "VARCHAR, VARCHAR, VARCHAR", "VARCHAR"),
    "lab_split_to_map": (split_to_map, "VARCHAR, VARCHAR, VARCHAR", "MAP(VARCHAR, VARCHAR)"),
    "lab_from_utf8": (from_utf8, "BLOB", "VARCHAR"),
    "lab_from_hex": (from_hex, "VARCHAR", "BLOB"),
    "lab_url_encode": (url_encode, "VARCHAR", "VARCHAR"),
    "lab_url_decode": (url_decode, "VARCHAR", "VARCHAR"),
    "lab_url": (url, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_url_parameter": (url_parameter, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_cbrt": (cbrt, "DOUBLE", "DOUBLE"),
    "lab_to_base": (to_base, "BIGINT, BIGINT", "VARCHAR"),
    "lab_from_base": (from_base, "VARCHAR, BIGINT", "BIGINT"),
    "lab_bit_count": (bit_count, "BIGINT, BIGINT", "BIGINT"),
    "lab_width_bucket": (width_bucket, "DOUBLE, DOUBLE, DOUBLE, BIGINT", "BIGINT"),
    "lab_iso_timestamp": (iso_timestamp, "VARCHAR", "TIMESTAMP"),
    "lab_iso_date": (iso_date, "VARCHAR", "DATE"),
    "lab_date_parse": (date_parse, "VARCHAR, VARCHAR, VARCHAR", "TIMESTAMP"),
    "lab_json_is_object": (json_is_object, "VARCHAR", "BOOLEAN"),
    "lab_json_member": (json_member, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_csv_row": (csv_row, "VARCHAR, VARCHAR, VARCHAR, VARCHAR", "VARCHAR[]"),
}
