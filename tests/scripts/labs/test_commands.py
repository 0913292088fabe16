"""The commands of a learner: what they refuse, with which exit code, and what they print."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts import aws
from scripts.commands import labs as commands
from scripts.commands.output import result
from scripts.errors import ExitCode
from scripts.labs import manifest, workspace
from scripts.labs.desk import Desk
from tests.scripts.conftest import Environment, Run
from tests.scripts.labs.conftest import variables

RELATIONAL = manifest.find("relational")

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """Where the learner's folders are; after `run`, which takes every variable away."""
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture
def at_work(seeded: Environment, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[Run]:
    """`lab` beside a running local cloud; what was started is removed."""
    for name, value in variables(seeded.settings).items():
        monkeypatch.setenv(name, value)
    yield run
    desk = Desk(seeded.settings, aws.session(seeded.settings), home)
    for each in manifest.available():
        lab = manifest.load(each)
        if workspace.find(lab, home):
            desk.reset(lab)


def document(captured: Captured) -> Any:
    """The one JSON document on standard output."""
    return json.loads(captured.readouterr().out)


REFUSED: list[tuple[list[str], ExitCode, list[str]]] = [
    (
        ["show", "relation"],
        ExitCode.BAD_INPUT,
        ["There is no lab relation.", "There are: ", "relational"],
    ),
    (["start", "relation"], ExitCode.BAD_INPUT, ["There is no lab relation."]),
    (["start", "../etc"], ExitCode.BAD_INPUT, ["There is no lab ../etc."]),
    (["check", "relational", "nope"], ExitCode.BAD_INPUT, ["has no exercise nope", "It has: copy-table"]),
    (["solve", "relational", "nope"], ExitCode.BAD_INPUT, ["has no exercise nope"]),
    (["hint", "relational", "nope"], ExitCode.BAD_INPUT, ["has no exercise nope"]),
    (["start", "relational", "--engine", "oracle"], ExitCode.BAD_INPUT, ["expected mysql or postgres"]),
    (
        ["start", "key-value", "--engine", "mysql"],
        ExitCode.BAD_INPUT,
        ["not done with mysql", "no database"],
    ),
    (["check", "relational"], ExitCode.MISSING, ["is not started.", "lab start relational"]),
    (["hint", "relational", "where"], ExitCode.MISSING, ["is not started."]),
    (["solve", "relational"], ExitCode.MISSING, ["is not started."]),
    (["reset", "relational", "--yes"], ExitCode.MISSING, ["is not started."]),
    (["notebook", "relational"], ExitCode.MISSING, ["is not started."]),
    (["start", "relational"], ExitCode.MISSING, ["LocalStack does not run", "make apply"]),
]


@pytest.mark.parametrize(("arguments", "code", "said"), REFUSED, ids=[" ".join(each[0]) for each in REFUSED])
def test_what_cannot_be_done_is_told_in_a_sentence_with_its_exit_code(
    arguments: list[str], code: ExitCode, said: list[str], run: Run, home: Path, capsys: Captured
) -> None:
    assert run(*arguments) == code
    told = capsys.readouterr()
    for each in said:
        assert each in told.err
    assert "Traceback" not in told.err
    assert not told.out
    assert not home.exists()


def test_list_and_show_need_nothing_that_runs(run: Run, home: Path, capsys: Captured) -> None:
    assert run("list") == ExitCode.DONE
    assert "relational" in capsys.readouterr().out
    assert run("list", "--json") == ExitCode.DONE
    found = {each["name"]: each for each in document(capsys)}
    assert set(found) == {each.name.replace("_", "-") for each in manifest.available()}
    assert found["relational"]["exercises"] == len(RELATIONAL.exercises)
    assert found["relational"]["passed"] == 0
    assert found["relational"]["folder"] is None
    assert run("show", "relational") == ExitCode.DONE
    assert RELATIONAL.exercises[0].title in capsys.readouterr().out
    assert run("show", "relational", "--json") == ExitCode.DONE
    assert [each["id"] for each in document(capsys)["exercises"]] == [
        each.id for each in RELATIONAL.exercises
    ]
    assert not home.exists()


def test_the_list_fits_a_terminal(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(result, "_width", 80)
    assert run("list") == ExitCode.DONE
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_hints_fit_a_terminal(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    workspace.make(RELATIONAL, home, "mysql", force=False)
    monkeypatch.setattr(result, "_width", 80)
    monkeypatch.setattr(result, "_force_terminal", True)
    for exercise in RELATIONAL.exercises:
        for _ in exercise.hints:
            assert run("hint", "relational", exercise.id) == ExitCode.DONE
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert " ".join(told.split()).count("Hint 1 of") == len(RELATIONAL.exercises)


def test_solve_says_where_the_learners_own_is_kept_and_what_to_do_next(
    run: Run, home: Path, capsys: Captured
) -> None:
    workspace.make(RELATIONAL, home, "mysql", force=False)
    (home / "relational" / "03-where.sql").write_text("SELECT mine;")
    assert run("solve", "relational", "where", "select") == ExitCode.DONE
    told = capsys.readouterr().out
    assert "what you had is kept as 03-where.sql.1.bak beside it" in told
    # Of what nobody had written, nothing is kept.
    assert told.count(".bak") == 1
    assert "lab check relational where select" in told
    (home / "relational" / "03-where.sql").write_text("SELECT again;")
    assert run("solve", "relational", "where", "--json") == ExitCode.DONE
    file = str(home / "relational" / "03-where.sql")
    assert document(capsys)["kept"] == {file: f"{file}.2.bak"}


def test_a_mistake_in_a_manifest_is_found_by_list(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    labs = tmp_path / "labs"
    shutil.copytree(manifest.LABS / "relational", labs / "relational")
    file = labs / "relational" / manifest.MANIFEST
    file.write_text(file.read_text().replace("minutes: 75", "minutes: soon"))
    monkeypatch.setattr(commands, "_desk", lambda settings: Desk(settings, home=home, labs=labs))
    assert run("list") == ExitCode.BAD_INPUT
    told = capsys.readouterr().err
    assert f"{file}: minutes: " in told
    assert "Traceback" not in told


def test_a_damaged_record_keeps_nobody_from_the_other_labs(run: Run, home: Path, capsys: Captured) -> None:
    (home / "relational").mkdir(parents=True)
    (home / "relational" / workspace.RECORD).write_text("{")
    assert run("list") == ExitCode.DONE
    told = capsys.readouterr()
    assert "key-value" in told.out
    assert "lab start relational --force" in told.err
    assert run("check", "relational") == ExitCode.BAD_INPUT
    assert "is damaged" in capsys.readouterr().err


def test_a_check_of_what_is_started_says_when_nothing_runs(run: Run, home: Path, capsys: Captured) -> None:
    workspace.make(RELATIONAL, home, "mysql", force=False)
    for command in (["check", "relational"], ["reset", "relational", "--yes"], ["notebook", "relational"]):
        assert run(*command) == ExitCode.MISSING
        assert "make apply" in capsys.readouterr().err
    assert run("hint", "relational", "where") == ExitCode.DONE
    assert run("solve", "relational", "where") == ExitCode.DONE


def test_an_environment_that_is_not_applied_is_told(
    at_work: Run, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("LAB_NAME", "nowhere")
    assert at_work("start", "relational") == ExitCode.MISSING
    told = capsys.readouterr().err
    assert "nowhere-mysql" in told
    assert "make apply" in told


def test_from_start_to_reset_each_result_is_one_document(
    seeded: Environment, at_work: Run, home: Path, capsys: Captured
) -> None:
    assert commands.begun(seeded.settings) == []
    assert at_work("start", "relational", "--json") == ExitCode.DONE
    assert commands.begun(seeded.settings) == ["relational"]
    started = document(capsys)
    assert started["engine"] == "mysql"
    assert len(started["written"]) == len(RELATIONAL.exercises) + 2
    assert at_work("check", "relational", "where", "select", "--json") == ExitCode.NO
    checked = document(capsys)
    assert (checked["passed"], checked["of"]) == (0, 2)
    assert checked["exercises"][0]["condition"] == "Nothing is written yet."
    assert at_work("hint", "relational", "where", "--json") == ExitCode.DONE
    hint = document(capsys)
    assert (hint["hint"], hint["text"]) == (1, RELATIONAL.exercise("where").hints[0])
    assert at_work("solve", "relational", "where", "--json") == ExitCode.DONE
    assert document(capsys)["written"] == [str(home / "relational" / "03-where.sql")]
    assert at_work("check", "relational", "where", "--json") == ExitCode.DONE
    assert document(capsys)["passed"] == 1
    assert at_work("list", "--json") == ExitCode.DONE
    (standing,) = (each for each in document(capsys) if each["name"] == "relational")
    assert (standing["passed"], standing["folder"]) == (1, str(home / "relational"))
    assert at_work("reset", "relational", "--yes", "--json") == ExitCode.DONE
    assert document(capsys)["files"] == str(home / "relational.1.bak")


def test_a_failed_check_says_what_was_seen_and_exits_with_no(
    at_work: Run, home: Path, capsys: Captured
) -> None:
    assert at_work("start", "relational") == ExitCode.DONE
    said = capsys.readouterr()
    assert "Copying rentio for you" in said.err
    assert "lab check relational" in said.out
    file = home / "relational" / "10-group-by.sql"
    file.write_text("SELECT rating FROM film GROUP BY rating;")
    assert at_work("check", "relational", "group-by") == ExitCode.NO
    told = capsys.readouterr().out
    assert "not yet  group-by" in told
    assert "seen: " in told
    assert "expected: " in told
    file.write_text("SELEC rating")
    assert at_work("check", "relational", "group-by") == ExitCode.NO
    told = capsys.readouterr().out
    assert "You have an error in your SQL syntax" in told
    assert "The server cannot read a statement" in told


def test_a_second_command_on_the_same_folder_is_told(at_work: Run, home: Path, capsys: Captured) -> None:
    assert at_work("start", "key-value") == ExitCode.DONE
    with workspace.alone(manifest.find("key-value"), home):
        for command in (["check", "key-value"], ["solve", "key-value"], ["reset", "key-value", "--yes"]):
            assert at_work(*command) == ExitCode.MISSING
            assert "Another `lab` command works on" in capsys.readouterr().err
