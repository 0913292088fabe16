"""Statements about the catalog: CREATE, ALTER, DROP, SHOW, DESCRIBE, MSCK; carried out through Glue."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.information import pages
from scripts.local_cloud.athena.lake import Lake, LakeError
from scripts.local_cloud.athena.tables import VIEW, Table

_KEPT = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys",
         "ViewOriginalText",
         "ViewExpandedText", "TableType", "Parameters")  # fmt: skip


@dataclass
class Told:
    """What a statement answers: lines, under the names of their columns."""

    kind: str
    lines: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    type: str = "DDL"


class CatalogStatements:
    """Carries out statements in one database."""

    def __init__(self, lake: Lake, database: str) -> None:
        self._lake, self._database = lake, database or "default"

    def told(self, reader: Reader) -> Told | None:
        """What the statement answers; nothing where it is none of these."""
        for words, carry_out in _STATEMENTS.items():
            if reader.take(*words.split()):
                return carry_out(self, reader)
        return None

    # --- Databases

    def _create_database(self, reader: Reader) -> Told:
        quiet = reader.take("IF", "NOT", "EXISTS")
        given: dict[str, Any] = {"Name": reader.name()}
        while reader.next.kind != "end" and not reader.is_(";"):
            if reader.take("COMMENT"):
                given["Description"] = reader.string()
            elif reader.take("LOCATION"):
                given["LocationUri"] = reader.string()
            elif reader.take("WITH", "DBPROPERTIES"):
                given["Parameters"] = reader.properties()
            else:
                raise reader.fail()
        reader.end()
        try:
            self._lake.glue("CreateDatabase", DatabaseInput=given)
        except LakeError as why:
            if why.code != "AlreadyExistsException":
                raise
            if not quiet:
                raise _failed(f"Database {given['Name']} already exists", "AlreadyExistsException") from why
        return Told("CREATE_DATABASE")

    def _drop_database(self, reader: Reader) -> Told:
        quiet, name = reader.take("IF", "EXISTS"), reader.name()
        cascade = reader.take("CASCADE")
        reader.take("RESTRICT")
        reader.end()
        try:
            self._lake.glue("GetDatabase", Name=name)
        except LakeError as why:
            if why.code == "EntityNotFoundException" and quiet:
                return Told("DROP_DATABASE")
            if why.code == "EntityNotFoundException":
                raise QueryFailedError(
                    "", f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}"
                ) from why
            raise
        if not cascade and pages(self._lake, "GetTables", "TableList", DatabaseName=name):
            raise _failed(
                f"Database {name} is not empty. One or more tables exist.", "InvalidOperationException"
            )
        self._lake.glue("DeleteDatabase", Name=name)
        return Told("DROP_DATABASE")

    def _show_databases(self, reader: Reader) -> Told:
        names = [each["Name"] for each in pages(self._lake, "GetDatabases", "DatabaseList")]
        return Told("SHOW_DATABASES", self._like(reader, names), ["database_name"], "UTILITY")

    # --- Tables

    def _qualified(self, reader: Reader) -> tuple[str, str]:
        name = reader.name()
        if reader.take("."):
            return name, reader.name()
        if "." in name:
            database, _, table = name.partition(".")
            return database, table
        return self._database, name

    def record(self, database: str, name: str) -> dict[str, Any]:
        """A table as the catalog has it."""
        try:
            found: dict[str, Any] = self._lake.glue("GetTable", DatabaseName=database, Name=name)["Table"]
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            raise QueryFailedError(
                "", f"FAILED: SemanticException [Error 10001]: Table not found {database}.{name}"
            ) from why
        return found

    def _update(self, database: str, record: dict[str, Any]) -> None:
        given = {key: record[key] for key in _KEPT if key in record}
        self._lake.glue("UpdateTable", DatabaseName=database, TableInput=given)

    def _create_table(self, reader: Reader) -> Told:
        quiet = reader.take("IF", "NOT", "EXISTS")
        database, name = self._qualified(reader)
        given = definitions.table_input(reader, name)
        try:
            self._lake.glue("CreateTable", DatabaseName=database, TableInput=given)
        except LakeError as why:
            if why.code == "EntityNotFoundException":
                raise QueryFailedError(
                    "", f"FAILED: SemanticException [Error 10072]: Database does not exist: {database}"
                ) from why
            if why.code != "AlreadyExistsException":
                raise
            if not quiet:
                raise _failed(f"Table {name} already exists", "AlreadyExistsException") from why
        return Told("CREATE_TABLE")

    def _drop(self, reader: Reader, kind: str) -> Told:
        quiet = reader.take("IF", "EXISTS")
        database, name = self._qualified(reader)
        reader.end()
        try:
            record = self._lake.glue("GetTable", DatabaseName=database, Name=name)["Table"]
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            if quiet:
                return Told(f"DROP_{kind}")
            raise QueryFailedError(
                "", f"FAILED: SemanticException [Error 10001]: Table not found {database}.{name}"
            ) from why
        if (record.get("TableType") == VIEW) != (kind == "VIEW"):
            other = "DROP TABLE on a view" if kind == "TABLE" else "DROP VIEW on a table"
            raise QueryFailedError(
                "", f"FAILED: SemanticException [Error 10132]: Cannot use {other}: {database}.{name}"
            )
        self._lake.glue("DeleteTable", DatabaseName=database, Name=name)
        return Told(f"DROP_{kind}")

    def _drop_table(self, reader: Reader) -> Told:
        return self._drop(reader, "TABLE")

    def _drop_view(self, reader: Reader) -> Told:
        return self._drop(reader, "VIEW")

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

    # --- Partitions

    def _show_partitions(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        wanted = self._spec(reader) if reader.take("PARTITION") else {}
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        lines = []
        for each in self._partitions(database, name):
            values = dict(zip(keys, each["Values"], strict=True))
            if wanted.items() <= values.items():
                lines.append("/".join(f"{key}={value}" for key, value in values.items()))
        return Told("SHOW_PARTITIONS", sorted(lines), ["partition"], "UTILITY")

    def _keys(self, record: dict[str, Any], database: str) -> list[str]:
        keys = [each["Name"] for each in record.get("PartitionKeys") or []]
        if not keys:
            raise QueryFailedError(
                "",
                "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                f"Table {database}.{record['Name']} is not a partitioned table",
            )
        return keys

    def _partitions(self, database: str, name: str) -> list[dict[str, Any]]:
        return pages(self._lake, "GetPartitions", "Partitions", DatabaseName=database, TableName=name)

    def _spec(self, reader: Reader) -> dict[str, str]:
        found: dict[str, str] = {}
        reader.need("(")
        while True:
            key = reader.name()
            reader.need("=")
            found[key] = reader.literal()
            if not reader.take(","):
                break
        reader.need(")")
        return found

    def _alter(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        record = self.record(database, name)
        if reader.take("ADD"):
            if reader.take("COLUMNS"):
                record["StorageDescriptor"]["Columns"] += definitions.columns(reader)
                reader.end()
                self._update(database, record)
                return Told("ALTER_TABLE_ADD_COLUMNS")
            return self._add_partitions(reader, database, record)
        if reader.take("DROP"):
            return self._drop_partitions(reader, database, record)
        if reader.take("REPLACE", "COLUMNS"):
            record["StorageDescriptor"]["Columns"] = definitions.columns(reader)
            reader.end()
            self._update(database, record)
            return Told("ALTER_TABLE_REPLACE_COLUMNS")
        if reader.take("SET", "TBLPROPERTIES"):
            record["Parameters"] = {**(record.get("Parameters") or {}), **reader.properties()}
            reader.end()
            self._update(database, record)
            return Told("ALTER_TABLE_SET_TBLPROPERTIES")
        if reader.take("SET", "LOCATION"):
            record["StorageDescriptor"]["Location"] = reader.string()
            reader.end()
            self._update(database, record)
            return Told("ALTER_TABLE_SET_LOCATION")
        if reader.take("RENAME", "PARTITION") or reader.take("CHANGE") or reader.take("PARTITION"):
            raise refused("This ALTER TABLE")
        raise reader.fail("'ADD', 'DROP', 'REPLACE', 'SET'")

    def _add_partitions(self, reader: Reader, database: str, record: dict[str, Any]) -> Told:
        quiet = reader.take("IF", "NOT", "EXISTS")
        keys, wanted = self._keys(record, database), []
        while reader.take("PARTITION"):
            values = self._complete(self._spec(reader), keys)
            location = reader.string() if reader.take("LOCATION") else ""
            wanted.append((values, location))
        reader.end()
        if not wanted:
            raise reader.fail("'PARTITION'")
        there = {tuple(each["Values"]) for each in self._partitions(database, record["Name"])}
        new = [(values, location) for values, location in wanted if tuple(values) not in there]
        if len(new) < len(wanted) and not quiet:
            raise _failed("Partition already exists.", "AlreadyExistsException")
        self.add_partitions(database, record, new)
        return Told("ALTER_TABLE_ADD_PARTITION")

    def add_partitions(self, database: str, record: dict[str, Any], new: list[tuple[list[str], str]]) -> None:
        """Partitions with their values and locations; one without lies under the table."""
        keys = [each["Name"] for each in record.get("PartitionKeys") or []]
        base = record["StorageDescriptor"]["Location"].rstrip("/")
        inputs = []
        for values, location in new:
            under = "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
            descriptor = {**record["StorageDescriptor"], "Location": location or f"{base}/{under}"}
            inputs.append({"Values": values, "StorageDescriptor": descriptor})
        for at in range(0, len(inputs), 100):
            self._lake.glue(
                "BatchCreatePartition", DatabaseName=database, TableName=record["Name"],
                PartitionInputList=inputs[at : at + 100],
            )  # fmt: skip

    def _complete(self, spec: dict[str, str], keys: list[str]) -> list[str]:
        if set(spec) != set(keys):
            raise QueryFailedError(
                "",
                (
                    f"FAILED: SemanticException partition spec {spec} doesn't contain all "
                    f"({len(keys)}) partition columns"
                ),
            )
        return [spec[key] for key in keys]

    def _drop_partitions(self, reader: Reader, database: str, record: dict[str, Any]) -> Told:
        quiet, keys, wanted = reader.take("IF", "EXISTS"), self._keys(record, database), []
        while reader.take("PARTITION"):
            wanted.append(self._spec(reader))
            reader.take(",")
        reader.end()
        for spec in wanted:
            found = [
                each["Values"]
                for each in self._partitions(database, record["Name"])
                if spec.items() <= dict(zip(keys, each["Values"], strict=True)).items()
            ]
            if not found and not quiet:
                told = ", ".join(f"{key} = '{value}'" for key, value in spec.items())
                raise QueryFailedError(
                    "", f"FAILED: SemanticException [Error 10006]: Partition not found ({told})"
                )
            for values in found:
                self._lake.glue(
                    "DeletePartition", DatabaseName=database, TableName=record["Name"], PartitionValues=values
                )
        return Told("ALTER_TABLE_DROP_PARTITION")

    def _repair(self, reader: Reader) -> Told:
        """Add the partitions whose folders lie under the table as ``key=value/``."""
        database, name = self._qualified(reader)
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        base = record["StorageDescriptor"]["Location"].rstrip("/") + "/"
        there = {tuple(each["Values"]) for each in self._partitions(database, name)}
        found: dict[tuple[str, ...], str] = {}
        for each in self._lake.objects(base):
            folders = each.uri.removeprefix(base).split("/")[:-1][: len(keys)]
            pairs = [folder.partition("=") for folder in folders]
            if len(pairs) == len(keys) and all(
                pair[0].lower() == key and pair[1] for pair, key in zip(pairs, keys, strict=True)
            ):
                found.setdefault(tuple(unquote(pair[2]) for pair in pairs), base + "/".join(folders))
        new = [(list(values), location) for values, location in sorted(found.items()) if values not in there]
        self.add_partitions(database, record, new)
        named = [
            "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True)) for values, _ in new
        ]
        lines = (
            [f"Partitions not in metastore:\t{chr(9).join(f'{name}:{each}' for each in named)}"]
            if named
            else []
        )
        return Told(
            "MSCK_REPAIR_TABLE",
            lines + [f"Repair: Added partition to metastore {name}:{each}" for each in named],
        )


def _described(column: dict[str, str]) -> str:
    return f"{column['Name']:<20}\t{column['Type']:<20}\t{column.get('Comment') or '':<20}"


def _failed(message: str, kind: str) -> QueryFailedError:
    return QueryFailedError(
        "",
        (
            f"FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
            f"{kind}(message:{message})"
        ),
    )


_STATEMENTS: dict[str, Callable[[CatalogStatements, Reader], Told]] = {
    "CREATE DATABASE": CatalogStatements._create_database,
    "CREATE SCHEMA": CatalogStatements._create_database,
    "DROP DATABASE": CatalogStatements._drop_database,
    "DROP SCHEMA": CatalogStatements._drop_database,
    "SHOW DATABASES": CatalogStatements._show_databases,
    "SHOW SCHEMAS": CatalogStatements._show_databases,
    "CREATE EXTERNAL TABLE": CatalogStatements._create_table,
    "DROP TABLE": CatalogStatements._drop_table,
    "DROP VIEW": CatalogStatements._drop_view,
    "SHOW TABLES": CatalogStatements._show_tables,
    "SHOW VIEWS": CatalogStatements._show_views,
    "SHOW COLUMNS": CatalogStatements._show_columns,
    "SHOW CREATE TABLE": CatalogStatements._show_create_table,
    "SHOW CREATE VIEW": CatalogStatements._show_create_view,
    "SHOW TBLPROPERTIES": CatalogStatements._show_properties,
    "SHOW PARTITIONS": CatalogStatements._show_partitions,
    "DESCRIBE": CatalogStatements._describe,
    "DESC": CatalogStatements._describe,
    "ALTER TABLE": CatalogStatements._alter,
    "MSCK REPAIR TABLE": CatalogStatements._repair,
}
