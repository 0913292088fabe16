# ruff: noqa: S608  (SQL is what is made here)
"""Parquet files: their columns by name, whatever the order, and only where the types fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from scripts.local_cloud.athena.casts import timestamp_to_precision
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.tables import Table
from scripts.local_cloud.athena.types import INTEGERS, Type
from scripts.local_cloud.athena.types import duckdb as in_duckdb
from scripts.local_cloud.athena.values import name, null, quoted

if TYPE_CHECKING:
    from scripts.local_cloud.athena.sources import File

_MAGIC = b"PAR1"
#: DuckDB's types that a column of a Trino type may have in a file.
_FITTING = {
    "boolean": ("BOOLEAN",),
    "tinyint": ("TINYINT", "SMALLINT", "INTEGER"),
    "smallint": ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT"),
    "integer": ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT"),
    "bigint": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"),
    "real": ("FLOAT",),
    "double": ("FLOAT", "DOUBLE"),
    "varchar": ("VARCHAR", "BLOB", "JSON", "UUID", "ENUM"),
    "varbinary": ("BLOB", "VARCHAR"),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"),
    "decimal": ("DECIMAL",),
}
#: What a message calls DuckDB's types: Parquet's own.
_PHYSICAL = {"INTEGER": "INT32", "SMALLINT": "INT32", "TINYINT": "INT32", "DATE": "INT32",
             "BIGINT": "INT64", "TIMESTAMP": "INT64",
             "FLOAT": "FLOAT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN",
             "VARCHAR": "BINARY", "BLOB": "BINARY"}  # fmt: skip


def fits(given: Type, table: Type) -> bool:
    """Whether a column of one type is read as another: the same, or a wider number."""
    if given.base in INTEGERS and table.base in INTEGERS:
        return INTEGERS.index(given.base) <= INTEGERS.index(table.base)
    if given.base == "real" and table.base == "double":
        return True
    if given.base == table.base and given.of and len(given.of) == len(table.of):
        return all(fits(a, b) for a, b in zip(given.of, table.of, strict=True))
    return given.base == table.base and (given.base != "decimal" or given.numbers == table.numbers)


def selects(
    connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[File], columns: Sequence[str]
) -> list[tuple[str, dict[str, str]]]:
    """What reads the files, alike ones together, and each column's SQL.

    Raises
    ------
    QueryFailedError
        A file is not Parquet, or a column has another type in it than in the table.
    """
    alike: dict[tuple[tuple[str, str], ...], list[File]] = defaultdict(list)
    for each in files:
        alike[_schema(connection, each)].append(each)
    found = []
    for schema, group in alike.items():
        there = {column.lower(): (column, kind) for column, kind in schema}
        paths = ", ".join(quoted(str(each.path)) for each in group)
        source = f"read_parquet([{paths}], hive_partitioning = true, hive_types = {{'lab_file': BIGINT}})"
        wanted = {}
        for column, kind in table.columns:
            if column in columns:
                wanted[column] = _column(there.get(column), kind, column, group[0])
        found.append((source, wanted))
    return found


def _schema(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[tuple[str, str], ...]:
    with Path(file.path).open("rb") as content:
        content.seek(max(0, file.object.size - 4))
        end = content.read()
    if end != _MAGIC:
        told = ", ".join(map(str, end))
        raise QueryFailedError(
            "HIVE_BAD_DATA",
            f"Not valid Parquet file: {file.object.uri} expected magic number: PAR1 got: [{told}]",
        )
    try:
        rows = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet({quoted(str(file.path))}, hive_partitioning = false)"
        ).fetchall()
    except duckdb.Error as why:
        raise QueryFailedError(
            "HIVE_CANNOT_OPEN_SPLIT",
            f"Error opening Hive split {file.object.uri} (offset=0, length={file.object.size}): "
            f"{str(why).splitlines()[0]}",
        ) from why
    return tuple((row[0], row[1]) for row in rows)


def _column(there: tuple[str, str] | None, kind: Type, column: str, file: File) -> str:
    if there is None:
        return null(kind)
    original, given = there
    sql = name(original)
    base = given.partition("(")[0]
    if kind.base in _FITTING and not kind.of:
        if base not in _FITTING[kind.base]:
            raise QueryFailedError(
                "HIVE_BAD_DATA",
                f"Field {original}'s type {_PHYSICAL.get(base, base)} in parquet file "
                f"{file.object.uri} is incompatible "
                f"with type {kind} defined in table schema",
            )
        if kind.base == "varchar" and base == "BLOB":
            return f"decode({sql})"
        if kind.base == "timestamp":
            local = (
                f"timezone('UTC', {sql})"
                if base == "TIMESTAMP WITH TIME ZONE"
                else f"CAST({sql} AS TIMESTAMP)"
            )
            return timestamp_to_precision(local, kind.numbers[0])
        return sql if given == in_duckdb(kind) else f"CAST({sql} AS {in_duckdb(kind)})"
    brackets = {
        "array": given.endswith("[]"),
        "map": given.startswith("MAP("),
        "row": given.startswith("STRUCT("),
    }
    if not brackets.get(kind.base):
        raise QueryFailedError(
            "HIVE_BAD_DATA",
            f"Field {original}'s type {given} in parquet file {file.object.uri} is incompatible "
            f"with type {kind} "
            "defined in table schema",
        )
    return sql if given == in_duckdb(kind) else f"CAST({sql} AS {in_duckdb(kind)})"
