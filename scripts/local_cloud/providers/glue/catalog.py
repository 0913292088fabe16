"""Databases, tables and partitions: Moto's catalog, with names, tags and pages as on AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.forwarder import create_aws_request_context
from localstack.services.moto import call_moto, call_moto_with_request

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.glue import expressions
from scripts.local_cloud.providers.glue.service import (
    answers,
    forget_tags,
    invalid,
    operations,
    page,
    set_tags,
)
from scripts.local_cloud.providers.moto_backend import glue as backend

#: Members that name a database or table, wherever they are in a request: Glue folds them to lower case.
_NAMES = {"DatabaseName", "TableName"}
#: Partitions that one call lists.
MOST_LISTED = 1000

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


def _ask_moto(context: RequestContext, request: Request, operation: str = "") -> dict[str, Any]:
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


_pass("GetDatabase", "DeleteTable", fold=_fold_name)
_pass(
    "BatchDeletePartition",
    "BatchGetPartition",
    "BatchUpdatePartition",
    "DeletePartition",
    "GetPartition",
    "GetPartitionIndexes",
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


@answers("CreateTable")
def _create_table(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    folded = _folded_input(request, "TableInput")
    for member in ("OpenTableFormatInput", "PartitionIndexes"):
        if request.get(member):
            raise error(
                "UnsupportedOperation", f"The local cloud's catalog keeps no {member}; on AWS it would."
            )
    _ask_moto(context, folded)
    name = folded["TableInput"]["Name"]
    backend.number_versions_from_zero(context.account_id, context.region, folded["DatabaseName"], name)
    return {}


@answers("UpdateTable")
def _update_table(context: RequestContext, request: Request) -> Response:
    """Moto updates whatever version there is, and archives it whether that is wanted or not."""
    _check_catalog(context, request)
    folded = _folded_input(request, "TableInput")
    name = {"DatabaseName": folded["DatabaseName"], "Name": folded["TableInput"]["Name"]}
    before = _ask_moto(context, name, "GetTable")["Table"]["VersionId"]
    if request.get("VersionId") not in (None, before):
        raise error("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
    _ask_moto(context, folded)
    if request.get("SkipArchive"):
        _delete_archived(context, {"DatabaseName": name["DatabaseName"], "TableName": name["Name"]}, before)
    return {}


def _shown(table: Response) -> Response:
    """The table with what AWS always tells of one."""
    return {"UpdateTime": table["CreateTime"], "IsRegisteredWithLakeFormation": False, **table}


@answers("GetTable")
def _get_table(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    return {"Table": _shown(_ask_moto(context, _fold_name(request))["Table"])}


@answers("GetTables")
def _get_tables(context: RequestContext, request: Request) -> Response:
    """Moto takes a table whose name only begins as the expression says."""
    _check_catalog(context, request)
    asked = {key: value for key, value in _folded(request).items() if key != "Expression"}
    tables = _ask_moto(context, asked)["TableList"]
    if text := request.get("Expression"):
        chosen = _expression(text)
        tables = [each for each in tables if chosen.fullmatch(each["Name"])]
    here, more = page(tables, lambda each: str(each["Name"]), request)
    wanted = request.get("AttributesToGet")
    shown = [{"Name": each["Name"]} if wanted == ["NAME"] else _shown(each) for each in here]
    return {"TableList": shown, **more}


def _expression(text: str) -> re.Pattern[str]:
    """A regular expression, in which a star that follows nothing that it could repeat stands for any text."""
    try:
        return re.compile(re.sub(r"(?<![.\])])\*", ".*", text), re.IGNORECASE)
    except re.error as wrong:
        raise invalid(f"Invalid expression '{text}': {wrong}") from None


@answers("BatchDeleteTable")
def _batch_delete_table(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    names = [name.lower() for name in request["TablesToDelete"]]
    return _ask_moto(context, {**_folded(request), "TablesToDelete": names})


@answers("GetPartitions")
def _get_partitions(context: RequestContext, request: Request) -> Response:
    """Moto reads few expressions, and returns every partition to each reader of a segment."""
    _check_catalog(context, request)
    segment = request.get("Segment")
    left_out = {"Segment", "NextToken", "Expression"}
    asked = {key: value for key, value in _folded(request).items() if key not in left_out}
    partitions = _ask_moto(context, asked)["Partitions"]
    if text := request.get("Expression"):
        try:
            chosen = expressions.predicate(text, _keys_of(context, request))
            partitions = [each for each in partitions if chosen(each["Values"])]
        except expressions.ExpressionError as wrong:
            raise invalid(str(wrong)) from None
    if segment:
        partitions = partitions[segment["SegmentNumber"] :: segment["TotalSegments"]]
    if request.get("ExcludeColumnSchema"):
        partitions = [_without_columns(each) for each in partitions]
    here, more = page(partitions, lambda each: json.dumps(each["Values"]), request, MOST_LISTED)
    return {"Partitions": here, **more}


def _without_columns(partition: Response) -> Response:
    storage = partition.get("StorageDescriptor") or {}
    kept = {key: value for key, value in storage.items() if key != "Columns"}
    return {**partition, "StorageDescriptor": kept}


def _keys_of(context: RequestContext, request: Request) -> list[dict[str, str]]:
    asked = {"DatabaseName": request["DatabaseName"].lower(), "Name": request["TableName"].lower()}
    table = _ask_moto(context, asked, "GetTable")["Table"]
    keys: list[dict[str, str]] = table.get("PartitionKeys") or []
    return keys


def _check_values(context: RequestContext, request: Request, inputs: list[dict[str, Any]]) -> None:
    """Moto takes partitions of any number of values."""
    wanted = len(_keys_of(context, request))
    for each in inputs:
        if (given := len(each.get("Values") or ())) != wanted:
            raise invalid(
                "The number of partition keys do not match the number of partition values: "
                f"{wanted} keys, {given} values"
            )


@answers("CreatePartition")
def _create_partition(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    _check_values(context, request, [request["PartitionInput"]])
    return _ask_moto(context, _folded(request))


@answers("BatchCreatePartition")
def _batch_create_partition(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    _check_values(context, request, request["PartitionInputList"])
    return _ask_moto(context, _folded(request))


@answers("GetTableVersion")
def _get_version(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    versions = _versions(context, request)
    wanted = request.get("VersionId") or next(iter(versions))
    if wanted not in versions:
        raise error("EntityNotFoundException", f"Table version {wanted} not found.")
    return {"TableVersion": versions[wanted]}


@answers("GetTableVersions")
def _get_versions(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    versions = list(_versions(context, request).values())
    here, more = page(versions, lambda each: str(each["VersionId"]), request)
    return {"TableVersions": here, **more}


@answers("DeleteTableVersion")
def _delete_version(context: RequestContext, request: Request) -> Response:
    """Moto breaks on a version that is not there, and loses the table with its last one."""
    _check_catalog(context, request)
    if refused := _why_not_deleted(_versions(context, request), request["VersionId"]):
        raise error(*refused)
    _delete_archived(context, request, request["VersionId"])
    return {}


@answers("BatchDeleteTableVersion")
def _batch_delete_versions(context: RequestContext, request: Request) -> Response:
    _check_catalog(context, request)
    errors = []
    for version in request["VersionIds"]:
        refused = _why_not_deleted(_versions(context, request), version)
        if refused is None:
            _delete_archived(context, request, version)
            continue
        detail = {"ErrorCode": refused[0], "ErrorMessage": refused[1]}
        name = _folded(request)["TableName"]
        errors.append({"TableName": name, "VersionId": version, "ErrorDetail": detail})
    return {"Errors": errors}


def _why_not_deleted(versions: dict[str, Response], version: str) -> tuple[str, str] | None:
    if version not in versions:
        return "EntityNotFoundException", f"Table version {version} not found."
    if version == next(iter(versions)):
        return "InvalidInputException", f"Table version {version} is the current one and cannot be deleted."
    return None


def _delete_archived(context: RequestContext, request: Request, version: str) -> None:
    where = {key: value for key, value in _folded(request).items() if key in _NAMES}
    _ask_moto(context, {**where, "VersionId": version}, "DeleteTableVersion")


def _versions(context: RequestContext, request: Request) -> dict[str, Response]:
    """The versions of a table by their ids, the current one first."""
    asked = {key: request[key].lower() for key in ("DatabaseName", "TableName")}
    found = _ask_moto(context, asked, "GetTableVersions")["TableVersions"]
    shown = {each["VersionId"]: {**each, "Table": _shown(each["Table"])} for each in found}
    return dict(sorted(shown.items(), key=lambda each: int(each[0]), reverse=True))


@answers("SearchTables")
def _search(context: RequestContext, request: Request) -> Response:
    """By text in names, descriptions, columns and parameters; filters by equality of a property."""
    _check_catalog(context, request)
    if request.get("SortCriteria") or request.get("ResourceShareType") not in (None, "ALL"):
        raise error("UnsupportedOperation", "The local cloud finds tables by text and filters only.")
    databases = _ask_moto(context, {}, "GetDatabases")["DatabaseList"]
    tables = [
        table
        for database in databases
        for table in _ask_moto(context, {"DatabaseName": database["Name"]}, "GetTables")["TableList"]
    ]
    text = (request.get("SearchText") or "").strip('"').lower()
    found = [
        each
        for each in tables
        if text in _searched(each) and all(_fits(each, one) for one in request.get("Filters") or ())
    ]
    here, more = page(found, lambda each: f"{each['DatabaseName']}/{each['Name']}", request)
    return {"TableList": [_shown(each) for each in here], **more}


def _searched(table: Response) -> str:
    columns = (table.get("StorageDescriptor") or {}).get("Columns") or []
    words = [table["Name"], table["DatabaseName"], table.get("Description") or ""]
    words += [each["Name"] for each in [*columns, *(table.get("PartitionKeys") or [])]]
    words += [word for pair in (table.get("Parameters") or {}).items() for word in pair]
    return "\n".join(words).lower()


def _fits(table: Response, wanted: dict[str, Any]) -> bool:
    if wanted.get("Comparator") not in (None, "EQUALS"):
        raise error(
            "UnsupportedOperation", "The local cloud compares a table's properties for equality only."
        )
    name = wanted["Key"]
    held = {key.lower(): value for key, value in table.items() if isinstance(value, str)}
    held |= {key.lower(): value for key, value in (table.get("Parameters") or {}).items()}
    return held.get(name.lower()) == wanted.get("Value")
