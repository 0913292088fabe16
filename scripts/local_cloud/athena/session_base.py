"""What all statements of a session need: the job, the compiler, the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from scripts.local_cloud.athena.compiled import Query
from scripts.local_cloud.athena.dialect import parse
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.grammar import Reader, has_placeholder
from scripts.local_cloud.athena.lake import Lake, LakeError
from scripts.local_cloud.athena.queries import Queries
from scripts.local_cloud.athena.sources import Sources
from scripts.local_cloud.athena.types import UNKNOWN, Type
from scripts.local_cloud.athena.values import quoted


@dataclass(frozen=True)
class Job:
    """What is asked.

    Attributes
    ----------
    output
        Where results lie: ``s3://bucket/prefix/``.
    enforced
        Whether the work group says so, and nobody else may.
    prepared
        Texts of prepared statements, by name.
    """

    query_id: str
    sql: str
    database: str
    began: datetime
    output: str
    parameters: Sequence[str] = ()
    enforced: bool = False
    prepared: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of it.

    Attributes
    ----------
    kind
        The statement's subtype, where its words alone do not tell it.
    result
        File with what GetQueryResults shows; nothing where there is none.
    manifest
        Objects that were written.
    prepare, deallocate
        A statement that is to be kept, by name, or forgotten.
    """

    columns: list[dict[str, Any]] = field(default_factory=list)
    result: Path | None = None
    manifest: list[str] | None = None
    rows: int = 0
    kind: str = ""
    prepare: tuple[str, str] | None = None
    deallocate: str | None = None


def bound(value: str) -> str:
    """The expression that one of ``ExecutionParameters`` is: text, if it is none or names a column."""
    try:
        tree = parse(f"SELECT ({value})")
    except QueryFailedError:
        return quoted(value)
    whole = isinstance(tree, exp.Select) and len(tree.expressions) == 1 and not tree.args.get("from_")
    return f"({value})" if whole and not tree.find(exp.Column) else quoted(value)


class SessionBase:
    """Compiles queries, and asks the catalog, for one job."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Lake, folder: Path, job: Job) -> None:
        self._connection, self._lake, self._folder, self._job = connection, lake, folder, job
        self._parameters = [bound(each) for each in job.parameters]
        self._using = False
        self.sources = Sources(connection, lake, folder / "in")

    def _compiled(self, sql: str) -> Query:
        # What the API gives to a query without a place for it is passed over; USING may not say too much.
        parameters = self._parameters if self._using or has_placeholder(sql) else []
        queries = Queries(sql, self._job.database, self._lake, self._job.began, parameters)
        query = queries.compiled()
        return Query(self.sources.filled(query.sql, queries.scans), query.columns)

    def _named(self, query: Query) -> list[tuple[str, str, Type]]:
        """Name, alias and type of each column of a table to be made."""
        seen: set[str] = set()
        for at, each in enumerate(query.columns, 1):
            if not each.named:
                raise QueryFailedError(
                    "MISSING_COLUMN_NAME", f"Column name not specified at position {at}", (1, 1)
                )
            if each.name.lower() in seen:
                raise QueryFailedError(
                    "DUPLICATE_COLUMN_NAME", f"Column name '{each.name}' specified more than once"
                )
            if each.type == UNKNOWN:
                raise QueryFailedError(
                    "COLUMN_TYPE_UNKNOWN", f"Column type is unknown at position {at}", (1, 1)
                )
            seen.add(each.name.lower())
        return [(each.name.lower(), each.alias, each.type) for each in query.columns]

    def _qualified(self, reader: Reader) -> tuple[str, str]:
        first = reader.name()
        if reader.take("."):
            return first, reader.name()
        database, _, table = first.rpartition(".")
        return database or self._job.database or "default", table

    def _record(self, database: str, table: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._lake.glue("GetTable", DatabaseName=database, Name=table)["Table"]
        except LakeError as why:
            if why.code == "EntityNotFoundException":
                return None
            raise
        return found
