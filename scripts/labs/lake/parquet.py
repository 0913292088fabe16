"""A table of a database as a Parquet file, and as Glue's catalog describes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from scripts.labs.comparison import Table

_HIVE = "org.apache.hadoop.hive.ql.io.parquet"
#: Digits of a sum of money that no lab reaches.
_DIGITS = 18


def of_table(found: Table) -> pa.Table:
    """The rows as columns: whole numbers, exact decimals, dates, moments and texts keep what they are."""
    arrays = {name: _column([row[place] for row in found.rows]) for place, name in enumerate(found.columns)}
    return pa.table(arrays)


def _column(values: Sequence[Any]) -> pa.Array:
    kinds = {type(each) for each in values if each is not None}
    if kinds == {Decimal}:
        scale = max(-int(each.as_tuple().exponent) for each in values if each is not None)
        return pa.array(values, pa.decimal128(_DIGITS, max(scale, 0)))
    if kinds == {int}:
        return pa.array(values, pa.int32())
    if kinds == {dt.date}:
        return pa.array(values, pa.date32())
    if kinds == {dt.datetime}:
        return pa.array(values, pa.timestamp("ms"))
    return pa.array([each if each is None else str(each) for each in values], pa.string())


def description(name: str, schema: pa.Schema, location: str) -> dict[str, Any]:
    """The ``TableInput`` of a table of Parquet files."""
    return {
        "Name": name.lower(),
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "StorageDescriptor": {
            "Columns": list(_columns(schema)),
            "Location": location,
            "InputFormat": f"{_HIVE}.MapredParquetInputFormat",
            "OutputFormat": f"{_HIVE}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{_HIVE}.serde.ParquetHiveSerDe"},
        },
    }


def _columns(schema: pa.Schema) -> Iterable[dict[str, str]]:
    for field in schema:
        yield {"Name": field.name.lower(), "Type": _type(field.type)}


def _type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    names = {pa.int32(): "int", pa.date32(): "date", pa.timestamp("ms"): "timestamp"}
    return names.get(kind, "string")
