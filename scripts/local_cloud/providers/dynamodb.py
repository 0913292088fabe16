"""DynamoDB, over Moto."""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.framework import Operations

operations = Operations("dynamodb")

operations.passed_on(
    "BatchGetItem",
    "BatchWriteItem",
    "CreateTable",
    "DeleteItem",
    "DeleteTable",
    "DescribeContinuousBackups",
    "DescribeEndpoints",
    "DescribeLimits",
    "DescribeTable",
    "DescribeTimeToLive",
    "ExecuteStatement",
    "GetItem",
    "ListTables",
    "ListTagsOfResource",
    "PutItem",
    "Query",
    "Scan",
    "TagResource",
    "TransactGetItems",
    "TransactWriteItems",
    "UntagResource",
    "UpdateContinuousBackups",
    "UpdateItem",
    "UpdateTable",
    "UpdateTimeToLive",
)


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
