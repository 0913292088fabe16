"""The star schema's transform on Spark, against the same in DuckDB and in pandas.

All three read the same Parquet files, make the same five tables and write them as Parquet. Each engine runs
in a process of its own, so that its memory is its own, and says how long it took without its start, listed
apart: Java and Spark take seconds to start however few rows there are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scripts import java
from tests.bench.measure import Baseline, Figure, growth_exponent
from tests.bench.workplace import Workplace

ENGINES = ("spark", "duckdb", "pandas")


def run(place: Workplace) -> list[Figure]:
    """Rows a second, memory and growth at each scale."""
    java.require()
    figures: list[Figure] = []
    seconds: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    lines: list[float] = []
    for scale in place.sizes.star_scales:
        files = place.folder / f"classicmodels-{scale}"
        made = {"spark": _measured("spark", files, scale)}
        made |= {engine: _measured(engine, files, scale) for engine in ENGINES[1:]}
        totals = {each["total"] for each in made.values()}
        if len(totals) != 1:
            raise AssertionError(f"the engines do not agree on the total: {made}")
        lines.append(made["spark"]["lines"])
        for engine in ENGINES:
            seconds[engine].append(made[engine]["seconds"])
        rates = {engine: each["lines"] / each["seconds"] for engine, each in made.items()}
        memory = {engine: each["memory"] / 2**20 for engine, each in made.items()}
        for other in ENGINES[1:]:
            figures += [
                Figure(
                    f"order lines, scale {scale}: Spark",
                    rates["spark"],
                    "rows/s",
                    Baseline(other, rates[other]),
                ),
                Figure(
                    f"memory, scale {scale}: Spark", memory["spark"], "MiB", Baseline(other, memory[other])
                ),
            ]
        figures.append(Figure(f"start of Spark, scale {scale}", made["spark"]["start"], "s"))
    if len(lines) > 1:
        figures += [
            Figure(f"growth of time: {engine}", growth_exponent(lines, seconds[engine]), "exponent")
            for engine in ENGINES
        ]
    return figures


def _measured(engine: str, files: Path, scale: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.star_schema_engine", engine, str(files), str(scale)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
