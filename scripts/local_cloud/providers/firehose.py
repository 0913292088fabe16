"""Delivery streams, over Moto."""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.framework import Operations

operations = Operations("firehose")

operations.passed_on(
    "CreateDeliveryStream",
    "DeleteDeliveryStream",
    "DescribeDeliveryStream",
    "ListDeliveryStreams",
    "ListTagsForDeliveryStream",
    "StartDeliveryStreamEncryption",
    "StopDeliveryStreamEncryption",
    "TagDeliveryStream",
    "UntagDeliveryStream",
    "UpdateDestination",
)


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
