"""Tables and their versions: Moto's, numbered, archived, chosen and searched as on AWS."""

from __future__ import annotations

import re
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.glue.catalog import (
    NAMES,
    ask_moto,
    check_catalog,
    fold_name,
    folded,
    folded_input,
    pass_on,
)
from scripts.local_cloud.providers.glue.service import answers, invalid, page
from scripts.local_cloud.providers.moto_backend import glue as backend

pass_on("DeleteTable", fold=fold_name)


def _folded_table(request: Request) -> Request:
    wanted = folded_input(request, "TableInput")
    if any(key.get("Parameters") for key in wanted["TableInput"].get("PartitionKeys") or ()):
        raise invalid("Parameters not supported for partition columns")
    return wanted


@answers("CreateTable")
def _create_table(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    wanted = _folded_table(request)
    for member in ("OpenTableFormatInput", "PartitionIndexes"):
        if request.get(member):
            raise error(
                "UnsupportedOperation", f"The local cloud's catalog keeps no {member}; on AWS it would."
            )
    ask_moto(context, wanted)
    name = wanted["TableInput"]["Name"]
    backend.number_versions_from_zero(context.account_id, context.region, wanted["DatabaseName"], name)
    return {}


@answers("UpdateTable")
def _update_table(context: RequestContext, request: Request) -> Response:
    """Moto updates whatever version there is, and archives it whether that is wanted or not."""
    check_catalog(context, request)
    wanted = _folded_table(request)
    name = {"DatabaseName": wanted["DatabaseName"], "Name": wanted["TableInput"]["Name"]}
    before = ask_moto(context, name, "GetTable")["Table"]["VersionId"]
    if request.get("VersionId") not in (None, before):
        raise error("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
    ask_moto(context, wanted)
    if request.get("SkipArchive"):
        _delete_archived(context, {"DatabaseName": name["DatabaseName"], "TableName": name["Name"]}, before)
    return {}


def _shown(table: Response) -> Response:
    """The table with what AWS always tells of one."""
    return {"UpdateTime": table["CreateTime"], "IsRegisteredWithLakeFormation": False, **table}


@answers("GetTable")
def _get_table(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    return {"Table": _shown(ask_moto(context, fold_name(request))["Table"])}


@answers("GetTables")
def _get_tables(context: RequestContext, request: Request) -> Response:
    """Moto takes a table whose name only begins as the expression says."""
    check_catalog(context, request)
    asked = {key: value for key, value in folded(request).items() if key != "Expression"}
    tables = ask_moto(context, asked)["TableList"]
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
    check_catalog(context, request)
    names = [name.lower() for name in request["TablesToDelete"]]
    return {"Errors": [], **ask_moto(context, {**folded(request), "TablesToDelete": names})}


@answers("GetTableVersion")
def _get_version(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    versions = _versions(context, request)
    wanted = request.get("VersionId") or next(iter(versions))
    if wanted not in versions:
        raise error("EntityNotFoundException", f"Table version {wanted} not found.")
    return {"TableVersion": versions[wanted]}


@answers("GetTableVersions")
def _get_versions(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    versions = list(_versions(context, request).values())
    here, more = page(versions, lambda each: str(each["VersionId"]), request)
    return {"TableVersions": here, **more}


@answers("DeleteTableVersion")
def _delete_version(context: RequestContext, request: Request) -> Response:
    """Moto breaks on a version that is not there, and loses the table with its last one."""
    check_catalog(context, request)
    if refused := _why_not_deleted(_versions(context, request), request["VersionId"]):
        raise error(*refused)
    _delete_archived(context, request, request["VersionId"])
    return {}


@answers("BatchDeleteTableVersion")
def _batch_delete_versions(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    errors = []
    for version in request["VersionIds"]:
        refused = _why_not_deleted(_versions(context, request), version)
        if refused is None:
            _delete_archived(context, request, version)
            continue
        detail = {"ErrorCode": refused[0], "ErrorMessage": refused[1]}
        name = folded(request)["TableName"]
        errors.append({"TableName": name, "VersionId": version, "ErrorDetail": detail})
    return {"Errors": errors}


def _why_not_deleted(versions: dict[str, Response], version: str) -> tuple[str, str] | None:
    if version not in versions:
        return "EntityNotFoundException", f"Table version {version} not found."
    if version == next(iter(versions)):
        return "InvalidInputException", f"Table version {version} is the current one and cannot be deleted."
    return None


def _delete_archived(context: RequestContext, request: Request, version: str) -> None:
    where = {key: value for key, value in folded(request).items() if key in NAMES}
    ask_moto(context, {**where, "VersionId": version}, "DeleteTableVersion")


def _versions(context: RequestContext, request: Request) -> dict[str, Response]:
    """The versions of a table by their ids, the current one first."""
    asked = {key: request[key].lower() for key in ("DatabaseName", "TableName")}
    found = ask_moto(context, asked, "GetTableVersions")["TableVersions"]
    shown = {each["VersionId"]: {**each, "Table": _shown(each["Table"])} for each in found}
    return dict(sorted(shown.items(), key=lambda each: int(each[0]), reverse=True))


@answers("SearchTables")
def _search(context: RequestContext, request: Request) -> Response:
    """By text in names, descriptions, columns and parameters; filters by equality of a property."""
    check_catalog(context, request)
    if request.get("SortCriteria") or request.get("ResourceShareType") not in (None, "ALL"):
        raise error("UnsupportedOperation", "The local cloud finds tables by text and filters only.")
    databases = ask_moto(context, {}, "GetDatabases")["DatabaseList"]
    tables = [
        table
        for database in databases
        for table in ask_moto(context, {"DatabaseName": database["Name"]}, "GetTables")["TableList"]
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
