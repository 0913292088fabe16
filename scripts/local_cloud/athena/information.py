# ruff: noqa: S608  (SQL is what is made here)
"""The tables about tables: ``information_schema``, and a table's ``$partitions``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scripts.local_cloud.athena.casts import Place, explicit
from scripts.local_cloud.athena.compiled import Column, Query
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.lake import Lake
from scripts.local_cloud.athena.tables import VIEW, Table
from scripts.local_cloud.athena.types import BIGINT, VARCHAR, Type
from scripts.local_cloud.athena.values import Value, null, quoted

if TYPE_CHECKING:
    from scripts.local_cloud.athena.queries import Queries

_CATALOG = "awsdatacatalog"
_COLUMNS: dict[str, list[tuple[str, Type]]] = {
    "schemata": [("catalog_name", VARCHAR), ("schema_name", VARCHAR)],
    "tables": [(name, VARCHAR) for name in ("table_catalog", "table_schema", "table_name", "table_type")],
    "views": [(name, VARCHAR) for name in ("table_catalog", "table_schema", "table_name", "view_definition")],
    "columns": [
        ("table_catalog", VARCHAR),
        ("table_schema", VARCHAR),
        ("table_name", VARCHAR),
        ("column_name", VARCHAR),
        ("ordinal_position", BIGINT),
        ("column_default", VARCHAR),
        ("is_nullable", VARCHAR),
        ("data_type", VARCHAR),
        ("comment", VARCHAR),
        ("extra_info", VARCHAR),
    ],
}


def pages(lake: Lake, operation: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
    """Every item of a listing of Glue's."""
    found: list[dict[str, Any]] = []
    token: dict[str, Any] = {}
    while True:
        answer = lake.glue(operation, **parameters, **token)
        found += answer[member]
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


def query(queries: Queries, name: str, place: Place) -> Query:
    """A table of ``information_schema``.

    Raises
    ------
    QueryFailedError
        There is none.
    """
    if name not in _COLUMNS:
        raise QueryFailedError(
            "TABLE_NOT_FOUND", f"Table 'awsdatacatalog.information_schema.{name}' does not exist", place
        )
    databases = [each["Name"] for each in pages(queries.lake, "GetDatabases", "DatabaseList")]
    if name == "schemata":
        return _made(queries, _COLUMNS[name], [[_CATALOG, each] for each in databases])
    rows: list[list[str | int | None]] = []
    for database in databases:
        for record in pages(queries.lake, "GetTables", "TableList", DatabaseName=database):
            view = record.get("TableType") == VIEW
            if name == "tables":
                rows.append([_CATALOG, database, record["Name"], "VIEW" if view else "BASE TABLE"])
            elif name == "views" and view:
                rows.append([_CATALOG, database, record["Name"], Table.of(record, database).view])
            elif name == "columns":
                rows += _columns(database, record)
    return _made(queries, _COLUMNS[name], rows)


def _columns(database: str, record: dict[str, Any]) -> list[list[str | int | None]]:
    from scripts.local_cloud.athena.types import of_catalog  # noqa: PLC0415

    given: list[tuple[dict[str, Any], str | None]] = [
        (each, None) for each in (record.get("StorageDescriptor") or {}).get("Columns") or []
    ]
    given += [(each, "partition key") for each in record.get("PartitionKeys") or []]
    rows: list[list[str | int | None]] = []
    for at, (each, extra) in enumerate(given, 1):
        try:
            kind = str(of_catalog(each["Type"]))
        except QueryFailedError:
            kind = each["Type"]
        rows.append(
            [
                _CATALOG,
                database,
                record["Name"],
                each["Name"],
                at,
                None,
                "YES",
                kind,
                each.get("Comment"),
                extra,
            ]
        )
    return rows


def partitions(queries: Queries, table: Table) -> Query:
    """The values of a table's partition keys, a partition a row."""
    found = pages(
        queries.lake, "GetPartitions", "Partitions", DatabaseName=table.database, TableName=table.name
    )
    return _made(queries, table.keys, [list(each["Values"]) for each in found])


def _made(
    queries: Queries, columns: Sequence[tuple[str, Type]], rows: Sequence[Sequence[str | int | None]]
) -> Query:
    def cell(value: str | int | None, kind: Type) -> str:
        if value is None:
            return null(kind)
        if isinstance(value, int):
            return f"CAST({value} AS BIGINT)"
        return explicit(Value(quoted(value), VARCHAR), kind, None).sql

    made = [Column(name, kind, queries.fresh("c")) for name, kind in columns]
    names = ", ".join(f'"{each.alias}"' for each in made)
    text = ", ".join(
        f"({', '.join(cell(value, kind) for value, (_, kind) in zip(row, columns, strict=True))})"
        for row in rows
    )
    empty = f"({', '.join(null(kind) for _, kind in columns)})"
    where = "" if rows else " LIMIT 0"
    return Query(f"SELECT * FROM (VALUES {text or empty}) AS {queries.fresh('r')}({names}){where}", made)
