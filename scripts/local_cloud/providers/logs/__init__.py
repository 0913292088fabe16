"""CloudWatch Logs, in front of LocalStack's own provider, whose filters match every event of every group.

Moto keeps the records; what is matched, ordered, paged and turned into metrics is done here.
"""

from __future__ import annotations

from localstack.services.plugins import Service, ServiceLifecycleHook

from scripts.local_cloud.providers.framework import Operations
from scripts.local_cloud.providers.logs import (
    events,
    groups,
    ingestion,
    metric_filters,
    publishing,
    streams,
    subscriptions,
    tags,
)


class _Lifecycle(ServiceLifecycleHook):
    """Ends what runs in the background."""

    def on_before_stop(self) -> None:
        publishing.DEFAULTS.stop()


def operations() -> Operations:
    """What is answered of CloudWatch Logs."""
    answered = Operations("logs")
    for topic in (groups, streams, tags, ingestion, events, metric_filters, subscriptions):
        topic.register(answered)
    answered.passed_on("DeleteResourcePolicy", "DescribeResourcePolicies", "PutResourcePolicy")
    return answered


def build() -> Service:
    """The service."""
    return operations().build(lifecycle_hook=_Lifecycle())
