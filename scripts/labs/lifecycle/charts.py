"""Judges the dashboard's files, and the measurement of the file formats."""

from __future__ import annotations

import csv
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_PNG = b"\x89PNG\r\n\x1a\n"
#: Bytes of a page that holds its libraries itself.
_WITH_LIBRARIES = 300_000

#: Rows that the file formats are measured with.
_LINES = 20_000

#: By chart: the exercise whose answer it shows, and a row of the frame that a row of the answer makes.
_CHARTS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "countries": ("sales-by-country", lambda country, _, sales: {"country": country, "sales": float(sales)}),
    "months": (
        "sales-by-month",
        lambda year, month, sales: {"month": f"{year}-{month:02d}", "sales": float(sales)},
    ),
    "lines": ("product-lines", lambda line, sales, _: {"line": line, "sales": float(sales)}),
    "customers": ("top-customers", lambda customer, sales: {"customer": customer, "sales": float(sales)}),
}


def check_dashboard(work: Work) -> None:
    found = {exercise: work.asked(exercise) for exercise, _ in _CHARTS.values()}
    frames = {
        name: [row_of(*row) for row in found[exercise].table.rows]
        for name, (exercise, row_of) in _CHARTS.items()
    }
    with work.results() as folder:
        work.call("dashboard", frames, str(folder), seconds=300)
        _judge(folder, frames)
    place = work.workspace.folder / str(work.exercise.results)
    work.tell(f"Your charts, to be opened in a browser: {place / 'dashboard.html'}")
    work.tell(f"The same as images, beside it: {', '.join(f'{name}.png' for name in frames)}")
    if not_theirs := [exercise for exercise, answered in found.items() if not answered.theirs]:
        work.tell(f"Drawn from the reference's answers, until yours are right: {', '.join(not_theirs)}")


def _judge(folder: Path, frames: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    page = folder / "dashboard.html"
    require(
        page.is_file(),
        "There is no dashboard.html.",
        seen=_listed(folder),
        expected="one page with the charts",
    )
    text = page.read_text(encoding="utf-8", errors="replace")
    for name, rows in frames.items():
        labels = [str(next(iter(row.values()))) for row in rows]
        missing = [label for label in labels if label not in text and json.dumps(label)[1:-1] not in text]
        require(
            not missing,
            f"The page does not show {name}.",
            seen=f"a page without {missing[0]}" if missing else "",
            expected="a chart of each of the four, with every row of its answer",
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
    for name in frames:
        file = folder / f"{name}.png"
        require(
            file.is_file() and file.read_bytes().startswith(_PNG),
            f"There is no chart {name}.png.",
            seen=_listed(folder),
            expected="an image in the format PNG",
        )


def check_column_store(work: Work) -> None:
    rows = list(_order_lines())
    total = sum(row["quantity"] for row in rows)
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
    work.tell(f"Your measurement: summing quantity of {len(rows):,} order lines on this machine")
    for kind in ("csv", "json", "parquet"):
        measured = found[kind]
        share = measured["bytes"] / found["csv"]["bytes"]
        work.tell(
            f"  {kind:8} {measured['bytes']:>10,} bytes to read ({share:7.2%} of CSV's), "
            f"{measured['seconds'] * 1000:8.1f} ms"
        )


def _order_lines() -> Iterator[dict[str, Any]]:
    """So many that reading takes longer than beginning to read; the same for everybody."""
    chance = random.Random(11)
    for number in range(_LINES):
        yield {
            "orderNumber": 10_000 + number // 12,
            "orderLineNumber": number % 12 + 1,
            "productCode": f"S{chance.randrange(10, 72)}_{chance.randrange(1000, 5000)}",
            "quantity": chance.randrange(1, 100),
            "priceEach": chance.randrange(2_600, 21_500) / 100,
            "status": chance.choice(("Shipped", "Shipped", "Shipped", "In Process", "On Hold")),
            "comments": f"line {number} of many, and {number * 7919}",
        }


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
