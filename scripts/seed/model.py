"""What a dataset is: tables with a schema per engine and rows by scale and seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from scripts.errors import BadInputError
from scripts.seed.rows import Column, encode

Dialect = Literal["mysql", "postgres"]

#: Rows of a chunk, about: large enough for NumPy, small enough to stay in the processor's cache.
CHUNK_ROWS = 32_768

MAX_SCALE = 1000

#: What stands in a schema file between what is made before the rows and what is faster after them.
AFTER_LOAD = "-- After the rows are in: "


@dataclass(frozen=True)
class Chunk:
    """Rows of a table.

    Attributes
    ----------
    rows
        How many.
    data
        Tab-separated text, as ``LOAD DATA`` and ``COPY`` read it by default.
    """

    rows: int
    data: bytes


@dataclass(frozen=True)
class Table:
    """A table of generated rows.

    Attributes
    ----------
    name
        Name in the database.
    columns
        Column names, in the order of the rows' cells.
    rows_per_block
        Rows at scale 1.
    grows
        Whether the table grows with the scale; the others hold the same rows at every scale.
    generate
        Columns of the blocks [first, last) for a seed; block b holds what scale b + 1 adds.
    """

    name: str
    columns: tuple[str, ...]
    rows_per_block: int
    grows: bool
    generate: Callable[[int, int, int], list[Column]]

    def rows(self, scale: int) -> int:
        """Number of rows at `scale`."""
        return self.rows_per_block * (scale if self.grows else 1)

    def chunks(self, scale: int, seed: int, first: int = 0) -> Iterator[Chunk]:
        """The rows of the blocks from `first` on, in the order of the primary key."""
        last = scale if self.grows else 1
        step = max(1, CHUNK_ROWS // self.rows_per_block)
        for start in range(first, last, step):
            stop = min(start + step, last)
            count = self.rows_per_block * (stop - start)
            yield Chunk(count, encode(self.generate(seed, start, stop), count))


@dataclass(frozen=True)
class Dataset:
    """A database of generated tables.

    Attributes
    ----------
    name
        Name of the dataset and of its database.
    version
        Changes whenever the same scale and seed give other rows or another schema.
    tables
        Parents before children.
    dialects
        Engines that it is loaded into.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    dialects: tuple[Dialect, ...]

    def rows(self, scale: int) -> int:
        """Number of rows of all tables."""
        return sum(table.rows(scale) for table in self.tables)

    def schema(self, dialect: Dialect) -> tuple[str, str]:
        """SQL to run before and after the rows are loaded."""
        text = (files("scripts.seed") / "schemas" / f"{self.name}.{dialect}.sql").read_text("utf-8")
        before, _, after = text.partition(AFTER_LOAD)
        return before, "-- " + after


def statements(sql: str) -> list[str]:
    """The statements of a part of a schema file that holds no bodies; each ends with its line."""
    return [part for part in (piece.strip() for piece in sql.split(";\n")) if part]


def check(scale: int, seed: int) -> None:
    """Refuse a scale or a seed that cannot be right.

    Raises
    ------
    BadInputError
        Says which, and what was expected.
    """
    if not 1 <= scale <= MAX_SCALE:
        raise BadInputError(f"--scale is {scale}; expected a whole number from 1 to {MAX_SCALE}.")
    if not 0 <= seed < 2**63:
        raise BadInputError(f"--seed is {seed}; expected a whole number from 0 to 2^63 - 1, such as 42.")
