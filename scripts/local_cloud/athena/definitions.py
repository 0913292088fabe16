"""CREATE EXTERNAL TABLE in Hive's words, as the catalog keeps it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.athena.catalog_base import failed
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.kinds import kind
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
    "JSON": ("org.apache.hive.hcatalog.data.JsonSerDe", _TEXT_IN, _TEXT_OUT),
}
#: Formats of Hive's that are not read here.
_UNREAD = {"ORC", "AVRO", "RCFILE", "SEQUENCEFILE", "ION"}
NO_LOCATION = "No location was specified for table. An S3 location must be specified"
_DELIMITERS = {
    ("FIELDS", "TERMINATED", "BY"): "field.delim",
    ("ESCAPED", "BY"): "escape.delim",
    ("COLLECTION", "ITEMS", "TERMINATED", "BY"): "collection.delim",
    ("MAP", "KEYS", "TERMINATED", "BY"): "mapkey.delim",
    ("LINES", "TERMINATED", "BY"): "line.delim",
    ("NULL", "DEFINED", "AS"): "serialization.null.format",
}


def column(reader: Reader) -> dict[str, str]:
    """``a int COMMENT 'x'``."""
    found = {"Name": reader.name(), "Type": reader.type()}
    of_catalog(found["Type"])
    if reader.take("COMMENT"):
        found["Comment"] = reader.string()
    return found


def columns(reader: Reader) -> list[dict[str, str]]:
    """``(a int COMMENT 'x', b array<string>)``."""
    found: list[dict[str, str]] = []
    reader.need("(")
    while True:
        found.append(column(reader))
        if found[-1]["Name"] in {each["Name"] for each in found[:-1]}:
            raise QueryFailedError(
                "", f"FAILED: SemanticException [Error 10036]: Duplicate column name: {found[-1]['Name']}"
            )
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
    if given.formats is None and given.form in _UNREAD:
        raise refused(f"STORED AS {given.form}")
    if given.formats is None and given.form not in {"PARQUET", "TEXTFILE"}:
        raise QueryFailedError(
            "", f"FAILED: SemanticException Unrecognized file format in STORED AS clause: '{given.form}'"
        )
    if not given.location:
        raise QueryFailedError("", NO_LOCATION)
    if not given.location.startswith("s3://"):
        raise failed(f"Location {given.location} does not begin with s3://")
    if {each["Name"] for each in fields} & {each["Name"] for each in given.keys}:
        raise QueryFailedError(
            "", "FAILED: SemanticException [Error 10035]: Column repeated in partitioning columns"
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
        "Parameters": {
            **given.parameters,
            **({"comment": given.comment} if given.comment else {}),
            "transient_lastDdlTime": str(int(time.time())),
        },
        "PartitionKeys": given.keys,
        "StorageDescriptor": made,
    }


def _delimited(reader: Reader) -> dict[str, str]:
    found: dict[str, str] = {}
    while words := next((each for each in _DELIMITERS if reader.is_(*each)), None):
        reader.take(*words)
        found[_DELIMITERS[words]] = reader.string()
    if "field.delim" in found:
        found["serialization.format"] = found["field.delim"]
    return found


def not_external(reader: Reader) -> QueryFailedError:
    """Why no table is made of a list of columns that neither EXTERNAL precedes nor a query follows."""
    words = reader.words()
    if "'ICEBERG'" in words:
        return refused("CREATE TABLE of an Iceberg table")
    if kind(reader.text, {})[1] == "CREATE_TABLE_AS_SELECT":
        return refused("CREATE TABLE AS with a list of columns")
    told = "External keyword required for table type HIVE" if " LOCATION " in words else NO_LOCATION
    return QueryFailedError("", told)


def create_statement(table: dict[str, Any], shown: str) -> list[str]:
    """SHOW CREATE TABLE, a line each, under the name that is shown of the table."""
    described = table["StorageDescriptor"]

    def listed(fields: list[dict[str, str]]) -> list[str]:
        lines = []
        for at, each in enumerate(fields, 1):
            comment = f" COMMENT '{_quoted(each['Comment'])}'" if each.get("Comment") else ""
            lines.append(f"  `{each['Name']}` {each['Type']}{comment}{', ' if at < len(fields) else ')'}")
        return lines

    parameters = dict(table.get("Parameters") or {})
    lines = [f"CREATE EXTERNAL TABLE `{shown}`(", *listed(described["Columns"])]
    if comment := parameters.pop("comment", "") or table.get("Description"):
        lines.append(f"COMMENT '{_quoted(comment)}'")
    if table.get("PartitionKeys"):
        lines += ["PARTITIONED BY ( ", *listed(table["PartitionKeys"])]
    lines += _row_format(described["SerdeInfo"])
    lines += ["STORED AS INPUTFORMAT ", f"  '{described['InputFormat']}' "]
    lines += ["OUTPUTFORMAT ", f"  '{described['OutputFormat']}'"]
    lines += ["LOCATION", f"  '{described['Location']}'"]
    parameters.pop("EXTERNAL", None)
    if parameters:
        lines += ["TBLPROPERTIES (", *_pairs(parameters)]
    return lines


#: The delimiters that Hive shows as clauses, in its grammar's order.
_SHOWN = ("field.delim", "collection.delim", "mapkey.delim", "line.delim")


def _row_format(serde: dict[str, Any]) -> list[str]:
    """Delimiters as clauses where there is nothing else to tell, and else the class with its settings."""
    settings = dict(serde.get("Parameters") or {})
    if settings.get("serialization.format") in {"1", settings.get("field.delim")}:
        del settings["serialization.format"]
    if settings and settings.keys() <= set(_SHOWN) and serde["SerializationLibrary"] == _LAZY:
        clauses = {key: " ".join(words) for words, key in _DELIMITERS.items()}
        given = [key for key in _SHOWN if key in settings]
        return [
            "ROW FORMAT DELIMITED ",
            *(f"  {clauses[key]} '{java_escaped(settings[key])}' " for key in given),
        ]
    lines = ["ROW FORMAT SERDE ", f"  '{serde['SerializationLibrary']}' "]
    if settings:
        *before, last = _pairs(settings)
        lines += ["WITH SERDEPROPERTIES ( ", *before, f"{last} "]
    return lines


def _quoted(comment: str) -> str:
    return comment.replace("'", "\\'")


def java_escaped(text: str) -> str:
    """As Java writes a string, and Hive's grammar reads it."""
    known = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(
        known.get(each) or (each if " " <= each <= "~" else f"\\u{ord(each):04X}") for each in text
    )


def _pairs(given: dict[str, str]) -> list[str]:
    items = sorted((java_escaped(key), java_escaped(value)) for key, value in given.items())
    return [
        f"  '{key}'='{value}'{', ' if at < len(items) else ')'}" for at, (key, value) in enumerate(items, 1)
    ]
