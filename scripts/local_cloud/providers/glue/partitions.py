"""Partitions: Moto's, found by any expression, with a value for each key that nothing changes."""

from __future__ import annotations

import json
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.glue import expressions
from scripts.local_cloud.providers.glue.catalog import ask_moto, check_catalog, folded, pass_on
from scripts.local_cloud.providers.glue.service import answers, invalid, page

#: Partitions that one call lists.
MOST_LISTED = 1000

pass_on("BatchGetPartition", "DeletePartition", "GetPartition")


@answers("GetPartitions")
def _get_partitions(context: RequestContext, request: Request) -> Response:
    """Moto reads few expressions, and returns every partition to each reader of a segment."""
    check_catalog(context, request)
    segment = request.get("Segment")
    left_out = {"Segment", "NextToken", "Expression"}
    asked = {key: value for key, value in folded(request).items() if key not in left_out}
    partitions = ask_moto(context, asked)["Partitions"]
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
    table = ask_moto(context, asked, "GetTable")["Table"]
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
    check_catalog(context, request)
    _check_values(context, request, [request["PartitionInput"]])
    return ask_moto(context, folded(request))


@answers("BatchCreatePartition")
def _batch_create_partition(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    _check_values(context, request, request["PartitionInputList"])
    return {"Errors": [], **ask_moto(context, folded(request))}


def _in_place(values: list[str], given: dict[str, Any]) -> dict[str, Any]:
    """The partition to be, of the same values: others cannot be set, and Moto loses it if they are taken."""
    if given.get("Values") not in (None, [], values):
        raise invalid("The values of a partition cannot be changed: delete it and create another.")
    return {**given, "Values": values}


@answers("UpdatePartition")
def _update_partition(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    changed = _in_place(request["PartitionValueList"], request["PartitionInput"])
    return ask_moto(context, {**folded(request), "PartitionInput": changed})


@answers("BatchUpdatePartition")
def _batch_update_partition(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    entries = [
        {**each, "PartitionInput": _in_place(each["PartitionValueList"], each["PartitionInput"])}
        for each in request["Entries"]
    ]
    return {"Errors": [], **ask_moto(context, {**folded(request), "Entries": entries})}


@answers("BatchDeletePartition")
def _batch_delete_partition(context: RequestContext, request: Request) -> Response:
    check_catalog(context, request)
    return {"Errors": [], **ask_moto(context, folded(request))}


@answers("GetPartitionIndexes")
def _get_partition_indexes(context: RequestContext, request: Request) -> Response:
    """No table has any; Moto says so even of one that is not there."""
    check_catalog(context, request)
    _keys_of(context, request)
    return {"PartitionIndexDescriptorList": []}
