"""Databases, tables and partitions: Moto's catalog, with names, tags and pages as on AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
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
_NAMES = {"DatabaseName", "TableName"}

operations.passed_on(
    "DeleteSecurityConfiguration",
    "CreateSecurityConfiguration",
    "GetDataCatalogEncryptionSettings",
    "GetSecurityConfiguration",
    "GetSecurityConfigurations",
    "PutDataCatalogEncryptionSettings",
)


def _check_catalog(context: RequestContext, request: Request) -> None:
    if request.get("CatalogId") not in {None, context.account_id}:
        raise error("EntityNotFoundException", f"Catalog {request['CatalogId']} not found.")


def _ask_moto(context: RequestContext, request: Request) -> dict[str, Any]:
    answer: dict[str, Any] = call_moto_with_request(context, request)
    return answer


def _folded(request: Request) -> Request:
    """The request with the names of databases and tables in lower case."""
    return {key: value.lower() if key in _NAMES else value for key, value in request.items()}


def _folded_input(request: Request, member: str) -> Request:
    given = request.get(member)
    if not given:
        raise invalid(f"{member} must be given; other kinds of tables are not kept here")
    return {**_folded(request), member: {**given, "Name": given["Name"].lower()}}


def _pass(*names: str, fold: Callable[[Request], Request] = _folded) -> None:
    """Moto answers these operations, with names folded."""

    def ask(context: RequestContext, request: Request) -> Response:
        _check_catalog(context, request)
        return _ask_moto(context, fold(request))

    for name in names:
        answers(name)(ask)


def _fold_name(request: Request) -> Request:
    return {**_folded(request), "Name": request["Name"].lower()}


_pass("GetDatabase", "GetTable", "DeleteTable", fold=_fold_name)
_pass("CreateTable", "UpdateTable", fold=lambda request: _folded_input(request, "TableInput"))
_pass(
    "BatchCreatePartition",
    "BatchDeletePartition",
    "BatchGetPartition",
    "BatchUpdatePartition",
    "CreatePartition",
    "DeletePartition",
    "DeleteTableVersion",
    "GetPartition",
    "GetPartitionIndexes",
    "GetTableVersion",
    "GetTableVersions",
    "UpdatePartition",
)


@answers("CreateDatabase")
def _create_database(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    folded = _folded_input(request, "DatabaseInput")
    folded.pop("Tags", None)
    _ask_moto(context, folded)
    set_tags(context, "database", folded["DatabaseInput"]["Name"], request.get("Tags"))
    return {}


@answers("UpdateDatabase")
def _update_database(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    _ask_moto(context, {**_folded_input(request, "DatabaseInput"), "Name": request["Name"].lower()})
    return {}


@answers("DeleteDatabase")
def _delete_database(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    folded = _fold_name(request)
    _ask_moto(context, folded)
    forget_tags(context, "database", folded["Name"])
    return {}


@answers("GetDatabases")
def _get_databases(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    databases = call_moto(context)["DatabaseList"]
    here, more = page(databases, lambda each: str(each["Name"]), request)
    return {"DatabaseList": here, **more}


@answers("GetTables")
def _get_tables(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    tables = _ask_moto(context, _folded(request))["TableList"]
    here, more = page(tables, lambda each: str(each["Name"]), request)
    return {"TableList": here, **more}


@answers("BatchDeleteTable")
def _batch_delete_table(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    names = [name.lower() for name in request["TablesToDelete"]]
    return _ask_moto(context, {**_folded(request), "TablesToDelete": names})


@answers("GetPartitions")
def _get_partitions(context: RequestContext, request: Request) -> Response:
    """Moto returns every partition to each reader of a segment; here they are shared out."""
    _check_catalog(context, request)
    segment = request.get("Segment")
    asked = {key: value for key, value in _folded(request).items() if key not in {"Segment", "NextToken"}}
    partitions = _ask_moto(context, asked)["Partitions"]
    if segment:
        partitions = partitions[segment["SegmentNumber"] :: segment["TotalSegments"]]
    here, more = page(partitions, lambda each: "/".join(each["Values"]), request)
    return {"Partitions": here, **more}
