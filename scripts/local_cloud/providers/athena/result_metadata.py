"""What lies beside a result as ``.metadata``: its columns, in the form that Athena's JDBC driver reads.

Protocol buffers of a schema that AWS does not publish; the numbers are those that burtcorp/athena-jdbc reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: What is told of a column, by its type: precision (7), scale (8) and whether case matters (10).
_TOLD = {
    **{base: {10} for base in ("boolean", "interval day to second", "interval year to month")},
    "date": {8, 10},
    **{base: set[int]() for base in ("array", "map", "row", "json", "string")},
}
_NULLABLE = {"NOT_NULL": 1, "NULLABLE": 2, "UNKNOWN": 3}


def encoded(query_id: str, columns: Sequence[Mapping[str, Any]], update: tuple[str, int] | None) -> bytes:
    """The object's bytes.

    Parameters
    ----------
    columns
        As GetQueryResults tells them.
    update
        Of a statement that writes: its name, and how many rows it wrote.
    """
    written = b"" if update is None else _field(2, update[0].encode()) + _field(3, update[1])
    return _field(1, query_id.encode()) + written + b"".join(_field(4, _column(each)) for each in columns)


def _column(column: Mapping[str, Any]) -> bytes:
    told = _TOLD.get(column["Type"], {7, 8, 10})
    fields: dict[int, bytes | int] = {
        1: column["CatalogName"].encode(),
        4: column["Name"].encode(),
        5: column["Label"].encode(),
        6: column["Type"].encode(),
        7: column["Precision"],
        8: column["Scale"],
        9: _NULLABLE[column["Nullable"]],
        10: int(column["CaseSensitive"]),
    }
    return b"".join(
        _field(number, value) for number, value in fields.items() if number not in {7, 8, 10} - told
    )


def _field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last byte have the eighth."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
