"""Subscription filters: the events that match go to a Kinesis stream or a Firehose delivery stream."""

from __future__ import annotations

import gzip
import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.filter_patterns import compile_pattern
from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.logs.requests import existing_group, invalid, page, pattern
from scripts.local_cloud.providers.moto_backend import logs as backend

LOG = logging.getLogger(__name__)

#: Subscription filters of one log group.
MOST = 2


def register(operations: Operations) -> None:
    """Add the operations on subscription filters."""
    operations.real("PutSubscriptionFilter")(_put)
    operations.real("DescribeSubscriptionFilters")(_describe)
    operations.real("DeleteSubscriptionFilter")(_delete)


def deliver(
    account_id: str, region: str, group: str, stream: str, events: Sequence[Mapping[str, Any]]
) -> None:
    """Send events that were just taken in to whoever subscribed to them."""
    for item in backend.subscription_filters(account_id, region, group):
        compiled = compile_pattern(item["filterPattern"])
        matching = [event for event in events if compiled.match(event["message"]) is not None]
        if not matching:
            continue
        content = {
            "messageType": "DATA_MESSAGE",
            "owner": account_id,
            "logGroup": group,
            "logStream": stream,
            "subscriptionFilters": [item["filterName"]],
            "logEvents": [
                {
                    "id": f"{event['timestamp']:018d}{place:038d}",
                    "timestamp": event["timestamp"],
                    "message": event["message"],
                }
                for place, event in enumerate(matching)
            ],
        }
        data = gzip.compress(json.dumps(content, separators=(",", ":")).encode())
        try:
            _send(account_id, item, stream, data)
        except ClientError:
            # The events are kept; whoever sent them has no part in the subscription.
            LOG.exception("Subscription %s of %s could not be served", item["filterName"], group)


def _send(account_id: str, item: Mapping[str, Any], stream: str, data: bytes) -> None:
    service, region, name = _destination(item["destinationArn"])
    clients = connect_to(aws_access_key_id=account_id, region_name=region)
    if service == "kinesis":
        key = stream if item["distribution"] == "ByLogStream" else uuid.uuid4().hex
        clients.kinesis.put_record(StreamName=name, Data=data, PartitionKey=key)
    else:
        clients.firehose.put_record(DeliveryStreamName=name, Record={"Data": data})


def _put(context: RequestContext, request: Request) -> None:
    pattern(request["filterPattern"])
    group, name = existing_group(context, request), request["filterName"]
    service, region, target = _destination(request["destinationArn"])
    clients = connect_to(aws_access_key_id=context.account_id, region_name=region)
    try:
        if service == "kinesis":
            clients.kinesis.describe_stream_summary(StreamName=target)
        else:
            clients.firehose.describe_delivery_stream(DeliveryStreamName=target)
    except ClientError as missing:
        raise invalid(
            f"Could not deliver test message to specified {service.capitalize()} stream. "
            f"Check if the given {service} stream is in ACTIVE state."
        ) from missing
    with backend.LOCK:
        present = backend.subscription_filters(context.account_id, context.region, group)
        if len([item for item in present if item["filterName"] != name]) >= MOST:
            raise error("LimitExceededException", "Resource limit exceeded.")
        backend.put_subscription_filter(
            context.account_id,
            context.region,
            group,
            name=name,
            pattern=request["filterPattern"],
            destination=request["destinationArn"],
            role=request.get("roleArn"),
            distribution=request.get("distribution") or "ByLogStream",
        )


def _describe(context: RequestContext, request: Request) -> Response:
    group = existing_group(context, request)
    found = [
        item
        for item in backend.subscription_filters(context.account_id, context.region, group)
        if item["filterName"].startswith(request.get("filterNamePrefix") or "")
    ]
    shown, token = page(request, found, lambda item: str(item["filterName"]))
    return {"subscriptionFilters": shown, "nextToken": token}


def _delete(context: RequestContext, request: Request) -> None:
    group = existing_group(context, request)
    with backend.LOCK:
        found = backend.delete_subscription_filter(
            context.account_id, context.region, group, request["filterName"]
        )
    if not found:
        raise error("ResourceNotFoundException", "The specified subscription filter does not exist.")


def _destination(arn: str) -> tuple[str, str, str]:
    """Service, region and name of a stream; a Lambda function or another account's destination cannot be."""
    parts = arn.split(":", 5)
    names = {"kinesis": "stream/", "firehose": "deliverystream/"}
    if len(parts) != 6 or parts[2] not in names or not parts[5].startswith(names[parts[2]]):
        raise invalid(
            "PutSubscriptionFilter operation cannot work with destinationArn for vendor "
            f"{parts[2] if len(parts) > 2 else arn}: the local cloud delivers to Kinesis and Firehose."
        )
    return parts[2], parts[3], parts[5].removeprefix(names[parts[2]])
