"""Connections: where a job finds a database, and through which subnet."""

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
)

_PASSWORDS = {"PASSWORD", "ENCRYPTED_PASSWORD"}
#: What AWS wants in ConnectionProperties, by type of connection; either one of a tuple.
_NEEDED: dict[str, list[tuple[str, ...]]] = {
    "JDBC": [("JDBC_CONNECTION_URL", "HOST"), ("USERNAME", "SECRET_ID")],
    "KAFKA": [("KAFKA_BOOTSTRAP_SERVERS",)],
    "MONGODB": [("CONNECTION_URL",)],
}


def _check(given: dict[str, Any]) -> None:
    properties = given.get("ConnectionProperties") or {}
    for choices in _NEEDED.get(given["ConnectionType"], []):
        if not any(key in properties for key in choices):
            raise invalid(
                f"Connection {given['Name']} of type {given['ConnectionType']} needs one of the connection "
                f"properties {', '.join(choices)}"
            )


def _described(given: dict[str, Any], created: datetime) -> dict[str, Any]:
    return {
        **{key: value for key, value in given.items() if key != "ValidateCredentials"},
        "CreationTime": created,
        "LastUpdatedTime": datetime.now(UTC),
        "ConnectionSchemaVersion": 1,
        "Status": "READY",
    }


def _shown(connection: dict[str, Any], *, hide_password: bool) -> dict[str, Any]:
    if not hide_password:
        return connection
    properties = connection.get("ConnectionProperties") or {}
    kept = {key: value for key, value in properties.items() if key not in _PASSWORDS}
    return {**connection, "ConnectionProperties": kept}


@answers("CreateConnection")
def _create(context: RequestContext, request: Request) -> Response:
    connections, given = store_of(context).connections, request["ConnectionInput"]
    check_new(connections, "Connection", given["Name"])
    _check(given)
    connections[given["Name"]] = _described(given, datetime.now(UTC))
    set_tags(context, "connection", given["Name"], request.get("Tags"))
    return {"CreateConnectionStatus": "READY"}


@answers("GetConnection")
def _get(context: RequestContext, request: Request) -> Response:
    connection = found(store_of(context).connections, "Connection", request["Name"])
    return {"Connection": _shown(connection, hide_password=request.get("HidePassword", False))}


@answers("GetConnections")
def _list(context: RequestContext, request: Request) -> Response:
    wanted = request.get("Filter") or {}
    criteria = set(wanted.get("MatchCriteria") or [])
    matching = [
        _shown(each, hide_password=request.get("HidePassword", False))
        for each in store_of(context).connections.values()
        if wanted.get("ConnectionType") in {None, each["ConnectionType"]}
        and criteria <= set(each.get("MatchCriteria") or [])
    ]
    here, more = page(matching, lambda each: str(each["Name"]), request)
    return {"ConnectionList": here, **more}


@answers("UpdateConnection")
def _update(context: RequestContext, request: Request) -> Response:
    connections, given = store_of(context).connections, request["ConnectionInput"]
    before = found(connections, "Connection", request["Name"])
    _check(given)
    connections[request["Name"]] = _described({**given, "Name": request["Name"]}, before["CreationTime"])
    return {}


@answers("DeleteConnection")
def _delete(context: RequestContext, request: Request) -> Response:
    name = request["ConnectionName"]
    found(store_of(context).connections, "Connection", name)
    del store_of(context).connections[name]
    forget_tags(context, "connection", name)
    return {}


@answers("BatchDeleteConnection")
def _batch_delete(context: RequestContext, request: Request) -> Response:
    names, connections = request["ConnectionNameList"], store_of(context).connections
    there = [name for name in names if name in connections]
    for name in there:
        _delete(context, {"ConnectionName": name})
    missing = {
        name: {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Connection {name} not found."}
        for name in names
        if name not in there
    }
    return {"Succeeded": there, **({"Errors": missing} if missing else {})}
