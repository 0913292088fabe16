"""DynamoDB: Moto's tables and expressions, with what it gets wrong put right in front of it.

Put right: consumed capacity (a constant in Moto), ClientRequestToken (not idempotent), updates lost between
concurrent requests, duplicate and oversized batches, two INSERT records for an update that creates an item,
a record for a write that changes nothing, tags that double, encryption that UpdateTable ignores, table ids
and states. PartiQL, backups, restores, imports, exports and global tables are refused.
"""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.dynamodb import (  # noqa: F401  (each registers its operations)
    batches,
    items,
    settings,
    tables,
    transactions,
)
from scripts.local_cloud.providers.dynamodb.service import operations


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
