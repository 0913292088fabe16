"""Athena's work groups, named queries and data catalogs, from records of our own.

In Moto the tags of a work group fail on read, DeleteNamedQuery is missing, and every query "succeeds" with an
empty result. Here starting a query, and everything that follows from it, is refused.
"""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.athena import (  # noqa: F401  (each registers its operations)
    catalogs,
    queries,
    tags,
    work_groups,
)
from scripts.local_cloud.providers.athena.service import operations


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
