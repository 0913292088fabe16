"""Change streams of DynamoDB tables: the records that Moto keeps, read by position.

Moto's own iterators hang on an object that a failed transaction replaces, and then never see a record again.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.plugins import Service

from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.moto_backend import dynamodb as moto

#: Largest page of records, and its size when not asked for.
PAGE_SIZE = 1000

operations = Operations("dynamodbstreams")


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()


def _stream(context: RequestContext, arn: str) -> tuple[str, dict[str, Any]]:
    """The table's name and the stream, or AWS's error."""
    name, _, label = arn.partition(":table/")[2].partition("/stream/")
    found = moto.stream(context.account_id, context.region, name)
    if found is None or found["label"] != label:
        raise error("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")
    return name, found


def _iterator(arn: str, position: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([arn, position]).encode()).decode()


def _position(stream: dict[str, Any], request: Request) -> int:
    """Where in the stream an iterator of the wanted type starts."""
    kind = request["ShardIteratorType"]
    if kind == "TRIM_HORIZON":
        return 0
    if kind == "LATEST":
        return int(stream["length"])
    if not request.get("SequenceNumber", "").isdigit():
        raise error("ValidationException", f"SequenceNumber is required for ShardIteratorType {kind}")
    position = int(request["SequenceNumber"]) - stream["first"] + (kind == "AFTER_SEQUENCE_NUMBER")
    if not 0 <= position <= stream["length"]:
        raise error("ValidationException", f"Invalid SequenceNumber: {request['SequenceNumber']}")
    return int(position)


@operations.simulated("ListStreams")
def _list(context: RequestContext, request: Request) -> Response:
    wanted = request.get("TableName")
    names = [wanted] if wanted else moto.table_names(context.account_id, context.region)
    streams = []
    for name in names:
        found = moto.stream(context.account_id, context.region, name)
        if found:
            arn = (
                f"arn:aws:dynamodb:{context.region}:{context.account_id}:table/{name}/stream/{found['label']}"
            )
            streams.append({"StreamArn": arn, "TableName": name, "StreamLabel": found["label"]})
    arns = [each["StreamArn"] for each in streams]
    start = (
        arns.index(request["ExclusiveStartStreamArn"]) + 1
        if request.get("ExclusiveStartStreamArn") in arns
        else 0
    )
    page = streams[start : start + (request.get("Limit") or 100)]
    more = start + len(page) < len(streams)
    return {"Streams": page, **({"LastEvaluatedStreamArn": page[-1]["StreamArn"]} if more else {})}


@operations.simulated("DescribeStream")
def _describe(context: RequestContext, request: Request) -> Response:
    name, stream = _stream(context, request["StreamArn"])
    schema = moto.schema(context.account_id, context.region, name) or {}
    numbers = {"StartingSequenceNumber": str(stream["first"])}
    if not stream["enabled"]:
        numbers["EndingSequenceNumber"] = str(stream["first"] + max(stream["length"] - 1, 0))
    shard = {"ShardId": stream["shard"], "SequenceNumberRange": numbers}
    return {
        "StreamDescription": {
            "StreamArn": request["StreamArn"],
            "StreamLabel": stream["label"],
            "StreamStatus": "ENABLED" if stream["enabled"] else "DISABLED",
            "StreamViewType": stream["view"],
            "CreationRequestDateTime": stream["created"],
            "TableName": name,
            "KeySchema": schema["KeySchema"],
            "Shards": [] if request.get("ExclusiveStartShardId") == stream["shard"] else [shard],
        }
    }


@operations.simulated("GetShardIterator")
def _get_shard_iterator(context: RequestContext, request: Request) -> Response:
    _, stream = _stream(context, request["StreamArn"])
    if request["ShardId"] != stream["shard"]:
        raise error(
            "ResourceNotFoundException", f"Requested resource not found: Shard {request['ShardId']} not found"
        )
    return {"ShardIterator": _iterator(request["StreamArn"], _position(stream, request))}


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    change = dict(record["dynamodb"])
    change["ApproximateCreationDateTime"] = datetime.fromisoformat(change["ApproximateCreationDateTime"])
    return {**record, "dynamodb": change}


@operations.simulated("GetRecords")
def _get_records(context: RequestContext, request: Request) -> Response:
    try:
        arn, position = json.loads(base64.urlsafe_b64decode(request["ShardIterator"]))
    except ValueError as wrong:
        raise error("ValidationException", "Invalid ShardIterator") from wrong
    name, stream = _stream(context, arn)
    end = position + min(request.get("Limit") or PAGE_SIZE, PAGE_SIZE)
    records = moto.stream_records(context.account_id, context.region, name, position, end)
    answer: Response = {"Records": [_shown(each) for each in records]}
    if stream["enabled"] or position + len(records) < stream["length"]:
        answer["NextShardIterator"] = _iterator(arn, position + len(records))
    return answer
