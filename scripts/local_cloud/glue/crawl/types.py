"""Types of columns as Hive and Athena write them, and what two of them are together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

#: Name and type, in order.
Columns = tuple[tuple[str, str], ...]

_WHOLE = ("tinyint", "smallint", "int", "bigint")
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_LONGEST_DECIMAL = 38


def of_arrow(kind: pa.DataType) -> str:
    """The type of a column of a Parquet file."""
    simple = _SIMPLE.get(str(kind))
    if simple:
        return simple
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return f"array<{of_arrow(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"map<{of_arrow(kind.key_type)},{of_arrow(kind.item_type)}>"
    if pa.types.is_struct(kind):
        return _struct((field.name, of_arrow(field.type)) for field in kind)
    if pa.types.is_dictionary(kind):
        return of_arrow(kind.value_type)
    if pa.types.is_fixed_size_binary(kind):
        return "binary"
    return "string"


_SIMPLE = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "int",
    "uint32": "bigint",
    "uint64": "decimal(20,0)",
    "halffloat": "float",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "binary": "binary",
    "large_binary": "binary",
    "date32[day]": "date",
    "date64[ms]": "date",
}


def of_json(value: Any) -> str | None:
    """The type of a value of a JSON document; None of null, which says nothing."""
    match value:
        case None:
            return None
        case bool():
            return "boolean"
        case int():
            return "int" if -(2**31) <= value < 2**31 else "bigint"
        case float():
            return "double"
        case list():
            inner = merged(filter(None, map(of_json, value)))
            return f"array<{inner or 'string'}>"
        case dict():
            return _struct((name, of_json(each) or "string") for name, each in value.items())
        case _:
            return "string"


def of_text(text: str) -> str | None:
    """The type of a field of a CSV file; None where it is empty."""
    if not text:
        return None
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return "bigint"
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return "double"
    if text.lower() in ("true", "false"):
        return "boolean"
    return "string"


def merged(kinds: Iterable[str]) -> str | None:
    """The type that holds values of all these; None of none."""
    result: str | None = None
    for kind in kinds:
        result = kind if result is None else _wider(result, kind)
    return result


def union(first: Columns, second: Columns) -> Columns:
    """The columns of both, those of the first in front."""
    kinds = dict(first)
    for name, kind in second:
        kinds[name] = _wider(kinds[name], kind) if name in kinds else kind
    return tuple(kinds.items())


def similar(first: Columns, second: Columns) -> bool:
    """Whether two files look like parts of one table: most of their columns have the same names."""
    names, others = {name for name, _ in first}, {name for name, _ in second}
    return len(names & others) >= 0.7 * max(len(names), len(others))


def _wider(first: str, second: str) -> str:
    if first == second:
        return first
    if first in _WHOLE and second in _WHOLE:
        return max(first, second, key=_WHOLE.index)
    decimals = [_decimal(each) for each in (first, second)]
    if decimals[0] and decimals[1]:
        scale = max(decimals[0][1], decimals[1][1])
        whole = max(decimals[0][0] - decimals[0][1], decimals[1][0] - decimals[1][1])
        return f"decimal({min(whole + scale, _LONGEST_DECIMAL)},{scale})"
    numbers = {"float", "double", *_WHOLE}
    if first in numbers and second in numbers:
        return "double"
    if {first, second} == {"date", "timestamp"}:
        return "timestamp"
    for opening in ("array<", "struct<"):
        if first.startswith(opening) and second.startswith(opening):
            return _wider_nested(first, second)
    return "string"


def _decimal(kind: str) -> tuple[int, int] | None:
    found = _DECIMAL.fullmatch(kind)
    if found:
        return int(found[1]), int(found[2])
    digits = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}.get(kind)
    return (digits, 0) if digits else None


def _wider_nested(first: str, second: str) -> str:
    if first.startswith("array<"):
        return f"array<{_wider(first[6:-1], second[6:-1])}>"
    return _struct(union(fields(first), fields(second)))


def fields(struct: str) -> Columns:
    """Names and types of ``struct<...>``."""
    parts, depth, start = [], 0, 0
    inside = struct[len("struct<") : -1]
    for place, sign in enumerate(inside + ","):
        depth += (sign in "<(") - (sign in ">)")
        if sign == "," and depth == 0:
            if part := inside[start:place]:
                name, _, kind = part.partition(":")
                parts.append((name, kind))
            start = place + 1
    return tuple(parts)


def _struct(parts: Iterable[tuple[str, str]]) -> str:
    return "struct<" + ",".join(f"{name}:{kind}" for name, kind in parts) + ">"
