"""SHOW and DESCRIBE."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.catalog_base import Told, no_database
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.information import pages
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.partition_statements import PartitionStatements
from scripts.local_cloud.athena.tables import VIEW, Table


class ShowStatements(PartitionStatements):
    """Statements that only tell."""

    def _show_databases(self, reader: Reader) -> Told:
        pattern = self._pattern(reader)
        names = [each["Name"] for each in pages(self._lake, "GetDatabases", "DatabaseList")]
        return Told(_matched(pattern, names), ["database_name"])

    def _show_tables(self, reader: Reader) -> Told:
        database = reader.name() if reader.take("IN") or reader.take("FROM") else self._database
        pattern = _simple(self._pattern(reader))
        found = [each["Name"] for each in self._tables(database)]
        return Told(_matched(pattern, found), ["tab_name"])

    def _show_views(self, reader: Reader) -> Told:
        database = reader.name() if reader.take("IN") or reader.take("FROM") else self._database
        pattern = _simple(self._pattern(reader))
        found = [each["Name"] for each in self._tables(database) if each.get("TableType") == VIEW]
        return Told(_matched(pattern, found), ["views"], "varchar")

    def _tables(self, database: str) -> list[dict[str, Any]]:
        try:
            return pages(self._lake, "GetTables", "TableList", DatabaseName=database)
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            raise no_database(database) from why

    @staticmethod
    def _pattern(reader: Reader) -> str:
        """What follows LIKE, which need not be said; without, all is meant."""
        found = reader.string() if reader.take("LIKE") or reader.next.kind == "string" else ".*"
        reader.end()
        return found

    def _show_columns(self, reader: Reader) -> Told:
        if not (reader.take("IN") or reader.take("FROM")):
            raise reader.fail("'FROM', 'IN'")
        database, name = self._qualified(reader)
        if reader.take("IN") or reader.take("FROM"):
            database = reader.name()
        reader.end()
        record = self.record(database, name)
        if record.get("TableType") == VIEW:
            return _view(record, database)
        fields = [*record["StorageDescriptor"]["Columns"], *(record.get("PartitionKeys") or [])]
        return Told([f"{each['Name']:<20}" for each in fields], ["field"])

    def _show_create_table(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        reader.end()
        record = self.record(database, name)
        if record.get("TableType") == VIEW:
            raise QueryFailedError("", "FAILED: SemanticException: use SHOW CREATE VIEW for a view")
        shown = name if database == self._database else f"{database}.{name}"
        return Told(definitions.create_statement(record, shown), ["createtab_stmt"])

    def _show_create_view(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        reader.end()
        record, where = self.found(database, name), f"awsdatacatalog.{database}.{name}"
        if record is None:
            raise QueryFailedError("TABLE_NOT_FOUND", f"View '{where}' does not exist", (1, 1))
        if record.get("TableType") != VIEW:
            raise QueryFailedError("NOT_SUPPORTED", f"Relation '{where}' is a table, not a view", (1, 1))
        view = Table.of(record, database).view
        return Told([f"CREATE VIEW {database}.{name} AS", *view.splitlines()], ["create view"], "varchar")

    def _show_properties(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        wanted = None
        if reader.take("("):
            wanted = reader.string()
            reader.need(")")
        reader.end()
        found = self.record(database, name).get("Parameters") or {}
        if wanted is not None:
            return Told(
                [found.get(wanted, f"Table {database}.{name} does not have property: {wanted}")],
                ["prpt_name"],
            )
        return Told(
            [f"{key}\t{value}" for key, value in sorted(found.items())],
            ["prpt_name", "prpt_value"],
        )

    def _describe(self, reader: Reader) -> Told:
        if reader.take("EXTENDED"):
            raise refused("DESCRIBE EXTENDED")
        formatted = reader.take("FORMATTED")
        database, name = self._qualified(reader)
        if reader.next.kind in {"word", "name"}:
            raise refused("DESCRIBE of a column or a partition")
        reader.end()
        record = self.record(database, name)
        if record.get("TableType") == VIEW and not formatted:
            return _view(record, database)
        keys = [_described(each) for each in record.get("PartitionKeys") or []]
        lines = [_described(each) for each in record["StorageDescriptor"]["Columns"]]
        if formatted:
            lines = [_COLUMNS, _BLANK, *lines]
        if keys:
            lines += [] if formatted else keys
            lines += [_BLANK, "# Partition Information\t \t ", _COLUMNS, _BLANK, *keys]
        return Told(lines + (_details(record, database) if formatted else []), _DESCRIBED)


_DESCRIBED = ["col_name", "data_type", "comment"]
#: Between the parts of a description, and above its columns.
_BLANK, _COLUMNS = "\t \t ", f"{'# col_name':<22}\t{'data_type':<20}\t{'comment':<20}"


def _simple(pattern: str) -> str:
    """The regular expression of a pattern in which ``*`` is for any letters, and ``|`` for another."""
    return re.escape(pattern).replace(r"\.\*", ".*").replace(r"\*", ".*").replace(r"\|", "|")


def _matched(pattern: str, names: list[str]) -> list[str]:
    try:
        return sorted(each for each in names if re.fullmatch(pattern, each, re.IGNORECASE))
    except re.error as why:
        raise QueryFailedError("", f"FAILED: SemanticException {why}: {pattern}") from why


def _view(record: dict[str, Any], database: str) -> Told:
    """A view's columns, in Trino's words."""
    columns = Table.of(record, database).columns
    return Told([f"{name}\t{kind}" for name, kind in columns], ["column", "type"], "varchar", "DESC_VIEW")


def _described(column: dict[str, str]) -> str:
    return f"{column['Name']:<20}\t{column['Type']:<20}\t{column.get('Comment') or '':<20}"


def _details(record: dict[str, Any], database: str) -> list[str]:
    """What DESCRIBE FORMATTED tells of a table below its columns."""
    described = record["StorageDescriptor"]
    serde = described.get("SerdeInfo") or {}
    made = datetime.fromisoformat(str(record["CreateTime"])).astimezone(UTC)

    def told(name: str, value: object) -> str:
        return f"{name + ':':<20}\t{value!s:<20}\t "

    def listed(name: str, given: dict[str, str]) -> list[str]:
        shown = ((key, definitions.java_escaped(value)) for key, value in sorted(given.items()))
        return [f"{name}:{_BLANK}", *(f"\t{key:<20}\t{value:<20}" for key, value in shown)]

    return [
        _BLANK,
        "# Detailed Table Information\t \t ",
        told("Database", database),
        told("Owner", record.get("Owner") or ""),
        told("CreateTime", f"{made:%a %b %d %H:%M:%S UTC %Y}"),
        told("LastAccessTime", "UNKNOWN"),
        told("Protect Mode", "None"),
        told("Retention", record.get("Retention") or 0),
        told("Location", described.get("Location") or ""),
        told("Table Type", record.get("TableType") or ""),
        *listed("Table Parameters", record.get("Parameters") or {}),
        _BLANK,
        "# Storage Information\t \t ",
        told("SerDe Library", serde.get("SerializationLibrary") or ""),
        told("InputFormat", described.get("InputFormat") or ""),
        told("OutputFormat", described.get("OutputFormat") or ""),
        told("Compressed", "Yes" if described.get("Compressed") else "No"),
        told("Num Buckets", described.get("NumberOfBuckets", -1)),
        told("Bucket Columns", "[]"),
        told("Sort Columns", "[]"),
        *listed("Storage Desc Params", serde.get("Parameters") or {}),
    ]
