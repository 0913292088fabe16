"""Two learners on one DB instance and in one AWS account: neither sees, changes or waits for the other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from scripts import aws
from scripts.errors import MissingError
from scripts.labs import manifest, workspace
from scripts.labs.databases import LearnerDatabase
from scripts.labs.desk import Desk
from scripts.labs.manifest import Engine
from scripts.labs.outcome import NotYetError
from tests.scripts.conftest import Environment

RELATIONAL = manifest.find("relational")
KEY_VALUE = manifest.find("key-value")

#: Some of each that make, change and remove things.
ANSWERED = {
    "relational": ["copy-table", "update", "one-fact-one-place"],
    "key-value": ["put-item", "transaction"],
}


@dataclass(frozen=True)
class Pair:
    """Two learners with the same labs."""

    engine: Engine
    one: Desk
    other: Desk

    def database(self, desk: Desk) -> LearnerDatabase:
        found = desk.database(RELATIONAL, desk.required(RELATIONAL))
        assert found is not None
        return found


@pytest.fixture(scope="module", params=["mysql", "postgres"])
def pair(
    request: pytest.FixtureRequest, seeded: Environment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    desks = []
    for name in ("one", "other"):
        home = tmp_path_factory.mktemp(name)
        # As another process has: a session of its own.
        desk = Desk(seeded.settings, aws.session(seeded.settings), home)
        for lab in (RELATIONAL, KEY_VALUE):
            desk.start(lab, request.param if lab is RELATIONAL else None, force=False, say=print)
            desk.solve(lab, ANSWERED[lab.name])
        desks.append(desk)
    yield Pair(request.param, *desks)
    for desk in desks:
        for lab in (RELATIONAL, KEY_VALUE):
            if workspace.find(lab, desk.home):
                desk.reset(lab)


def all_pass(desk: Desk) -> None:
    for lab in (RELATIONAL, KEY_VALUE):
        outcomes = list(desk.check(lab, ANSWERED[lab.name], print))
        assert all(each.passed for each in outcomes), outcomes


def test_both_check_at_the_same_time(pair: Pair) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(all_pass, desk) for desk in (pair.one, pair.other, pair.one, pair.other)]:
            try:
                done.result()
            except MissingError as busy:
                # Two commands on one folder: the second one is told.
                assert "Another `lab` command works on" in str(busy)  # noqa: PT017


def test_sql_of_one_cannot_read_or_change_what_is_the_others(pair: Pair) -> None:
    theirs = pair.database(pair.other).copies
    with pair.database(pair.one).session() as session:
        for copy in (theirs.user, theirs.checked):
            for statement in (
                f"SELECT COUNT(*) FROM {copy}.payment",
                f"DELETE FROM {copy}.payment",
                f"INSERT INTO {copy}.category VALUES (99, 'x', NULL)",
                f"DROP TABLE {copy}.payment",
                f"CREATE TABLE {copy}.mine (id INT)",
            ):
                with pytest.raises(NotYetError, match=r"not yours|changes what belongs|did not accept"):
                    session.run(statement)
    with pair.database(pair.other).session() as session:
        assert session.run("SELECT COUNT(*) FROM payment").rows == ((16049,),)


def test_sql_of_a_learner_cannot_change_the_dataset_or_the_server(pair: Pair) -> None:
    dataset = "rentio" if pair.engine == "mysql" else "public"
    server = {
        "mysql": [
            "CREATE USER somebody",
            "SET GLOBAL max_connections = 1",
            "SELECT * FROM mysql.user",
            "CREATE DATABASE mine",
            "SELECT 1 INTO OUTFILE '/tmp/lab-learner'",
            "SELECT COUNT(*) FROM rentio.payment",
        ],
        "postgres": [
            "CREATE ROLE somebody",
            "ALTER SYSTEM SET max_connections = 1",
            "SELECT * FROM pg_authid",
            "CREATE DATABASE mine",
            "COPY (SELECT 1) TO '/tmp/lab-learner'",
            "SELECT COUNT(*) FROM public.payment",
            "CREATE TABLE public.mine (id INT)",
        ],
    }
    statements = [
        f"DELETE FROM {dataset}.payment",
        f"UPDATE {dataset}.film SET title = 'x'",
        f"DROP TABLE {dataset}.payment",
        f"ALTER TABLE {dataset}.film ADD COLUMN mine INT",
        *server[pair.engine],
    ]
    with pair.database(pair.one).session() as session:
        for statement in statements:
            with pytest.raises(NotYetError):
                session.run(statement)


def test_in_the_copy_that_checks_run_in_the_dataset_can_only_be_read(pair: Pair) -> None:
    with pair.database(pair.one).session(checked=True) as session:
        assert session.run("SELECT COUNT(*) FROM payment").rows == ((16049,),)
        for statement in ("DELETE FROM payment", "DROP TABLE film", "UPDATE film SET title = 'x'"):
            with pytest.raises(NotYetError, match=r"changes what belongs to the dataset|did not accept"):
                session.run(statement)


def test_the_reset_of_one_leaves_the_others_things(pair: Pair, seeded: Environment) -> None:
    session = seeded.session
    dynamodb, s3 = session.client("dynamodb"), session.client("s3")
    found = {desk: desk.required(KEY_VALUE) for desk in (pair.one, pair.other)}
    for each in found.values():
        s3.create_bucket(Bucket=each.name("mine"))
        dynamodb.create_table(
            TableName=each.name("mine"),
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    before, mine = pair.database(pair.one), pair.database(pair.other)
    for lab in (RELATIONAL, KEY_VALUE):
        pair.one.reset(lab)
    assert not before.exists()
    assert mine.exists()
    buckets = {each["Name"] for each in s3.list_buckets()["Buckets"]}
    tables = set(dynamodb.list_tables()["TableNames"])
    for there in (buckets, tables):
        assert found[pair.one].name("mine") not in there
        assert found[pair.other].name("mine") in there
    all_pass(pair.other)
