"""Statements about the catalog: CREATE, ALTER, DROP, SHOW, DESCRIBE, MSCK; carried out through Glue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.catalog_base import Told, failed
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.information import pages
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.show_statements import ShowStatements
from scripts.local_cloud.athena.tables import VIEW


class CatalogStatements(ShowStatements):
    """Carries out statements in one database."""

    def told(self, reader: Reader) -> Told | None:
        """What the statement answers; nothing where it is none of these."""
        for words, carry_out in _STATEMENTS.items():
            if reader.take(*words.split()):
                return carry_out(self, reader)
        return None

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
                raise failed(f"Database {given['Name']} already exists", "AlreadyExistsException") from why
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
            raise failed(
                f"Database {name} is not empty. One or more tables exist.", "InvalidOperationException"
            )
        self._lake.glue("DeleteDatabase", Name=name)
        return Told("DROP_DATABASE")

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
                raise failed(f"Table {name} already exists", "AlreadyExistsException") from why
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
