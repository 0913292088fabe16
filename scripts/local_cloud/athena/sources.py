# ruff: noqa: S608  (SQL is what is made here)
"""The files that a table's rows come from, as DuckDB's SQL: which are read, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scripts.local_cloud.athena import parquet, row_files
from scripts.local_cloud.athena.casts import explicit
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.information import pages
from scripts.local_cloud.athena.lake import Lake, Object
from scripts.local_cloud.athena.scans import Scan
from scripts.local_cloud.athena.tables import Table
from scripts.local_cloud.athena.types import VARCHAR, Type, of_catalog
from scripts.local_cloud.athena.types import duckdb as in_duckdb
from scripts.local_cloud.athena.values import Value, name, null, quoted

#: What Hive calls the partition of NULL.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class File:
    """A file to read, and the partition that it belongs to."""

    object: Object
    values: tuple[str, ...]
    path: Path


class Sources:
    """Replaces what stands for tables in a query by what reads them.

    Parameters
    ----------
    folder
        For links to the files: their names tell DuckDB which is which.

    Attributes
    ----------
    size
        Bytes of all files that are read from.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Lake, folder: Path) -> None:
        self._connection, self._lake, self._folder = connection, lake, folder
        self.size = 0
        self.text_size = 0

    def filled(self, sql: str, scans: Sequence[Scan]) -> str:
        """The SQL with every table in its place."""
        for each in scans:
            if each.marker in sql:
                sql = sql.replace(each.marker, self._read(each, each.used(sql)))
        return sql

    def _read(self, scan: Scan, columns: Sequence[str]) -> str:
        files = self._linked(scan)
        if not files:
            shown = ", ".join(
                f"{null(self._type(scan.table, each))} AS {name(scan.columns[each])}" for each in columns
            )
            return f"SELECT {shown or 'NULL'} LIMIT 0"
        self.size += sum(each.object.size for each in files)
        if scan.table.format == "parquet":
            parts = parquet.selects(self._connection, scan.table, files, columns)
        else:
            self.text_size += sum(each.object.size for each in files)
            parts = row_files.selects(scan.table, files, columns)
        keys = [key for key, _ in scan.table.keys]
        selects = []
        for source, found in parts:
            listed: list[str] = []
            for each in columns:
                kind = self._type(scan.table, each)
                if each == "$path":
                    uris = ", ".join(quoted(file.object.uri) for file in files)
                    sql = f"([{uris}])[lab_file + 1]"
                elif each in keys:
                    values = ", ".join(self._value(file.values[keys.index(each)], kind) for file in files)
                    sql = f"(CAST([{values}] AS {in_duckdb(kind)}[]))[lab_file + 1]"
                else:
                    sql = found[each]
                listed.append(f"{sql} AS {name(scan.columns[each])}")
            selects.append(f"SELECT {', '.join(listed) or '1 AS lab_one'} FROM {source}")
        return " UNION ALL ".join(selects)

    def _type(self, table: Table, column: str) -> Type:
        return VARCHAR if column == "$path" else dict([*table.columns, *table.keys])[column]

    @staticmethod
    def _value(text: str, kind: Type) -> str:
        """A partition's value, which the catalog keeps as text."""
        if text == NO_VALUE:
            return null(kind)
        return explicit(Value(quoted(text), VARCHAR), kind, None).sql

    def _cells(self, values: Sequence[str], keys: Sequence[tuple[str, Type]]) -> list[str]:
        return [self._value(value, kind) for value, (_, kind) in zip(values, keys, strict=True)]

    def _linked(self, scan: Scan) -> list[File]:
        files: list[File] = []
        folder = self._folder / scan.alias
        for location, values in self._locations(scan):
            for each in self._lake.objects(location):
                at = len(files)
                link = folder / f"lab_file={at}" / ("x" + _suffix(each.uri, scan.table))
                link.parent.mkdir(parents=True)
                link.symlink_to(each.path)
                files.append(File(each, values, link))
        return files

    def _locations(self, scan: Scan) -> list[tuple[str, tuple[str, ...]]]:
        table = scan.table
        if not table.keys:
            if not table.location:
                raise _nowhere(f"Table {table.database}.{table.name}")
            return [(table.location, ())]
        partitions = pages(
            self._lake, "GetPartitions", "Partitions", DatabaseName=table.database, TableName=table.name
        )
        kept = self._kept(scan, partitions)
        for each in kept:
            if not (each.get("StorageDescriptor") or {}).get("Location"):
                raise _nowhere(f"Partition {each['Values']} of table {table.database}.{table.name}")
            _check_schema(table, each)
        return [(each["StorageDescriptor"]["Location"], tuple(each["Values"])) for each in kept]

    def _kept(self, scan: Scan, partitions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those whose rows can meet the query's conditions."""
        if not scan.conditions or not partitions:
            return list(partitions)
        keys = scan.table.keys
        rows = ", ".join(
            f"({', '.join([str(at), *self._cells(each['Values'], keys)])})"
            for at, each in enumerate(partitions)
        )
        names = ", ".join(name(scan.columns[key]) for key, _ in keys)
        met = " AND ".join(scan.conditions)
        sql = (
            f"SELECT lab_at FROM (VALUES {rows}) AS {scan.alias}(lab_at, {names}) WHERE {met} ORDER BY lab_at"
        )
        try:
            return [partitions[at] for (at,) in self._connection.execute(sql).fetchall()]
        except duckdb.Error:
            # The query itself meets whatever is wrong with it.
            return list(partitions)


def _suffix(uri: str, table: Table) -> str:
    if table.format == "parquet":
        return ".parquet"
    if uri.endswith(".gz"):
        return ".gz"
    if uri.endswith((".bz2", ".snappy", ".lzo", ".zst", ".deflate")):
        raise refused(f"The compression of {uri}")
    return ".txt"


def _nowhere(what: str) -> QueryFailedError:
    return QueryFailedError("HIVE_METASTORE_ERROR", f"{what} has no location in the catalog")


def _check_schema(table: Table, partition: dict[str, Any]) -> None:
    """The columns that a partition declares fit the table's."""
    declared = dict(table.columns)
    for each in partition["StorageDescriptor"].get("Columns") or []:
        column = each["Name"].lower()
        kind = of_catalog(each["Type"])
        if column in declared and not parquet.fits(kind, declared[column]):
            given = next(
                c["Type"] for c in table.record["StorageDescriptor"]["Columns"] if c["Name"].lower() == column
            )
            values = "/".join(
                f"{key}={value}" for (key, _), value in zip(table.keys, partition["Values"], strict=False)
            )
            raise QueryFailedError(
                "HIVE_PARTITION_SCHEMA_MISMATCH",
                "There is a mismatch between the table and partition schemas. The types are "
                "incompatible and cannot "
                f"be coerced. The column '{column}' in table '{table.database}.{table.name}' is "
                f"declared as type "
                f"'{given}', but partition '{values}' declared column '{column}' as type '{each['Type']}'.",
            )
