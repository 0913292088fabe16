"""Columns to the bytes of a text file, without a Python object for each value.

A column is one NumPy array of byte strings, or several that are set side by side. NumPy pads byte strings
with NUL, which no text holds: cells are laid side by side in one matrix, and the NULs are taken out of the
whole at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.seed.draws import IntArray

Text = NDArray[np.bytes_]
Column = Text | bytes | tuple["Text | bytes", ...]

#: NULL, as LOAD DATA and COPY both read it.
NULL = b"\\N"

SECONDS_PER_DAY = 86_400


def words(values: Iterable[str]) -> Text:
    """Texts as a NumPy array to index into; UTF-8."""
    return np.array([value.encode() for value in values], dtype=np.bytes_)


def integers(values: IntArray, digits: int | None = None) -> Text:
    """Decimal digits of non-negative integers, padded with zeros to `digits` when that is given."""
    flat = np.ascontiguousarray(values).ravel()
    largest = int(flat.max(initial=0))
    width = digits or len(str(largest))
    rest: NDArray[Any] = flat.astype(np.uint32 if largest < 2**32 else np.uint64)
    cells = np.empty((len(flat), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        quotient = rest // 10
        cells[:, place] = rest - quotient * 10 + ord("0")
        rest = quotient
    if digits is None:
        for place in range(width - 1):
            cells[flat < 10 ** (width - 1 - place), place] = 0
    return cells.view(f"S{width}").ravel()


def cents(values: IntArray) -> Column:
    """Amounts in hundredths as decimal numbers with two places."""
    flat = values.ravel()
    return (integers(flat // 100), b".", integers(flat % 100, digits=2))


@lru_cache(maxsize=8)
def _day_table(first: int, last: int) -> Text:
    days: NDArray[np.datetime64] = np.arange(first, last + 1, dtype=np.int64).astype("datetime64[D]")
    return np.datetime_as_string(days).astype(np.bytes_)


@lru_cache(maxsize=1)
def _time_table() -> Text:
    seconds = np.arange(SECONDS_PER_DAY).astype("datetime64[s]")
    return np.array([text[10:].replace("T", " ") for text in np.datetime_as_string(seconds)], dtype=np.bytes_)


def dates(days: IntArray) -> Text:
    """Dates as ``YYYY-MM-DD`` from days since 1970-01-01."""
    flat = days.ravel()
    decade = 3653
    first = int(flat.min(initial=0)) // decade * decade if len(flat) else 0
    last = (int(flat.max()) // decade + 1) * decade if len(flat) else 0
    return _day_table(first, last)[flat - first]


def date_times(seconds: IntArray) -> Column:
    """Times as ``YYYY-MM-DD HH:MM:SS`` from seconds since 1970-01-01."""
    flat = seconds.ravel()
    day = flat // SECONDS_PER_DAY
    return (dates(day), _time_table()[flat - day * SECONDS_PER_DAY])


def nullable(column: Column, is_null: NDArray[np.bool_], null: bytes = NULL) -> Column:
    """The column with NULL where `is_null` says so."""
    first, *others = column if isinstance(column, tuple) else (column,)
    empty = is_null.ravel()
    return (
        np.where(empty, null, np.asarray(first)),
        *(np.where(empty, b"", np.asarray(other)) for other in others),
    )


def encode(columns: Sequence[Column], count: int, separator: bytes = b"\t") -> bytes:
    """Rows as the bytes of a text file.

    Parameters
    ----------
    columns
        One column each; every array has `count` values. A `bytes` value stands for all rows.
    count
        Number of rows.
    separator
        One byte between two cells; no cell may hold it, nor a line break.
    """
    cells: list[Text | bytes] = []
    for column in columns:
        cells.extend(column if isinstance(column, tuple) else (column,))
        cells.append(separator)
    cells[-1] = b"\n"
    widths = [len(cell) if isinstance(cell, bytes) else cell.dtype.itemsize for cell in cells]
    matrix = np.empty((count, sum(widths)), dtype=np.uint8)
    start = 0
    for cell, width in zip(cells, widths, strict=True):
        if isinstance(cell, bytes):
            matrix[:, start : start + width] = np.frombuffer(cell, dtype=np.uint8)
        elif width:
            flat = np.ascontiguousarray(cell).ravel()
            matrix[:, start : start + width] = flat.view(np.uint8).reshape(count, width)
        start += width
    return matrix.tobytes().translate(None, b"\0")
