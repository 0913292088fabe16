"""Glue: the data catalog over Moto; connections, jobs, crawlers and triggers from records of our own.

Moto forgets a connection's type, has no DeleteConnection and no UpdateJob, and reads jobs back otherwise than
they were made. Here definitions are read back as they were written. A job run and a crawl are processes of
their own, see `scripts.local_cloud.glue`. Nothing fires triggers or workflows, nor follows a schedule.
"""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.glue import (  # noqa: F401  (each registers its operations)
    catalog,
    connections,
    crawlers,
    crawls,
    job_runs,
    jobs,
    partitions,
    tables,
    tags,
    triggers,
)
from scripts.local_cloud.providers.glue.service import operations


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
