"""Query executions: started, watched, stopped, told of; each runs in a process of its own."""

from __future__ import annotations

import copy
import json
import re
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from scripts import config
from scripts.local_cloud.athena.grammar import several
from scripts.local_cloud.providers.athena import objects
from scripts.local_cloud.providers.athena.carrying_out import carry_out
from scripts.local_cloud.providers.athena.history import (
    Execution,
    asked_before,
    executions_of,
    folder,
    found,
    remember,
)
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

_LONGEST = 262_144


_UTILITY = re.compile(r"\s*(SHOW|DESC|DESCRIBE|EXPLAIN)\b", re.IGNORECASE)


_DML = re.compile(r"\s*\(*\s*(SELECT|WITH|VALUES|TABLE|INSERT|UNLOAD|EXECUTE)\b", re.IGNORECASE)


def _bare(sql: str) -> str:
    """A statement without the comments that it begins with."""
    return re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)*", "", sql, flags=re.DOTALL)


def _kind(sql: str) -> str:
    bare = _bare(sql)
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
    if several(sql):
        raise invalid(f"Only one sql statement is allowed. Got: {sql}")
    asked = json.dumps(
        {key: value for key, value in request.items() if key != "ClientRequestToken"},
        default=str,
        sort_keys=True,
    )
    token = request.get("ClientRequestToken") or str(uuid.uuid4())
    if before := asked_before(context, token):
        if before.asked != asked:
            raise invalid("Idempotent parameters do not match")
        return {"QueryExecutionId": before.record["QueryExecutionId"]}
    given = request.get("QueryExecutionContext") or {}
    catalog = given.get("Catalog") or OWN_CATALOG
    if catalog.lower() not in {OWN_CATALOG.lower(), *(each.lower() for each in store_of(context).catalogs)}:
        raise error("UnsupportedOperation", f"Data catalog {catalog} is not in the local cloud.")
    output = _output(group, request)
    query_id = str(uuid.uuid4())
    asks = re.match(r"[\s(]*(SELECT|WITH|VALUES|TABLE|EXECUTE)\b", _bare(sql), re.IGNORECASE)
    extension = "csv" if asks else "txt"
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
        record,
        Runner(config.load(), permissions, own),
        context.account_id,
        context.region,
        token=token,
        asked=asked,
    )
    remember(execution)
    job = {
        "query_id": query_id,
        "sql": sql,
        # awswrangler names it as Hive's statements do: `orders`.
        "database": (given.get("Database") or "default").strip("`").lower(),
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
        target=carry_out, args=(execution, job, cutoff, own, store), name=f"athena {query_id}", daemon=True
    ).start()
    return {"QueryExecutionId": query_id}


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
    ids = [key for key, each in list(executions_of(context).items()) if each.record["WorkGroup"] == group]
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
