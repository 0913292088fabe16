"""CREATE EXTERNAL TABLE in Hive's words, as the catalog keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.types import of_catalog

_LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_TEXT_IN = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
#: Format to SerDe, input and output format.
FORMATS = {
    "PARQUET": (
        f"{_PARQUET}.serde.ParquetHiveSerDe",
        f"{_PARQUET}.MapredParquetInputFormat",
        f"{_PARQUET}.MapredParquetOutputFormat",
    ),
    "TEXTFILE": (_LAZY, _TEXT_IN, _TEXT_OUT),
    "JSON": ("org.openx.data.jsonserde.JsonSerDe", _TEXT_IN, _TEXT_OUT),
}
_DELIMITERS = {
    ("FIELDS", "TERMINATED", "BY"): "field.delim",
    ("ESCAPED", "BY"): "escape.delim",
    ("COLLECTION", "ITEMS", "TERMINATED", "BY"): "collection.delim",
    ("MAP", "KEYS", "TERMINATED", "BY"): "mapkey.delim",
    ("LINES", "TERMINATED", "BY"): "line.delim",
    ("NULL", "DEFINED", "AS"): "serialization.null.format",
}


def columns(reader: Reader) -> list[dict[str, str]]:
    """``(a int COMMENT 'x', b array<string>)``."""
    found: list[dict[str, str]] = []
    reader.need("(")
    while True:
        column = {"Name": reader.name(), "Type": reader.type()}
        of_catalog(column["Type"])
        if reader.take("COMMENT"):
            column["Comment"] = reader.string()
        if column["Name"] in {each["Name"] for each in found}:
            raise QueryFailedError("", f"FAILED: ParseException Duplicate column name: {column['Name']}")
        found.append(column)
        if not reader.take(","):
            break
    reader.need(")")
    return found


def storage(
    fields: list[dict[str, str]], location: str, form: str, settings: dict[str, str]
) -> dict[str, Any]:
    """A StorageDescriptor of a format that Athena writes."""
    serde, reading, writing = FORMATS[form]
    return {
        "Columns": fields,
        "Location": location,
        "InputFormat": reading,
        "OutputFormat": writing,
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": settings},
        "StoredAsSubDirectories": False,
    }


@dataclass
class _Given:
    """The clauses of a definition."""

    location: str = ""
    form: str = "TEXTFILE"
    serde: str = ""
    comment: str = ""
    keys: list[dict[str, str]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=lambda: {"serialization.format": "1"})
    parameters: dict[str, str] = field(default_factory=lambda: {"EXTERNAL": "TRUE"})
    formats: tuple[str, str] | None = None


def _comment(reader: Reader, given: _Given) -> None:
    given.comment = reader.string()


def _keys(reader: Reader, given: _Given) -> None:
    given.keys = columns(reader)


def _buckets(reader: Reader, given: _Given) -> None:
    raise refused("CLUSTERED BY: buckets")


def _serde(reader: Reader, given: _Given) -> None:
    given.serde = reader.string()


def _settings(reader: Reader, given: _Given) -> None:
    given.settings |= reader.properties()


def _rows(reader: Reader, given: _Given) -> None:
    given.settings |= _delimited(reader)


def _formats(reader: Reader, given: _Given) -> None:
    reading = reader.string()
    reader.need("OUTPUTFORMAT")
    given.formats = (reading, reader.string())


def _stored(reader: Reader, given: _Given) -> None:
    given.form = reader.name().upper()


def _location(reader: Reader, given: _Given) -> None:
    given.location = reader.string()


def _properties(reader: Reader, given: _Given) -> None:
    given.parameters |= reader.properties()


_CLAUSES: dict[tuple[str, ...], Callable[[Reader, _Given], None]] = {
    ("COMMENT",): _comment,
    ("PARTITIONED", "BY"): _keys,
    ("CLUSTERED", "BY"): _buckets,
    ("ROW", "FORMAT", "SERDE"): _serde,
    ("WITH", "SERDEPROPERTIES"): _settings,
    ("ROW", "FORMAT", "DELIMITED"): _rows,
    ("STORED", "AS", "INPUTFORMAT"): _formats,
    ("STORED", "AS"): _stored,
    ("LOCATION",): _location,
    ("TBLPROPERTIES",): _properties,
}


def table_input(reader: Reader, name: str) -> dict[str, Any]:
    """What follows the table's name, as Glue's TableInput.

    Raises
    ------
    QueryFailedError
        It is no definition, or one of a table that could not be read.
    """
    fields, given = columns(reader), _Given()
    while reader.next.kind != "end" and not reader.is_(";"):
        clause = next((each for words, each in _CLAUSES.items() if reader.take(*words)), None)
        if clause is None:
            raise reader.fail()
        clause(reader, given)
    reader.end()
    if given.form not in FORMATS and given.formats is None:
        raise refused(f"STORED AS {given.form}")
    if not given.location.startswith("s3://"):
        raise QueryFailedError(
            "",
            "FAILED: SemanticException An external table needs LOCATION 's3://bucket/prefix/', "
            f"and has '{given.location}'",
        )
    form = given.form if given.form in FORMATS else "TEXTFILE"
    made = storage(fields, given.location, form, given.settings)
    if given.serde:
        made["SerdeInfo"]["SerializationLibrary"] = given.serde
    if given.formats:
        made["InputFormat"], made["OutputFormat"] = given.formats
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": given.parameters,
        "PartitionKeys": given.keys,
        "StorageDescriptor": made,
        **({"Description": given.comment} if given.comment else {}),
    }


def _delimited(reader: Reader) -> dict[str, str]:
    found: dict[str, str] = {}
    while words := next((each for each in _DELIMITERS if reader.is_(*each)), None):
        reader.take(*words)
        found[_DELIMITERS[words]] = reader.string()
    if "field.delim" in found:
        found["serialization.format"] = found["field.delim"]
    return found


def create_statement(table: dict[str, Any], database: str) -> list[str]:
    """SHOW CREATE TABLE, a line each."""
    described = table["StorageDescriptor"]

    def listed(fields: list[dict[str, str]]) -> list[str]:
        lines = []
        for at, each in enumerate(fields, 1):
            comment = f" COMMENT '{each['Comment']}'" if each.get("Comment") else ""
            lines.append(f"  `{each['Name']}` {each['Type']}{comment}{',' if at < len(fields) else ')'}")
        return lines

    lines = [f"CREATE EXTERNAL TABLE `{database}.{table['Name']}`(", *listed(described["Columns"])]
    if table.get("Description"):
        lines.append(f"COMMENT '{table['Description']}'")
    if table.get("PartitionKeys"):
        lines += ["PARTITIONED BY ( ", *listed(table["PartitionKeys"])]
    lines += ["ROW FORMAT SERDE ", f"  '{described['SerdeInfo']['SerializationLibrary']}' "]
    settings = {
        k: v
        for k, v in (described["SerdeInfo"].get("Parameters") or {}).items()
        if k != "serialization.format"
    }
    if settings:
        lines += ["WITH SERDEPROPERTIES ( ", *_pairs(settings)]
    lines += ["STORED AS INPUTFORMAT ", f"  '{described['InputFormat']}' "]
    lines += ["OUTPUTFORMAT ", f"  '{described['OutputFormat']}'"]
    lines += ["LOCATION", f"  '{described['Location']}'"]
    parameters = {key: value for key, value in (table.get("Parameters") or {}).items() if key != "EXTERNAL"}
    if parameters:
        lines += ["TBLPROPERTIES (", *_pairs(parameters)]
    return lines


def _pairs(given: dict[str, str]) -> list[str]:
    items = sorted(given.items())
    return [
        f"  '{key}'='{value}'{', ' if at < len(items) else ')'}" for at, (key, value) in enumerate(items, 1)
    ]
