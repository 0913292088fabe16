"""What the lab `acid` is made of: schedules that are read and played, both engines side by side."""

from __future__ import annotations

import configparser
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from scripts.errors import BadInputError
from scripts.labs import manifest, removal, workspace
from scripts.labs.acid.playing import Player
from scripts.labs.acid.schedules import LEVELS, Step, parse
from scripts.labs.acid.sessions import Sessions, sessions
from scripts.labs.manifest import Engine
from scripts.labs.outcome import NotYetError
from scripts.labs.work import Work
from scripts.labs.workspace import Answer
from tests.scripts.conftest import Environment
from tests.scripts.labs.conftest import Started

LAB = manifest.find("acid")
ENGINES: tuple[Engine, ...] = ("mysql", "postgres")


@pytest.fixture
def work(started: Started, seeded: Environment) -> Iterator[Work]:
    desk = started(LAB, None)
    found = workspace.required(LAB, desk.home)
    answer = Answer("", found.folder / "nothing.yaml")
    with Work(
        LAB, LAB.exercise("levels"), found, answer, seeded.settings, seeded.session,
        desk.databases(LAB, found, ENGINES), print,
    ) as work:  # fmt: skip
        yield work


def schedule(*lines: str) -> tuple[Step, ...]:
    pairs = (line.split(": ", 1) for line in lines)
    return parse({"schedule": [{session: statement} for session, statement in pairs]})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "There is no schedule yet"),
        ({"schedule": "A: BEGIN"}, "There is no schedule yet"),
        ({"schedule": ["BEGIN"]}, "Line 1 of the schedule is not a statement of a session"),
        ({"schedule": [{"A": 1}]}, "Line 1 of the schedule is not a statement of a session"),
        ({"schedule": [{"A": " ; "}]}, "Line 1 of the schedule is not a statement of a session"),
        ({"schedule": [{"A": "BEGIN"}, {"A": "DROP TABLE stock"}]}, "Line 2 of the schedule is no statement"),
        (
            {"schedule": [{"A": "BEGIN ISOLATION LEVEL SERIALIZABLE"}]},
            "Line 1 of the schedule is no statement",
        ),
        ({"schedule": [{"A": "BEGIN; COMMIT"}]}, "Line 1 of the schedule holds several"),
        ({"schedule": [{"A": "BEGIN"}, {"A": "COMMIT"}]}, "Session B does nothing"),
        ({"schedule": [{"A": "BEGIN"}, {"B": "BEGIN"}]}, "Session A never ends its transaction"),
        ({"schedule": [{"A": "SELECT 1"}]}, "Session A works outside a transaction"),
    ],
)
def test_what_is_no_schedule_is_told_with_its_line(content: dict[str, Any], told: str) -> None:
    with pytest.raises(NotYetError, match=told):
        parse(content)


@pytest.mark.parametrize("engine", ENGINES)
def test_two_sessions_that_wait_for_each_other_end_and_one_is_given_up(work: Work, engine: Engine) -> None:
    steps = schedule(
        "A: BEGIN", "B: BEGIN",
        "A: UPDATE stock SET quantity = 1 WHERE product = 'camera'",
        "B: UPDATE stock SET quantity = 2 WHERE product = 'screen'",
        "A: UPDATE stock SET quantity = 1 WHERE product = 'screen'",
        "B: UPDATE stock SET quantity = 2 WHERE product = 'camera'",
        "A: COMMIT", "B: COMMIT",
    )  # fmt: skip
    with sessions(work, engine) as opened:
        trace = Player(opened).play(steps, LEVELS[1])
        (loser,) = trace.given_up
        assert "deadlock" in trace.given_up[loser].lower()
        wanted = {"A": 2, "B": 1}[loser]
        left = dict(row[:2] for row in trace.after["stock"].rows)
        assert (left["camera"], left["screen"]) == (wanted, wanted)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_waits_goes_on_when_the_other_one_ends_and_all_later_statements_keep_their_order(
    work: Work, engine: Engine
) -> None:
    steps = schedule(
        "A: BEGIN", "B: BEGIN",
        "A: UPDATE account SET balance = balance + 1 WHERE id = 1",
        "B: UPDATE account SET balance = balance * 2 WHERE id = 1",
        "B: SELECT balance FROM account WHERE id = 1",
        "B: COMMIT",
        "A: UPDATE account SET balance = balance + 1 WHERE id = 1",
        "A: COMMIT",
    )  # fmt: skip
    with sessions(work, engine) as opened:
        trace = Player(opened).play(steps, LEVELS[1])
        assert trace.waited == {"B"}
        assert trace.reads("B") == [("SELECT balance FROM account WHERE id = 1", ((1004,),))]
        done = [event.step for event in trace.events]
        assert [step for step in done if step.session == "B"] == [
            step for step in steps if step.session == "B"
        ]
        assert done.index(steps[7]) < done.index(steps[3])


@pytest.mark.parametrize("engine", ENGINES)
def test_each_play_begins_with_the_rows_that_there_were(work: Work, engine: Engine) -> None:
    steps = schedule(
        "A: BEGIN", "A: DELETE FROM duty", "A: COMMIT", "B: BEGIN", "B: SELECT * FROM duty", "B: COMMIT"
    )
    with sessions(work, engine) as opened:
        player = Player(opened)
        first = player.play(steps, LEVELS[0])
        second = player.play(steps, LEVELS[3])
        assert first.before == second.before
        assert len(first.before["duty"].rows) == 3
        assert first.after["duty"].rows == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_connection_that_breaks_leaves_nothing_of_what_was_open(work: Work, engine: Engine) -> None:
    with ExitStack() as stack:
        opened = Sessions(work, engine, stack)
        with opened.breaking() as session:
            session.run("BEGIN")
            session.run("DELETE FROM duty")
        assert len(opened.contents()["duty"].rows) == 3


def test_both_engines_are_at_hand_and_neither_can_be_chosen(started: Started) -> None:
    desk = started(LAB, None)
    found = workspace.required(LAB, desk.home)
    assert list(desk.databases(LAB, found, ENGINES)) == list(ENGINES)
    content = configparser.ConfigParser(interpolation=None)
    content.read(found.folder / "connections.ini")
    assert content.sections() == list(ENGINES)
    for database in desk.databases(LAB, found, ENGINES).values():
        with database.session() as session:
            assert session.run("SELECT COUNT(*) FROM account").rows == ((3,),)
    with pytest.raises(BadInputError, match="is done on mysql and postgres side by side"):
        desk.start(LAB, "postgres", force=False, say=print)


def test_reset_removes_a_db_instance_that_an_interrupted_check_has_left(seeded: Environment) -> None:
    rds = seeded.session.client("rds")
    name = f"lab-{secrets.token_hex(4)}"
    for identifier in (f"{name}-check-crash-postgres", f"other-{name}"):
        rds.create_db_instance(
            DBInstanceIdentifier=identifier, Engine="postgres", DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20, MasterUsername="labadmin", MasterUserPassword=secrets.token_urlsafe(12),
        )  # fmt: skip
    assert removal.remove(seeded.session, name) == [f"DB instance {name}-check-crash-postgres"]
    rds.delete_db_instance(DBInstanceIdentifier=f"other-{name}", SkipFinalSnapshot=True)
