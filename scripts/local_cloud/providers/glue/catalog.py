"""The catalog over Moto's: how it is asked, with names folded as on AWS; and databases."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.forwarder import create_aws_request_context
from localstack.services.moto import call_moto, call_moto_with_request

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.glue.service import (
    answers,
    forget_tags,
    invalid,
    operations,
    page,
    set_tags,
)

#: Members that name a database or table, wherever they are in a request: Glue folds them to lower case.
NAMES = {"DatabaseName", "TableName"}

operations.passed_on(
    "DeleteSecurityConfiguration",
    "CreateSecurityConfiguration",
    "GetDataCatalogEncryptionSettings",
    "GetSecurityConfiguration",
    "GetSecurityConfigurations",
    "PutDataCatalogEncryptionSettings",
)


def check_catalog(context: RequestContext, request: Request) -> None:
    """There is one catalog, the account's."""
    if request.get("CatalogId") not in {None, context.account_id}:
        raise error("EntityNotFoundException", f"Catalog {request['CatalogId']} not found.")


def ask_moto(context: RequestContext, request: Request, operation: str = "") -> dict[str, Any]:
    """Moto's answer to the operation, or to another one in the caller's account."""
    if operation:
        asked = create_aws_request_context(
            "glue", operation, context.protocol, parameters=request, region=context.region
        )
        # The account is in the headers.
        headers = deepcopy(context.request.headers)
        headers.update(asked.request.headers)
        asked.request.headers = headers
        answer: dict[str, Any] = call_moto(asked)
    else:
        answer = call_moto_with_request(context, request)
    return answer


def folded(request: Request) -> Request:
    """The request with the names of databases and tables in lower case."""
    return {key: value.lower() if key in NAMES else value for key, value in request.items()}


def folded_input(request: Request, member: str) -> Request:
    """The request with the names of what it is of, and of what is to be made, in lower case."""
    given = request.get(member)
    if not given:
        raise invalid(f"{member} must be given; other kinds of tables are not kept here")
    return {**folded(request), member: {**given, "Name": given["Name"].lower()}}


def pass_on(*names: str, fold: Callable[[Request], Request] = folded) -> None:
    """Moto answers these operations, with names folded."""

    def ask(context: RequestContext, request: Request) -> Response:
        check_catalog(context, request)
        return ask_moto(context, fold(request))

    for name in names:
        answers(name)(ask)


def fold_name(request: Request) -> Request:
    """The request with its ``Name``, too, in lower case."""
    return {**folded(request), "Name": request["Name"].lower()}


pass_on("GetDatabase", fold=fold_name)


@answers("CreateDatabase")
def _create_database(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    wanted = folded_input(request, "DatabaseInput")
    wanted.pop("Tags", None)
    ask_moto(context, wanted)
    set_tags(context, "database", wanted["DatabaseInput"]["Name"], request.get("Tags"))
    return {}


@answers("UpdateDatabase")
def _update_database(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    ask_moto(context, {**folded_input(request, "DatabaseInput"), "Name": request["Name"].lower()})
    return {}


@answers("DeleteDatabase")
def _delete_database(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    wanted = fold_name(request)
    ask_moto(context, wanted)
    forget_tags(context, "database", wanted["Name"])
    return {}


@answers("GetDatabases")
def _get_databases(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    databases = call_moto(context)["DatabaseList"]
    here, more = page(databases, lambda each: str(each["Name"]), request)
    return {"DatabaseList": here, **more}
