"""Whatever a learner's function returns, it is judged: nothing of it makes a check fall over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.labs import manifest, workspace
from scripts.labs.grading import Grader
from scripts.labs.manifest import Exercise, Lab
from scripts.labs.python import Called, Runner
from tests.scripts.conftest import Environment
from tests.scripts.labs.conftest import Started

VALUES: list[Any] = [
    None, 7, "x", [None], [{"a": 1}], (1, 2), {"items": None, "count": None, "scanned": None},
]  # fmt: skip

CASES = [
    (lab, exercise)
    for lab in map(manifest.load, manifest.available())
    for exercise in lab.exercises
    if exercise.language == "python" and not exercise.waits
]


class Answering(Runner):
    """Answers every call with one value, and does nothing else."""

    def __init__(self, value: Any) -> None:
        super().__init__({})
        self._value = value

    def call(
        self,
        source: Path,
        function: str,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        *,
        seconds: float,
    ) -> Called:
        return Called(self._value, "")


@pytest.mark.parametrize(("lab", "exercise"), CASES, ids=lambda each: getattr(each, "name", "") or each.id)
def test_a_value_of_any_kind_is_judged(
    lab: Lab, exercise: Exercise, started: Started, seeded: Environment
) -> None:
    desk = started(lab, lab.choices[0])
    found = workspace.required(lab, desk.home)
    answer = workspace.Answer("def nothing(): ...", found.folder / lab.file_name(exercise))
    databases = desk.databases(lab, found, lab.engines(found.engine))
    grader = Grader(lab, found, seeded.settings, seeded.session, databases)
    for value in VALUES:
        outcome = grader.outcome(exercise, answer, print, Answering(value))
        assert not outcome.passed
        assert outcome.condition
