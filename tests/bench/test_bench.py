"""Benchmarks are run by people, now and then; this keeps them running."""

from __future__ import annotations

import json
import math
import subprocess
import sys

from scripts.config import ROOT


def test_every_benchmark_that_applies_nothing_runs_at_its_smallest_and_gives_figures() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    benchmarks = json.loads(answer.stdout)["benchmarks"]
    assert set(benchmarks) == {
        "start",
        "seed",
        "kinesis",
        "producer",
        "requests",
        "authorization",
        "labs",
        "athena",
        "growth",
        "reachability",
        "star-schema",
    }
    for name, figures in benchmarks.items():
        assert figures, name
        for figure in figures:
            assert math.isfinite(figure["value"]), figure
            if figure["unit"] != "exponent":
                assert figure["value"] > 0, figure
            assert figure["baseline"] is None or figure["ratio"] > 0, figure
