"""What is set on a stream: retention, encryption, metrics."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.kinesis.service import answers, invalid, stream_of

LEAST_HOURS, MOST_HOURS = 24, 8760
_METRICS = (
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
)


def _hours(request: Request) -> int:
    hours = int(request["RetentionPeriodHours"])
    if not LEAST_HOURS <= hours <= MOST_HOURS:
        raise invalid(
            f"Retention period must be from {LEAST_HOURS} to {MOST_HOURS} hours; requested: {hours}."
        )
    return hours


@answers("IncreaseStreamRetentionPeriod")
def _increase_retention(context: RequestContext, request: Request) -> Response:
    stream, hours = stream_of(context, request), _hours(request)
    if hours < stream.retention_hours:
        raise invalid(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be shorter than "
            f"existing retention period ({stream.retention_hours} hours). Use DecreaseRetentionPeriod API."
        )
    stream.retention_hours = hours
    return {}


@answers("DecreaseStreamRetentionPeriod")
def _decrease_retention(context: RequestContext, request: Request) -> Response:
    stream, hours = stream_of(context, request), _hours(request)
    if hours > stream.retention_hours:
        raise invalid(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be longer than "
            f"existing retention period ({stream.retention_hours} hours). Use IncreaseRetentionPeriod API."
        )
    stream.retention_hours = hours
    return {}


@answers("StartStreamEncryption")
def _start_encryption(context: RequestContext, request: Request) -> Response:
    if request["EncryptionType"] != "KMS" or not request.get("KeyId"):
        raise invalid("EncryptionType must be KMS, with the KeyId of a key.")
    stream_of(context, request).encryption_key = request["KeyId"]
    return {}


@answers("StopStreamEncryption")
def _stop_encryption(context: RequestContext, request: Request) -> Response:
    stream_of(context, request).encryption_key = None
    return {}


def _set_metrics(context: RequestContext, request: Request, *, on: bool) -> Response:
    stream = stream_of(context, request)
    given = request["ShardLevelMetrics"]
    if unknown := set(given) - {*_METRICS, "ALL"}:
        raise invalid(f"Unknown shard-level metrics: {', '.join(sorted(unknown))}")
    named = _METRICS if "ALL" in given else given
    before = stream.metrics
    stream.metrics = [each for each in _METRICS if (on if each in named else each in before)]
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "CurrentShardLevelMetrics": before,
        "DesiredShardLevelMetrics": stream.metrics,
    }


@answers("EnableEnhancedMonitoring")
def _enable_monitoring(context: RequestContext, request: Request) -> Response:
    return _set_metrics(context, request, on=True)


@answers("DisableEnhancedMonitoring")
def _disable_monitoring(context: RequestContext, request: Request) -> Response:
    return _set_metrics(context, request, on=False)
