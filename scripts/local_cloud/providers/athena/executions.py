"""Query executions: started, watched, stopped, told of; each runs in a process of its own.

They are history, not state: a snapshot does not hold them, and a new life of the local cloud knows none.
"""

from __future__ import annotations

import copy
import json
import logging
import re
import shutil
import threading
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from localstack.aws.api import CommonServiceException, RequestContext

from scripts import config
from scripts.local_cloud.providers.athena import objects
from scripts.local_cloud.providers.athena.permissions import Permissions
from scripts.local_cloud.providers.athena.running import Runner
from scripts.local_cloud.providers.athena.service import (
    ENGINE,
    OWN_CATALOG,
    PRIMARY,
    answers,
    invalid,
    page,
    store_of,
)
from scripts.local_cloud.providers.athena.work_groups import work_group
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error

LOG = logging.getLogger(__name__)

_OVER = ("SUCCEEDED", "FAILED", "CANCELLED")
_LONGEST = 262_144
_CUT = "Query cancelled! : Bytes scanned limit was exceeded"
_UTILITY = re.compile(r"\s*(SHOW|DESC|DESCRIBE|EXPLAIN)\b", re.IGNORECASE)
_DML = re.compile(r"\s*\(*\s*(SELECT|WITH|VALUES|TABLE|INSERT|UNLOAD|EXECUTE)\b", re.IGNORECASE)
#: How many queries run at a time; others wait.
_slots = threading.BoundedSemaphore(max(2, psutil.cpu_count() or 2))


@dataclass
class Execution:
    """One query.

    Attributes
    ----------
    record
        In the API's shape.
    columns
        Of the result, in the API's shape.
    token
        What the client called the request, and what it asked for.
    """

    record: dict[str, Any]
    runner: Runner
    account: str
    region: str
    columns: list[dict[str, Any]] = field(default_factory=list)
    result: str = ""
    rows: int = 0
    header: bool = False
    manifest: list[str] | None = None
    asked: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def state(self) -> str:
        found: str = self.record["Status"]["State"]
        return found

    def move(self, state: str, reason: str = "", athena_error: dict[str, Any] | None = None) -> bool:
        """Go to a state; whoever has ended stays as it is."""
        with self.lock:
            if self.state in _OVER:
                return False
            status = self.record["Status"]
            status["State"] = state
            if reason:
                status["StateChangeReason"] = reason
            if athena_error:
                status["AthenaError"] = athena_error
            if state in _OVER:
                status["CompletionDateTime"] = datetime.now(UTC)
            return True


_executions: dict[tuple[str, str], dict[str, Execution]] = defaultdict(dict)
_tokens: dict[tuple[str, str, str], Execution] = {}


def executions_of(context: RequestContext) -> dict[str, Execution]:
    """The caller's, by id, the oldest first."""
    return _executions[context.account_id, context.region]


def active() -> list[str]:
    """Queries that run, for whoever wants quiet."""
    return [
        f"Athena query {key}"
        for each in _executions.values()
        for key, found in each.items()
        if found.state not in _OVER
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


def _kind(sql: str) -> str:
    bare = re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)*", "", sql, flags=re.DOTALL)
    return "UTILITY" if _UTILITY.match(bare) else "DML" if _DML.match(bare) else "DDL"


def _output(group: dict[str, Any], request: Request) -> dict[str, Any]:
    """Where the results go, by the work group and the request."""
    settings = group["Configuration"]
    own: dict[str, Any] = copy.deepcopy(settings.get("ResultConfiguration") or {})
    given = request.get("ResultConfiguration") or {}
    chosen = own if settings.get("EnforceWorkGroupConfiguration") else {**own, **given}
    location = chosen.get("OutputLocation") or ""
    if not location:
        raise invalid(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    if not location.startswith("s3://"):
        raise invalid(f"outputLocation is not a valid S3 path: {location}")
    try:
        objects.bucket_named(objects.split(location)[0])
    except CommonServiceException as why:
        raise invalid(f"Unable to verify/create output bucket {objects.split(location)[0]}") from why
    return {**chosen, "OutputLocation": location.rstrip("/") + "/"}


@answers("StartQueryExecution", Fidelity.REAL)
def _start(context: RequestContext, request: Request) -> Response:
    name = request.get("WorkGroup") or PRIMARY
    group = work_group(context, name)
    if group["State"] != "ENABLED":
        raise invalid(f"WorkGroup {name} is disabled.")
    sql = request["QueryString"]
    if not sql.strip() or len(sql) > _LONGEST:
        raise invalid(f"Query string must have 1 to {_LONGEST} characters")
    asked = json.dumps(
        {key: value for key, value in request.items() if key != "ClientRequestToken"},
        default=str,
        sort_keys=True,
    )
    token = (context.account_id, context.region, request.get("ClientRequestToken") or str(uuid.uuid4()))
    if before := _tokens.get(token):
        if before.asked != asked:
            raise invalid("Idempotent parameters do not match")
        return {"QueryExecutionId": before.record["QueryExecutionId"]}
    catalog = (request.get("QueryExecutionContext") or {}).get("Catalog") or OWN_CATALOG
    if catalog.lower() not in {OWN_CATALOG.lower(), *(each.lower() for each in store_of(context).catalogs)}:
        raise error("UnsupportedOperation", f"Data catalog {catalog} is not in the local cloud.")
    output = _output(group, request)
    query_id = str(uuid.uuid4())
    extension = (
        "csv" if re.match(r"\s*\(*\s*(SELECT|WITH|VALUES|TABLE|EXECUTE)\b", sql, re.IGNORECASE) else "txt"
    )
    given = request.get("QueryExecutionContext") or {}
    record = {
        "QueryExecutionId": query_id,
        "Query": sql,
        "StatementType": _kind(sql),
        "ResultConfiguration": {
            **output,
            "OutputLocation": f"{output['OutputLocation']}{query_id}.{extension}",
        },
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": {key: value.lower() for key, value in given.items()},
        "Status": {"State": "QUEUED", "SubmissionDateTime": datetime.now(UTC)},
        "Statistics": {"ResultReuseInformation": {"ReusedPreviousResult": False}},
        "WorkGroup": name,
        "EngineVersion": dict(group["Configuration"]["EngineVersion"]),
        "SubstatementType": "",
        **(
            {"ExecutionParameters": request["ExecutionParameters"]}
            if request.get("ExecutionParameters")
            else {}
        ),
    }
    record["EngineVersion"].setdefault("EffectiveEngineVersion", ENGINE)
    own = folder() / query_id
    own.mkdir(mode=0o700, parents=True)
    permissions = Permissions(context)
    execution = Execution(
        record, Runner(config.load(), permissions, own), context.account_id, context.region, asked=asked
    )
    executions_of(context)[query_id] = execution
    _tokens[token] = execution
    job = {
        "query_id": query_id,
        "sql": sql,
        "database": (given.get("Database") or "default").lower(),
        "began": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "output": output["OutputLocation"],
        "parameters": request.get("ExecutionParameters") or [],
        "enforced": bool(group["Configuration"].get("EnforceWorkGroupConfiguration"))
        and bool((group["Configuration"].get("ResultConfiguration") or {}).get("OutputLocation")),
        "prepared": {
            key: each["QueryStatement"] for key, each in store_of(context).prepared.get(name, {}).items()
        },
    }
    store = store_of(context)
    cutoff = group["Configuration"].get("BytesScannedCutoffPerQuery")
    threading.Thread(
        target=_run, args=(execution, job, cutoff, own, store), name=f"athena {query_id}", daemon=True
    ).start()
    return {"QueryExecutionId": query_id}


def _run(execution: Execution, job: dict[str, Any], cutoff: int | None, own: Path, store: Any) -> None:
    submitted = time.monotonic()
    try:
        with _slots:
            queued = time.monotonic()
            if execution.move("RUNNING"):
                _finish(execution, execution.runner.run(job, cutoff), job, store, queued - submitted)
    except Exception:
        LOG.exception("Athena query %s", job["query_id"])
        execution.move("FAILED", "GENERIC_INTERNAL_ERROR: The local cloud failed; its log says why")
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _finish(
    execution: Execution, answer: dict[str, Any], job: dict[str, Any], store: Any, queued: float
) -> None:
    statistics = execution.record["Statistics"]
    statistics["QueryQueueTimeInMillis"] = round(queued * 1000)
    statistics["DataScannedInBytes"] = answer.get("scanned", answer.get("cut", 0))
    started = execution.record["Status"]["SubmissionDateTime"]

    def timed() -> None:
        total = round((datetime.now(UTC) - started).total_seconds() * 1000)
        ran = round(answer.get("seconds", 0) * 1000)
        statistics["EngineExecutionTimeInMillis"] = ran
        statistics["TotalExecutionTimeInMillis"] = total
        statistics["ServiceProcessingTimeInMillis"] = max(0, total - ran - round(queued * 1000))

    timed()
    if "cut" in answer:
        execution.move("CANCELLED", _CUT)
    elif "died" in answer:
        execution.move(
            "FAILED",
            f"GENERIC_INTERNAL_ERROR: The query's process ended without an answer (code {answer['died']})",
            {
                "ErrorCategory": 1,
                "ErrorType": 100,
                "Retryable": True,
                "ErrorMessage": "The query's process ended",
            },
        )
    elif "failed" in answer:
        execution.move("FAILED", answer["reason"], answer["failed"])
    elif changed := execution.runner.changed():
        execution.move("FAILED", f"HIVE_CURSOR_ERROR: Object was changed while it was read: {changed}")
    else:
        try:
            _keep(execution, answer["done"], job, store)
        except (CommonServiceException, OSError) as why:
            execution.move(
                "FAILED", f"Insufficient permissions to execute the query. {getattr(why, 'message', why)}"
            )
            return
        timed()
        execution.move("SUCCEEDED")


def _keep(execution: Execution, done: dict[str, Any], job: dict[str, Any], store: Any) -> None:
    """Put the results where AWS puts them, and what the statement was."""
    record, output = execution.record, job["output"]
    record["StatementType"], record["SubstatementType"] = done["type"], done["kind"]
    execution.columns, execution.rows = done["columns"], done["rows"]
    place = f"{output}{job['query_id']}"
    folder_of = Path(done["result"]).parent if done["result"] else folder() / job["query_id"]
    if done["manifest"] is not None:
        manifest = folder_of / "manifest.csv"
        manifest.write_text("".join(f"{each}\n" for each in done["manifest"]), encoding="utf-8")
        execution.runner.put(manifest, f"{place}-manifest.csv")
        record["Statistics"]["DataManifestLocation"] = f"{place}-manifest.csv"
        record["ResultConfiguration"]["OutputLocation"] = (
            f"{output}tables/{job['query_id']}" if done["kind"] == "CREATE_TABLE_AS_SELECT" else place
        )
        execution.manifest = done["manifest"]
    else:
        execution.result = f"{place}.{done['extension']}"
        execution.header = done["extension"] == "csv"
        record["ResultConfiguration"]["OutputLocation"] = execution.result
        if done["result"]:
            execution.runner.put(Path(done["result"]), execution.result)
        else:
            execution.result = ""
    if done["columns"]:
        metadata = folder_of / "metadata"
        metadata.write_text(json.dumps({"ColumnInfo": done["columns"]}), encoding="utf-8")
        execution.runner.put(metadata, f"{execution.result or place}.metadata")
    prepared = store.prepared.setdefault(record["WorkGroup"], {})
    if done["prepare"]:
        name, text = done["prepare"]
        prepared[name] = {
            "StatementName": name,
            "QueryStatement": text,
            "WorkGroupName": record["WorkGroup"],
            "LastModifiedTime": datetime.now(UTC),
        }
    if done["deallocate"]:
        prepared.pop(done["deallocate"], None)


def _shown(execution: Execution) -> dict[str, Any]:
    with execution.lock:
        return copy.deepcopy(execution.record)


@answers("GetQueryExecution", Fidelity.REAL)
def _get(context: RequestContext, request: Request) -> Response:
    return {"QueryExecution": _shown(found(context, request["QueryExecutionId"]))}


@answers("BatchGetQueryExecution", Fidelity.REAL)
def _batch_get(context: RequestContext, request: Request) -> Response:
    there, ids = executions_of(context), request["QueryExecutionIds"]
    return {
        "QueryExecutions": [_shown(there[each]) for each in ids if each in there],
        "UnprocessedQueryExecutionIds": [
            {
                "QueryExecutionId": each,
                "ErrorCode": "INTERNAL_FAILURE",
                "ErrorMessage": "QueryExecution was not found",
            }
            for each in ids
            if each not in there
        ],
    }


@answers("ListQueryExecutions", Fidelity.REAL)
def _list(context: RequestContext, request: Request) -> Response:
    """The newest first."""
    group = request.get("WorkGroup") or PRIMARY
    work_group(context, group)
    ids = [key for key, each in executions_of(context).items() if each.record["WorkGroup"] == group]
    here, more = page(ids[::-1], str, request, 50)
    return {"QueryExecutionIds": here, **more}


@answers("StopQueryExecution", Fidelity.REAL)
def _stop(context: RequestContext, request: Request) -> Response:
    execution = found(context, request["QueryExecutionId"])
    if execution.move("CANCELLED", "Query cancelled by user"):
        execution.runner.stop()
    return {}


@answers("GetQueryRuntimeStatistics", Fidelity.REAL)
def _statistics(context: RequestContext, request: Request) -> Response:
    execution = found(context, request["QueryExecutionId"])
    given = execution.record["Statistics"]
    names = (
        "QueryQueueTimeInMillis",
        "EngineExecutionTimeInMillis",
        "ServiceProcessingTimeInMillis",
        "TotalExecutionTimeInMillis",
    )
    timeline = {name: given[name] for name in names if name in given}
    rows = {"InputBytes": given.get("DataScannedInBytes", 0), "OutputRows": execution.rows}
    return {"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": rows}}
