"""Records: put, and read by iterator."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.kinesis.model import LAST_HASH_KEY, Record, Shard, Stream
from scripts.local_cloud.providers.kinesis.service import (
    answers,
    invalid,
    shard_of,
    stream_named,
    stream_of,
)

MOST_RECORDS_PUT = 500
LARGEST_RECORD = 1024 * 1024
LARGEST_PUT = 5 * 1024 * 1024
MOST_RECORDS_READ = 10_000
LARGEST_READ = 10 * 1024 * 1024
ITERATOR_SECONDS = 300.0
#: What is said of a record that its shard does not take just now, and of a read that it does not serve.
EXCEEDED = "ProvisionedThroughputExceededException"


def _explicit_hash(entry: dict[str, Any]) -> int | None:
    given = entry.get("ExplicitHashKey")
    if given is None:
        return None
    if not given.isdigit() or int(given) > LAST_HASH_KEY:
        raise invalid(
            f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Given: {given}"
        )
    return int(given)


def _size(entry: dict[str, Any]) -> int:
    """Bytes of data and partition key, which AWS counts together."""
    return len(entry["Data"]) + len(entry["PartitionKey"].encode())


def _check(entries: list[dict[str, Any]]) -> None:
    for position, entry in enumerate(entries, start=1):
        if not 1 <= len(entry["PartitionKey"]) <= 256:
            raise error(
                "ValidationException", f"PartitionKey of record {position} must have 1 to 256 characters"
            )
        if _size(entry) > LARGEST_RECORD:
            raise error(
                "ValidationException",
                f"Record {position} is larger than {LARGEST_RECORD} bytes of data and partition key",
            )


def _put(context: RequestContext, stream: Stream, entry: dict[str, Any]) -> Response:
    """What is said of a record that was put, or refused because its shard takes no more just now."""
    shard, record = stream.put(entry["PartitionKey"], entry["Data"], _explicit_hash(entry))
    if record is None:
        return {"ErrorCode": EXCEEDED, "ErrorMessage": _exceeded(context, stream, shard)}
    return {"ShardId": shard.shard_id, "SequenceNumber": str(record.sequence)}


def _exceeded(context: RequestContext, stream: Stream, shard: Shard) -> str:
    account = context.account_id
    return f"Rate exceeded for shard {shard.shard_id} in stream {stream.name} under account {account}."


@answers("PutRecord")
def _put_record(context: RequestContext, request: Request) -> Response:
    stream = stream_of(context, request)
    _check([request])
    answer = _put(context, stream, request)
    if "ErrorCode" in answer:
        raise error(answer["ErrorCode"], answer["ErrorMessage"])
    return {**answer, "EncryptionType": stream.encryption}


@answers("PutRecords")
def _put_records(context: RequestContext, request: Request) -> Response:
    stream, entries = stream_of(context, request), request["Records"]
    if not 1 <= len(entries) <= MOST_RECORDS_PUT:
        raise error("ValidationException", f"Records must have 1 to {MOST_RECORDS_PUT} members")
    _check(entries)
    if sum(map(_size, entries)) > LARGEST_PUT:
        raise invalid(f"Records size exceeds {LARGEST_PUT // 1024**2} MB limit")
    for entry in entries:
        _explicit_hash(entry)
    results = [_put(context, stream, entry) for entry in entries]
    return {
        "FailedRecordCount": sum("ErrorCode" in each for each in results),
        "Records": results,
        "EncryptionType": stream.encryption,
    }


def _iterator(stream: Stream, shard: Shard, after: int) -> str:
    """An iterator to the records after a sequence number; AWS's are opaque, so is this."""
    content = [stream.name, stream.created.timestamp(), shard.shard_id, str(after), time.time()]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _sequence(request: Request, shard: Shard) -> int:
    given = request.get("StartingSequenceNumber") or ""
    if not given.isdigit() or int(given) < shard.first_sequence:
        raise invalid(
            f"StartingSequenceNumber {given or '(none)'} used in GetShardIterator on shard {shard.shard_id} "
            "is invalid because it did not come from this shard."
        )
    return int(given)


def _start(stream: Stream, shard: Shard, request: Request) -> int:
    """The sequence number after which an iterator of the wanted type starts."""
    match request["ShardIteratorType"]:
        case "TRIM_HORIZON":
            return 0
        case "LATEST":
            return stream.sequence
        case "AT_SEQUENCE_NUMBER":
            return _sequence(request, shard) - 1
        case "AFTER_SEQUENCE_NUMBER":
            return _sequence(request, shard)
        case "AT_TIMESTAMP":
            if request.get("Timestamp") is None:
                raise invalid("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP.")
            moment = request["Timestamp"].timestamp()
            if moment > time.time():
                raise invalid("The timestampInMillis parameter cannot be greater than the current time.")
            first = shard.from_time(moment)
            return stream.sequence if first is None else first.sequence - 1
        case other:
            raise invalid(f"Invalid ShardIteratorType: {other}")


@answers("GetShardIterator")
def _get_shard_iterator(context: RequestContext, request: Request) -> Response:
    stream = stream_of(context, request)
    shard = shard_of(context, stream, request["ShardId"])
    start = _start(stream, shard, request)
    if not shard.iterating.take(0):
        raise error(EXCEEDED, _exceeded(context, stream, shard))
    return {"ShardIterator": _iterator(stream, shard, start)}


def _read_iterator(context: RequestContext, iterator: str) -> tuple[Stream, Shard, int]:
    try:
        name, created, shard_id, after, issued = json.loads(base64.urlsafe_b64decode(iterator))
    except ValueError as wrong:
        raise invalid("Invalid ShardIterator.") from wrong
    if time.time() - issued > ITERATOR_SECONDS:
        raise error(
            "ExpiredIteratorException",
            f"Iterator expired. The iterator was created more than {ITERATOR_SECONDS:.0f} seconds ago.",
        )
    stream = stream_named(context, name)
    if stream.created.timestamp() != created:
        raise error("ResourceNotFoundException", f"The iterator is of an earlier stream of the name {name}")
    stream.forget_old()
    return stream, shard_of(context, stream, shard_id), int(after)


def _size_of(record: Record) -> int:
    return len(record.data) + len(record.partition_key.encode())


def _page(shard: Shard, after: int, limit: int) -> list[Record]:
    """Records up to the limits of number and size, one at least."""
    size = 0
    page: list[Record] = []
    for record in shard.after(after, limit):
        size += _size_of(record)
        if page and size > LARGEST_READ:
            break
        page.append(record)
    return page


def _shown(record: Record, stream: Stream) -> dict[str, Any]:
    return {
        "SequenceNumber": str(record.sequence),
        "ApproximateArrivalTimestamp": record.arrived,
        "Data": record.data,
        "PartitionKey": record.partition_key,
        **({"EncryptionType": "KMS"} if stream.encryption_key else {}),
    }


def _child(shard: Shard) -> dict[str, Any]:
    return {
        "ShardId": shard.shard_id,
        "ParentShards": list(shard.parents),
        "HashKeyRange": {"StartingHashKey": str(shard.first_hash), "EndingHashKey": str(shard.last_hash)},
    }


@answers("GetRecords")
def _get_records(context: RequestContext, request: Request) -> Response:
    stream, shard, after = _read_iterator(context, request["ShardIterator"])
    limit = request.get("Limit") or MOST_RECORDS_READ
    if not 1 <= limit <= MOST_RECORDS_READ:
        raise error("ValidationException", f"Limit {limit} must be from 1 to {MOST_RECORDS_READ}")
    page = _page(shard, after, limit)
    if not shard.reading.take(sum(map(_size_of, page))):
        raise error(EXCEEDED, _exceeded(context, stream, shard))
    last = page[-1].sequence if page else after
    unread = bool(shard.after(last, 1))
    behind = (time.time() - page[-1].arrived) * 1000 if page and unread else 0
    answer: Response = {
        "Records": [_shown(record, stream) for record in page],
        "MillisBehindLatest": int(behind),
    }
    if shard.is_open or unread:
        answer["NextShardIterator"] = _iterator(stream, shard, last)
    else:
        answer["ChildShards"] = [_child(each) for each in stream.children(shard)]
    return answer
