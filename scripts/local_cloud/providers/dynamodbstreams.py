"""Change streams of DynamoDB tables, as Moto keeps them."""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.framework import Operations

operations = Operations("dynamodbstreams")

operations.passed_on(
    "DescribeStream",
    "GetRecords",
    "GetShardIterator",
    "ListStreams",
)


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
