"""Kinesis data streams, kept in this process.

Ours rather than Moto's, which after a split goes on writing to the closed shard, moves old records into new
shards, never drops a record, and numbers each shard from one. Here a closed shard keeps its records until
they are too old, sequence numbers grow through the whole stream, and an iterator at the end of a closed shard
is the last one. A shard takes what it takes on AWS in a second, also one of an on-demand stream, which does
not grow here; how often and how much is read is not limited. SubscribeToShard is refused.
"""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.kinesis import (  # noqa: F401  (each registers its operations)
    consumers,
    records,
    resharding,
    settings,
    streams,
    tags,
)
from scripts.local_cloud.providers.kinesis.service import operations


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
