"""DB parameter groups and their parameters, listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.providers.framework import Operations, Request, Response
from scripts.local_cloud.providers.rds.faults import invalid_value
from scripts.local_cloud.providers.rds.model import LOCK, ParameterGroup, store
from scripts.local_cloud.providers.rds.paging import filters, page
from scripts.local_cloud.providers.rds.parameter_groups import DEFAULT, families, find, shape


def register(operations: Operations) -> None:
    """Add the operations that list."""
    operations.real("DescribeDBParameterGroups")(_describe)
    operations.real("DescribeDBParameters")(_describe_parameters)
    operations.real("DescribeEngineDefaultParameters")(_describe_defaults)


def _describe(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    records = store(context)
    with LOCK:
        if request.get("DBParameterGroupName"):
            groups = [find(records, request["DBParameterGroupName"])]
        else:
            used = {instance.parameter_group for instance in records.instances.values()}
            defaults = [find(records, name) for name in sorted(used) if name.startswith(DEFAULT)]
            groups = sorted([*records.parameter_groups.values(), *defaults], key=lambda group: group.name)
        answer = page(request, groups, lambda group: group.name, "DBParameterGroups")
        answer["DBParameterGroups"] = [shape(context, group) for group in answer["DBParameterGroups"]]
    return answer


def _describe_parameters(context: RequestContext, request: Request) -> Response:
    asked = filters(request, ("parameter-name",))
    with LOCK:
        group = find(store(context), request["DBParameterGroupName"])
        shapes = list(_parameter_shapes(group))
    source = request.get("Source")
    shown = [
        item
        for item in shapes
        if source in (None, item["Source"])
        and item["ParameterName"] in asked.get("parameter-name", [item["ParameterName"]])
    ]
    return page(request, shown, lambda item: str(item["ParameterName"]), "Parameters")


def _describe_defaults(_context: RequestContext, request: Request) -> Response:
    asked = filters(request, ("parameter-name",))
    family = request["DBParameterGroupFamily"]
    if family not in families():
        raise invalid_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    shapes = [
        item
        for item in _parameter_shapes(ParameterGroup(DEFAULT + family, family, ""))
        if item["ParameterName"] in asked.get("parameter-name", [item["ParameterName"]])
    ]
    answer = page(request, shapes, lambda item: str(item["ParameterName"]), "Parameters")
    return {"EngineDefaults": {"DBParameterGroupFamily": family, **answer}}


def _parameter_shapes(group: ParameterGroup) -> Iterator[dict[str, Any]]:
    for name, parameter in sorted(parameters.catalogue(group.family).items()):
        setting = group.settings.get(name)
        shape = {
            "ParameterName": name,
            "ParameterValue": setting.value if setting else parameter.default,
            "Description": parameter.description,
            "Source": "user" if setting else "engine-default",
            "ApplyType": parameter.apply_type,
            "DataType": parameter.data_type,
            "AllowedValues": parameter.allowed,
            "IsModifiable": parameter.modifiable,
            "ApplyMethod": setting.apply_method if setting else "pending-reboot",
        }
        yield {key: value for key, value in shape.items() if value is not None}
