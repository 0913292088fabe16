"""Athena: a statement, the wait, and its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scripts.analytics import names, waiting
from scripts.errors import RemoteError

#: Below it lie the tables of gold until a run has published: see `tables.tf` of the module analytics.
UNPUBLISHED = "/runs/none/"


@dataclass(frozen=True)
class Answer:
    """What Athena answered.

    Attributes
    ----------
    id
        Of the execution.
    columns
        Names and Athena's types.
    rows
        Texts as Athena gives them; None for NULL.
    bytes_scanned, milliseconds
        That the query took.
    output
        ``s3://`` of the result.
    """

    id: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | None, ...], ...]
    bytes_scanned: int
    milliseconds: int
    output: str


def find_work_group(session: boto3.Session, text: str, prefix: str) -> str:
    """Name of the work group that is meant; the environment's own is called as its prefix."""
    athena: Any = session.client("athena")
    known: list[str] = []
    page: dict[str, Any] = {}
    while not page or page.get("NextToken"):
        page = athena.list_work_groups(**({"NextToken": page["NextToken"]} if page else {}))
        known += [each["Name"] for each in page["WorkGroups"]]
    return names.find(text, known, prefix, "work group")


def find_database(session: boto3.Session, text: str, prefix: str) -> str:
    """Name of the catalog's database that is meant, in whose name a hyphen is an underscore."""
    pages: Any = session.client("glue").get_paginator("get_databases").paginate()
    known = [each["Name"] for page in pages for each in page["DatabaseList"]]
    return names.find(
        text.replace("-", "_"), known, prefix.replace("-", "_"), "database of the catalog", joint="_"
    )


def ask(
    session: boto3.Session, sql: str, *, database: str, work_group: str, say: Callable[[str], None]
) -> Answer:
    """Run a statement and wait for its answer.

    Raises
    ------
    RemoteError
        Athena could not answer, or the work group's limit cancelled the query.
    """
    athena = session.client("athena")
    try:
        query = athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=work_group
        )["QueryExecutionId"]
    except athena.exceptions.InvalidRequestException as refusal:
        # What is no statement is refused before a query begins.
        said = refusal.response["Error"]["Message"]
        raise RemoteError(f"Athena refuses the statement: {said}") from refusal
    done: Any = waiting.until(
        lambda: athena.get_query_execution(QueryExecutionId=query)["QueryExecution"],
        lambda seen: seen["Status"]["State"] not in {"QUEUED", "RUNNING"},
        lambda seen: "" if seen["Status"]["State"] != "RUNNING" else f"{query}: running",
        lambda words: say(words) if words else None,
        (f"query {query}", f"Stop it: awslocal athena stop-query-execution --query-execution-id {query}"),
    )
    if done["Status"]["State"] != "SUCCEEDED":
        why = done["Status"].get("StateChangeReason") or "no reason is given"
        raise RemoteError(f"Query {query} {done['Status']['State'].lower()}: {why}", _hint(why))
    statistics = done.get("Statistics") or {}
    if not statistics.get("DataScannedInBytes"):
        # Who may not look at the catalog has an answer all the same.
        with suppress(ClientError):
            _tell_unpublished(session, sql, database, say)
    columns, rows = _result(athena, query, select=done.get("StatementType") == "DML")
    return Answer(
        id=query,
        columns=columns,
        rows=rows,
        bytes_scanned=int(statistics.get("DataScannedInBytes") or 0),
        milliseconds=int(statistics.get("TotalExecutionTimeInMillis") or 0),
        output=done["ResultConfiguration"].get("OutputLocation") or "",
    )


def _hint(why: str) -> str:
    if not why.startswith("TABLE_NOT_FOUND"):
        return ""
    return "Those that are there: lab athena 'SHOW TABLES' (--database for another database)."


def _tell_unpublished(session: boto3.Session, sql: str, database: str, say: Callable[[str], None]) -> None:
    """Say which tables of the query are empty because no run has published yet."""
    pages: Any = session.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
    words = set(re.findall(r"\w+", sql.lower()))
    empty = [
        each["Name"]
        for page in pages
        for each in page["TableList"]
        if each["Name"] in words and UNPUBLISHED in (each.get("StorageDescriptor") or {}).get("Location", "")
    ]
    if empty:
        say(f"Nothing is published yet in {', '.join(empty)}: lab glue run star-schema, then lab crawl gold")


def _cells(row: Mapping[str, Any], width: int) -> tuple[str | None, ...]:
    """Texts of a row of ``width`` columns.

    DESCRIBE and SHOW TBLPROPERTIES tell of several columns and answer each row as one text, as Hive prints
    it: its columns are padded, with a tab between.
    """
    found = tuple(cell.get("VarCharValue") for cell in row.get("Data", ()))
    if len(found) == 1 < width and found[0] is not None:
        parts = [part.strip() for part in found[0].split("\t", width - 1)]
        return (*parts, *[""] * (width - len(parts)))
    return found


def _result(
    athena: Any, query: str, *, select: bool
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str | None, ...], ...]]:
    columns: tuple[tuple[str, str], ...] = ()
    rows: list[tuple[str | None, ...]] = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        described = page["ResultSet"].get("ResultSetMetadata", {}).get("ColumnInfo") or ()
        columns = columns or tuple((each["Name"], each["Type"]) for each in described)
        rows += [_cells(row, len(columns)) for row in page["ResultSet"]["Rows"]]
    # A query's first row repeats the names of its columns; SHOW and DESCRIBE have no such row.
    if select and rows and rows[0] == tuple(name for name, _ in columns):
        rows = rows[1:]
    return columns, tuple(rows)
