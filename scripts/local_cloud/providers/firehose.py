"""Firehose: delivery streams to S3, as definitions.

Moto would write into an S3 of its own, not into LocalStack's, and never reads a Kinesis source. Nothing is
delivered yet, so putting records is refused; destinations other than S3 are too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to
from localstack.services.plugins import Service
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute
from localstack.utils.tagging import TaggingService

from scripts.local_cloud.providers.framework import Handler, Operations, Request, Response, error

DESTINATION_ID = "destinationId-000000000001"
MOST_TAGS = 50
#: What S3DestinationDescription has of the extended description.
_PLAIN = (
    "RoleARN",
    "BucketARN",
    "Prefix",
    "ErrorOutputPrefix",
    "BufferingHints",
    "CompressionFormat",
    "EncryptionConfiguration",
    "CloudWatchLoggingOptions",
)
_DEFAULTS: dict[str, Any] = {
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "UNCOMPRESSED",
    "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
    "CloudWatchLoggingOptions": {"Enabled": False},
    "ProcessingConfiguration": {"Enabled": False, "Processors": []},
    "S3BackupMode": "Disabled",
    "CustomTimeZone": "UTC",
}
#: What a request may carry; every other destination and source is refused.
_ANSWERED = {
    "DeliveryStreamName",
    "DeliveryStreamType",
    "DeliveryStreamEncryptionConfigurationInput",
    "ExtendedS3DestinationConfiguration",
    "KinesisStreamSourceConfiguration",
    "S3DestinationConfiguration",
    "Tags",
}


class FirehoseStore(BaseStore):
    """One account's delivery streams in one region, in the API's shape, by name; and their tags by ARN."""

    streams: dict[str, dict[str, Any]] = LocalAttribute(default=dict)
    tags: TaggingService = LocalAttribute(default=TaggingService)


operations = Operations("firehose")
_stores: AccountRegionBundle = AccountRegionBundle("firehose", FirehoseStore)
_lock = threading.RLock()


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()


def _answers(operation: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def one_at_a_time(context: RequestContext, request: Request) -> Response | None:
            with _lock:
                return handler(context, request)

        return operations.simulated(operation)(one_at_a_time)

    return register


def _store(context: RequestContext) -> FirehoseStore:
    store: FirehoseStore = _stores[context.account_id][context.region]
    return store


def _stream(context: RequestContext, request: Request) -> dict[str, Any]:
    name = request["DeliveryStreamName"]
    found = _store(context).streams.get(name)
    if found is None:
        raise error(
            "ResourceNotFoundException", f"Firehose {name} under account {context.account_id} not found."
        )
    return found


def _destination(extended: dict[str, Any]) -> dict[str, Any]:
    return {
        "DestinationId": DESTINATION_ID,
        "ExtendedS3DestinationDescription": extended,
        "S3DestinationDescription": {key: extended[key] for key in _PLAIN if key in extended},
    }


def _described(given: dict[str, Any]) -> dict[str, Any]:
    """A destination as it is described: what the request leaves out is there with AWS's defaults."""
    configuration = {key: value for key, value in given.items() if key != "S3BackupConfiguration"}
    if backup := given.get("S3BackupConfiguration"):
        configuration["S3BackupDescription"] = {
            **{key: _DEFAULTS[key] for key in _PLAIN if key in _DEFAULTS},
            **backup,
        }
    return {**_DEFAULTS, **configuration}


def _source(context: RequestContext, request: Request) -> dict[str, Any]:
    """The Kinesis stream that is read, which must be there."""
    given = request.get("KinesisStreamSourceConfiguration")
    kind = request.get("DeliveryStreamType") or "DirectPut"
    if kind not in {"DirectPut", "KinesisStreamAsSource"}:
        raise error("UnsupportedOperation", f"The local cloud has no delivery streams of type {kind}.")
    if (kind == "KinesisStreamAsSource") != bool(given):
        raise error(
            "InvalidArgumentException",
            "KinesisStreamSourceConfiguration is needed for, and only for, DeliveryStreamType "
            "KinesisStreamAsSource",
        )
    if not given:
        return {}
    kinesis = connect_to(aws_access_key_id=context.account_id, region_name=context.region).kinesis
    try:
        kinesis.describe_stream_summary(StreamARN=given["KinesisStreamARN"])
    except ClientError as missing:
        raise error("ResourceNotFoundException", missing.response["Error"]["Message"]) from missing
    return {
        "Source": {"KinesisStreamSourceDescription": {**given, "DeliveryStartTimestamp": datetime.now(UTC)}}
    }


def _encryption(given: dict[str, Any] | None) -> dict[str, Any]:
    if not given:
        return {"Status": "DISABLED"}
    return {"Status": "ENABLED", **given}


@_answers("CreateDeliveryStream")
def _create(context: RequestContext, request: Request) -> Response:
    store, name = _store(context), request["DeliveryStreamName"]
    if unknown := request.keys() - _ANSWERED:
        raise error("UnsupportedOperation", f"The local cloud has no {', '.join(sorted(unknown))}.")
    if name in store.streams:
        raise error(
            "ResourceInUseException", f"Firehose {name} under accountId {context.account_id} already exists"
        )
    configurations = [
        request[key]
        for key in ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")
        if request.get(key)
    ]
    if len(configurations) != 1:
        raise error(
            "InvalidArgumentException", "Exactly one destination configuration is supported for a Firehose"
        )
    source = _source(context, request)
    encryption = request.get("DeliveryStreamEncryptionConfigurationInput")
    if source and encryption:
        raise error(
            "InvalidArgumentException",
            "Server-side encryption of a delivery stream that reads a Kinesis stream is set on that stream.",
        )
    arn = f"arn:aws:firehose:{context.region}:{context.account_id}:deliverystream/{name}"
    store.streams[name] = {
        "DeliveryStreamName": name,
        "DeliveryStreamARN": arn,
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": request.get("DeliveryStreamType") or "DirectPut",
        "DeliveryStreamEncryptionConfiguration": _encryption(encryption),
        "VersionId": "1",
        "CreateTimestamp": datetime.now(UTC),
        "HasMoreDestinations": False,
        "Destinations": [_destination(_described(configurations[0]))],
        **source,
    }
    store.tags.tag_resource(arn, request.get("Tags") or [])
    return {"DeliveryStreamARN": arn}


@_answers("DescribeDeliveryStream")
def _describe(context: RequestContext, request: Request) -> Response:
    return {"DeliveryStreamDescription": _stream(context, request)}


@_answers("ListDeliveryStreams")
def _list(context: RequestContext, request: Request) -> Response:
    kind, after = request.get("DeliveryStreamType"), request.get("ExclusiveStartDeliveryStreamName") or ""
    names = sorted(
        name
        for name, stream in _store(context).streams.items()
        if name > after and kind in {None, stream["DeliveryStreamType"]}
    )
    limit = request.get("Limit") or 10
    return {"DeliveryStreamNames": names[:limit], "HasMoreDeliveryStreams": len(names) > limit}


@_answers("UpdateDestination")
def _update(context: RequestContext, request: Request) -> Response:
    """What the update does not name stays as it is."""
    stream = _stream(context, request)
    if request["CurrentDeliveryStreamVersionId"] != stream["VersionId"]:
        raise error("ConcurrentModificationException", f"The current version is {stream['VersionId']}")
    if request["DestinationId"] != DESTINATION_ID:
        raise error("InvalidArgumentException", f"Destination Id {request['DestinationId']} not found")
    update = dict(request.get("ExtendedS3DestinationUpdate") or request.get("S3DestinationUpdate") or {})
    if not update:
        raise error("UnsupportedOperation", "The local cloud delivers to S3 only.")
    if backup := update.pop("S3BackupUpdate", None):
        update["S3BackupDescription"] = backup
    before = stream["Destinations"][0]["ExtendedS3DestinationDescription"]
    stream["Destinations"] = [_destination({**before, **update})]
    stream["VersionId"] = str(int(stream["VersionId"]) + 1)
    stream["LastUpdateTimestamp"] = datetime.now(UTC)
    return {}


@_answers("DeleteDeliveryStream")
def _delete(context: RequestContext, request: Request) -> Response:
    store, stream = _store(context), _stream(context, request)
    store.tags.del_resource(stream["DeliveryStreamARN"])
    del store.streams[stream["DeliveryStreamName"]]
    return {}


@_answers("StartDeliveryStreamEncryption")
def _start_encryption(context: RequestContext, request: Request) -> Response:
    stream = _stream(context, request)
    if "Source" in stream:
        raise error("InvalidArgumentException", "The encryption of its Kinesis source is set on that stream.")
    given = request.get("DeliveryStreamEncryptionConfigurationInput") or {"KeyType": "AWS_OWNED_CMK"}
    stream["DeliveryStreamEncryptionConfiguration"] = _encryption(given)
    return {}


@_answers("StopDeliveryStreamEncryption")
def _stop_encryption(context: RequestContext, request: Request) -> Response:
    _stream(context, request)["DeliveryStreamEncryptionConfiguration"] = _encryption(None)
    return {}


@_answers("TagDeliveryStream")
def _tag(context: RequestContext, request: Request) -> Response:
    store, arn = _store(context), _stream(context, request)["DeliveryStreamARN"]
    if len({*store.tags.tags.get(arn, {}), *(each["Key"] for each in request["Tags"])}) > MOST_TAGS:
        raise error("LimitExceededException", f"A delivery stream may have {MOST_TAGS} tags")
    store.tags.tag_resource(arn, [{"Value": "", **each} for each in request["Tags"]])
    return {}


@_answers("UntagDeliveryStream")
def _untag(context: RequestContext, request: Request) -> Response:
    _store(context).tags.untag_resource(_stream(context, request)["DeliveryStreamARN"], request["TagKeys"])
    return {}


@_answers("ListTagsForDeliveryStream")
def _list_tags(context: RequestContext, request: Request) -> Response:
    tags = _store(context).tags.tags.get(_stream(context, request)["DeliveryStreamARN"], {})
    keys = sorted(key for key in tags if key > (request.get("ExclusiveStartTagKey") or ""))
    limit = request.get("Limit") or MOST_TAGS
    return {
        "Tags": [{"Key": key, "Value": tags[key]} for key in keys[:limit]],
        "HasMoreTags": len(keys) > limit,
    }
