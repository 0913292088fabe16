"""A learner's folder later on: another engine, a folder that is gone, an environment made anew."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import nbformat
import pytest

from scripts.config import Settings
from scripts.errors import BadInputError
from scripts.labs import manifest, removal, workspace
from scripts.labs.desk import Desk
from scripts.labs.outcome import NotYetError, Outcome
from scripts.labs.progress import Progress
from scripts.labs.work import Work
from tests.scripts.conftest import Environment

LAB = manifest.find("relational")
KEY_VALUE = manifest.find("key-value")
WHERE = LAB.exercise("where")


@pytest.fixture
def desk(seeded: Environment, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(seeded.settings, seeded.session, tmp_path / "workspace")
    yield made
    for lab in (LAB, KEY_VALUE):
        if workspace.find(lab, made.home):
            made.reset(lab)


def quiet(_: str) -> None:
    """What is said on the way is of no interest."""


def checked(desk: Desk, *exercises: str) -> list[Outcome]:
    return list(desk.check(LAB, exercises, quiet))


def test_a_lab_goes_on_with_the_other_engine_and_reset_removes_both(desk: Desk) -> None:
    desk.start(LAB, "mysql", force=False, say=quiet)
    desk.solve(LAB, ["where"])
    assert checked(desk, "where")[0].passed
    first = desk.database(LAB, desk.required(LAB))
    started = desk.start(LAB, "postgres", force=False, say=quiet)
    assert (started.engine, started.written) == ("postgres", ())
    assert "postgresql+psycopg" in (started.folder / "connections.ini").read_text()
    assert checked(desk, "where")[0].passed
    # Without a word about it, it stays with the engine that was chosen last.
    assert desk.start(LAB, None, force=False, say=quiet).engine == "postgres"
    second = desk.database(LAB, desk.required(LAB))
    assert first is not None
    assert second is not None
    desk.reset(LAB)
    assert not first.exists()
    assert not second.exists()


def test_beginning_anew_with_the_other_engine_leaves_nothing_on_the_first(desk: Desk) -> None:
    desk.start(LAB, "mysql", force=False, say=quiet)
    first = desk.database(LAB, desk.required(LAB))
    assert first is not None
    assert first.exists()
    desk.start(LAB, "postgres", force=True, say=quiet)
    assert not first.exists()
    second = desk.database(LAB, desk.required(LAB))
    assert second is not None
    assert second.engine == "postgres"
    assert second.exists()


def test_a_folder_that_was_removed_by_hand_is_taken_up_again(desk: Desk) -> None:
    desk.start(LAB, "mysql", force=False, say=quiet)
    desk.solve(LAB, ["where"])
    assert checked(desk, "where")[0].passed
    before = desk.required(LAB)
    shutil.rmtree(before.folder)
    (standing,) = (each for each in desk.standings() if each.name == LAB.name)
    assert standing.folder is None
    desk.start(LAB, "mysql", force=False, say=quiet)
    after = desk.required(LAB)
    # The same name in databases and AWS: nothing of the old one is left over.
    assert after.id == before.id
    assert after.password != before.password
    desk.solve(LAB, ["select"])
    assert checked(desk, "select")[0].passed
    (standing,) = (each for each in desk.standings() if each.name == LAB.name)
    assert standing.passed == 2


def test_a_folder_from_before_the_environment_was_made_anew_goes_on(desk: Desk) -> None:
    desk.start(LAB, "mysql", force=False, say=quiet)
    desk.solve(LAB, ["where", "update"])
    found = desk.required(LAB)
    database = desk.database(LAB, found)
    assert database is not None
    # As `make destroy` and `make apply` leave it: no user, no copies, another address.
    database.remove()
    connections = found.folder / "connections.ini"
    now = connections.read_text()
    connections.write_text(now.replace("host = ", "host = 127.20.255."))
    assert all(each.passed for each in checked(desk, "where", "update"))
    assert connections.read_text() == now
    assert desk.required(LAB) == found


def test_databases_that_were_not_finished_are_made_again(desk: Desk) -> None:
    desk.start(LAB, "mysql", force=False, say=quiet)
    desk.solve(LAB, ["where"])
    found = desk.required(LAB)
    database = desk.database(LAB, found)
    assert database is not None
    with database.session() as session:
        session.run("DROP TABLE payment")
    (found.folder / ".making").touch()
    assert checked(desk, "where")[0].passed
    with database.session() as session:
        assert session.run("SELECT COUNT(*) FROM payment").rows == ((16049,),)
    assert not (found.folder / ".making").exists()


def test_what_a_killed_check_left_in_aws_is_removed_by_the_next_one(desk: Desk, seeded: Environment) -> None:
    desk.start(KEY_VALUE, None, force=False, say=quiet)
    found = desk.required(KEY_VALUE)
    s3 = seeded.session.client("s3")
    for name in (found.name("check-left"), found.name("mine")):
        s3.create_bucket(Bucket=name)
    (found.folder / ".checking").touch()
    list(desk.check(KEY_VALUE, ["marshal"], quiet))
    buckets = {each["Name"] for each in s3.list_buckets()["Buckets"]}
    assert found.name("check-left") not in buckets
    assert found.name("mine") in buckets
    assert not (found.folder / ".checking").exists()


def test_solve_keeps_what_the_learner_wrote(desk: Desk) -> None:
    desk.start(KEY_VALUE, None, force=False, say=quiet)
    exercise = KEY_VALUE.exercise("scan")
    file = desk.required(KEY_VALUE).folder / KEY_VALUE.file_name(exercise)
    for mine in ("# first\n", "# second\n"):
        file.write_text(mine)
        desk.solve(KEY_VALUE, ["scan"])
        desk.solve(KEY_VALUE, ["scan"])
        assert KEY_VALUE.solution(exercise) in file.read_text()
    kept = [each.read_text() for each in sorted(file.parent.glob(f"{file.name}.*.bak"))]
    assert kept == ["# first\n", "# second\n"]


def test_an_answer_is_found_again_when_its_exercise_has_another_number(desk: Desk) -> None:
    desk.start(KEY_VALUE, None, force=False, say=quiet)
    folder = desk.required(KEY_VALUE).folder
    exercise = KEY_VALUE.exercise("scan")
    now = folder / KEY_VALUE.file_name(exercise)
    now.write_text("# mine\n")
    now.rename(folder / "77-scan.py")
    assert desk.start(KEY_VALUE, None, force=False, say=quiet).written == ()
    assert now.read_text() == "# mine\n"


def write_cell(book: Path, exercise: str, text: str) -> None:
    content = nbformat.read(book, as_version=4)
    (cell,) = (each for each in content.cells if each.metadata.get("exercise") == exercise)
    cell.source = text
    nbformat.write(content, book)


def test_of_two_answers_the_one_saved_last_is_judged_and_the_learner_is_told(desk: Desk) -> None:
    desk.start(LAB, "mysql", force=False, say=quiet)
    folder = desk.required(LAB).folder
    file, book = folder / LAB.file_name(WHERE), folder / "relational.ipynb"
    file.write_text("SELECT 1 AS one;")
    write_cell(book, "where", f"%%sql\n{LAB.solution(WHERE, 'mysql')}")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (outcome,) = checked(desk, "where")
    assert (outcome.passed, outcome.source, outcome.instead_of) == (True, book.name, file.name)
    os.utime(book, (1_600_000_000, 1_600_000_000))
    (outcome,) = checked(desk, "where")
    assert (outcome.passed, outcome.source, outcome.instead_of) == (False, file.name, book.name)
    # The same in both: there is nothing to be told.
    file.write_text(LAB.solution(WHERE, "mysql"))
    (outcome,) = checked(desk, "where")
    assert (outcome.passed, outcome.instead_of) == (True, "")


def test_a_mistake_in_a_cell_is_told_with_its_line_there(desk: Desk) -> None:
    desk.start(KEY_VALUE, None, force=False, say=quiet)
    found = desk.required(KEY_VALUE)
    book = found.folder / "key-value.ipynb"
    code = KEY_VALUE.exercise("scan")
    function = KEY_VALUE.solution(code).partition("def ")[2].partition("(")[0]
    write_cell(book, "scan", f"def {function}(*_, **__):\n    return 1 / 0\n")
    (outcome,) = desk.check(KEY_VALUE, ["scan"], quiet)
    assert outcome.condition == (
        f"{function} raised an error in cell scan of key-value.ipynb, line 2, `return 1 / 0`."
    )
    assert outcome.seen == "ZeroDivisionError: division by zero"
    assert not list(found.folder.glob(".cell*"))


def test_answers_that_are_no_yaml_are_told_with_the_file_and_its_line(tmp_path: Path) -> None:
    lab = manifest.find("fan-out")
    made, _ = workspace.make(lab, tmp_path, "mysql", force=False)
    exercise = lab.exercise("explain")
    file = made.folder / lab.file_name(exercise)
    file.write_text("cure: d\ndistinct: [b\n")
    book = made.folder / "fan-out.ipynb"
    for place, line in ((file, 3), (book, 4)):
        answer = workspace.answer(made, lab, exercise)
        assert answer.source == place
        work = Work(lab, exercise, made, answer, Settings(), cast(Any, None), {}, quiet)
        with pytest.raises(NotYetError, match="cannot be read as YAML") as told:
            work.answers()
        assert f'"{place.name}", line {line}' in told.value.seen
        if place == file:
            write_cell(book, "explain", f"%%script true\n{file.read_text()}")
            file.unlink()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 7}', '{"cells": [7, {"metadata": null}]}'])
def test_a_notebook_that_is_none_is_told_or_passed_over(content: str, tmp_path: Path) -> None:
    made, _ = workspace.make(LAB, tmp_path, "mysql", force=False)
    (made.folder / "relational.ipynb").write_text(content)
    try:
        found = workspace.answer(made, LAB, WHERE)
    except BadInputError as told:
        assert "is no notebook" in str(told)  # noqa: PT017
    else:
        assert found.source.name == LAB.file_name(WHERE)


@pytest.mark.parametrize(
    "record",
    ["", "[]", '{"id": 7, "password": "x", "engine": "mysql"}', '{"id": "../../x", "password": "x"}',
     '{"id": "0123abcd", "password": null}', '{"id": "0123abcd", "password": "x", "engine": "oracle"}'],
)  # fmt: skip
def test_a_record_that_cannot_be_is_damaged(record: str, tmp_path: Path) -> None:
    made, _ = workspace.make(LAB, tmp_path, "mysql", force=False)
    (made.folder / workspace.RECORD).write_text(record)
    with pytest.raises(BadInputError, match="is damaged"):
        workspace.find(LAB, tmp_path)


def test_progress_that_is_damaged_is_told(tmp_path: Path) -> None:
    file = tmp_path / "labs" / "progress.json"
    file.parent.mkdir()
    for content in ("{", "[]", '{"a": {"b": {"c": 1}}}', '{"a": 7}'):
        file.write_text(content)
        with pytest.raises(BadInputError, match=r"progress\.json is damaged"):
            Progress(tmp_path).of("a")
    file.write_text(json.dumps({}))
    assert Progress(tmp_path).of("a") == {}


def test_only_what_bears_the_whole_name_of_a_workspace_is_removed(seeded: Environment) -> None:
    s3, glue = seeded.session.client("s3"), seeded.session.client("glue")
    for name in ("lab-00000001-mine", "lab-00000012-mine"):
        s3.create_bucket(Bucket=name)
        glue.create_job(
            Name=name,
            Role="arn:aws:iam::000000000000:role/none",
            Command={"Name": "pythonshell", "ScriptLocation": f"s3://{name}/job.py"},
        )
    removed = removal.remove(seeded.session, "lab-00000001")
    assert removed == ["bucket lab-00000001-mine", "job lab-00000001-mine"]
    s3.delete_bucket(Bucket="lab-00000012-mine")
    glue.delete_job(JobName="lab-00000012-mine")
