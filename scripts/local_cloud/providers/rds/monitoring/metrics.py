"""CPUUtilization, DatabaseConnections, FreeStorageSpace and FreeableMemory of the real servers.

A server here has no volume and no machine of its own, so what it has left is what its DB instance class and
its allocated storage would leave, or what this machine has left if that is less.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import psutil
from botocore.exceptions import ClientError

from scripts.errors import LabError
from scripts.local_cloud.databases.usage import Usage
from scripts.local_cloud.providers.rds.engines import GIB, INSTANCE_CLASSES, processors
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, all_instances
from scripts.local_cloud.providers.rds.neighbours import client
from scripts.local_cloud.providers.rds.tasks import servers

LOG = logging.getLogger(__name__)

#: While an instance has one of these states RDS publishes nothing of it.
_SILENT = frozenset({"creating", "deleting", "failed", "starting", "stopped", "stopping"})


class Metrics:
    """Measures every DB instance, and remembers the last measurement of each: CPU is a difference."""

    def __init__(self) -> None:
        self._last: dict[str, Usage] = {}

    def publish_all(self) -> None:
        """Measure every instance that runs and publish what was found."""
        with LOCK:
            running = [item for item in all_instances() if item.status not in _SILENT]
        self._last = {item.resource_id: self._last[item.resource_id] for item in running if self._knows(item)}
        for instance in running:
            try:
                self._publish(instance)
            except (LabError, ClientError, OSError, psutil.Error) as error:
                # A server that stops at this moment is none of CloudWatch's business; the next time counts.
                LOG.warning("DB instance %s could not be measured: %s", instance.identifier, error)

    def _knows(self, instance: DBInstance) -> bool:
        return instance.resource_id in self._last

    def _publish(self, instance: DBInstance) -> None:
        usage = servers().usage(instance.resource_id)
        data = metric_data(instance, usage, self._last.get(instance.resource_id))
        self._last[instance.resource_id] = usage
        cloudwatch = client("cloudwatch", instance.account_id, instance.region)
        cloudwatch.put_metric_data(Namespace="AWS/RDS", MetricData=data)


def metric_data(instance: DBInstance, usage: Usage, before: Usage | None) -> list[dict[str, Any]]:
    """``MetricDatum`` shapes of one measurement.

    Parameters
    ----------
    before
        The measurement before, for the processor time between the two.
    """
    storage = int(instance.settings["AllocatedStorage"]) * GIB - usage.data_bytes
    memory = INSTANCE_CLASSES[instance.instance_class] - usage.memory_bytes
    values = (
        ("CPUUtilization", "Percent", cpu_percent(usage, before, processors(instance.instance_class))),
        ("DatabaseConnections", "Count", usage.connections),
        ("FreeStorageSpace", "Bytes", max(0, min(storage, usage.disk_free_bytes))),
        ("FreeableMemory", "Bytes", max(0, min(memory, usage.memory_free_bytes))),
    )
    return [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": instance.identifier}],
            "Timestamp": datetime.fromtimestamp(usage.taken, UTC),
            "Value": float(value),
            "Unit": unit,
        }
        for name, unit, value in values
    ]


def cpu_percent(usage: Usage, before: Usage | None, cpus: int) -> float:
    """Percent of the instance class's processors since the measurement before, or since the start."""
    if before is not None and before.process == usage.process:
        seconds, spent = usage.taken - before.taken, usage.cpu_seconds - before.cpu_seconds
    else:
        seconds, spent = usage.taken - usage.started, usage.cpu_seconds
    if seconds <= 0:
        return 0.0  # the clock was moved back
    return min(100.0, max(0.0, 100.0 * spent / (seconds * cpus)))
