"""Query executions as records: they are history, not state.

A snapshot does not hold them, and a new life of the local cloud knows none.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from localstack.aws.api import RequestContext

from scripts import config
from scripts.local_cloud.providers.athena.running import Runner
from scripts.local_cloud.providers.athena.service import (
    invalid,
)

OVER = ("SUCCEEDED", "FAILED", "CANCELLED")
#: How long AWS knows a query that has ended.
_KEPT = timedelta(days=45)
#: How many are known here, of one account in one region: they lie in memory.
MOST = 10_000


@dataclass
class Execution:
    """One query.

    Attributes
    ----------
    record
        In the API's shape.
    columns
        Of the result, in the API's shape.
    token, asked
        What the client called the request, and what it asked for.
    """

    record: dict[str, Any]
    runner: Runner
    account: str
    region: str
    columns: list[dict[str, Any]] = field(default_factory=list)
    result: str = ""
    rows: int = 0
    manifest: list[str] | None = None
    token: str = ""
    asked: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def state(self) -> str:
        found: str = self.record["Status"]["State"]
        return found

    @property
    def is_csv(self) -> bool:
        """Whether the result is a query's rows, and not lines of text."""
        return self.result.endswith(".csv")

    @property
    def update_count(self) -> int | None:
        """What GetQueryResults tells: rows that were written, 0 of what only reads, of others nothing."""
        if self.manifest is not None:
            return self.rows
        hive = {"DESCRIBE_TABLE", "SHOW_CREATE_TABLE", "EXPLAIN"}
        silent = self.record["StatementType"] == "DDL" or self.record["SubstatementType"] in hive
        return None if silent else 0

    def move(self, state: str, reason: str = "", athena_error: dict[str, Any] | None = None) -> bool:
        """Go to a state; whoever has ended stays as it is."""
        with self.lock:
            if self.state in OVER:
                return False
            status = self.record["Status"]
            status["State"] = state
            if reason:
                status["StateChangeReason"] = reason
            if athena_error:
                status["AthenaError"] = athena_error
            if state in OVER:
                status["CompletionDateTime"] = datetime.now(UTC)
            return True


_executions: dict[tuple[str, str], dict[str, Execution]] = defaultdict(dict)
_by_token: dict[tuple[str, str, str], Execution] = {}


def remember(execution: Execution) -> None:
    """Keep a new one; the oldest that have ended go after AWS's 45 days, or when there are too many."""
    there = _executions[execution.account, execution.region]
    there[execution.record["QueryExecutionId"]] = execution
    _by_token[execution.account, execution.region, execution.token] = execution
    while oldest := next((each for each in list(there.values()) if each.state in OVER), None):
        age = datetime.now(UTC) - oldest.record["Status"]["SubmissionDateTime"]
        if len(there) <= MOST and age < _KEPT:
            return
        there.pop(oldest.record["QueryExecutionId"], None)
        _by_token.pop((oldest.account, oldest.region, oldest.token), None)


def asked_before(context: RequestContext, token: str) -> Execution | None:
    """What the client started with this token."""
    return _by_token.get((context.account_id, context.region, token))


def executions_of(context: RequestContext) -> dict[str, Execution]:
    """The caller's, by id, the oldest first."""
    return _executions[context.account_id, context.region]


def active() -> list[str]:
    """Queries that run, for whoever wants quiet."""
    return [
        f"Athena query {key}"
        for each in list(_executions.values())
        for key, found in list(each.items())
        if found.state not in OVER
    ]


def found(context: RequestContext, query_id: str) -> Execution:
    """The execution, or AWS's error."""
    execution = executions_of(context).get(query_id)
    if execution is None:
        raise invalid(f"QueryExecution {query_id} was not found")
    return execution


def folder() -> Path:
    """Where queries keep what they need while they run."""
    return config.load().local_dir / "athena"
