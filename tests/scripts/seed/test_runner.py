from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from scripts import connections
from scripts.connections import Access
from scripts.errors import BadInputError, MissingError
from scripts.seed import DATASETS, runner
from scripts.seed.classicmodels import CLASSICMODELS
from scripts.seed.objects import RATINGS_KEY
from scripts.seed.rentio import RENTIO
from scripts.seed.verification import verify
from tests.scripts.conftest import NAME, Environment


def mysql_ask(connection: Any) -> Callable[[str], object]:
    cursor = connection.cursor()

    def ask(question: str) -> object:
        cursor.execute(question)
        return cursor.fetchone()[0]

    return ask


def postgres_ask(connection: psycopg.Connection) -> Callable[[str], object]:
    def ask(question: str) -> object:
        return (connection.execute(question.encode()).fetchone() or (None,))[0]

    return ask


def restore(environment: Environment, *datasets: str, **more: Any) -> list[runner.Seeded]:
    return runner.restore(environment.settings, environment.session, datasets, **more)


@pytest.fixture(scope="module")
def everything(environment: Environment, instances: None, tables: None, bucket: str) -> None:
    restore(environment)


def test_all_datasets_are_loaded_with_the_rows_of_the_course(
    environment: Environment, instances: None, tables: None, bucket: str
) -> None:
    heard: list[tuple[str, int, int]] = []
    results = restore(environment, progress=lambda *step: heard.append(step))
    assert {result.dataset for result in results} == set(DATASETS)
    assert {result.place: result.count for result in results} == {
        f"{NAME}-mysql/rentio": 47273,
        f"{NAME}-postgres/rentio": 47273,
        f"{NAME}-mysql/classicmodels": 3864,
        f"{NAME}-ProductCatalog": 8,
        f"{NAME}-Forum": 2,
        f"{NAME}-Thread": 3,
        f"{NAME}-Reply": 4,
        bucket: 10,
    }
    assert {what for what, done, total in heard if done == total} >= {
        f"{NAME}-mysql/rentio: rental",
        f"{NAME}-postgres/rentio: payment",
        f"{bucket}: objects",
    }


@pytest.mark.usefixtures("everything")
def test_what_the_databases_hold_keeps_every_rule(mysql_access: Access, postgres_access: Access) -> None:
    for dataset in (RENTIO, CLASSICMODELS):
        with connections.mysql(mysql_access, dataset.name) as connection:
            assert verify(mysql_ask(connection), dataset, "mysql", scale=1) == []
    with connections.postgres(postgres_access, "rentio") as postgres:
        assert verify(postgres_ask(postgres), RENTIO, "postgres", scale=1) == []


@pytest.mark.usefixtures("everything")
def test_a_learners_database_shows_the_dataset_alone(mysql_access: Access, postgres_access: Access) -> None:
    names = {table.name for table in RENTIO.tables}
    with connections.mysql(mysql_access, "rentio") as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        assert {name for (name,) in cursor.fetchall()} == names
        cursor.execute("SHOW DATABASES LIKE '%seeding'")
        assert cursor.fetchall() == ()
    with connections.postgres(postgres_access, "rentio") as postgres:
        found = postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert {name for (name,) in found} == names


@pytest.mark.usefixtures("everything")
def test_a_second_apply_finds_everything_in_place_and_keeps_a_learners_changes(
    environment: Environment, mysql_access: Access
) -> None:
    with connections.mysql(mysql_access, "rentio") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE actor SET first_name = 'Learner' WHERE actor_id = 1")
    results = runner.ensure(environment.settings, environment.session)
    assert {result.action for result in results} == {"in place"}
    with connections.mysql(mysql_access, "rentio") as connection:
        assert mysql_ask(connection)("SELECT first_name FROM actor WHERE actor_id = 1") == "Learner"


@pytest.mark.usefixtures("everything")
def test_an_explicit_seed_restores_the_dataset_and_leaves_the_rest(
    environment: Environment, mysql_access: Access, postgres_access: Access
) -> None:
    with connections.mysql(mysql_access, "rentio") as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE own (customer_id INT UNSIGNED, "
            "FOREIGN KEY (customer_id) REFERENCES customer (customer_id))"
        )
        cursor.execute("INSERT INTO own VALUES (7)")
        cursor.execute("DELETE FROM payment WHERE payment_id < 100")
    with connections.postgres(postgres_access, "rentio") as postgres:
        postgres.execute("CREATE TABLE film_copy AS SELECT * FROM film")
        postgres.execute("DELETE FROM payment WHERE payment_id < 100")
    restore(environment, "rentio")
    with connections.mysql(mysql_access, "rentio") as connection, connection.cursor() as cursor:
        ask = mysql_ask(connection)
        assert ask("SELECT COUNT(*) FROM payment") == 16049
        assert ask("SELECT COUNT(*) FROM own") == 1
        with pytest.raises(Exception, match="foreign key constraint fails"):
            cursor.execute("INSERT INTO own VALUES (600)")
        cursor.execute("INSERT INTO own VALUES (599)")
        cursor.execute("DROP TABLE own")
    with connections.postgres(postgres_access, "rentio") as postgres:
        (count,) = postgres.execute("SELECT COUNT(*) FROM payment").fetchone() or (0,)
        assert count == 16049
        (copied,) = postgres.execute(
            "SELECT COUNT(*) FROM film_copy WHERE rating IS NOT NULL"
        ).fetchone() or (0,)
        assert copied == 1000
        postgres.execute("DROP TABLE film_copy")


@pytest.mark.usefixtures("everything")
def test_a_learners_next_row_gets_the_next_number(mysql_access: Access, postgres_access: Access) -> None:
    statement = "INSERT INTO actor (first_name, last_name) VALUES ('New', 'Actor')"
    with connections.mysql(mysql_access, "rentio") as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.lastrowid == 201
        cursor.execute("DELETE FROM actor WHERE actor_id = 201")
    with connections.postgres(postgres_access, "rentio") as postgres:
        (number,) = postgres.execute(f"{statement} RETURNING actor_id").fetchone() or (0,)
        assert number == 201
        postgres.rollback()


@pytest.mark.usefixtures("everything")
def test_foreign_keys_are_in_force_after_the_switch(mysql_access: Access, postgres_access: Access) -> None:
    statement = "INSERT INTO film_actor (actor_id, film_id) VALUES (30000, 1)"
    with connections.mysql(mysql_access, "rentio") as connection, connection.cursor() as cursor:
        with pytest.raises(Exception, match="foreign key constraint fails"):
            cursor.execute(statement)
        cursor.execute(
            "SELECT COUNT(*), COUNT(DISTINCT unique_constraint_schema), MIN(unique_constraint_schema) "
            "FROM information_schema.referential_constraints WHERE constraint_schema = 'rentio'"
        )
        assert cursor.fetchone() == (22, 1, "rentio")
    with (
        connections.postgres(postgres_access, "rentio") as postgres,
        pytest.raises(Exception, match="violates foreign key constraint"),
    ):
        postgres.execute(statement)


@pytest.mark.usefixtures("everything")
def test_an_interrupted_seed_is_repaired_by_the_next(environment: Environment, mysql_access: Access) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(what: str, done: int, total: int) -> None:
        if what.endswith("rental"):
            raise Interrupted

    with pytest.raises(Interrupted):
        restore(environment, "classicmodels", "rentio", scale=2, progress=interrupt)
    with connections.mysql(mysql_access, "rentio") as connection:
        assert mysql_ask(connection)("SELECT COUNT(*) FROM rental") == 16044
    with connections.mysql(mysql_access) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE rentio.payment")
        cursor.execute("DELETE FROM lab_seed.loaded WHERE dataset = 'classicmodels'")
    actions = {
        result.place: result.action for result in runner.ensure(environment.settings, environment.session)
    }
    assert actions[f"{NAME}-mysql/rentio"] == "loaded"
    assert actions[f"{NAME}-mysql/classicmodels"] == "loaded"
    assert actions[f"{NAME}-postgres/rentio"] == "in place"
    with connections.mysql(mysql_access, "rentio") as connection:
        assert verify(mysql_ask(connection), RENTIO, "mysql", scale=1) == []


@pytest.mark.usefixtures("everything")
def test_items_of_dynamodb_are_restored_and_strangers_removed(
    environment: Environment, client: Callable[[str], Any]
) -> None:
    table = f"{NAME}-Forum"
    dynamodb = client("dynamodb")
    dynamodb.put_item(TableName=table, Item={"Name": {"S": "Of a learner"}})
    dynamodb.delete_item(TableName=table, Key={"Name": {"S": "Amazon S3"}})
    completed = {
        result.place: result
        for result in runner.ensure(environment.settings, environment.session, ["dynamodb"])
    }
    assert completed[table].action == "loaded"
    names = {item["Name"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}
    assert names == {"Amazon DynamoDB", "Amazon S3", "Of a learner"}
    restore(environment, "dynamodb", scale=20)
    assert dynamodb.scan(TableName=f"{NAME}-ProductCatalog", Select="COUNT")["Count"] == 160
    restore(environment, "dynamodb")
    names = {item["Name"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}
    assert names == {"Amazon DynamoDB", "Amazon S3"}


@pytest.mark.usefixtures("everything")
def test_the_ratings_hold_one_row_for_each_pair_that_the_database_knows(
    client: Callable[[str], Any], bucket: str, mysql_access: Access
) -> None:
    body = client("s3").get_object(Bucket=bucket, Key=RATINGS_KEY)["Body"].read().decode()
    rows = list(csv.DictReader(io.StringIO(body)))
    assert len(rows) == 2532
    assert {row["productRating"] for row in rows} == set("12345")
    with connections.mysql(mysql_access, "classicmodels") as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT o.customerNumber, d.productCode, c.city, COALESCE(c.postalCode, ''), c.country, "
            "c.creditLimit, p.productLine, p.productScale, p.buyPrice, p.MSRP FROM orders o "
            "JOIN orderdetails d USING (orderNumber) JOIN customers c USING (customerNumber) "
            "JOIN products p USING (productCode)"
        )
        known = {tuple(str(cell) for cell in row) for row in cursor.fetchall()}
    assert {tuple(list(row.values())[:-1]) for row in rows} == known


@pytest.mark.usefixtures("everything")
def test_a_second_seed_of_the_bucket_writes_nothing_and_a_smaller_one_removes_the_rest(
    environment: Environment, client: Callable[[str], Any], bucket: str
) -> None:
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key="json/own.json", Body=b"{}")
    assert [result.action for result in restore(environment, "s3")] == ["in place"]
    assert [result.count for result in restore(environment, "s3", scale=3)] == [12]
    restore(environment, "s3")
    keys = {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="json/")["Contents"]}
    assert keys == {"json/own.json", "json/products.json", "json/sessions/sessions_00001.json"}
    s3.delete_object(Bucket=bucket, Key="json/own.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"datasets": ["sakila"]}, "There is no dataset 'sakila'"),
        ({"scale": 0}, "--scale is 0; expected a whole number from 1 to 1000"),
        ({"scale": 1001}, "--scale is 1001"),
        ({"seed": -1}, "--seed is -1"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_touched(
    environment: Environment, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        runner.restore(environment.settings, environment.session, **arguments)


def test_a_bucket_that_is_not_there_is_named(environment: Environment) -> None:
    with pytest.raises(MissingError, match="no bucket's name starts with absent-raw"):
        runner.restore(replace(environment.settings, name="absent"), environment.session, ["s3"])
