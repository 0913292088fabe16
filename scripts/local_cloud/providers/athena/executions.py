"""Query executions: started, watched, stopped, told of; each runs in a process of its own."""

from __future__ import annotations

import copy
import json
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from scripts import config
from scripts.local_cloud.athena import syntax
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.grammar import several
from scripts.local_cloud.athena.kinds import kind, result_name
from scripts.local_cloud.providers.athena import catalogs, objects
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
    if not location.removeprefix("s3://").strip("/") or not location.startswith("s3://"):
        raise invalid("outputLocation is not a valid S3 path.")
    try:
        objects.bucket_named(objects.split(location)[0])
    except CommonServiceException as why:
        raise invalid(f"Unable to verify/create output bucket {objects.split(location)[0]}") from why
    return {**chosen, "OutputLocation": location.rstrip("/") + "/"}


def _compared(request: Request) -> str:
    """What must be the same when a client asks again with its token; AWS compares no more than this."""
    where, output = request.get("QueryExecutionContext") or {}, request.get("ResultConfiguration") or {}
    parts = (
        request["QueryString"],
        where.get("Catalog"),
        where.get("Database"),
        output.get("OutputLocation"),
    )
    return json.dumps(parts)


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
    asked = _compared(request)
    token = request.get("ClientRequestToken") or str(uuid.uuid4())
    if before := asked_before(context, token):
        if before.asked != asked:
            raise invalid("Idempotent parameters do not match")
        return {"QueryExecutionId": before.record["QueryExecutionId"]}
    given = request.get("QueryExecutionContext") or {}
    catalog = given.get("Catalog") or OWN_CATALOG
    if catalogs.named(context, catalog) is None:
        raise error("UnsupportedOperation", f"Data catalog {catalog} is not in the local cloud.")
    output = _output(group, request)
    try:
        syntax.check(sql)
    except QueryFailedError as why:
        raise invalid(why.reason) from why
    query_id = str(uuid.uuid4())
    prepared = {key: each["QueryStatement"] for key, each in store_of(context).prepared.get(name, {}).items()}
    statement, substatement = kind(sql, prepared)
    record = {
        "QueryExecutionId": query_id,
        "Query": sql,
        "StatementType": statement,
        "ResultConfiguration": {
            **output,
            "OutputLocation": f"{output['OutputLocation']}{result_name(query_id, substatement)}",
        },
        "ResultReuseConfiguration": request.get("ResultReuseConfiguration")
        or {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": {
            key: value.lower() if key == "Catalog" else value for key, value in given.items()
        },
        "Status": {"State": "QUEUED", "SubmissionDateTime": datetime.now(UTC)},
        "Statistics": {"ResultReuseInformation": {"ReusedPreviousResult": False}},
        "WorkGroup": name,
        "EngineVersion": dict(group["Configuration"]["EngineVersion"]),
        "SubstatementType": substatement,
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
        "prepared": prepared,
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
