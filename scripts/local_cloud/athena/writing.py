# ruff: noqa: S608  (SQL is what is made here)
"""What a query writes: the files of CREATE TABLE AS, INSERT INTO and UNLOAD."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.rendering import text
from scripts.local_cloud.athena.types import Type, hive
from scripts.local_cloud.athena.values import escaped, name, quoted

#: As many partitions as one statement may write.
_MOST_PARTITIONS = 100
_PARQUET_CODECS = {
    "SNAPPY": "snappy",
    "GZIP": "gzip",
    "ZSTD": "zstd",
    "NONE": "uncompressed",
    "UNCOMPRESSED": "uncompressed",
}
_PLAIN = (
    "boolean",
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "double",
    "varchar",
    "decimal",
    "date",
    "timestamp",
)


@dataclass(frozen=True)
class Layout:
    """How rows are written.

    Attributes
    ----------
    form
        ``PARQUET``, ``TEXTFILE`` or ``JSON``.
    keys
        Columns that become folders.
    header
        Whether a text file begins with the names of its columns.
    escape
        What stands before a delimiter that is part of a value.
    """

    form: str
    codec: str
    keys: Sequence[str] = ()
    delimiter: str = "\x01"
    header: bool = False
    escape: str = ""


@dataclass
class Written:
    """Files that were written, with the values of their partitions."""

    rows: int = 0
    files: list[tuple[Path, str, tuple[str, ...]]] = field(default_factory=list)


def layout(properties: dict[str, str], *, known: set[str]) -> Layout:
    """What the properties of a statement ask for.

    Raises
    ------
    QueryFailedError
        There is no such property, or it asks for what is not written here.
    """
    for each in properties:
        if each in {"bucketed_by", "bucket_count"}:
            raise refused("Bucketing")
        if each not in known:
            raise QueryFailedError(
                "INVALID_TABLE_PROPERTY", f"Catalog 'awsdatacatalog' table property '{each}' does not exist"
            )
    form = properties.get("format", "PARQUET").upper()
    if form not in {"PARQUET", "TEXTFILE", "JSON"}:
        raise refused(f"Format {form}")
    compression = (
        properties.get("write_compression")
        or properties.get("parquet_compression")
        or properties.get("compression")
    )
    keys = tuple(each.lower() for each in properties.get("partitioned_by", "").split("\x00") if each)
    return Layout(form, codec_of(form, compression), keys, properties.get("field_delimiter", "\x01"))


def codec_of(form: str, given: str | None) -> str:
    """The compression that is asked for, or what Athena writes where nothing is."""
    codec = (given or "GZIP").upper()
    if (form == "PARQUET" and codec not in _PARQUET_CODECS) or (
        form != "PARQUET" and codec not in {"GZIP", "NONE"}
    ):
        raise refused(f"Compression {codec} of {form}")
    return codec


def write(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    columns: Sequence[tuple[str, str, Type]],
    how: Layout,
    folder: Path,
    query_id: str,
    began: datetime,
) -> Written:
    """Run a query into files under a folder.

    Parameters
    ----------
    columns
        Name in the files, name in the SQL, and type.
    """
    by_name = {column: (alias, kind) for column, alias, kind in columns}
    plain = [each for each in columns if each[0] not in how.keys]
    for column, _, kind in plain:
        hive(kind)
        if how.form != "PARQUET" and kind.base not in _PLAIN:
            raise refused(f"Column {column} of {kind} in {how.form}")
    connection.execute(f"CREATE TEMP TABLE lab_written AS {sql}")
    count = connection.execute("SELECT count(*) FROM lab_written").fetchone()
    written = Written(rows=count[0] if count else 0)
    if not written.rows:
        return written
    keys = [(key, name(by_name[key][0]), text(name(by_name[key][0]), by_name[key][1])) for key in how.keys]
    parts: list[tuple[str | None, ...]] = [()]
    if keys:
        parts = connection.execute(
            f"SELECT DISTINCT {', '.join(shown for _, _, shown in keys)} FROM lab_written ORDER BY ALL"
        ).fetchall()
        if len(parts) > _MOST_PARTITIONS:
            raise QueryFailedError(
                "HIVE_TOO_MANY_OPEN_PARTITIONS",
                f"Exceeded limit of {_MOST_PARTITIONS} open writers for partitions/buckets",
            )
    for found in parts:
        path = folder / f"{began:%Y%m%d_%H%M%S}_00000_{query_id[:5]}_{uuid.uuid4()}"
        met = " AND ".join(
            f"{sql} IS NULL" if value is None else f"{shown} = {quoted(value)}"
            for (_, sql, shown), value in zip(keys, found, strict=True)
        )
        _copy(connection, plain, how, path, f" WHERE {met}" if met else "")
        values = tuple("__HIVE_DEFAULT_PARTITION__" if each is None else each for each in found)
        under = "/".join(f"{key}={escaped(value)}" for (key, _, _), value in zip(keys, values, strict=True))
        suffix = {"PARQUET": "", "JSON": ".json", "TEXTFILE": ""}[how.form] + (
            ".gz" if how.form != "PARQUET" and how.codec == "GZIP" else ""
        )
        written.files.append((path, f"{under}/{path.name}{suffix}".lstrip("/"), values))
    return written


def _copy(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[tuple[str, str, Type]],
    how: Layout,
    path: Path,
    where: str,
) -> None:
    if how.form == "TEXTFILE":
        cells = ", ".join(
            f"coalesce({_with_escapes(text(name(alias), kind), how)}, '\\N')" for _, alias, kind in columns
        )
        names = name(how.delimiter.join(column for column, _, _ in columns))
        select = (
            f"SELECT array_to_string([{cells}], {quoted(how.delimiter)}) AS {names} FROM lab_written{where}"
        )
        options = f"FORMAT csv, HEADER {how.header}, QUOTE '', ESCAPE '', DELIMITER '\x1d'"
    else:
        shown = ", ".join(f"{name(alias)} AS {name(column)}" for column, alias, _ in columns)
        select = f"SELECT {shown} FROM lab_written{where}"
        options = (
            "FORMAT json"
            if how.form == "JSON"
            else f"FORMAT parquet, CODEC {quoted(_PARQUET_CODECS[how.codec])}"
        )
    if how.form != "PARQUET":
        options += ", COMPRESSION " + ("gzip" if how.codec == "GZIP" else "none")
    connection.execute(f"COPY ({select}) TO {quoted(str(path))} ({options})")


def _with_escapes(cell: str, how: Layout) -> str:
    """SQL of a text cell that is read back whole, where the table has a sign for that."""
    if not how.escape:
        return cell
    for each, written in ((how.escape, how.escape), (how.delimiter, how.delimiter), ("\n", "n"), ("\r", "r")):
        cell = f"replace({cell}, {quoted(each)}, {quoted(how.escape + written)})"
    return cell
