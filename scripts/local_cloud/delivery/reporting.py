"""Tells what went wrong: in the delivery stream's log in CloudWatch, as AWS does."""

from __future__ import annotations

import json
import logging
import time

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.delivery.access import Access
from scripts.local_cloud.delivery.definition import Definition

LOG = logging.getLogger(__name__)


def report(access: Access, definition: Definition, code: str, message: str) -> None:
    """Write one error to the log group and stream that the destination names, where logging is enabled.

    On AWS neither is made by Firehose when it is configured through the API, and an error that cannot be
    logged is not delivered any later: so it is here, but for the delivery's own log file.
    """
    LOG.warning("%s: %s %s", definition.name, code, message)
    options = definition.destination.get("CloudWatchLoggingOptions") or {}
    if not options.get("Enabled"):
        return
    event = {
        "deliveryStreamARN": definition.arn,
        "destination": definition.destination["BucketARN"],
        "deliveryStreamVersionId": int(definition.version),
        "message": message,
        "errorCode": code,
    }
    try:
        access.client("logs", definition.region, definition.destination["RoleARN"]).put_log_events(
            logGroupName=options["LogGroupName"],
            logStreamName=options["LogStreamName"],
            logEvents=[{"timestamp": int(time.time() * 1000), "message": json.dumps(event)}],
        )
    except (ClientError, BotoCoreError) as refused:
        LOG.warning("%s: the error could not be logged: %s", definition.name, refused)
