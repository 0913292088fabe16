"""What a command costs before it does anything: `lab --help` against importing what it cannot do without."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from scripts.config import ROOT
from tests.bench.environment import LAB
from tests.bench.measure import Baseline, Figure, seconds_of
from tests.bench.workplace import Workplace

BARE = "import boto3, rich.console, typer"


def run(at: Workplace) -> list[Figure]:
    """Seconds of the best of a few starts; the two take turns."""
    at.say("starting `lab`")
    commands = {"lab": [LAB, "--help"], "bare": [sys.executable, "-c", BARE]}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(at.sizes.starts):
        for name, command in commands.items():
            taken[name].append(seconds_of(partial(_quietly, command)))
    bare = Baseline(f"python -c '{BARE}'", min(taken["bare"]))
    return [Figure("lab --help", min(taken["lab"]), "s", bare)]


def _quietly(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
