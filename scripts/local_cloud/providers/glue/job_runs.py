"""Runs of jobs: each really runs the job's script, in a process of its own."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS

from scripts import config
from scripts.local_cloud.glue.runner import Order, Run
from scripts.local_cloud.glue.work import Outcome, Place, State
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error
from scripts.local_cloud.providers.glue import arguments, networks, roles
from scripts.local_cloud.providers.glue.jobs import RUNNABLE, units_of
from scripts.local_cloud.providers.glue.service import (
    GlueStore,
    Record,
    answers,
    found,
    lock,
    page,
    store_of,
)

LOG = logging.getLogger(__name__)

#: States in which something runs, or is about to.
_ACTIVE = {"STARTING", "RUNNING", "STOPPING"}
#: What a request may set for its run alone, and is told of the run.
_TOLD = (
    "JobRunQueuingEnabled", "ExecutionClass", "SecurityConfiguration", "NotificationProperty",
    "MaintenanceWindow",
)  # fmt: skip

#: The runs under way, by id. Beside the records: these cannot be kept, and end with LocalStack.
_under_way: dict[str, Run] = {}
#: What begins the runs that wait until another of their job has ended, by id, the oldest first.
_queued: dict[str, Callable[[], None]] = {}


def active() -> list[str]:
    """The runs under way, as a user would name them."""
    return [f"run {run_id} of Glue job {run.job}" for run_id, run in list(_under_way.items())]


def _end_all() -> None:
    for run in list(_under_way.values()):
        run.kill()


SHUTDOWN_HANDLERS.register(_end_all)


@answers("StartJobRun", Fidelity.REAL)
def _start(context: RequestContext, request: Request) -> Response:
    store, name = store_of(context), request["JobName"]
    if (job := store.jobs.get(name)) is None:
        raise error("EntityNotFoundException", "Failed to start job run due to missing metadata")
    if (command := job["Command"].get("Name")) not in RUNNABLE:
        raise error(
            "UnsupportedOperation",
            f"The local cloud runs jobs whose command is {' or '.join(RUNNABLE)}, not {command}.",
        )
    arguments.check(_arguments(job, request.get("Arguments") or {}))
    if request.get("JobRunId"):
        raise error("UnsupportedOperation", "The local cloud does not resume a run: start another.")
    queuing = request.get("JobRunQueuingEnabled", job.get("JobRunQueuingEnabled"))
    if not (queuing or _has_room(store, job)):
        raise error("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
    run_id = f"jr_{secrets.token_hex(32)}"
    _begin(context.account_id, context.region, store, job, request, run_id, 0)
    return {"JobRunId": run_id}


def _has_room(store: GlueStore, job: Record) -> bool:
    """Whether one more of its runs may go on."""
    most = (job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns") or 1
    running = sum(run["JobRunState"] in _ACTIVE for run in store.job_runs.get(job["Name"], ()))
    return bool(running < most)


def _begin(
    account_id: str, region: str, store: GlueStore, job: Record, request: Request, run_id: str, attempt: int
) -> None:
    """Begin a run; where as many go on as may, it waits, and begins when one has ended."""
    now = datetime.now(UTC)
    told = {key: request.get(key, job.get(key)) for key in _TOLD}
    record: Record = {
        "Id": run_id,
        "Attempt": attempt,
        "JobName": job["Name"],
        "StartedOn": now,
        "LastModifiedOn": now,
        "JobRunState": "STARTING" if _has_room(store, job) else "WAITING",
        "Arguments": dict(request.get("Arguments") or {}),
        "PredecessorRuns": [],
        "ExecutionTime": 0,
        "Timeout": request.get("Timeout") or job["Timeout"],
        "LogGroupName": "/aws-glue/jobs",
        "GlueVersion": job["GlueVersion"],
        "JobMode": job["JobMode"],
        **{key: value for key, value in told.items() if value is not None},
        **_size(job, request),
    }
    if attempt:
        record["PreviousRunId"] = _id_of_attempt(run_id, attempt - 1)
    store.job_runs.setdefault(job["Name"], []).insert(0, record)
    settings = config.load()
    role = roles.role_arn(account_id, job["Role"])
    folder = settings.local_dir / "glue" / run_id
    policy = request.get("ExecutionRoleSessionPolicy")
    place = Place(settings, folder, role, "GlueJobRunnerSession", account_id, region, policy)
    run = Run(place, _order(job, record))

    def work() -> None:
        outcome = Outcome(State.FAILED, "An error occurred in the local cloud; see its log.")
        try:
            named = (job.get("Connections") or {}).get("Connections") or ()
            missing = [f"Connection {each} not found." for each in named if each not in store.connections]
            refusal = roles.refusal(account_id, job["Role"]) or " ".join(missing)
            if not refusal:
                connections = [store.connections[each] for each in named]
                standing = networks.of(account_id, region, connections)
                refusal, run.closed = standing.refusal, standing.closed
            outcome = Outcome(State.FAILED, refusal) if refusal else run.work(started)
        except Exception:
            LOG.exception("Glue job run %s", run_id)
        with lock:
            _end(record, outcome)
            del _under_way[run_id]
            again = outcome.state is State.FAILED and attempt < job["MaxRetries"]
            if again and job["Name"] in store.jobs:
                following = _id_of_attempt(run_id, attempt + 1)
                _begin(account_id, region, store, job, request, following, attempt + 1)
            _begin_next(store, job)

    def started() -> None:
        with lock:
            if record["JobRunState"] == "STARTING":
                record.update(JobRunState="RUNNING", LastModifiedOn=datetime.now(UTC))

    def begin() -> None:
        begun = datetime.now(UTC)
        record.update(JobRunState="STARTING", StartedOn=begun, LastModifiedOn=begun)
        _under_way[run_id] = run
        threading.Thread(target=work, name=run_id[:16], daemon=True).start()

    if record["JobRunState"] == "WAITING":
        _queued[run_id] = begin
    else:
        begin()


def _begin_next(store: GlueStore, job: Record) -> None:
    """Begin those runs of the job that wait and may go on, the oldest first."""
    for run in reversed(store.job_runs.get(job["Name"], ())):
        if run["Id"] in _queued and _has_room(store, job):
            _queued.pop(run["Id"])()


def _id_of_attempt(run_id: str, attempt: int) -> str:
    first = run_id.partition("_attempt_")[0]
    return f"{first}_attempt_{attempt}" if attempt else first


def _size(job: Record, request: Request) -> dict[str, Any]:
    """Workers and units: those that the request asks for, else the job's."""
    sizes = ("WorkerType", "NumberOfWorkers", "MaxCapacity", "AllocatedCapacity")
    asked = {key: request[key] for key in sizes if request.get(key) is not None}
    workers = {key: job[key] for key in sizes[:2] if key in job}
    chosen = asked or workers or {"MaxCapacity": job["MaxCapacity"]}
    shown = {key: chosen[key] for key in sizes[:2] if key in chosen}
    return {**shown, **units_of({**chosen, "Command": job["Command"]})}


def _arguments(job: Record, given: dict[str, str]) -> dict[str, str]:
    """What a run is called with: the job's defaults, the run's, and what no run may change."""
    return {
        **(job.get("DefaultArguments") or {}),
        **given,
        **(job.get("NonOverridableArguments") or {}),
    }


def _order(job: Record, record: Record) -> Order:
    own = {"--JOB_NAME": job["Name"], "--JOB_RUN_ID": record["Id"], "--JOB_ID": f"j_{job['Name']}"}
    return Order(
        run_id=record["Id"],
        script=job["Command"].get("ScriptLocation") or "",
        arguments={**_arguments(job, record["Arguments"]), **own},
        units=record["MaxCapacity"] if job["Command"]["Name"] == "glueetl" else None,
        timeout=record["Timeout"] * 60,
    )


def _end(record: Record, outcome: Outcome) -> None:
    now = datetime.now(UTC)
    record.update(
        JobRunState=outcome.state.value,
        CompletedOn=now,
        LastModifiedOn=now,
        ExecutionTime=round((now - record["StartedOn"]).total_seconds()),
    )
    if outcome.message:
        record["ErrorMessage"] = outcome.message


def _runs_of(context: RequestContext, name: str) -> list[Record]:
    found(store_of(context).jobs, "Job", name)
    runs: list[Record] = store_of(context).job_runs.get(name, [])
    return runs


@answers("GetJobRun", Fidelity.REAL)
def _get(context: RequestContext, request: Request) -> Response:
    for record in _runs_of(context, request["JobName"]):
        if record["Id"] == request["RunId"]:
            return {"JobRun": record}
    raise error("EntityNotFoundException", f"Job run {request['RunId']} not found.")


@answers("GetJobRuns", Fidelity.REAL)
def _get_all(context: RequestContext, request: Request) -> Response:
    """The newest first."""
    here, more = page(_runs_of(context, request["JobName"]), lambda each: str(each["Id"]), request)
    return {"JobRuns": here, **more}


@answers("BatchStopJobRun", Fidelity.REAL)
def _stop(context: RequestContext, request: Request) -> Response:
    name, ids = request["JobName"], request["JobRunIds"]
    records = {record["Id"]: record for record in _runs_of(context, name)}
    stopped, refused = [], []
    for run_id in ids:
        record = records.get(run_id)
        if record is None:
            refused.append((run_id, "EntityNotFoundException", f"Job run {run_id} not found."))
        elif record["JobRunState"] not in ("STARTING", "RUNNING", "WAITING"):
            stopping = record["JobRunState"] == "STOPPING"
            code = "JobRunInvalidStateTransition" if stopping else "JobRunInTerminalState"
            refused.append((run_id, f"{code}Exception", f"Job run {run_id} is {record['JobRunState']}."))
        elif _queued.pop(run_id, None):
            _end(record, Outcome(State.STOPPED))
            stopped.append({"JobName": name, "JobRunId": run_id})
        else:
            record.update(JobRunState="STOPPING", LastModifiedOn=datetime.now(UTC))
            _under_way[run_id].stop()
            stopped.append({"JobName": name, "JobRunId": run_id})
    errors = [
        {
            "JobName": name,
            "JobRunId": run_id,
            "ErrorDetail": {"ErrorCode": code, "ErrorMessage": message},
        }
        for run_id, code, message in refused
    ]
    return {"SuccessfulSubmissions": stopped, "Errors": errors}
