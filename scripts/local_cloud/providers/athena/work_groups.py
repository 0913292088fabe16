"""Work groups."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.athena.service import (
    ENGINE,
    PRIMARY,
    answers,
    arn,
    invalid,
    page,
    store_of,
)
from scripts.local_cloud.providers.framework import Request, Response

_NAME = re.compile(r"[a-zA-Z0-9._-]{1,128}")
_DEFAULTS: dict[str, Any] = {
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": True,
    "RequesterPaysEnabled": False,
    "EnableMinimumEncryptionConfiguration": False,
}
#: An update's switch that removes a setting, by the setting.
_REMOVALS = {
    "RemoveBytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery",
    "RemoveCustomerContentEncryptionConfiguration": "CustomerContentEncryptionConfiguration",
}
_RESULT_REMOVALS = {
    "RemoveOutputLocation": "OutputLocation",
    "RemoveEncryptionConfiguration": "EncryptionConfiguration",
    "RemoveExpectedBucketOwner": "ExpectedBucketOwner",
    "RemoveAclConfiguration": "AclConfiguration",
}


def _engine(given: dict[str, Any] | None) -> dict[str, str]:
    selected = (given or {}).get("SelectedEngineVersion") or "AUTO"
    if selected not in {"AUTO", ENGINE}:
        raise invalid(f"Engine version '{selected}' is not one of: AUTO, {ENGINE}")
    return {"SelectedEngineVersion": selected, "EffectiveEngineVersion": ENGINE}


def _configuration(given: dict[str, Any]) -> dict[str, Any]:
    location = given.get("ResultConfiguration", {}).get("OutputLocation", "s3://")
    if not location.startswith("s3://"):
        raise invalid(f"outputLocation is not a valid S3 path: '{location}' must begin with s3://")
    return {**_DEFAULTS, **given, "EngineVersion": _engine(given.get("EngineVersion"))}


def _made(name: str, request: Request) -> dict[str, Any]:
    return {
        "Name": name,
        "State": "ENABLED",
        "Configuration": _configuration(request.get("Configuration") or {}),
        "CreationTime": datetime.now(UTC),
        **({"Description": request["Description"]} if request.get("Description") else {}),
    }


def all_of(context: RequestContext) -> dict[str, dict[str, Any]]:
    """The work groups by name; every account has ``primary``."""
    groups = store_of(context).work_groups
    if PRIMARY not in groups:
        groups[PRIMARY] = _made(PRIMARY, {"Configuration": {"EnforceWorkGroupConfiguration": False}})
    return groups


def work_group(context: RequestContext, name: str) -> dict[str, Any]:
    """The work group, or AWS's error."""
    found = all_of(context).get(name)
    if found is None:
        raise invalid("WorkGroup is not found.")
    return found


@answers("CreateWorkGroup")
def _create(context: RequestContext, request: Request) -> Response:
    name = request["Name"]
    if not _NAME.fullmatch(name):
        raise invalid(f"WorkGroup name '{name}' must have 1 to 128 letters, digits, '.', '_' and '-'")
    if name in all_of(context):
        raise invalid("WorkGroup is already created")
    store_of(context).work_groups[name] = _made(name, request)
    store_of(context).tags.tag_resource(arn(context, "workgroup", name), request.get("Tags") or [])
    return {}


@answers("GetWorkGroup")
def _get(context: RequestContext, request: Request) -> Response:
    return {"WorkGroup": work_group(context, request["WorkGroup"])}


@answers("ListWorkGroups")
def _list(context: RequestContext, request: Request) -> Response:
    groups, more = page(sorted(all_of(context)), str, request, 50)
    shown: list[dict[str, Any]] = []
    for name in groups:
        group = all_of(context)[name]
        summary: dict[str, Any] = {
            key: group[key] for key in ("Name", "State", "Description", "CreationTime") if key in group
        }
        shown.append({**summary, "EngineVersion": group["Configuration"]["EngineVersion"]})
    return {"WorkGroups": shown, **more}


def _updated(configuration: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """The configuration with what an update sets and removes."""
    changed = copy.deepcopy(configuration)
    results = changed.setdefault("ResultConfiguration", {})
    for key, value in (update.get("ResultConfigurationUpdates") or {}).items():
        if key not in _RESULT_REMOVALS:
            results[key] = value
        elif value:
            results.pop(_RESULT_REMOVALS[key], None)
    if not results:
        del changed["ResultConfiguration"]
    for key, value in update.items():
        if key in _REMOVALS:
            if value:
                changed.pop(_REMOVALS[key], None)
        elif key != "ResultConfigurationUpdates":
            changed[key] = value
    return _configuration(changed)


@answers("UpdateWorkGroup")
def _update(context: RequestContext, request: Request) -> Response:
    group = work_group(context, request["WorkGroup"])
    configuration = _updated(group["Configuration"], request.get("ConfigurationUpdates") or {})
    group["Configuration"] = configuration
    if "Description" in request:
        group["Description"] = request["Description"]
    if request.get("State"):
        group["State"] = request["State"]
    return {}


@answers("DeleteWorkGroup")
def _delete(context: RequestContext, request: Request) -> Response:
    name, store = request["WorkGroup"], store_of(context)
    if name == PRIMARY:
        raise invalid("WorkGroup primary cannot be deleted")
    work_group(context, name)
    queries = [key for key, query in store.named_queries.items() if query["WorkGroup"] == name]
    if (queries or store.prepared.get(name)) and not request.get("RecursiveDeleteOption"):
        raise invalid(f"WorkGroup {name} is not empty")
    for key in queries:
        del store.named_queries[key]
    store.prepared.pop(name, None)
    del store.work_groups[name]
    store.tags.del_resource(arn(context, "workgroup", name))
    return {}


@answers("ListEngineVersions")
def _list_engines(context: RequestContext, request: Request) -> Response:
    return {"EngineVersions": [_engine(None), _engine({"SelectedEngineVersion": ENGINE})]}
