"""Delivery streams: made, described, listed, changed, deleted."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.delivery.definition import Source
from scripts.local_cloud.providers.firehose import destinations, store
from scripts.local_cloud.providers.firehose.delivering import supervisor
from scripts.local_cloud.providers.firehose.store import (
    DESTINATION_ID,
    DeliveryStream,
    answers,
    operations,
    store_of,
    stream_of,
)
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.kinesis.service import last_sequence

_STREAM = re.compile(r"arn:[^:]+:kinesis:([a-z0-9-]+):(\d{12}):stream/([\w.-]+)")
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


def _source(context: RequestContext, request: Request) -> Source | None:
    """The Kinesis stream that is read, which must be there; records put from now on are delivered."""
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
        return None
    destinations.check_source_role(given["RoleARN"])
    arn = given["KinesisStreamARN"]
    parts = _STREAM.fullmatch(arn)
    if parts is None:
        raise error("InvalidArgumentException", f"KinesisStreamARN '{arn}' is not the ARN of a stream.")
    region, account_id, name = parts.groups()
    kinesis = connect_to(aws_access_key_id=account_id, region_name=region).kinesis
    try:
        summary = kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]
    except ClientError as missing:
        raise error("ResourceNotFoundException", missing.response["Error"]["Message"]) from missing
    return Source(
        stream_arn=arn,
        role_arn=given["RoleARN"],
        created=summary["StreamCreationTimestamp"].timestamp(),
        after=last_sequence(account_id, region, name),
    )


def encryption(given: dict[str, Any] | None) -> dict[str, Any]:
    """The encryption at rest, as it is described."""
    if not given:
        return {"Status": "DISABLED"}
    return {"Status": "ENABLED", **given}


def _configuration(request: Request) -> dict[str, Any]:
    if unknown := request.keys() - _ANSWERED:
        raise error("UnsupportedOperation", f"The local cloud has no {', '.join(sorted(unknown))}.")
    given = [
        request[key]
        for key in ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")
        if request.get(key)
    ]
    if len(given) != 1:
        raise error(
            "InvalidArgumentException", "Exactly one destination configuration is supported for a Firehose"
        )
    destination = destinations.described(given[0])
    destinations.check(destination)
    return destination


@answers("CreateDeliveryStream")
def _create(context: RequestContext, request: Request) -> Response:
    streams, name = store_of(context).streams, request["DeliveryStreamName"]
    if name in streams:
        raise error(
            "ResourceInUseException", f"Firehose {name} under accountId {context.account_id} already exists"
        )
    destination = _configuration(request)
    source = _source(context, request)
    protection = request.get("DeliveryStreamEncryptionConfigurationInput")
    if source and protection:
        raise error(
            "InvalidArgumentException",
            "Server-side encryption of a delivery stream that reads a Kinesis stream is set on that stream.",
        )
    arn = f"arn:aws:firehose:{context.region}:{context.account_id}:deliverystream/{name}"
    now = datetime.now(UTC)
    description = {
        "DeliveryStreamName": name,
        "DeliveryStreamARN": arn,
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": request.get("DeliveryStreamType") or "DirectPut",
        "DeliveryStreamEncryptionConfiguration": encryption(protection),
        "VersionId": "1",
        "CreateTimestamp": now,
        "HasMoreDestinations": False,
        "Destinations": [destinations.shown(destination)],
    }
    if source:
        described = {**request["KinesisStreamSourceConfiguration"], "DeliveryStartTimestamp": now}
        description["Source"] = {"KinesisStreamSourceDescription": described}
    stream = streams[name] = DeliveryStream(uuid.uuid4().hex, description, source)
    store_of(context).tags.tag_resource(arn, request.get("Tags") or [])
    supervisor().deliver(stream.definition())
    return {"DeliveryStreamARN": arn}


@answers("DescribeDeliveryStream")
def _describe(context: RequestContext, request: Request) -> Response:
    return {"DeliveryStreamDescription": stream_of(context, request).description}


@answers("ListDeliveryStreams")
def _list(context: RequestContext, request: Request) -> Response:
    kind, after = request.get("DeliveryStreamType"), request.get("ExclusiveStartDeliveryStreamName") or ""
    names = sorted(
        name
        for name, stream in store_of(context).streams.items()
        if name > after and kind in {None, stream.description["DeliveryStreamType"]}
    )
    limit = request.get("Limit") or 10
    return {"DeliveryStreamNames": names[:limit], "HasMoreDeliveryStreams": len(names) > limit}


@answers("UpdateDestination")
def _update(context: RequestContext, request: Request) -> Response:
    """What the update does not name stays as it is."""
    stream = stream_of(context, request)
    description = stream.description
    if stream.deleting:
        raise error(
            "ResourceInUseException", f"Firehose {description['DeliveryStreamName']} is being deleted."
        )
    if request["CurrentDeliveryStreamVersionId"] != description["VersionId"]:
        raise error("ConcurrentModificationException", f"The current version is {description['VersionId']}")
    if request["DestinationId"] != DESTINATION_ID:
        raise error("InvalidArgumentException", f"Destination Id {request['DestinationId']} not found")
    update = request.get("ExtendedS3DestinationUpdate") or request.get("S3DestinationUpdate")
    if not update:
        raise error("UnsupportedOperation", "The local cloud delivers to S3 only.")
    destination = destinations.updated(stream.destination, update)
    destinations.check(destination)
    description["Destinations"] = [destinations.shown(destination)]
    description["VersionId"] = str(int(description["VersionId"]) + 1)
    description["LastUpdateTimestamp"] = datetime.now(UTC)
    supervisor().deliver(stream.definition())
    return {}


@operations.real("DeleteDeliveryStream")
def _delete(context: RequestContext, request: Request) -> Response:
    """What was not delivered is dropped, which AWS does not promise to deliver either."""
    with store.lock:
        stream = stream_of(context, request)
        if stream.deleting:
            return {}
        stream.description["DeliveryStreamStatus"] = "DELETING"
    # Other calls go on while an object that is just being put comes to its end.
    supervisor().forget(stream.id)
    with store.lock:
        store_of(context).tags.del_resource(stream.arn)
        store_of(context).streams.pop(stream.description["DeliveryStreamName"], None)
    return {}
