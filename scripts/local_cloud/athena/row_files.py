# ruff: noqa: S608  (SQL is what is made here)
"""Files of lines: text with a delimiter, CSV with quotes, and JSON, each as its Hive class reads it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.functions.patterns import ALIKE
from scripts.local_cloud.athena.tables import Table, character
from scripts.local_cloud.athena.types import INTEGERS, Type
from scripts.local_cloud.athena.types import duckdb as in_duckdb
from scripts.local_cloud.athena.values import failing, null, quoted

if TYPE_CHECKING:
    from scripts.local_cloud.athena.sources import File

#: Between columns of a file that has one: two control characters that no text holds.
_NEVER = "\x1d\x1e"


def _check_lines(file: File, header: int) -> None:
    """An empty line is a row of NULLs in Hive, and nothing at all in DuckDB.

    Raises
    ------
    QueryFailedError
        There is one.
    """
    opened = gzip.open if file.path.suffix == ".gz" else open
    with opened(file.path, "rb") as content:
        for _ in range(header):
            content.readline()
        before = b"\n"
        while chunk := content.read(1 << 22):
            text = (before + chunk).replace(b"\r\n", b"\n")
            if b"\n\n" in text:
                raise refused(f"An empty line in {file.object.uri}")
            before = chunk[-2:]


def selects(table: Table, files: Sequence[File], columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """What reads the files, and each column's SQL."""
    paths = ", ".join(quoted(str(each.path)) for each in files)
    lines = (
        f"read_csv([{paths}], columns = {{'lab_line': 'VARCHAR'}}, auto_detect = false, delim = '{_NEVER}', "
        f"quote = '', escape = '', header = false, skip = {table.header_lines()}, strict_mode = false, "
        "nullstr = '\x1d\x1f', max_line_size = 16777216, hive_partitioning = true, "
        "hive_types = {'lab_file': BIGINT})"
    )
    if table.format != "json":
        for each in files:
            _check_lines(each, table.header_lines())
    reader = {"text": _text, "csv": _csv, "json": _json, "regex": _regex}[table.format]
    return reader(table, lines, columns)


def _text(table: Table, lines: str, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """LazySimpleSerDe: no quotes; what does not fit its column's type is NULL."""
    settings = table.settings
    if settings.get("quote.delim"):
        raise refused("quote.delim of LazySimpleSerDe")
    delimiter = quoted(table.delimiter())
    nothing = quoted(settings.get("serialization.null.format", "\\N"))
    cells = f"string_split(lab_line, {delimiter})"
    sign = character(settings.get("escape.delim", ""))
    if sign:
        # Hardly a line has one, and every table of awswrangler's names it.
        escaped = f"lab_escaped_cells(lab_line, {delimiter}, {quoted(sign)}, {nothing})"
        plain = f"list_transform({cells}, lambda each: nullif(each, {nothing}))"
        cells = f"CASE WHEN contains(lab_line, {quoted(sign)}) THEN {escaped} ELSE {plain} END"
    found = {}
    for at, (column, kind) in enumerate(table.columns, 1):
        if column in columns:
            cell = f"lab_cells[{at}]" if sign else f"nullif(lab_cells[{at}], {nothing})"
            found[column] = _lenient(cell, kind, column)
    return [(f"(SELECT {cells} AS lab_cells, lab_file FROM {lines})", found)]


def _lenient(cell: str, kind: Type, column: str) -> str:
    if kind.of or kind.base == "varbinary":
        raise refused(f"Column {column} of {kind} in a text file")
    if kind.base == "varchar":
        return cell
    if kind.base == "boolean":
        return f"CASE lower({cell}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if kind.base in INTEGERS:
        return (
            f"CASE WHEN regexp_full_match({cell}, '[+-]?[0-9]+') THEN TRY_CAST({cell} AS "
            f"{in_duckdb(kind)}) END"
        )
    if kind.base == "date":
        return (
            f"CASE WHEN regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN "
            f"TRY_CAST({cell} AS DATE) END"
        )
    if kind.base == "timestamp":
        shape = "[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?)?"
        return f"CASE WHEN regexp_full_match({cell}, '{shape}') THEN TRY_CAST({cell} AS TIMESTAMP) END"
    number = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
    return f"CASE WHEN regexp_full_match({cell}, '{number}') THEN TRY_CAST({cell} AS {in_duckdb(kind)}) END"


def _csv(table: Table, lines: str, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """OpenCSVSerde: quotes; what does not fit its column's type fails the query."""
    settings = table.settings
    separator = quoted(character(settings.get("separatorChar", ",")))
    quote = quoted(settings.get("quoteChar", '"'))
    escape = quoted(settings.get("escapeChar", "\\").replace("\\\\", "\\"))
    found = {}
    for at, (column, kind) in enumerate(table.columns, 1):
        if column in columns:
            found[column] = _strict(f"lab_cells[{at}]", kind, at - 1)
    source = (
        f"(SELECT lab_csv_row(lab_line, {separator}, {quote}, {escape}) AS lab_cells, lab_file FROM {lines})"
    )
    return [(source, found)]


def _regex(table: Table, lines: str, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """RegexSerDe: a column is a group; a line that the pattern does not match whole has none."""
    pattern = table.settings.get("input.regex", "")
    if not pattern or not ALIKE.fullmatch(pattern):
        raise refused(f"The regular expression '{pattern}' of table {table.database}.{table.name}")
    if table.settings.get("input.regex.case.insensitive", "").lower() == "true":
        pattern = f"(?i){pattern}"
    found = {
        column: _lenient(f"lab_cells[{at}]", kind, column)
        for at, (column, kind) in enumerate(table.columns, 1)
        if column in columns
    }
    cells = f"lab_regex_row(lab_line, {quoted(pattern)}, {len(table.columns)})"
    return [(f"(SELECT {cells} AS lab_cells, lab_file FROM {lines})", found)]


def _strict(cell: str, kind: Type, at: int) -> str:
    if kind.base == "varchar":
        return cell
    if kind.base in {"date", "timestamp"} or kind.of:
        raise refused(f"A column of {kind} read by OpenCSVSerde, which takes it for a number,")
    why = (
        f"'HIVE_BAD_DATA: Error parsing field value ''' || {cell} || ''' for field {at}: For "
        f"input string: \"' || {cell} || '\"'"
    )
    lenient = _lenient(cell, kind, "")
    return f"CASE WHEN {cell} IS NULL THEN NULL ELSE coalesce({lenient}, {failing(why, kind)}) END"


def _json(table: Table, lines: str, columns: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """A JSON object a line; names in any case."""
    settings: Mapping[str, str] = table.settings
    openx = "openx" in str(
        table.record.get("StorageDescriptor", {}).get("SerdeInfo", {}).get("SerializationLibrary")
    )
    mapped = {
        value: key.removeprefix("mapping.") for key, value in settings.items() if key.startswith("mapping.")
    }
    if (
        mapped
        or settings.get("dots.in.keys", "").lower() == "true"
        or settings.get("case.insensitive", "").lower() == "false"
    ):
        raise refused("mapping, dots.in.keys or case.insensitive of the JSON SerDe")
    lenient = settings.get("ignore.malformed.json", "").lower() == "true" and openx
    why = "'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: ' || left(lab_line, 100)"
    broken = null(Type("varchar")) if lenient else failing(why, Type("varchar"))
    row = f"CASE WHEN lab_json_is_object(lab_line) THEN lab_line ELSE {broken} END"
    found = {}
    for column, kind in table.columns:
        if column in columns:
            found[column] = _member(column, kind)
    source = f"(SELECT CAST({row} AS JSON) AS lab_row, lab_file FROM {lines} WHERE trim(lab_line) <> '')"
    return [(source, found)]


def _member(column: str, kind: Type) -> str:
    path = quoted(f'$."{column}"')
    value = (
        f"coalesce(json_extract(lab_row, {path}), CAST(lab_json_member(CAST(lab_row AS "
        f"VARCHAR), {quoted(column)}) AS JSON))"
    )
    if _has_fields(kind):
        shape = quoted(json.dumps(_shape(kind)))
        value = f"CAST(lab_json_folded(CAST({value} AS VARCHAR), {shape}) AS JSON)"
    if kind.base == "varchar":
        return f"json_extract_string({value}, '$')"
    if kind.base in {"date", "timestamp"}:
        return _lenient_or_fail(f"json_extract_string({value}, '$')", kind, column)
    why = quoted(f"HIVE_BAD_DATA: Error parsing a column of type {kind}: {column}")
    cast = f"TRY_CAST({value} AS {in_duckdb(kind)})"
    return (
        f"CASE WHEN {value} IS NULL OR json_type({value}) = 'NULL' THEN NULL "
        f"ELSE coalesce({cast}, {failing(why, kind)}) END"
    )


def _has_fields(kind: Type) -> bool:
    return kind.base == "row" or any(_has_fields(each) for each in kind.of)


def _shape(kind: Type) -> Any:
    """Where rows lie in a type: their fields by name, elements in a list, a map's values under ``*``."""
    if kind.base == "row":
        return {name: _shape(each) for name, each in zip(kind.names, kind.of, strict=True)}
    if kind.base == "array":
        return [_shape(kind.element)]
    return {"*": _shape(kind.of[1])} if kind.base == "map" else None


def _lenient_or_fail(cell: str, kind: Type, column: str) -> str:
    why = f"'HIVE_BAD_DATA: Error parsing column {column} as {kind}: ' || {cell}"
    return (
        f"CASE WHEN {cell} IS NULL THEN NULL ELSE coalesce({_lenient(cell, kind, column)}, "
        f"{failing(why, kind)}) END"
    )
