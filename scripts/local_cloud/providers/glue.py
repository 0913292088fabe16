"""The Glue catalog, over Moto."""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.framework import Operations

operations = Operations("glue")

operations.passed_on(
    "BatchCreatePartition",
    "BatchDeletePartition",
    "BatchDeleteTable",
    "BatchGetPartition",
    "BatchUpdatePartition",
    "CreateConnection",
    "CreateCrawler",
    "CreateDatabase",
    "CreateJob",
    "CreatePartition",
    "CreateTable",
    "CreateTrigger",
    "DeleteCrawler",
    "DeleteDatabase",
    "DeleteJob",
    "DeletePartition",
    "DeleteTable",
    "DeleteTrigger",
    "GetConnection",
    "GetConnections",
    "GetCrawler",
    "GetCrawlers",
    "GetDatabase",
    "GetDatabases",
    "GetJob",
    "GetJobs",
    "GetPartition",
    "GetPartitionIndexes",
    "GetPartitions",
    "GetTable",
    "GetTableVersion",
    "GetTableVersions",
    "GetTables",
    "GetTags",
    "GetTrigger",
    "GetTriggers",
    "TagResource",
    "UntagResource",
    "UpdateDatabase",
    "UpdatePartition",
    "UpdateTable",
)


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
