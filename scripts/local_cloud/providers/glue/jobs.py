"""Jobs, as definitions; ``job_runs`` runs them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.glue.service import (
    answers,
    check_new,
    forget_tags,
    found,
    invalid,
    page,
    set_tags,
    store_of,
    tagged,
)

#: Data processing units of one worker, by its type. Source: Glue API reference, CreateJob.
_UNITS = {"G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0, "Standard": 1.0, "Z.2X": 2.0}
_DEFAULT_UNITS = {"glueetl": 10.0, "pythonshell": 0.0625}
#: Minutes after which a run is ended, when the definition does not say.
_TIMEOUT_MINUTES, _TIMEOUT_MINUTES_SINCE_5 = 2880, 480


#: Commands whose jobs can be run: a script on Spark, and one without.
RUNNABLE = ("glueetl", "pythonshell")


def units_of(given: dict[str, Any]) -> dict[str, Any]:
    """Data processing units of a definition, or AWS's error."""
    workers, kind = given.get("NumberOfWorkers"), given.get("WorkerType")
    if given.get("MaxCapacity") is not None and (workers or kind):
        raise invalid("Please do not set Max Capacity if using Worker Type and Number of Workers.")
    if (workers is None) != (kind is None):
        raise invalid("Please set both Worker Type and Number of Workers.")
    if workers and kind:
        units = workers * _UNITS[kind]
    else:
        default = _DEFAULT_UNITS.get(given["Command"].get("Name", ""), 2.0)
        units = given.get("MaxCapacity") or given.get("AllocatedCapacity") or default
    return {"MaxCapacity": units, "AllocatedCapacity": int(units)}


def _described(name: str, given: dict[str, Any], created: datetime) -> dict[str, Any]:
    """The definition with AWS's defaults for what it leaves out."""
    if not given.get("Command") or not given.get("Role"):
        raise invalid(f"Job {name} needs a command and a role")
    version = given.get("GlueVersion") or "0.9"
    newer = float(version) >= 5
    fields = {key: value for key, value in given.items() if key not in {"Name", "Tags"}}
    return {
        "MaxRetries": 0,
        "Timeout": _TIMEOUT_MINUTES_SINCE_5 if newer else _TIMEOUT_MINUTES,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "JobMode": "SCRIPT",
        **fields,
        "Name": name,
        "Command": {"PythonVersion": "3" if version >= "1.0" else "2", **given["Command"]},
        "GlueVersion": version,
        "CreatedOn": created,
        "LastModifiedOn": datetime.now(UTC),
        **units_of(given),
    }


@answers("CreateJob")
def _create(context: RequestContext, request: Request) -> Response:
    jobs, name = store_of(context).jobs, request["Name"]
    check_new(jobs, "Job", name)
    jobs[name] = _described(name, request, datetime.now(UTC))
    set_tags(context, "job", name, request.get("Tags"))
    return {"Name": name}


@answers("UpdateJob")
def _update(context: RequestContext, request: Request) -> Response:
    """The new definition replaces the old one whole, as on AWS."""
    jobs, name = store_of(context).jobs, request["JobName"]
    before = found(jobs, "Job", name)
    jobs[name] = _described(name, request["JobUpdate"], before["CreatedOn"])
    return {"JobName": name}


@answers("GetJob")
def _get(context: RequestContext, request: Request) -> Response:
    return {"Job": found(store_of(context).jobs, "Job", request["JobName"])}


@answers("GetJobs")
def _get_all(context: RequestContext, request: Request) -> Response:
    here, more = page(list(store_of(context).jobs.values()), lambda each: str(each["Name"]), request)
    return {"Jobs": here, **more}


@answers("BatchGetJobs")
def _batch_get(context: RequestContext, request: Request) -> Response:
    jobs, names = store_of(context).jobs, request["JobNames"]
    return {
        "Jobs": [jobs[name] for name in names if name in jobs],
        "JobsNotFound": [name for name in names if name not in jobs],
    }


@answers("ListJobs")
def _list(context: RequestContext, request: Request) -> Response:
    names = tagged(context, "job", store_of(context).jobs, request.get("Tags"))
    here, more = page(names, str, request)
    return {"JobNames": here, **more}


@answers("DeleteJob")
def _delete(context: RequestContext, request: Request) -> Response:
    """Deleting what is not there succeeds, as on AWS."""
    name = request["JobName"]
    store_of(context).jobs.pop(name, None)
    store_of(context).job_runs.pop(name, None)
    forget_tags(context, "job", name)
    return {"JobName": name}
