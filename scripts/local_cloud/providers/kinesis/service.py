"""What the handlers share: the table of operations, the streams, one call at a time."""

from __future__ import annotations

import threading

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute
from localstack.utils.tagging import TaggingService

from scripts.local_cloud.providers.framework import (
    Fidelity,
    Operations,
    Request,
    error,
    one_at_a_time,
)
from scripts.local_cloud.providers.kinesis.model import Shard, Stream


class KinesisStore(BaseStore):
    """One account's streams in one region by name, and their tags by ARN."""

    streams: dict[str, Stream] = LocalAttribute(default=dict)
    tags: TaggingService = LocalAttribute(default=TaggingService)


operations = Operations("kinesis")
_stores: AccountRegionBundle = AccountRegionBundle("kinesis", KinesisStore)
_lock = threading.RLock()
#: Decorator: the function answers the operation, one call at a time.
answers = one_at_a_time(operations, _lock, Fidelity.REAL)


def store_of(context: RequestContext) -> KinesisStore:
    """The caller's account and region."""
    store: KinesisStore = _stores[context.account_id][context.region]
    return store


def all_streams() -> list[Stream]:
    """The streams of every account and region."""
    return [stream for _, _, store in _stores.iter_stores() for stream in store.streams.values()]


def last_sequence(account_id: str, region: str, name: str) -> str:
    """The sequence number that the stream gave last: whoever reads behind it reads what comes from now on."""
    store: KinesisStore = _stores[account_id][region]
    with _lock:
        return str(store.streams[name].sequence)


def invalid(message: str) -> CommonServiceException:
    """AWS's error for a value that cannot be."""
    return error("InvalidArgumentException", message)


def stream_named(context: RequestContext, name: str) -> Stream:
    """The stream, or AWS's error."""
    found = store_of(context).streams.get(name)
    if found is None:
        raise error(
            "ResourceNotFoundException", f"Stream {name} under account {context.account_id} not found."
        )
    return found


def stream_of(context: RequestContext, request: Request) -> Stream:
    """The stream that a request names, by name or ARN; without what has become too old."""
    name = request.get("StreamName") or (request.get("StreamARN") or "").partition(":stream/")[2]
    if not name:
        raise invalid("Either StreamName or StreamARN must be provided.")
    stream = stream_named(context, name)
    stream.forget_old()
    return stream


def shard_of(context: RequestContext, stream: Stream, shard_id: str) -> Shard:
    """The shard, or AWS's error."""
    if shard_id not in stream.shards:
        raise error(
            "ResourceNotFoundException",
            f"Shard {shard_id} in stream {stream.name} under account {context.account_id} does not exist",
        )
    return stream.shards[shard_id]


def described(shard: Shard) -> dict[str, object]:
    """A shard in the API's shape."""
    numbers = {"StartingSequenceNumber": str(shard.first_sequence)}
    if shard.last_sequence is not None:
        numbers["EndingSequenceNumber"] = str(shard.last_sequence)
    return {
        "ShardId": shard.shard_id,
        **dict(zip(("ParentShardId", "AdjacentParentShardId"), shard.parents, strict=False)),
        "HashKeyRange": {"StartingHashKey": str(shard.first_hash), "EndingHashKey": str(shard.last_hash)},
        "SequenceNumberRange": numbers,
    }
