"""Rewrite cases from today's plan: ``python -m tests.infrastructure.regenerate CASE.yaml...``

What a case lists stays listed, with the values that the plan has now; what the plan no longer has is dropped.
With ``--list PREFIX`` every resource whose address begins with PREFIX is added, to pick from.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from scripts.terraform_program import cli_config
from tests.infrastructure.cases import Case, load
from tests.infrastructure.comparison import counts, listed, outputs, resources
from tests.infrastructure.planner import Outcome, Planner


def expectations(case: Case, outcome: Outcome, prefix: str | None = None) -> dict[str, Any]:
    """The case's keys with what the plan says now."""
    raw: dict[str, Any] = yaml.safe_load(case.path.read_text())
    if outcome.plan is None:
        return {**{k: v for k, v in raw.items() if k == "base"}, "error": list(outcome.errors)}
    planned = resources(outcome.plan)
    added = {a: v for a, v in planned.items() if prefix is not None and a.startswith(prefix)}
    values = {a: listed(e, planned[a]) for a, e in case.values.items() if a in planned}
    fresh = {
        "values": {**added, **values},
        "counts": {k: counts(outcome.plan).get(k, 0) for k in case.counts},
        "outputs": listed(case.outputs, outputs(outcome.plan)),
    }
    return {k: v for k, v in {**raw, **fresh}.items() if v and k != "error"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.infrastructure.regenerate", description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE.yaml")
    parser.add_argument(
        "--list", metavar="PREFIX", dest="prefix", help="add every resource below this address"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        planner = Planner(Path(folder), cli_config(Path(folder)))
        for path in options.cases:
            case = load(path.resolve())
            text = yaml.safe_dump(
                expectations(case, planner.outcome(case), options.prefix), sort_keys=False, width=110
            )
            path.write_text(_heading(path) + text)
    return 0


def _heading(path: Path) -> str:
    """The comment lines that a case begins with, which YAML would lose."""
    lines = path.read_text().splitlines(keepends=True)
    return "".join(lines[: next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))])


if __name__ == "__main__":
    sys.exit(main())
