"""Data catalogs: the account's own, which is Glue's, and registrations of it."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.athena.service import (
    OWN_CATALOG,
    answers,
    arn,
    invalid,
    page,
    store_of,
)
from scripts.local_cloud.providers.framework import Request, Response, error


def all_of(context: RequestContext) -> dict[str, dict[str, Any]]:
    """The catalogs by name; every account has its own."""
    own = {
        "Name": OWN_CATALOG,
        "Type": "GLUE",
        "Status": "CREATE_COMPLETE",
        "Parameters": {"catalog-id": context.account_id},
    }
    return {OWN_CATALOG: own, **store_of(context).catalogs}


def named(context: RequestContext, name: str) -> dict[str, Any] | None:
    """The catalog of a name, whose capitals do not matter: some clients write ``awsdatacatalog``."""
    return next((each for key, each in all_of(context).items() if key.lower() == name.lower()), None)


def _catalog(context: RequestContext, name: str) -> dict[str, Any]:
    found = named(context, name)
    if found is None:
        raise invalid(f"DataCatalog {name} was not found")
    return found


def _fields(request: Request) -> dict[str, Any]:
    if request["Type"] != "GLUE":
        raise error("UnsupportedOperation", "The local cloud has data catalogs of type GLUE only.")
    return {
        "Name": request["Name"],
        "Type": request["Type"],
        "Status": "CREATE_COMPLETE",
        "Parameters": request.get("Parameters") or {},
        **({"Description": request["Description"]} if request.get("Description") else {}),
    }


@answers("CreateDataCatalog")
def _create(context: RequestContext, request: Request) -> Response:
    name = request["Name"]
    if name in all_of(context):
        raise invalid(f"DataCatalog {name} already exists")
    store_of(context).catalogs[name] = _fields(request)
    store_of(context).tags.tag_resource(arn(context, "datacatalog", name), request.get("Tags") or [])
    return {"DataCatalog": store_of(context).catalogs[name]}


@answers("GetDataCatalog")
def _get(context: RequestContext, request: Request) -> Response:
    return {"DataCatalog": _catalog(context, request["Name"])}


@answers("ListDataCatalogs")
def _list(context: RequestContext, request: Request) -> Response:
    found, more = page(list(all_of(context).values()), lambda each: str(each["Name"]), request, 50)
    keys = ("Type", "Status")
    shown = [{"CatalogName": each["Name"], **{key: each[key] for key in keys}} for each in found]
    return {"DataCatalogsSummary": shown, **more}


@answers("UpdateDataCatalog")
def _update(context: RequestContext, request: Request) -> Response:
    name = request["Name"]
    if name not in store_of(context).catalogs:
        raise invalid(f"DataCatalog {name} was not found, or cannot be changed")
    store_of(context).catalogs[name] = _fields(request)
    return {}


@answers("DeleteDataCatalog")
def _delete(context: RequestContext, request: Request) -> Response:
    name = request["Name"]
    if name not in store_of(context).catalogs:
        raise invalid(f"DataCatalog {name} was not found, or cannot be deleted")
    store_of(context).tags.del_resource(arn(context, "datacatalog", name))
    return {"DataCatalog": store_of(context).catalogs.pop(name)}
