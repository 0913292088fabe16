"""What others see of a DB instance: metrics in CloudWatch, exported logs in CloudWatch Logs."""

from __future__ import annotations

from scripts.local_cloud.providers import intervals
from scripts.local_cloud.providers.intervals import Periodic
from scripts.local_cloud.providers.rds.monitoring.metrics import Metrics
from scripts.local_cloud.providers.rds.monitoring.shipping import ship_all


class Monitoring:
    """Runs as long as the RDS provider does."""

    def __init__(self) -> None:
        self._threads = (
            Periodic("rds-metrics", intervals.seconds(intervals.METRICS), Metrics().publish_all),
            Periodic("rds-logs", intervals.seconds(intervals.LOGS), ship_all),
        )

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End."""
        for thread in self._threads:
            thread.stop()
