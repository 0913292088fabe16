"""Functions that the compiled queries call and that Python carries out, a row at a time.

They are those where DuckDB's own nearly do what Trino's do: JSON's canonical text, Java's Formatter, regular
expressions with groups. What they are given is never NULL; what fails raises `Refusal` with Trino's words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.local_cloud.athena.python_functions import (
    addresses,
    documents,
    formatting,
    moments,
    patterns,
    scalars,
)

#: DuckDB's name of each, with the types of its parameters and of what it gives.
FUNCTIONS: dict[str, tuple[Callable[..., Any], str, str]] = {
    "lab_json_parse": (documents.json_parse, "VARCHAR", "VARCHAR"),
    "lab_json_of": (documents.json_of, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_scalar": (documents.json_scalar, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_elements": (documents.json_elements, "VARCHAR", "VARCHAR[]"),
    "lab_json_keys": (documents.json_keys, "VARCHAR", "VARCHAR[]"),
    "lab_json_fields": (documents.json_fields, "VARCHAR, VARCHAR", "VARCHAR[]"),
    "lab_json_members": (documents.json_members, "VARCHAR", "VARCHAR[]"),
    "lab_json_extract": (documents.json_extract, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_extract_scalar": (documents.json_extract_scalar, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_length": (documents.json_length, "VARCHAR", "BIGINT"),
    "lab_json_size": (documents.json_size, "VARCHAR, VARCHAR", "BIGINT"),
    "lab_json_is_scalar": (documents.json_is_scalar, "VARCHAR", "BOOLEAN"),
    "lab_json_contains": (documents.json_contains, "VARCHAR, VARCHAR, VARCHAR", "BOOLEAN"),
    "lab_format": (formatting.format_, "VARCHAR, VARCHAR, VARCHAR[]", "VARCHAR"),
    "lab_regexp_like": (patterns.like, "VARCHAR, VARCHAR", "BOOLEAN"),
    "lab_group": (patterns.group, "VARCHAR, VARCHAR, BIGINT", "VARCHAR"),
    "lab_groups": (patterns.groups, "VARCHAR, VARCHAR, BIGINT", "VARCHAR[]"),
    "lab_regex_row": (patterns.row_of, "VARCHAR, VARCHAR, BIGINT", "VARCHAR[]"),
    "lab_regexp_split": (patterns.regexp_split, "VARCHAR, VARCHAR", "VARCHAR[]"),
    "lab_regexp_replace": (patterns.regexp_replace, "VARCHAR, VARCHAR, VARCHAR", "VARCHAR"),
    "lab_regexp_position": (patterns.regexp_position, "VARCHAR, VARCHAR, BIGINT, BIGINT", "INTEGER"),
    "lab_edits": (scalars.edits, "VARCHAR, VARCHAR", "BIGINT"),
    "lab_strpos": (scalars.strpos, "VARCHAR, VARCHAR, BIGINT", "BIGINT"),
    "lab_from_base64": (scalars.from_base64, "VARCHAR", "BLOB"),
    "lab_translate": (scalars.translate, "VARCHAR, VARCHAR, VARCHAR", "VARCHAR"),
    "lab_split_to_map": (scalars.split_to_map, "VARCHAR, VARCHAR, VARCHAR", "MAP(VARCHAR, VARCHAR)"),
    "lab_from_utf8": (scalars.from_utf8, "BLOB", "VARCHAR"),
    "lab_from_hex": (scalars.from_hex, "VARCHAR", "BLOB"),
    "lab_url_encode": (addresses.url_encode, "VARCHAR", "VARCHAR"),
    "lab_url_decode": (addresses.url_decode, "VARCHAR", "VARCHAR"),
    "lab_url": (addresses.url, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_url_parameter": (addresses.url_parameter, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_cbrt": (scalars.cbrt, "DOUBLE", "DOUBLE"),
    "lab_to_base": (scalars.to_base, "BIGINT, BIGINT", "VARCHAR"),
    "lab_from_base": (scalars.from_base, "VARCHAR, BIGINT", "BIGINT"),
    "lab_bit_count": (scalars.bit_count, "BIGINT, BIGINT", "BIGINT"),
    "lab_divided": (scalars.divided, "VARCHAR, VARCHAR, BIGINT", "VARCHAR"),
    "lab_width_bucket": (scalars.width_bucket, "DOUBLE, DOUBLE, DOUBLE, BIGINT", "BIGINT"),
    "lab_iso_timestamp": (moments.iso_timestamp, "VARCHAR", "TIMESTAMP"),
    "lab_iso_utc": (moments.iso_utc, "VARCHAR", "TIMESTAMP"),
    "lab_iso_date": (moments.iso_date, "VARCHAR", "DATE"),
    "lab_date_parse": (moments.date_parse, "VARCHAR, VARCHAR", "TIMESTAMP"),
    "lab_parse_datetime": (moments.parse_datetime, "VARCHAR, VARCHAR", "TIMESTAMP"),
    "lab_json_is_object": (documents.json_is_object, "VARCHAR", "BOOLEAN"),
    "lab_json_folded": (documents.json_folded, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_json_member": (documents.json_member, "VARCHAR, VARCHAR", "VARCHAR"),
    "lab_width_bin": (scalars.width_bin, "DOUBLE, DOUBLE[]", "BIGINT"),
    "lab_escaped_cells": (scalars.escaped_cells, "VARCHAR, VARCHAR, VARCHAR, VARCHAR", "VARCHAR[]"),
    "lab_csv_row": (scalars.csv_row, "VARCHAR, VARCHAR, VARCHAR, VARCHAR", "VARCHAR[]"),
}
