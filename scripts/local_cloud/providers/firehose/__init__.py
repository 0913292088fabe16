"""Firehose: delivery streams to S3, from Kinesis streams or from records put directly.

Ours rather than Moto's, which writes into an S3 of its own and never reads a Kinesis source. The records are
carried by a process of its own, `scripts.local_cloud.delivery`. Other destinations, conversion to Parquet,
dynamic partitioning, Snappy and functions are refused.
"""

from __future__ import annotations

from localstack.services.edge import ROUTER
from localstack.services.plugins import Service, ServiceLifecycleHook

from scripts.local_cloud.delivery.recovery import PATH
from scripts.local_cloud.providers.firehose import (  # noqa: F401  (each registers its operations)
    records,
    settings,
    streams,
)
from scripts.local_cloud.providers.firehose.delivering import bring_back, drop_kept, ensure, keep
from scripts.local_cloud.providers.firehose.store import operations


class _Lifecycle(ServiceLifecycleHook):
    def on_before_state_save(self) -> None:
        keep()

    def on_after_state_save(self) -> None:
        drop_kept()

    def on_after_state_load(self) -> None:
        bring_back()


def build() -> Service:
    """The provider, for LocalStack."""
    ROUTER.add(PATH, ensure, methods=["POST"])
    return operations.build(_Lifecycle())
