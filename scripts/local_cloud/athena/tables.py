"""The catalog's tables, as Athena reads them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.types import Type, of_catalog

VIEW = "VIRTUAL_VIEW"
_PRESTO = ("/* Presto View: ", " */")

#: Formats by the class that reads a row; the first of each is what is written.
_SERDES = {
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
    "parquet.hive.serde.ParquetHiveSerDe": "parquet",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "text",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.apache.hadoop.hive.serde2.RegexSerDe": "regex",
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
}


@dataclass(frozen=True)
class Table:
    """A table, or a view.

    Attributes
    ----------
    columns, keys
        Name and type; the keys are those that the table is partitioned by.
    format
        ``parquet``, ``text``, ``csv``, ``regex`` or ``json``.
    settings
        Of the class that reads rows.
    view
        Its query, where it is one.
    """

    database: str
    name: str
    columns: Sequence[tuple[str, Type]]
    keys: Sequence[tuple[str, Type]]
    location: str
    format: str
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    view: str = ""
    record: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(record: Mapping[str, Any], database: str) -> Table:
        """A table of the catalog.

        Raises
        ------
        QueryFailedError
            It is none that can be read as Athena reads it.
        """
        name, storage = record["Name"], record.get("StorageDescriptor") or {}
        if record.get("TableType") == VIEW:
            definition = view_definition(record)
            columns = [
                (each["name"].lower(), of_catalog_or_sql(each["type"])) for each in definition["columns"]
            ]
            return Table(database, name, columns, (), "", "", view=definition["originalSql"], record=record)
        parameters = record.get("Parameters") or {}
        serde = storage.get("SerdeInfo") or {}
        library = serde.get("SerializationLibrary") or ""
        where = f"{database}.{name}"
        if parameters.get("table_type", "").upper() in {"ICEBERG", "DELTA", "HUDI"}:
            raise refused(f"Table {where} of type {parameters['table_type']}")
        if parameters.get("projection.enabled", "").lower() == "true":
            raise refused(f"Partition projection, by which table {where} finds its partitions,")
        if not library:
            raise QueryFailedError("HIVE_UNSUPPORTED_FORMAT", f"Table {where} names no SerDe in the catalog")
        if library not in _SERDES:
            raise refused(f"SerDe {library} of table {where}")
        columns = [(each["Name"].lower(), of_catalog(each["Type"])) for each in storage.get("Columns") or []]
        keys = [
            (each["Name"].lower(), of_catalog(each["Type"])) for each in record.get("PartitionKeys") or []
        ]
        settings = {**(serde.get("Parameters") or {})}
        return Table(
            database, name, columns, keys, storage.get("Location") or "", _SERDES[library], settings,
            parameters, record=record,
        )  # fmt: skip

    def delimiter(self) -> str:
        """Between the columns of a text file."""
        given = self.settings.get("field.delim") or self.settings.get("serialization.format")
        return character(given or "\x01")

    def header_lines(self) -> int:
        """Lines at a file's head that are no rows."""
        return int(
            self.parameters.get("skip.header.line.count") or self.settings.get("skip.header.line.count") or 0
        )


def character(text: str) -> str:
    """A character, in the forms in which a table's settings name it."""
    if text == "1":
        return "\x01"
    return {"\\t": "\t", "\\001": "\x01", "\\u0001": "\x01", "\\\\": "\\"}.get(text, text)


def of_catalog_or_sql(text: str) -> Type:
    """A view's column, whose type is written in Trino's words: ``array(varchar)``."""
    if "row(" in text or "time zone" in text:
        raise QueryFailedError("INVALID_VIEW", f"A column of type {text} is not read by the local cloud")
    for sql, hive in (("array(", "array<"), ("map(", "map<")):
        while sql in text:
            at = text.index(sql)
            depth, end = 0, at + len(sql) - 1
            for end in range(at + len(sql) - 1, len(text)):
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                if not depth:
                    break
            text = f"{text[:at]}{hive}{text[at + len(sql) : end]}>{text[end + 1 :]}"
    return of_catalog(text.replace("integer", "int"))


def view_definition(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a view of the catalog is, in the form in which Athena keeps it."""
    text = (record.get("ViewOriginalText") or "").strip()
    if not text.startswith(_PRESTO[0]):
        raise refused(f"View {record['Name']}, which is not Athena's own,")
    found: dict[str, Any] = json.loads(base64.b64decode(text[len(_PRESTO[0]) : -len(_PRESTO[1])]))
    return found


def view_text(sql: str, database: str, columns: Sequence[tuple[str, Type]]) -> str:
    """The form in which Athena keeps a view in the catalog."""
    definition = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": name, "type": str(kind)} for name, kind in columns],
    }
    return f"{_PRESTO[0]}{base64.b64encode(json.dumps(definition).encode()).decode()}{_PRESTO[1]}"
