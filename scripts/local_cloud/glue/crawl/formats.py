"""What a file is, and which columns it has: Parquet by its footer, CSV and JSON by their beginning."""

from __future__ import annotations

import csv
import io
import json
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.local_cloud.glue.crawl import types
from scripts.local_cloud.glue.crawl.types import Columns

#: Bytes of a text that are looked at; records of a sample at most.
SAMPLE = 1 << 20
_RECORDS = 2000
_DELIMITERS = ",|\t;\x01"
_MAGIC = b"PAR1"
_SUFFIXES = {"parquet": "parquet", "csv": "csv", "tsv": "csv", "json": "json", "jsonl": "json"}


class UnreadableError(Exception):
    """A file is not what its name says, or is broken; says which and why."""


@dataclass(frozen=True)
class Format:
    """What a file is.

    Attributes
    ----------
    classification
        ``parquet``, ``csv`` or ``json``, as Glue names them.
    columns
        Its own, names in lower case as in the catalog.
    rows
        How many; of a text longer than the sample, how many it would have if all of it were like that.
    details
        What readers of a CSV file must know.
    """

    classification: str
    columns: Columns
    rows: int
    compression: str = "none"
    details: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True)
class _Sample:
    """The beginning of a text.

    Attributes
    ----------
    share
        Which part of the file it is: 1 where it is all of it.
    """

    text: str
    share: float
    compression: str


def claimed(key: str) -> str:
    """The classification that a name claims; empty where it claims none."""
    suffixes = [suffix.lstrip(".").lower() for suffix in PurePosixPath(key).suffixes]
    return next((_SUFFIXES[each] for each in reversed(suffixes) if each in _SUFFIXES), "")


def identify(key: str, size: int, file: BinaryIO) -> Format | None:
    """What the file is; None where nobody knows.

    Raises
    ------
    UnreadableError
        It is not what its name says, or starts as Parquet and is broken.
    """
    wanted = claimed(key)
    head = file.read(4)
    file.seek(0)
    if head == _MAGIC or wanted == "parquet":
        return _parquet(key, size, head, file)
    sample = _text(key, size, file, "gzip" if head[:2] == b"\x1f\x8b" else "none")
    found = None if sample is None else _json(sample) or _csv(sample)
    if wanted and (found is None or found.classification != wanted):
        is_ = f"it looks like {found.classification}" if found else "its content is not text of that form"
        raise UnreadableError(f"{key} is not a {wanted} file: {is_}")
    return found


def _parquet(key: str, size: int, head: bytes, file: BinaryIO) -> Format:
    if head != _MAGIC:
        raise UnreadableError(f"{key} is not a Parquet file: it does not begin with PAR1")
    try:
        parquet = pq.ParquetFile(pa.PythonFile(file, mode="r"))
        schema, metadata = parquet.schema_arrow, parquet.metadata
    except (pa.ArrowException, OSError) as broken:
        raise UnreadableError(f"{key} of {size} bytes is not a whole Parquet file: {broken}") from None
    columns = tuple((each.name.lower(), types.of_arrow(each.type)) for each in schema)
    # Its pages are compressed, the file is not: Glue says "none" whatever the codec.
    return Format("parquet", columns, metadata.num_rows)


def _text(key: str, size: int, file: BinaryIO, compression: str) -> _Sample | None:
    """The beginning of a text, without a line that the sample cut off; None where it is no text."""
    raw = file.read(SAMPLE)
    read = len(raw)
    if compression == "gzip":
        decompressor = zlib.decompressobj(wbits=31)
        try:
            raw = decompressor.decompress(raw, SAMPLE)
        except zlib.error as broken:
            raise UnreadableError(f"{key} begins as gzip and is not: {broken}") from None
        read -= len(decompressor.unconsumed_tail)
    if b"\0" in raw:
        return None
    whole, share = len(raw), read / size
    if read < size:
        raw = raw[: raw.rfind(b"\n") + 1]
    try:
        return _Sample(raw.decode("utf-8-sig"), share * len(raw) / max(whole, 1), compression)
    except UnicodeDecodeError:
        return None


def _json(sample: _Sample) -> Format | None:
    """Documents one after another; arrays are, as for Glue, documents whose only column is ``array``."""
    decoder, place = json.JSONDecoder(), 0
    records: list[Any] = []
    stripped = sample.text.strip()
    if not stripped.startswith(("{", "[")):
        return None
    while place < len(stripped) and len(records) < _RECORDS:
        try:
            document, place = decoder.raw_decode(stripped, place)
        except ValueError:
            # The sample may end within a document that spans lines.
            break
        records.append({"array": document} if isinstance(document, list) else document)
        while place < len(stripped) and stripped[place].isspace():
            place += 1
    if not records or not all(isinstance(each, dict) for each in records):
        return None
    columns: dict[str, str | None] = {}
    for record in records:
        for name, value in record.items():
            known = [kind for kind in (columns.get(name.lower()), types.of_json(value)) if kind]
            columns[name.lower()] = types.merged(known)
    found = tuple((name, kind or "string") for name, kind in columns.items())
    rows = len(records) * len(stripped) / place / sample.share
    return Format("json", found, round(rows), sample.compression)


def _csv(sample: _Sample) -> Format | None:
    """At least two columns, and the same number in each row."""
    text = sample.text
    for delimiter in sorted(_DELIMITERS, key=lambda each: -text.split("\n", 1)[0].count(each)):
        rows, lines = [], io.StringIO(text)
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > _RECORDS:
                break
        if rows and len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows):
            count = len(rows) * len(text) / lines.tell() / sample.share
            return _csv_columns(rows, delimiter, '"' in text, round(count), sample.compression)
    return None


def _csv_columns(rows: list[list[str]], delimiter: str, quoted: bool, count: int, compression: str) -> Format:
    head, body = rows[0], rows[1:]
    kinds = [types.merged(filter(None, map(types.of_text, cells))) for cells in zip(*body, strict=True)]
    heading = [name.strip().lower() for name in head]
    # A heading is made of words, each once, and some column below it is not.
    is_heading = (
        bool(body)
        and len(set(heading)) == len(heading)
        and all(types.of_text(name) == "string" for name in head)
        and any(kind not in ("string", None) for kind in kinds)
    )
    if not is_heading:
        heading = [f"col{number}" for number in range(len(head))]
        kinds = [types.merged(filter(None, map(types.of_text, cells))) for cells in zip(*rows, strict=True)]
    details = [("delimiter", delimiter), ("columnsOrdered", "true")]
    details += [("areColumnsQuoted", "true" if quoted else "false")]
    if is_heading:
        details += [("skip.header.line.count", "1")]
    columns = tuple((name, kind or "string") for name, kind in zip(heading, kinds, strict=True))
    return Format("csv", columns, count - is_heading, compression, tuple(details))
