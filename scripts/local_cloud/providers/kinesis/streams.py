"""Streams: made, described, listed, deleted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.kinesis.model import Stream
from scripts.local_cloud.providers.kinesis.service import (
    answers,
    described,
    invalid,
    store_of,
    stream_of,
)

#: Shards that an account may have open in a region, and shards of a new on-demand stream.
SHARD_LIMIT, ON_DEMAND_SHARDS = 500, 4
ON_DEMAND_LIMIT = 50
_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,128}")


def open_shard_count(context: RequestContext) -> int:
    """Open shards of the account in the region."""
    return sum(len(stream.open_shards()) for stream in store_of(context).streams.values())


def check_shard_limit(context: RequestContext, further: int) -> None:
    """AWS's limit, should so many more shards be opened."""
    if open_shard_count(context) + further > SHARD_LIMIT:
        raise error(
            "LimitExceededException",
            f"This request would exceed the shard limit of {SHARD_LIMIT} for the account "
            f"{context.account_id} in {context.region}.",
        )


@answers("CreateStream")
def _create(context: RequestContext, request: Request) -> Response:
    store, name = store_of(context), request["StreamName"]
    if not _NAME.fullmatch(name):
        raise error(
            "ValidationException",
            f"StreamName '{name}' must have 1 to 128 characters, only letters, digits, '_', '-' and '.'",
        )
    if name in store.streams:
        raise error(
            "ResourceInUseException", f"Stream {name} under account {context.account_id} already exists."
        )
    mode = (request.get("StreamModeDetails") or {}).get("StreamMode", "PROVISIONED")
    count = request.get("ShardCount")
    if mode == "ON_DEMAND" and count is not None:
        raise error("ValidationException", "ShardCount must not be specified for an on-demand stream.")
    if mode == "PROVISIONED" and (count is None or count < 1):
        raise error(
            "ValidationException", "ShardCount must be specified for a provisioned stream, 1 or more."
        )
    shards = ON_DEMAND_SHARDS if mode == "ON_DEMAND" else int(count or 0)
    check_shard_limit(context, shards)
    arn = f"arn:aws:kinesis:{context.region}:{context.account_id}:stream/{name}"
    stream = Stream(name, arn, datetime.now(UTC), mode)
    stream.add_uniform_shards(shards)
    store.streams[name] = stream
    store.tags.tag_resource(
        arn, [{"Key": key, "Value": value} for key, value in (request.get("Tags") or {}).items()]
    )
    return {}


def _summary(stream: Stream) -> dict[str, Any]:
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": stream.mode},
        "StreamCreationTimestamp": stream.created,
    }


def _description(stream: Stream) -> dict[str, Any]:
    return {
        **_summary(stream),
        "RetentionPeriodHours": stream.retention_hours,
        "EnhancedMonitoring": [{"ShardLevelMetrics": stream.metrics}],
        "EncryptionType": stream.encryption,
        **({"KeyId": stream.encryption_key} if stream.encryption_key else {}),
    }


@answers("DescribeStream")
def _describe(context: RequestContext, request: Request) -> Response:
    stream = stream_of(context, request)
    shards = [
        shard
        for shard in stream.shards.values()
        if shard.shard_id > (request.get("ExclusiveStartShardId") or "")
    ]
    limit = request.get("Limit") or 100
    return {
        "StreamDescription": {
            **_description(stream),
            "Shards": [described(shard) for shard in shards[:limit]],
            "HasMoreShards": len(shards) > limit,
        }
    }


@answers("DescribeStreamSummary")
def _describe_summary(context: RequestContext, request: Request) -> Response:
    stream = stream_of(context, request)
    return {
        "StreamDescriptionSummary": {
            **_description(stream),
            "OpenShardCount": len(stream.open_shards()),
            "ConsumerCount": len(stream.consumers),
        }
    }


@answers("ListStreams")
def _list(context: RequestContext, request: Request) -> Response:
    streams = store_of(context).streams
    after = request.get("ExclusiveStartStreamName") or request.get("NextToken") or ""
    names = sorted(name for name in streams if name > after)
    limit = request.get("Limit") or 100
    page, more = names[:limit], len(names) > limit
    return {
        "StreamNames": page,
        "HasMoreStreams": more,
        "StreamSummaries": [_summary(streams[name]) for name in page],
        **({"NextToken": page[-1]} if more else {}),
    }


@answers("DeleteStream")
def _delete(context: RequestContext, request: Request) -> Response:
    store, stream = store_of(context), stream_of(context, request)
    if stream.consumers and not request.get("EnforceConsumerDeletion"):
        raise error(
            "ResourceInUseException",
            f"Stream {stream.name} under account {context.account_id} has registered consumers: deregister "
            "them, or set EnforceConsumerDeletion.",
        )
    for arn in (stream.arn, *(consumer.arn for consumer in stream.consumers.values())):
        store.tags.del_resource(arn)
    del store.streams[stream.name]
    return {}


@answers("DescribeLimits")
def _describe_limits(context: RequestContext, request: Request) -> Response:
    on_demand = [each for each in store_of(context).streams.values() if each.mode == "ON_DEMAND"]
    return {
        "ShardLimit": SHARD_LIMIT,
        "OpenShardCount": open_shard_count(context),
        "OnDemandStreamCount": len(on_demand),
        "OnDemandStreamCountLimit": ON_DEMAND_LIMIT,
    }


@answers("UpdateStreamMode")
def _update_mode(context: RequestContext, request: Request) -> Response:
    stream = stream_of(context, request)
    mode = request["StreamModeDetails"]["StreamMode"]
    if mode not in {"PROVISIONED", "ON_DEMAND"}:
        raise invalid(f"StreamMode '{mode}' must be PROVISIONED or ON_DEMAND.")
    stream.mode = mode
    return {}
