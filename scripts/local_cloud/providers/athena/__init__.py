"""Athena: queries that really run; work groups, named queries and data catalogs from records of our own.

In Moto the tags of a work group fail on read, DeleteNamedQuery is missing, and every query "succeeds" with an
empty result. Here a query runs on DuckDB, in a process of its own (`scripts.local_cloud.athena`), over the
objects in S3 and by Glue's catalog, with the permissions of whoever started it.
"""

from __future__ import annotations

import shutil

from localstack.services.plugins import Service

from scripts.local_cloud.providers.athena import (  # noqa: F401  (each registers its operations)
    catalogs,
    executions,
    history,
    metadata,
    prepared,
    queries,
    results,
    tags,
    work_groups,
)
from scripts.local_cloud.providers.athena.service import operations


def build() -> Service:
    """The provider, for LocalStack."""
    # What queries of an earlier life left.
    shutil.rmtree(history.folder(), ignore_errors=True)
    return operations.build()
