"""JSON: its canonical text, its scalars, what lies under a path."""

from __future__ import annotations

import decimal
import json
import math
import re
from typing import Any

from scripts.local_cloud.athena.python_functions.json_paths import (
    DECODER,
    MISSING,
    Members,
    Number,
    at_path,
)
from scripts.local_cloud.athena.python_functions.refusal import Refusal, argument


def java_double(value: float) -> str:
    """As Double.toString writes it."""
    if value != value:  # noqa: PLR0124
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    return _with_exponent(value)


def _with_exponent(value: float) -> str:
    sign, digits, exponent = decimal.Decimal(repr(float(value))).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def standard_double(value: float) -> str:
    """As a cast to varchar writes it."""
    if value == 0:
        return f"{'-' if math.copysign(1, value) < 0 else ''}0E0"
    return _with_exponent(value) if math.isfinite(value) else java_double(value)


def _loaded(text: str) -> Any:
    return DECODER.decode(text)


def _quoted(text: str) -> str:
    """A string, with Jackson's capital letters in what it escapes."""
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(
        r"\\(?:u(....)|.)", lambda found: f"\\u{found[1].upper()}" if found[1] else found[0], written
    )


def _dumped(value: Any, *, ordered: bool = True) -> str:
    """The canonical text: no spaces, keys in order, numbers as Java writes them."""
    if isinstance(value, dict | Members):
        items = list(value.items() if isinstance(value, dict) else value)
        if ordered and isinstance(value, dict):
            items.sort()
        return "{" + ",".join(f"{_quoted(key)}:{_dumped(each, ordered=ordered)}" for key, each in items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_dumped(each, ordered=ordered) for each in value) + "]"
    if isinstance(value, float):
        return java_double(float(value))
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def json_parse(text: str) -> str:
    try:
        return _dumped(_loaded(text))
    except ValueError:
        raise argument(f"Cannot convert value to JSON: '{text}'") from None


def json_of(text: str, kind: str) -> str:
    """A scalar of a Trino type as JSON."""
    if kind == "json":
        return text
    if kind in {"varchar", "date", "timestamp"}:
        return _quoted(text)
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
        if isinstance(value, float):
            return standard_double(float(value))
        return value if isinstance(value, str) else text
    if isinstance(value, bool):
        return ("true" if value else "false") if target == "boolean" else str(int(value))
    try:
        if target == "boolean":
            if isinstance(value, str):
                return {"true": "true", "false": "false"}[value.lower()]
            return "true" if value else "false"
        if target in {"double", "real"}:
            return repr(float(value))
        if target.startswith("decimal"):
            return _decimal(value, target)
        if isinstance(value, float):
            return str(decimal.Decimal(float(value)).quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP))
        return str(int(value))
    except (KeyError, ValueError, decimal.InvalidOperation):
        raise Refusal(f"INVALID_CAST_ARGUMENT: Cannot cast '{text}' to {target.upper()}") from None


def _decimal(value: float | str, target: str) -> str:
    """A number, as it is written, by halves up to a decimal's digits."""
    precision, scale = map(int, re.findall(r"\d+", target))
    written = value.text if isinstance(value, Number) else str(value)
    rounded = decimal.Decimal(written).quantize(decimal.Decimal(1).scaleb(-scale), decimal.ROUND_HALF_UP)
    if rounded.adjusted() >= precision - scale and rounded:
        raise Refusal(f"INVALID_CAST_ARGUMENT: Cannot cast input json to {target.upper()}")
    return f"{rounded:f}"


def json_elements(text: str) -> list[str] | None:
    value = _loaded(text)
    if value is None:
        return None
    if not isinstance(value, list):
        raise Refusal(
            f"INVALID_CAST_ARGUMENT: Cannot cast to array(json). Expected a json array, but got {text[:50]}"
        )
    return [_dumped(each, ordered=False) for each in value]


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
    return None if value is None else [_dumped(value[key], ordered=False) for key in sorted(value)]


def json_fields(text: str, names: str) -> list[str | None] | None:
    """The fields of a row, by their names in whatever case, or in their order in an array."""
    value, wanted = _loaded(text), json.loads(names)
    cannot = "INVALID_CAST_ARGUMENT: Cannot cast to row. "
    if value is None:
        return None
    if isinstance(value, list):
        if len(value) != len(wanted):
            raise Refusal(f"{cannot}Expected a json array of {len(wanted)} elements, but got {len(value)}")
        return [_dumped(each, ordered=False) for each in value]
    if not isinstance(value, dict):
        raise Refusal(f"{cannot}Expected a json array or object, but got {text[:50]}")
    if not wanted[0]:
        raise Refusal(f"{cannot}Cannot cast a JSON object to anonymous row type. Input must be a JSON array.")
    known = [key.lower() for key in value if key.lower() in wanted]
    if len(known) != len(set(known)):
        raise Refusal(f"{cannot}Duplicate field: {next(each for each in known if known.count(each) > 1)}")
    found = {key.lower(): _dumped(each, ordered=False) for key, each in value.items()}
    return [found.get(each) for each in wanted]


def json_extract(text: str, path: str) -> str | None:
    value = at_path(text, path)
    return None if value is MISSING else _dumped(value, ordered=False)


def json_extract_scalar(text: str, path: str) -> str | None:
    value = at_path(text, path)
    if value is MISSING or value is None or isinstance(value, Members | list):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text if isinstance(value, Number) else str(value)


def json_length(text: str) -> int | None:
    value = at_path(text, "$")
    return len(value) if isinstance(value, list) else None


def json_size(text: str, path: str) -> int | None:
    value = at_path(text, path)
    if value is MISSING:
        return None
    return len(value) if isinstance(value, Members | list) else 0


def json_is_scalar(text: str) -> bool:
    value = at_path(text, "$")
    if value is MISSING:
        raise argument(f"Invalid JSON value: {text}")
    return not isinstance(value, Members | list)


def json_contains(text: str, wanted: str, kind: str) -> bool | None:
    """Of a whole number, among those that are written as such; of another, among those with a point."""
    value = at_path(text, "$")
    if not isinstance(value, list):
        return None
    if kind == "boolean":
        return any(each is (wanted == "true") for each in value)
    if kind == "varchar":
        return any(isinstance(each, str) and each == wanted for each in value)
    if kind in {"real", "double", "decimal"}:
        return any(isinstance(each, float) and each == float(wanted) for each in value)
    return any(isinstance(each, int) and not isinstance(each, bool) and each == int(wanted) for each in value)


def json_is_object(text: str) -> bool:
    try:
        return isinstance(_loaded(text), dict)
    except ValueError:
        return False


def json_member(text: str, column: str) -> str | None:
    """A member whose name differs from the column's in its case alone."""
    found = next((value for key, value in _loaded(text).items() if key.lower() == column), None)
    return None if found is None else _dumped(found, ordered=False)


def json_folded(text: str, shape: str) -> str:
    """The value with the names of rows' fields in small letters; a map's keys stay as they are.

    Parameters
    ----------
    shape
        JSON: a row as an object of its fields, an array as one of an element, a map as an object of ``*``.
    """
    return _dumped(_folded(_loaded(text), json.loads(shape)), ordered=False)


def _folded(value: Any, shape: Any) -> Any:
    if isinstance(shape, list) and isinstance(value, list):
        return [_folded(each, shape[0]) for each in value]
    if isinstance(shape, dict) and isinstance(value, dict):
        if "*" in shape:
            return {key: _folded(each, shape["*"]) for key, each in value.items()}
        return {key.lower(): _folded(each, shape.get(key.lower())) for key, each in value.items()}
    return value
