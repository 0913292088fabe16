"""Judges the dashboard's files, and the measurement of the file formats."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_PNG = b"\x89PNG\r\n\x1a\n"
#: Bytes of a page that holds its libraries itself.
_WITH_LIBRARIES = 300_000
_FRAMES = {
    "countries": [{"country": "Xanadu", "sales": 811.5}, {"country": "Ruritania", "sales": 93.25}],
    "months": [{"month": "2003-01", "sales": 404.75}, {"month": "2003-02", "sales": 500.0}],
    "lines": [{"line": "Zeppelins", "sales": 700.5}, {"line": "Tricycles", "sales": 204.25}],
    "customers": [{"customer": "Quux & Sons", "sales": 904.75}],
}


def check_dashboard(work: Work) -> None:
    with tempfile.TemporaryDirectory(prefix="lab-charts-") as name:
        work.call("dashboard", _FRAMES, name, seconds=300)
        folder = Path(name)
        page = folder / "dashboard.html"
        require(
            page.is_file(),
            "There is no dashboard.html.",
            seen=_listed(folder),
            expected="one page with the charts",
        )
        text = page.read_text(encoding="utf-8")
        for title, rows in _FRAMES.items():
            label = str(next(iter(rows[0].values())))
            require(
                label in text or json.dumps(label)[1:-1] in text,
                f"The page does not show {title}.",
                seen="none of its names in the page",
                expected="a chart of each of the four",
            )
        require(
            len(text) > _WITH_LIBRARIES and "<script src=" not in text.replace("'", '"'),
            "The page is not self-contained.",
            seen="it loads its libraries from elsewhere",
            expected="a page that opens without the internet",
        )
        require(
            '"tooltip"' in text,
            "The charts do not answer to the pointer.",
            seen="no tooltip",
            expected="what a bar or a point stands for, where one points at it",
        )
        for title in _FRAMES:
            file = folder / f"{title}.png"
            require(
                file.is_file() and file.read_bytes().startswith(_PNG),
                f"There is no chart {title}.png.",
                seen=_listed(folder),
                expected="an image in the format PNG",
            )


def check_column_store(work: Work) -> None:
    rows = [
        {
            "orderNumber": 10_000 + number,
            "quantity": number % 50,
            "comments": f"line {number} of many, and {number * 7919}",
        }
        for number in range(4_000)
    ]
    total = sum(number % 50 for number in range(4_000))
    with tempfile.TemporaryDirectory(prefix="lab-formats-") as name:
        found = work.call("measure", rows, "quantity", name, seconds=120).result
        folder = Path(name)
        if not isinstance(found, dict) or set(found) != {"csv", "json", "parquet"}:
            raise NotYetError(
                "The function does not return a measurement of each format.",
                seen=f"{found!s:.80}",
                expected="a dict of csv, json and parquet",
            )
        for kind, measured in found.items():
            file = folder / f"rows.{kind}"
            require(
                file.is_file() and _count(file) == len(rows),
                f"rows.{kind} does not hold the rows.",
                seen=_listed(folder),
                expected="every row, in that format",
            )
            require(
                measured.get("sum") == total,
                f"The sum from rows.{kind} is not right.",
                seen=str(measured.get("sum")),
                expected="the sum of the column",
            )
            require(
                isinstance(measured.get("seconds"), float) and measured["seconds"] > 0,
                f"The time for {kind} was not measured.",
                seen=str(measured.get("seconds")),
                expected="seconds, as a float above zero",
            )
            require(
                measured.get("bytes") == _to_read(file, "quantity"),
                f"The bytes to be read of rows.{kind} are not right.",
                seen=str(measured.get("bytes")),
                expected="the whole file of CSV and JSON; of Parquet the column's compressed bytes",
            )


def _count(file: Path) -> int:
    if file.suffix == ".parquet":
        return int(pq.ParquetFile(file).metadata.num_rows)
    with file.open(newline="") as lines:
        return sum(1 for _ in (csv.DictReader(lines) if file.suffix == ".csv" else lines))


def _to_read(file: Path, column: str) -> int:
    if file.suffix != ".parquet":
        return file.stat().st_size
    metadata = pq.ParquetFile(file).metadata
    number = metadata.schema.names.index(column)
    return sum(
        int(metadata.row_group(group).column(number).total_compressed_size)
        for group in range(metadata.num_row_groups)
    )


def _listed(folder: Path) -> str:
    return ", ".join(sorted(each.name for each in folder.iterdir())) or "an empty folder"
