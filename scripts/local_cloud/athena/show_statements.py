"""SHOW and DESCRIBE."""

from __future__ import annotations

import re
from typing import Any

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.catalog_base import Told
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.information import pages
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.partition_statements import PartitionStatements
from scripts.local_cloud.athena.tables import VIEW, Table


class ShowStatements(PartitionStatements):
    """Statements that only tell."""

    def _show_databases(self, reader: Reader) -> Told:
        names = [each["Name"] for each in pages(self._lake, "GetDatabases", "DatabaseList")]
        return Told("SHOW_DATABASES", self._like(reader, names), ["database_name"], "UTILITY")

    def _show_tables(self, reader: Reader) -> Told:
        database = reader.name() if reader.take("IN") or reader.take("FROM") else self._database
        found = [each["Name"] for each in self._tables(database)]
        return Told("SHOW_TABLES", self._like(reader, found), ["tab_name"], "UTILITY")

    def _show_views(self, reader: Reader) -> Told:
        database = reader.name() if reader.take("IN") or reader.take("FROM") else self._database
        found = [each["Name"] for each in self._tables(database) if each.get("TableType") == VIEW]
        return Told("SHOW_VIEWS", self._like(reader, found), ["views"], "UTILITY")

    def _tables(self, database: str) -> list[dict[str, Any]]:
        try:
            return pages(self._lake, "GetTables", "TableList", DatabaseName=database)
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            raise QueryFailedError(
                "", f"FAILED: SemanticException [Error 10072]: Database does not exist: {database}"
            ) from why

    @staticmethod
    def _like(reader: Reader, names: list[str]) -> list[str]:
        """Those that a pattern fits: ``*`` for any letters, ``|`` for another."""
        if reader.take("LIKE") or reader.next.kind == "string":
            parts = reader.string().split("|")
            pattern = "|".join(re.escape(each).replace(r"\*", ".*").replace("%", ".*") for each in parts)
            names = [each for each in names if re.fullmatch(pattern, each, re.IGNORECASE)]
        reader.end()
        return sorted(names)

    def _show_columns(self, reader: Reader) -> Told:
        if not (reader.take("IN") or reader.take("FROM")):
            raise reader.fail("'FROM', 'IN'")
        database, name = self._qualified(reader)
        if reader.take("IN") or reader.take("FROM"):
            database = reader.name()
        reader.end()
        record = self.record(database, name)
        fields = [*record["StorageDescriptor"]["Columns"], *(record.get("PartitionKeys") or [])]
        return Told("SHOW_COLUMNS", [f"{each['Name']:<20}" for each in fields], ["field"], "UTILITY")

    def _show_create_table(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        reader.end()
        record = self.record(database, name)
        if record.get("TableType") == VIEW:
            raise QueryFailedError("", "FAILED: SemanticException: use SHOW CREATE VIEW for a view")
        return Told(
            "SHOW_CREATE_TABLE", definitions.create_statement(record, database), ["createtab_stmt"], "UTILITY"
        )

    def _show_create_view(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        reader.end()
        table = Table.of(self.record(database, name), database)
        if not table.view:
            raise QueryFailedError("", f"Relation '{database}.{name}' is a table, not a view")
        return Told(
            "SHOW_CREATE_VIEW",
            [f"CREATE VIEW {database}.{name} AS", *table.view.splitlines()],
            ["Create View"],
            "UTILITY",
        )

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
                "SHOW_TBLPROPERTIES",
                [found.get(wanted, f"Table {database}.{name} does not have property: {wanted}")],
                ["prpt_name"],
                "UTILITY",
            )
        return Told(
            "SHOW_TBLPROPERTIES",
            [f"{key}\t{value}" for key, value in sorted(found.items())],
            ["prpt_name", "prpt_value"],
            "UTILITY",
        )

    def _describe(self, reader: Reader) -> Told:
        extended = reader.take("EXTENDED") or reader.take("FORMATTED")
        if extended:
            raise refused("DESCRIBE EXTENDED and FORMATTED")
        database, name = self._qualified(reader)
        reader.end()
        record = self.record(database, name)
        lines = [_described(each) for each in record["StorageDescriptor"]["Columns"]]
        if keys := record.get("PartitionKeys"):
            lines += [_described(each) for each in keys]
            lines += [
                "\t \t ",
                "# Partition Information\t \t ",
                f"{'# col_name':<20}\t{'data_type':<20}\t{'comment':<20}",
                "\t \t ",
            ]
            lines += [_described(each) for each in keys]
        return Told("DESCRIBE_TABLE", lines, ["col_name", "data_type", "comment"], "UTILITY")


def _described(column: dict[str, str]) -> str:
    return f"{column['Name']:<20}\t{column['Type']:<20}\t{column.get('Comment') or '':<20}"
