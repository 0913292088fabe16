"""A learner at work: nothing of theirs is lost, nobody else's is touched, and every step may be repeated."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import connections, system_packages
from scripts.errors import BadInputError, MissingError
from scripts.labs import manifest, system, workspace
from scripts.labs.desk import Desk
from scripts.labs.workspace import Workspace
from scripts.system_packages import Packages, Requirement
from tests.scripts.conftest import Environment

LAB = manifest.find("relational")


@pytest.fixture(scope="module")
def desk(seeded: Environment, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(seeded.settings, seeded.session, tmp_path_factory.mktemp("desk"))
    made.start(LAB, "mysql", force=False, say=print)
    return made


def found(desk: Desk) -> Workspace:
    return workspace.required(LAB, desk.home)


def test_start_writes_a_file_for_each_exercise_a_notebook_and_the_story(desk: Desk) -> None:
    names = {each.name for each in found(desk).folder.iterdir()}
    assert {LAB.file_name(each) for each in LAB.exercises} < names
    assert {"README.md", "relational.ipynb", "connections.ini"} < names


def test_what_holds_a_password_is_closed_to_others(desk: Desk) -> None:
    for name in (workspace.RECORD, "connections.ini"):
        assert stat.S_IMODE((found(desk).folder / name).stat().st_mode) == 0o600


def test_starting_again_keeps_what_was_written_and_completes_what_is_missing(desk: Desk) -> None:
    before = found(desk)
    mine, gone = (before.folder / LAB.file_name(LAB.exercises[place]) for place in (1, 2))
    mine.write_text("SELECT 1;")
    gone.unlink()
    started = desk.start(LAB, None, force=False, say=print)
    assert started.written == (gone,)
    assert mine.read_text() == "SELECT 1;"
    assert found(desk) == before


def test_force_begins_anew_and_keeps_what_was_written_beside_it(desk: Desk) -> None:
    mine = found(desk).folder / LAB.file_name(LAB.exercises[1])
    mine.write_text("SELECT 2;")
    desk.start(LAB, None, force=True, say=print)
    assert mine.read_text() == workspace.stub(LAB.exercises[1])
    assert "SELECT 2;" in {each.read_text() for each in mine.parent.glob(f"{mine.name}.*.bak")}


def test_hints_go_on_to_the_last_and_stay_there(desk: Desk) -> None:
    exercise = LAB.exercise("where")
    told = [desk.hint(LAB, exercise) for _ in range(len(exercise.hints) + 1)]
    assert told == [*enumerate(exercise.hints, 1), (len(exercise.hints), exercise.hints[-1])]


def test_solve_writes_the_solution_which_then_is_right_and_counts_as_progress(desk: Desk) -> None:
    (solved,) = desk.solve(LAB, ["group-by"])
    assert LAB.solution(LAB.exercise("group-by")) in solved.file.read_text()
    (outcome,) = desk.check(LAB, ["group-by"], print)
    assert outcome.passed
    (standing,) = (each for each in desk.standings() if each.name == LAB.name)
    assert standing.passed >= 1


def test_a_check_after_the_databases_are_gone_makes_them_again(desk: Desk) -> None:
    database = desk.database(LAB, found(desk))
    assert database is not None
    database.remove()
    desk.solve(LAB, ["select"])
    (outcome,) = desk.check(LAB, ["select"], print)
    assert outcome.passed


def test_a_wrong_query_of_one_exercise_does_not_spoil_the_next(desk: Desk) -> None:
    file = found(desk).folder / LAB.file_name(LAB.exercise("copy-table"))
    file.write_text(
        "DELETE FROM payment; DROP TABLE category; CREATE TABLE category_copy AS SELECT 1 AS one;"
    )
    (outcome,) = desk.check(LAB, ["copy-table"], print)
    assert not outcome.passed
    desk.solve(LAB, ["copy-table", "order-by"])
    assert all(each.passed for each in desk.check(LAB, ["copy-table", "order-by"], print))


def test_reset_removes_databases_resources_progress_and_puts_the_files_aside(
    desk: Desk, seeded: Environment
) -> None:
    mine = found(desk)
    s3 = seeded.session.client("s3")
    s3.create_bucket(Bucket=mine.name("mine"))
    s3.put_object(Bucket=mine.name("mine"), Key="a", Body=b"1")
    iam = seeded.session.client("iam")
    iam.create_user(UserName=mine.name("reader"))
    iam.create_access_key(UserName=mine.name("reader"))
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=mine.name("visitor"), AssumeRolePolicyDocument=document)
    database = desk.database(LAB, mine)
    assert database is not None
    aside = desk.reset(LAB)
    assert (aside / LAB.file_name(LAB.exercises[0])).is_file()
    assert not database.exists()
    assert mine.name("mine") not in {each["Name"] for each in s3.list_buckets()["Buckets"]}
    assert mine.name("reader") not in {each["UserName"] for each in iam.list_users()["Users"]}
    assert mine.name("visitor") not in {each["RoleName"] for each in iam.list_roles()["Roles"]}
    with pytest.raises(MissingError, match="Lab relational is not started"):
        list(desk.check(LAB, [], print))
    desk.start(LAB, "mysql", force=False, say=print)
    assert found(desk).id != mine.id


def test_a_damaged_record_is_told_and_force_mends_it(desk: Desk) -> None:
    record = found(desk).folder / workspace.RECORD
    record.write_text(json.dumps({"id": 1, "what": 2}))
    with pytest.raises(BadInputError, match="is damaged"):
        desk.start(LAB, None, force=False, say=print)
    desk.start(LAB, "mysql", force=True, say=print)
    assert found(desk).engine == "mysql"


def test_an_engine_that_the_lab_does_not_take_is_refused(desk: Desk) -> None:
    only = LAB.model_copy(update={"needs": LAB.needs.model_copy(update={"engines": ("mysql",)})})
    with pytest.raises(BadInputError, match="is not done with postgres"):
        desk.start(only, "postgres", force=False, say=print)


def test_an_instance_that_is_not_there_is_told(seeded: Environment, tmp_path: Path) -> None:
    elsewhere = Desk(replace(seeded.settings, name="nowhere"), seeded.session, tmp_path)
    with pytest.raises(connections.InstanceNotFoundError, match="nowhere-mysql"):
        elsewhere.start(LAB, "mysql", force=False, say=print)
    assert not (tmp_path / LAB.name).exists()


def test_what_the_machine_lacks_is_told_before_anything_is_made_or_judged(
    seeded: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Desk(seeded.settings, seeded.session, tmp_path)
    needing = LAB.model_copy(update={"needs": LAB.needs.model_copy(update={"system": ("odbc",)})})
    kettle = Requirement("A kettle", lambda: None, Packages(("kettle",)))
    monkeypatch.setitem(system.REQUIREMENTS, "odbc", [kettle])
    monkeypatch.setattr(system_packages, "can_install", lambda: False)
    with pytest.raises(MissingError, match="A kettle is missing"):
        own.start(needing, "mysql", force=False, say=print)
    assert not (tmp_path / LAB.name).exists()
    own.start(LAB, "mysql", force=False, say=print)
    with pytest.raises(MissingError, match="A kettle is missing"):
        list(own.check(needing, [], print))
    own.reset(LAB)
