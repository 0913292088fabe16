"""Athena's SQL as a check and a notebook use it: statements one after the other, the last rows as values."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scripts.labs.comparison import Table
from scripts.labs.databases.learner import statements
from scripts.labs.outcome import NotYetError

#: What one statement of a learner may take, in seconds.
STATEMENT_SECONDS = 300
_ROW_LIMIT = 10_000

_VALUES: dict[str, Callable[[str], Any]] = {
    "tinyint": int, "smallint": int, "integer": int, "bigint": int, "decimal": Decimal,
    "double": float, "float": float, "real": float, "boolean": lambda text: text == "true",
    "date": dt.date.fromisoformat,
}  # fmt: skip


class Athena:
    """Queries in one database of the catalog.

    Parameters
    ----------
    results
        ``s3://`` of the folder that Athena writes results to.
    """

    def __init__(self, session: boto3.Session, database: str, results: str) -> None:
        self._client: Any = session.client("athena")
        self._where = {
            "QueryExecutionContext": {"Database": database},
            "ResultConfiguration": {"OutputLocation": results},
        }

    def script(self, text: str) -> Table:
        """Run statements one after the other; what the last one that answered with rows answered.

        Raises
        ------
        NotYetError
            Athena refused one, in its own words; it took too long; or there is none.
        """
        answer = Table((), ())
        for statement in statements(text):
            found = self.run(statement.rstrip().rstrip(";"))
            if found.columns:
                answer = found
        return answer

    def run(self, statement: str) -> Table:
        """Run one statement; errors as in `script`."""
        try:
            started = self._client.start_query_execution(QueryString=statement, **self._where)
        except ClientError as refused:
            raise _refused(refused.response["Error"]["Message"]) from None
        return self._result(self._wait(started["QueryExecutionId"]))

    def _wait(self, query: str) -> dict[str, Any]:
        deadline, pause = time.monotonic() + STATEMENT_SECONDS, 0.05
        while time.monotonic() < deadline:
            found: dict[str, Any] = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            state = found["Status"]["State"]
            if state == "SUCCEEDED":
                return found
            if state not in {"QUEUED", "RUNNING"}:
                raise _refused(found["Status"].get("StateChangeReason") or state)
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)
        self._client.stop_query_execution(QueryExecutionId=query)
        raise NotYetError(
            f"The statement was stopped after {STATEMENT_SECONDS} seconds.",
            seen="a query that goes on",
            expected="an answer soon: is a condition of a JOIN missing?",
        )

    def _result(self, execution: dict[str, Any]) -> Table:
        if execution.get("StatementType") == "DDL" or execution.get("SubstatementType") in _CHANGES:
            return Table((), ())
        columns: list[Any] = []
        rows: list[tuple[Any, ...]] = []
        pages = self._client.get_paginator("get_query_results")
        for page in pages.paginate(QueryExecutionId=execution["QueryExecutionId"]):
            columns = columns or page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
            rows += [
                tuple(each.get("VarCharValue") for each in row["Data"]) for row in page["ResultSet"]["Rows"]
            ]
            if len(rows) > _ROW_LIMIT:
                raise NotYetError(
                    f"The query gives more than {_ROW_LIMIT:,} rows.",
                    seen="a result without end",
                    expected="far fewer: is a condition of a JOIN missing, or LIMIT?",
                )
        names = tuple(each["Name"] for each in columns)
        if execution.get("StatementType") == "UTILITY":
            # SHOW and DESCRIBE answer in lines without a header, in which tabs are between columns.
            cells = ((row[0] or "").split("\t", len(names) - 1) for row in rows)
            return Table(names, tuple(tuple(each.strip() for each in line) for line in cells))
        kinds = [_VALUES.get(each["Type"].partition("(")[0], str) for each in columns]
        # A query's first row repeats the names of its columns.
        values = [
            tuple(None if cell is None else kind(cell) for cell, kind in zip(row, kinds, strict=True))
            for row in rows[1:]
        ]
        return Table(names, tuple(values))


_CHANGES = {"INSERT", "CREATE_TABLE_AS_SELECT", "UNLOAD"}


def _refused(said: str) -> NotYetError:
    return NotYetError("Athena refused the statement.", seen=said, expected="SQL that Athena accepts")
