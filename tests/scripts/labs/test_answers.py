"""Every exercise of every lab: the reference passes, the stub fails, and so do typical wrong answers.

Right and wrong answers lie in ``answers/<exercise>.yaml`` of the lab's folder: ``right``, two or more,
written differently, and ``wrong``, three or more, each with a part of the message as ``said``, no two the
same. Each is an ``answer``, or what to ``replace`` in the reference; ``engine`` names the one that it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.labs import manifest, workspace
from scripts.labs.manifest import Engine, Exercise, Lab
from scripts.labs.outcome import Outcome
from tests.scripts.labs.conftest import Started

#: Apart from the other tests of labs: together they take longest.
pytestmark = pytest.mark.xdist_group("labs: answers")


@dataclass(frozen=True)
class Case:
    """One answer to one exercise, and what is to be said of it (None: it is right)."""

    lab: Lab
    exercise: Exercise
    engine: Engine | None
    text: str
    said: str | None
    name: str


@cache
def labs() -> tuple[Lab, ...]:
    return tuple(manifest.load(folder) for folder in manifest.available())


def written(lab: Lab, exercise: Exercise) -> dict[str, Any]:
    file = lab.folder / "answers" / f"{exercise.id}.yaml"
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    return content


def cases() -> list[Case]:
    found = []
    for lab in labs():
        for exercise in lab.exercises:
            for engine in lab.choices:
                found.append(Case(lab, exercise, engine, lab.solution(exercise, engine), None, "reference"))
                content = written(lab, exercise)
                for kind in ("right", "wrong"):
                    for place, answer in enumerate(content[kind], 1):
                        if answer.get("engine", engine) == engine:
                            text = _text(answer, lab.solution(exercise, engine))
                            said = answer["said"] if kind == "wrong" else None
                            found.append(Case(lab, exercise, engine, text, said, f"{kind} {place}"))
    return found


def _text(answer: dict[str, Any], reference: str) -> str:
    """An answer as it stands, or the reference with some of it replaced."""
    if "answer" in answer:
        return str(answer["answer"])
    for old, new in answer["replace"].items():
        assert old in reference
        reference = reference.replace(old, new)
    return reference


def _id(case: Case) -> str:
    return f"{case.lab.name}-{case.exercise.id}-{case.engine or 'any'}-{case.name}".replace(" ", "-")


def judged(case: Case, started: Started) -> Outcome:
    desk = started(case.lab, case.engine)
    found = workspace.required(case.lab, desk.home)
    file = Path(found.folder / case.lab.file_name(case.exercise))
    before = file.read_text()
    file.write_text(case.text)
    try:
        (outcome,) = desk.check(case.lab, [case.exercise.id], print)
        return outcome
    finally:
        file.write_text(before)


def _given_away(case: Case, told: str) -> list[str]:
    """Lines of the reference solution that a message repeats, but what the learner wrote themselves."""
    lines = [line.strip() for line in case.lab.solution(case.exercise, case.engine).splitlines()]
    return [line for line in lines if len(line) > 15 and line in told and line not in case.text]


@pytest.mark.parametrize("case", cases(), ids=_id)
def test_an_answer_is_judged_as_it_should_be(case: Case, started: Started) -> None:
    outcome = judged(case, started)
    told = f"{outcome.condition} | {outcome.seen} | {outcome.expected}"
    if case.said is None:
        assert outcome.passed, told
    else:
        assert not outcome.passed
        assert case.said in told
    assert not _given_away(case, told)


def test_every_exercise_has_two_more_right_answers_and_three_wrong_ones_that_are_told_apart() -> None:
    for lab in labs():
        for exercise in lab.exercises:
            content = written(lab, exercise)
            for engine in lab.choices:
                wrong = [each for each in content["wrong"] if each.get("engine", engine) == engine]
                assert len(content["right"]) >= 2, exercise.id
                assert len(wrong) >= 3, exercise.id
                assert len({each["said"] for each in wrong}) == len(wrong), exercise.id


def test_an_untouched_stub_is_told_what_to_do(started: Started) -> None:
    for lab in labs():
        desk = started(lab, lab.choices[0])
        for outcome in desk.check(lab, [], print):
            exercise = lab.exercise(outcome.exercise)
            assert not outcome.passed
            assert lab.file_name(exercise) in outcome.expected
