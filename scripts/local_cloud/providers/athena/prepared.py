"""Prepared statements, of a work group each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.athena.service import answers, invalid, page, store_of
from scripts.local_cloud.providers.athena.work_groups import work_group
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error


def _of_group(context: RequestContext, group: str) -> dict[str, dict[str, Any]]:
    work_group(context, group)
    found: dict[str, dict[str, Any]] = store_of(context).prepared.setdefault(group, {})
    return found


def _statement(context: RequestContext, request: Request) -> dict[str, Any]:
    name, group = request["StatementName"], request["WorkGroup"]
    found = _of_group(context, group).get(name.lower())
    if found is None:
        raise error(
            "ResourceNotFoundException", f"PreparedStatement {name} was not found in workGroup {group}."
        )
    return found


def _kept(request: Request) -> dict[str, Any]:
    return {
        "StatementName": request["StatementName"].lower(),
        "QueryStatement": request["QueryStatement"],
        "WorkGroupName": request["WorkGroup"],
        "LastModifiedTime": datetime.now(UTC),
        **({"Description": request["Description"]} if request.get("Description") else {}),
    }


@answers("CreatePreparedStatement", Fidelity.REAL)
def _create(context: RequestContext, request: Request) -> Response:
    statements = _of_group(context, request["WorkGroup"])
    if request["StatementName"].lower() in statements:
        raise invalid(f"PreparedStatement {request['StatementName']} already exists")
    statements[request["StatementName"].lower()] = _kept(request)
    return {}


@answers("GetPreparedStatement", Fidelity.REAL)
def _get(context: RequestContext, request: Request) -> Response:
    return {"PreparedStatement": _statement(context, request)}


@answers("BatchGetPreparedStatement", Fidelity.REAL)
def _batch_get(context: RequestContext, request: Request) -> Response:
    there, names = _of_group(context, request["WorkGroup"]), request["PreparedStatementNames"]
    return {
        "PreparedStatements": [there[each.lower()] for each in names if each.lower() in there],
        "UnprocessedPreparedStatementNames": [
            {"StatementName": each, "ErrorCode": "STATEMENT_NOT_FOUND", "ErrorMessage": "was not found"}
            for each in names
            if each.lower() not in there
        ],
    }


@answers("ListPreparedStatements", Fidelity.REAL)
def _list(context: RequestContext, request: Request) -> Response:
    statements = _of_group(context, request["WorkGroup"])
    here, more = page(sorted(statements), str, request, 50)
    shown = [{key: statements[each][key] for key in ("StatementName", "LastModifiedTime")} for each in here]
    return {"PreparedStatements": shown, **more}


@answers("UpdatePreparedStatement", Fidelity.REAL)
def _update(context: RequestContext, request: Request) -> Response:
    _statement(context, request).update(_kept(request))
    return {}


@answers("DeletePreparedStatement", Fidelity.REAL)
def _delete(context: RequestContext, request: Request) -> Response:
    _statement(context, request)
    del _of_group(context, request["WorkGroup"])[request["StatementName"].lower()]
    return {}
