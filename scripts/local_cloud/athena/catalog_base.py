"""What all statements about the catalog need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.lake import Lake, LakeError
from scripts.local_cloud.athena.tables import VIEW

_KEPT = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys",
         "ViewOriginalText",
         "ViewExpandedText", "TableType", "Parameters")  # fmt: skip


@dataclass
class Told:
    """What a statement answers.

    Attributes
    ----------
    lines
        A value each, in which tabs are between columns.
    columns
        Their names.
    type
        Of the columns: Hive's ``string``, or Trino's ``varchar`` where Trino answers.
    kind
        The statement's subtype, where it depends on what is in the catalog.
    """

    lines: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    type: str = "string"
    kind: str = ""


class CatalogBase:
    """Reads and changes tables of the catalog, through Glue."""

    def __init__(self, lake: Lake, database: str) -> None:
        self._lake, self._database = lake, database or "default"

    def _qualified(self, reader: Reader) -> tuple[str, str]:
        name = reader.name()
        if reader.take("."):
            return name, reader.name()
        if "." in name:
            database, _, table = name.partition(".")
            return database, table
        return self._database, name

    def found(self, database: str, name: str) -> dict[str, Any] | None:
        """A table or a view, if there is such a one."""
        try:
            there: dict[str, Any] = self._lake.glue("GetTable", DatabaseName=database, Name=name)["Table"]
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            return None
        return there

    def record(self, database: str, name: str) -> dict[str, Any]:
        """A table as the catalog has it."""
        found = self.found(database, name)
        if found is None:
            raise QueryFailedError(
                "", f"FAILED: SemanticException [Error 10001]: Table not found {database}.{name}"
            )
        if found.get("TableType") != VIEW and (missing := _missing(found.get("StorageDescriptor") or {})):
            # The API takes such tables, Hive does not.
            raise QueryFailedError(
                "",
                f"FAILED: SemanticException Unable to fetch table {name}. "
                f"StorageDescriptor#{missing} cannot be null for table: {name}",
            )
        return found

    def _update(self, database: str, record: dict[str, Any]) -> None:
        given = {key: record[key] for key in _KEPT if key in record}
        self._lake.glue("UpdateTable", DatabaseName=database, TableInput=given)


def _missing(storage: dict[str, Any]) -> str:
    needed = ("Columns", "Location", "InputFormat", "OutputFormat", "SerdeInfo")
    return next((each for each in needed if not storage.get(each)), "")


def no_database(name: str) -> QueryFailedError:
    """The error of a statement about a database that is not there."""
    return QueryFailedError("", f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}")


def failed(message: str, kind: str = "") -> QueryFailedError:
    """The error of a DDL task of Hive's."""
    return QueryFailedError(
        "",
        (
            f"FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
            f"{f'{kind}(message:{message})' if kind else message}"
        ),
    )
