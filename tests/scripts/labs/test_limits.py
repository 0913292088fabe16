"""A learner's SQL has an end: in time, in rows, whatever it tells the server."""

from __future__ import annotations

import pytest

from scripts.labs import manifest
from scripts.labs.databases import LearnerDatabase
from scripts.labs.outcome import NotYetError
from tests.scripts.labs.conftest import Started

LAB = manifest.find("relational")

ENDLESS = "SELECT COUNT(*) FROM rental a CROSS JOIN rental b CROSS JOIN rental c"
UNLIMITED = {"mysql": "SET SESSION max_statement_time = 0", "postgres": "SET statement_timeout = 0"}


@pytest.fixture(params=["mysql", "postgres"])
def database(
    request: pytest.FixtureRequest, started: Started, monkeypatch: pytest.MonkeyPatch
) -> LearnerDatabase:
    for module in ("mysql", "postgres", "learner"):
        monkeypatch.setattr(f"scripts.labs.databases.{module}.STATEMENT_SECONDS", 2)
    desk = started(LAB, request.param)
    found = desk.database(LAB, desk.required(LAB))
    assert found is not None
    return found


def test_a_statement_without_end_is_stopped_and_the_next_one_runs(database: LearnerDatabase) -> None:
    with database.session() as session:
        with pytest.raises(NotYetError, match="was stopped after 2 seconds"):
            session.run(ENDLESS)
        assert session.run("SELECT COUNT(*) FROM category").rows == ((16,),)


def test_who_lifts_the_servers_limit_is_stopped_all_the_same(database: LearnerDatabase) -> None:
    with database.session() as session:
        session.run(UNLIMITED[database.engine])
        with pytest.raises(NotYetError, match="was stopped after 2 seconds"):
            session.run(ENDLESS)
        assert session.run("SELECT COUNT(*) FROM category").rows == ((16,),)


def test_a_change_without_end_is_stopped_too(database: LearnerDatabase) -> None:
    with database.session() as session:
        session.run("CREATE TABLE endless (number INT)")
        try:
            with pytest.raises(NotYetError, match="was stopped after 2 seconds"):
                session.run("INSERT INTO endless SELECT 1 FROM rental a, rental b, rental c")
            assert session.run("SELECT COUNT(*) FROM endless").rows == ((0,),)
        finally:
            session.run("DROP TABLE endless")


def test_a_result_without_end_is_not_fetched(database: LearnerDatabase) -> None:
    with database.session() as session:
        with pytest.raises(NotYetError, match="more than 10,000 rows"):
            session.run("SELECT a.rental_id FROM rental a CROSS JOIN rental b")
        assert session.run("SELECT COUNT(*) FROM category").rows == ((16,),)
        assert len(session.run("SELECT rental_id FROM rental LIMIT 10000").rows) == 10_000


def test_a_result_of_no_rows_has_its_columns(database: LearnerDatabase) -> None:
    with database.session() as session:
        assert session.run("SELECT title FROM film WHERE film_id < 0").columns == ("title",)
