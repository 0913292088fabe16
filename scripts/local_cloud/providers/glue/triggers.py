"""Triggers, as definitions: none can be activated, for nothing would fire it."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
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


def _check(given: dict[str, Any]) -> None:
    if given["Type"] == "SCHEDULED" and not given.get("Schedule"):
        raise invalid("A scheduled trigger needs a schedule")
    if given["Type"] == "CONDITIONAL" and not given.get("Predicate"):
        raise invalid("A conditional trigger needs a predicate")


@answers("CreateTrigger")
def _create(context: RequestContext, request: Request) -> Response:
    triggers, name = store_of(context).triggers, request["Name"]
    check_new(triggers, "Trigger", name)
    _check(request)
    if request.get("StartOnCreation"):
        raise error(
            "UnsupportedOperation",
            "The local cloud fires no triggers, so it activates none: create it with StartOnCreation false.",
        )
    fields = {key: value for key, value in request.items() if key not in {"Tags", "StartOnCreation"}}
    triggers[name] = {**fields, "State": "CREATED"}
    set_tags(context, "trigger", name, request.get("Tags"))
    return {"Name": name}


@answers("UpdateTrigger")
def _update(context: RequestContext, request: Request) -> Response:
    triggers, name = store_of(context).triggers, request["Name"]
    changed = {**found(triggers, "Trigger", name), **request["TriggerUpdate"], "Name": name}
    _check(changed)
    triggers[name] = changed
    return {"Trigger": changed}


@answers("StopTrigger")
def _stop(context: RequestContext, request: Request) -> Response:
    trigger = found(store_of(context).triggers, "Trigger", request["Name"])
    trigger["State"] = "DEACTIVATED"
    return {"Name": request["Name"]}


@answers("GetTrigger")
def _get(context: RequestContext, request: Request) -> Response:
    return {"Trigger": found(store_of(context).triggers, "Trigger", request["Name"])}


def _starting(context: RequestContext, job: str | None) -> dict[str, dict[str, Any]]:
    """The triggers that start the job; all when none is named."""
    triggers = store_of(context).triggers
    if job is None:
        return triggers
    return {
        name: each
        for name, each in triggers.items()
        if any(action.get("JobName") == job for action in each["Actions"])
    }


@answers("GetTriggers")
def _get_all(context: RequestContext, request: Request) -> Response:
    triggers = list(_starting(context, request.get("DependentJobName")).values())
    here, more = page(triggers, lambda each: str(each["Name"]), request)
    return {"Triggers": here, **more}


@answers("BatchGetTriggers")
def _batch_get(context: RequestContext, request: Request) -> Response:
    triggers, names = store_of(context).triggers, request["TriggerNames"]
    return {
        "Triggers": [triggers[name] for name in names if name in triggers],
        "TriggersNotFound": [name for name in names if name not in triggers],
    }


@answers("ListTriggers")
def _list(context: RequestContext, request: Request) -> Response:
    triggers = _starting(context, request.get("DependentJobName"))
    here, more = page(tagged(context, "trigger", triggers, request.get("Tags")), str, request)
    return {"TriggerNames": here, **more}


@answers("DeleteTrigger")
def _delete(context: RequestContext, request: Request) -> Response:
    """Deleting what is not there succeeds, as on AWS."""
    name = request["Name"]
    store_of(context).triggers.pop(name, None)
    forget_tags(context, "trigger", name)
    return {"Name": name}
