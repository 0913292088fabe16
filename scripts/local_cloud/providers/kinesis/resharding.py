"""Shards: listed, split, merged, scaled."""

from __future__ import annotations

import base64
import json

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.kinesis.model import Shard, Stream
from scripts.local_cloud.providers.kinesis.service import (
    answers,
    described,
    invalid,
    shard_of,
    stream_named,
    stream_of,
)
from scripts.local_cloud.providers.kinesis.streams import check_shard_limit

PAGE_SIZE = 1000


def _filtered(stream: Stream, request: Request) -> list[Shard]:
    """Source: API reference of ShardFilter."""
    shards = list(stream.shards.values())
    wanted = request.get("ShardFilter") or {"Type": "FROM_TRIM_HORIZON"}
    moment = wanted["Timestamp"].timestamp() if wanted.get("Timestamp") else 0.0
    match wanted["Type"]:
        case "AT_LATEST":
            return [each for each in shards if each.is_open]
        case "AFTER_SHARD_ID":
            return [each for each in shards if each.shard_id > (wanted.get("ShardId") or "")]
        case "AT_TRIM_HORIZON":
            return [each for each in shards if not any(parent in stream.shards for parent in each.parents)]
        case "FROM_TRIM_HORIZON":
            return shards
        case "FROM_TIMESTAMP":
            return [each for each in shards if each.closed_at is None or each.closed_at >= moment]
        case other:
            raise error("UnsupportedOperation", f"The local cloud does not filter shards by {other}.")


@answers("ListShards")
def _list(context: RequestContext, request: Request) -> Response:
    if token := request.get("NextToken"):
        try:
            name, after = json.loads(base64.urlsafe_b64decode(token))
        except ValueError as wrong:
            raise invalid("Invalid NextToken.") from wrong
        stream = stream_named(context, name)
    else:
        stream, after = stream_of(context, request), request.get("ExclusiveStartShardId") or ""
    shards = [each for each in _filtered(stream, request) if each.shard_id > after]
    page = shards[: request.get("MaxResults") or PAGE_SIZE]
    answer: Response = {"Shards": [described(each) for each in page]}
    if len(page) < len(shards):
        content = json.dumps([stream.name, page[-1].shard_id])
        answer["NextToken"] = base64.urlsafe_b64encode(content.encode()).decode()
    return answer


def _provisioned(context: RequestContext, request: Request) -> Stream:
    stream = stream_of(context, request)
    if stream.mode == "ON_DEMAND":
        raise error(
            "ValidationException", f"Stream {stream.name} is on-demand: its shards scale by themselves."
        )
    return stream


def _open_shard(context: RequestContext, stream: Stream, shard_id: str) -> Shard:
    shard = shard_of(context, stream, shard_id)
    if not shard.is_open:
        raise invalid(
            f"Shard {shard_id} in stream {stream.name} under account {context.account_id} has already been "
            "merged or split, and thus is not eligible for merging or splitting."
        )
    return shard


@answers("SplitShard")
def _split(context: RequestContext, request: Request) -> Response:
    stream = _provisioned(context, request)
    shard = _open_shard(context, stream, request["ShardToSplit"])
    given = request["NewStartingHashKey"]
    if not given.isdigit() or not shard.first_hash < int(given) <= shard.last_hash:
        raise invalid(
            f"NewStartingHashKey {given} used in SplitShard() on shard {shard.shard_id} in stream "
            f"{stream.name} under account {context.account_id} is not both greater than one plus the shard's "
            f"StartingHashKey {shard.first_hash} and less than the shard's EndingHashKey {shard.last_hash}."
        )
    check_shard_limit(context, 1)
    stream.split(shard, int(given))
    return {}


@answers("MergeShards")
def _merge(context: RequestContext, request: Request) -> Response:
    stream = _provisioned(context, request)
    pair = [_open_shard(context, stream, request[key]) for key in ("ShardToMerge", "AdjacentShardToMerge")]
    lower, upper = sorted(pair, key=lambda shard: shard.first_hash)
    if lower.last_hash + 1 != upper.first_hash:
        raise invalid(
            f"Shards {lower.shard_id} and {upper.shard_id} in stream {stream.name} under account "
            f"{context.account_id} are not an adjacent pair of shards eligible for merging"
        )
    stream.merge(lower, upper)
    return {}


@answers("UpdateShardCount")
def _update_count(context: RequestContext, request: Request) -> Response:
    """AWS's bounds: at most twice, at least half of the open shards."""
    stream = _provisioned(context, request)
    current, target = len(stream.open_shards()), request["TargetShardCount"]
    if target > 2 * current:
        raise error(
            "LimitExceededException",
            "UpdateShardCount cannot scale up over double your current open shard count. "
            f"Current open shard count: {current}, target shard count: {target}",
        )
    if 2 * target < current:
        raise error(
            "LimitExceededException",
            "UpdateShardCount cannot scale down below half your current open shard count. "
            f"Current open shard count: {current}, target shard count: {target}",
        )
    check_shard_limit(context, max(target - current, 0))
    stream.scale(target)
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "CurrentShardCount": current,
        "TargetShardCount": target,
    }
