"""What Athena's SQL answers, by Trino's documentation: every query is answered so, or refused as told."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from scripts.local_cloud.athena import engine, functions
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.queries import Queries

CASES = [
    pytest.param(case, id=f"{path.stem}-{at}")
    for path in sorted((Path(__file__).parent / "conformance").glob("*.yaml"))
    for at, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1)
]
NOW = datetime(2024, 3, 1, 12, 30, 15, 123000, tzinfo=UTC)


class EmptyLake:
    """A catalog with the database ``default``, and nothing in it."""

    def glue(self, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation == "GetDatabases":
            return {"DatabaseList": [{"Name": "default"}]}
        if operation == "GetDatabase" and parameters["Name"] == "default":
            return {"Database": {"Name": "default"}}
        raise LakeError("EntityNotFoundException", "not found")

    def objects(self, location: str) -> list[Any]:
        return []

    def put(self, path: Path, uri: str) -> None:
        raise AssertionError

    def is_empty(self, location: str) -> bool:
        return True


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return engine.connect()


@pytest.mark.parametrize("case", CASES)
def test_a_query_is_answered_as_trino_answers_it_or_refused(
    case: dict[str, Any], connection: duckdb.DuckDBPyConnection
) -> None:
    queries = Queries(case["sql"], "default", EmptyLake(), NOW, case.get("parameters") or [])
    if "error" in case:
        with pytest.raises(QueryFailedError) as failure:
            engine.rows(connection, queries.compiled())
        assert case["error"] in failure.value.reason
        assert failure.value.name != "GENERIC_INTERNAL_ERROR", failure.value.reason
        return
    query = queries.compiled()
    rows = [list(row) for row in engine.rows(connection, query)]
    expected = case["rows"]
    if "ORDER BY" not in case["sql"]:
        rows, expected = _sorted(rows), _sorted(expected)
    assert rows == expected
    if "types" in case:
        assert [str(column.type) for column in query.columns] == case["types"]
    if "names" in case:
        assert [column.name for column in query.columns] == case["names"]


def _sorted(rows: list[list[str | None]]) -> list[list[str | None]]:
    return sorted(rows, key=repr)


def test_every_function_that_is_answered_is_in_a_query_that_is() -> None:
    answered = " ".join(case.values[0]["sql"].lower() for case in CASES if "rows" in case.values[0])
    named = {*functions.SIGNATURES, *functions.SPECIAL}
    assert {each for each in named if not re.search(rf"\b{each}\s*\(", answered)} == set()


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 150
