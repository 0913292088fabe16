"""Records put directly: kept on disk before the answer, delivered like all others."""

from __future__ import annotations

import secrets
import sqlite3
import time
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.delivery.processing import Record
from scripts.local_cloud.providers.firehose.delivering import supervisor
from scripts.local_cloud.providers.firehose.store import DeliveryStream, answers, stream_of
from scripts.local_cloud.providers.framework import Request, Response, error

#: AWS's limits: bytes of a record, records and bytes of a call.
LARGEST_RECORD = 1000 * 1024
MOST_RECORDS, LARGEST_PUT = 500, 4 * 1024 * 1024


def _open_stream(context: RequestContext, request: Request) -> DeliveryStream:
    stream = stream_of(context, request)
    if stream.source:
        raise error(
            "InvalidArgumentException",
            "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
        )
    if stream.description["DeliveryStreamStatus"] != "ACTIVE":
        raise error(
            "ResourceNotFoundException",
            f"Firehose {request['DeliveryStreamName']} is {stream.description['DeliveryStreamStatus']}.",
        )
    return stream


def _put(stream: DeliveryStream, given: list[dict[str, Any]]) -> Response:
    for record in given:
        if len(record["Data"]) > LARGEST_RECORD:
            raise error(
                "ValidationException",
                "Value at 'record.data' failed to satisfy constraint: Member must have length less than or "
                f"equal to {LARGEST_RECORD}",
            )
    now = time.time()
    try:
        supervisor().spool.append(stream.id, [Record(record["Data"], now) for record in given], now)
    except sqlite3.OperationalError as full:
        raise error(
            "ServiceUnavailableException", f"The record cannot be kept on this machine: {full}", 503
        ) from full
    protection = stream.description["DeliveryStreamEncryptionConfiguration"]
    return {"Encrypted": protection["Status"] == "ENABLED"}


def _record_id() -> str:
    return secrets.token_urlsafe(165)


@answers("PutRecord")
def _put_record(context: RequestContext, request: Request) -> Response:
    stream = _open_stream(context, request)
    return {**_put(stream, [request["Record"]]), "RecordId": _record_id()}


@answers("PutRecordBatch")
def _put_record_batch(context: RequestContext, request: Request) -> Response:
    stream, given = _open_stream(context, request), request["Records"]
    if not 1 <= len(given) <= MOST_RECORDS:
        raise error("ValidationException", f"Records must have 1 to {MOST_RECORDS} members")
    if sum(len(record["Data"]) for record in given) > LARGEST_PUT:
        raise error("InvalidArgumentException", f"Records size exceeds {LARGEST_PUT >> 20} MB limit")
    return {
        **_put(stream, given),
        "FailedPutCount": 0,
        "RequestResponses": [{"RecordId": _record_id()} for _ in given],
    }
