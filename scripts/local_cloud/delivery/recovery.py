"""`lab up` asks a running LocalStack to see to its delivery process."""

from __future__ import annotations

import json

from scripts.local_cloud.localstack import post

#: Where LocalStack's provider of Firehose answers; POST.
PATH = "/_lab/firehose"


def ensure(gateway_port: int) -> bool:
    """Have the delivery process started when it should run and does not; whether all is as it should be."""
    body = post(gateway_port, PATH)
    if not body:
        # Nobody has used Firehose in this life, or LocalStack does not answer.
        return body is not None
    found = json.loads(body)
    return bool(found["running"] or not found["streams"])
