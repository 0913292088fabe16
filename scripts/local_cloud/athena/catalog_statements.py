"""Statements about the catalog: CREATE, ALTER, DROP, SHOW, DESCRIBE, MSCK; carried out through Glue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.catalog_base import Told, failed, no_database
from scripts.local_cloud.athena.column_changes import ColumnChange
from scripts.local_cloud.athena.errors import QueryFailedError
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
                raise failed(f"Database {given['Name']} already exists") from why
        return Told()

    def _drop_database(self, reader: Reader) -> Told:
        quiet, name = reader.take("IF", "EXISTS"), reader.name()
        cascade = reader.take("CASCADE")
        reader.take("RESTRICT")
        reader.end()
        try:
            self._lake.glue("GetDatabase", Name=name)
        except LakeError as why:
            if why.code == "EntityNotFoundException" and quiet:
                return Told()
            if why.code == "EntityNotFoundException":
                raise no_database(name) from why
            raise
        if not cascade and pages(self._lake, "GetTables", "TableList", DatabaseName=name):
            raise failed(
                f"Database {name} is not empty. One or more tables exist.", "InvalidOperationException"
            )
        self._lake.glue("DeleteDatabase", Name=name)
        return Told()

    def _create_table(self, reader: Reader) -> Told:
        quiet = reader.take("IF", "NOT", "EXISTS")
        database, name = self._qualified(reader)
        given = definitions.table_input(reader, name)
        try:
            self._lake.glue("CreateTable", DatabaseName=database, TableInput=given)
        except LakeError as why:
            if why.code == "EntityNotFoundException":
                raise no_database(database) from why
            if why.code != "AlreadyExistsException":
                raise
            if not quiet:
                raise failed(f"Table {name} already exists", "AlreadyExistsException") from why
        return Told()

    def _drop(self, reader: Reader, kind: str) -> Told:
        quiet = reader.take("IF", "EXISTS")
        database, name = self._qualified(reader)
        reader.end()
        record = self.found(database, name)
        if record is None:
            if quiet:
                return Told()
            raise _not_found(database, name, kind)
        if (record.get("TableType") == VIEW) != (kind == "VIEW"):
            raise (
                failed("Cannot drop a view with DROP TABLE")
                if kind == "TABLE"
                else QueryFailedError(
                    "TABLE_NOT_FOUND",
                    f"View 'awsdatacatalog.{database}.{name}' does not exist, but a table with that name "
                    f"exists. Did you mean DROP TABLE awsdatacatalog.{database}.{name}?",
                    (1, 1),
                )
            )
        self._lake.glue("DeleteTable", DatabaseName=database, Name=name)
        return Told()

    def _drop_table(self, reader: Reader) -> Told:
        return self._drop(reader, "TABLE")

    def _drop_view(self, reader: Reader) -> Told:
        return self._drop(reader, "VIEW")

    def _alter_database(self, reader: Reader) -> Told:
        name = reader.name()
        reader.need("SET", "DBPROPERTIES")
        properties = reader.properties()
        reader.end()
        try:
            database = self._lake.glue("GetDatabase", Name=name)["Database"]
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            raise no_database(name) from why
        kept = {key: database[key] for key in ("Name", "Description", "LocationUri") if database.get(key)}
        parameters = {**(database.get("Parameters") or {}), **properties}
        self._lake.glue("UpdateDatabase", Name=name, DatabaseInput={**kept, "Parameters": parameters})
        return Told()

    def _alter(self, reader: Reader) -> Told:
        """The statement is read whole before the catalog is asked: what is not there hides no error of it."""
        database, name = self._qualified(reader)
        if reader.take("ADD", "COLUMNS"):
            return self._changed(reader, database, name, ColumnChange.added(reader))
        if reader.take("REPLACE", "COLUMNS"):
            return self._changed(reader, database, name, ColumnChange.replaced(reader))
        if reader.take("CHANGE"):
            return self._changed(reader, database, name, ColumnChange.changed(reader))
        if reader.take("SET", "TBLPROPERTIES"):
            properties = reader.properties()

            def set_properties(record: dict[str, Any]) -> None:
                record["Parameters"] = {**(record.get("Parameters") or {}), **properties}

            return self._changed(reader, database, name, set_properties)
        if reader.take("SET", "LOCATION"):
            location = reader.string()

            def set_location(record: dict[str, Any]) -> None:
                record["StorageDescriptor"]["Location"] = location

            return self._changed(reader, database, name, set_location)
        if reader.take("ADD"):
            return self._add_partitions(reader, database, name)
        if reader.take("DROP"):
            return self._drop_partitions(reader, database, name)
        if reader.take("PARTITION"):
            return self._alter_partition(reader, database, name)
        if reader.take("RENAME", "TO"):
            self._qualified(reader)
            reader.end()
            self.record(database, name)
            raise failed("Unable to alter table. Table cannot be renamed")
        raise reader.fail("'ADD', 'CHANGE', 'DROP', 'PARTITION', 'RENAME', 'REPLACE', 'SET'")

    def _changed(
        self, reader: Reader, database: str, name: str, change: Callable[[dict[str, Any]], None]
    ) -> Told:
        reader.end()
        record = self.record(database, name)
        change(record)
        self._update(database, record)
        return Told()


def _not_found(database: str, name: str, kind: str) -> QueryFailedError:
    if kind == "VIEW":
        return QueryFailedError(
            "TABLE_NOT_FOUND", f"View 'awsdatacatalog.{database}.{name}' does not exist", (1, 1)
        )
    return QueryFailedError("", f"FAILED: SemanticException [Error 10001]: Table not found {database}.{name}")


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
    "ALTER DATABASE": CatalogStatements._alter_database,
    "ALTER SCHEMA": CatalogStatements._alter_database,
    "MSCK REPAIR TABLE": CatalogStatements._repair,
}
