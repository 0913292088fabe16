"""Databases and tables of a data catalog, which is Glue's."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers.athena.catalogs import named
from scripts.local_cloud.providers.athena.permissions import Permissions
from scripts.local_cloud.providers.athena.service import answers, page
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error


def _glue(context: RequestContext, request: Request, operation: str, **parameters: Any) -> dict[str, Any]:
    """Glue's answer, with the caller's permissions."""
    if named(context, request["CatalogName"]) is None:
        raise error("MetadataException", f"Data catalog {request['CatalogName']} was not found")
    Permissions(context).check("glue", operation, parameters)
    client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).glue
    method = {name: python for python, name in client.meta.method_to_api_mapping.items()}[operation]
    try:
        found: dict[str, Any] = getattr(client, method)(**parameters)
    except ClientError as why:
        # Clients read Glue's own code out of this.
        told, request_id = why.response["Error"], why.response["ResponseMetadata"].get("RequestId", "")
        raise error(
            "MetadataException",
            f"{told['Message']} (Service: AmazonDataCatalog; Status Code: 400; Error Code: {told['Code']}; "
            f"Request ID: {request_id}; Proxy: null)",
        ) from why
    return found


def _all(context: RequestContext, request: Request, operation: str, member: str, **given: Any) -> list[Any]:
    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        answer = _glue(context, request, operation, **given, **token)
        found += answer[member]
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


def _database(found: dict[str, Any]) -> dict[str, Any]:
    keys = ("Name", "Description", "Parameters")
    return {key: found[key] for key in keys if found.get(key)}


def _table(found: dict[str, Any]) -> dict[str, Any]:
    storage = found.get("StorageDescriptor") or {}
    parameters = dict(found.get("Parameters") or {})
    serde = storage.get("SerdeInfo") or {}
    more = {
        "location": storage.get("Location"),
        "inputformat": storage.get("InputFormat"),
        "outputformat": storage.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
        **{f"serde.param.{key}": value for key, value in (serde.get("Parameters") or {}).items()},
    }

    def columns(given: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{key: each[key] for key in ("Name", "Type", "Comment") if each.get(key)} for each in given]

    times = {
        key: found[name]
        for key, name in (("CreateTime", "CreateTime"), ("LastAccessTime", "LastAccessTime"))
        if found.get(name)
    }
    return {
        "Name": found["Name"],
        "TableType": found.get("TableType") or "",
        "Columns": columns(storage.get("Columns") or []),
        "PartitionKeys": columns(found.get("PartitionKeys") or []),
        "Parameters": parameters | {key: value for key, value in more.items() if value},
        **times,
    }


@answers("GetDatabase", Fidelity.REAL)
def _get_database(context: RequestContext, request: Request) -> Response:
    return {
        "Database": _database(
            _glue(context, request, "GetDatabase", Name=request["DatabaseName"])["Database"]
        )
    }


@answers("ListDatabases", Fidelity.REAL)
def _list_databases(context: RequestContext, request: Request) -> Response:
    databases = _all(context, request, "GetDatabases", "DatabaseList")
    here, more = page(databases, lambda each: str(each["Name"]), request, 50)
    return {"DatabaseList": [_database(each) for each in here], **more}


@answers("GetTableMetadata", Fidelity.REAL)
def _get_table(context: RequestContext, request: Request) -> Response:
    found = _glue(
        context, request, "GetTable", DatabaseName=request["DatabaseName"], Name=request["TableName"]
    )
    return {"TableMetadata": _table(found["Table"])}


@answers("ListTableMetadata", Fidelity.REAL)
def _list_tables(context: RequestContext, request: Request) -> Response:
    tables = _all(context, request, "GetTables", "TableList", DatabaseName=request["DatabaseName"])
    if request.get("Expression"):
        try:
            pattern = re.compile(request["Expression"].replace("*", ".*").replace("..*", ".*"))
        except re.error as why:
            raise error("InvalidRequestException", f"Invalid expression: {why}") from why
        tables = [each for each in tables if pattern.fullmatch(each["Name"])]
    here, more = page(tables, lambda each: str(each["Name"]), request, 50)
    return {"TableMetadataList": [_table(each) for each in here], **more}
