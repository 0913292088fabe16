"""LocalStack's CloudWatch, with its metrics' dimensions and its evaluation of alarms put right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider

from scripts.local_cloud.providers.cloudwatch.alarms import Alarms


class Database(CloudwatchDatabase):
    """Metrics are found by exactly their dimensions.

    LocalStack looks for the dimensions asked for anywhere in a metric's: ``lab`` finds ``lab-2`` too, and a
    metric with further dimensions is taken for one without.
    """

    def list_metrics(
        self,
        account_id: str,
        region: str,
        namespace: str,
        metric_name: str,
        dimensions: list[dict[str, str]],
    ) -> dict[str, Any]:
        """The metrics that have the dimensions, of any value where none is given, and maybe others."""
        found = super().list_metrics(account_id, region, namespace, metric_name, [])["metrics"]
        return {"metrics": [metric for metric in found if _has(metric["dimensions"] or [], dimensions or [])]}

    def _get_ordered_dimensions_with_separator(
        self, dims: list[dict[str, str]] | None, for_search: bool = False
    ) -> str | None:
        """As they are stored, also for a search."""
        del for_search
        text: str | None = super()._get_ordered_dimensions_with_separator(dims)
        return text

    def _restore_dimensions_from_string(self, dimensions: str | None) -> list[dict[str, str]] | None:
        """As stored; LocalStack fails where a value holds ``=``."""
        pairs = [part.partition("=") for part in (dimensions or "").split("\t") if part]
        return [{"Name": name, "Value": value} for name, _, value in pairs] or None


class Provider(CloudwatchProvider):
    """With our database and alarms."""

    alarm_scheduler: Alarms | None

    def __init__(self) -> None:
        super().__init__()
        self.cloudwatch_database = Database()

    def on_after_state_reset(self) -> None:
        """Begin anew."""
        self.cloudwatch_database = Database()
        self.start_alarm_scheduler()

    def start_alarm_scheduler(self) -> None:
        """Look at the alarms from here on."""
        if not self.alarm_scheduler:
            self.alarm_scheduler = Alarms(self._values)

    def _values(
        self, account_id: str, region: str, query: Mapping[str, Any], start: datetime, end: datetime
    ) -> Mapping[str, list[Any]]:
        found: Mapping[str, list[Any]] = self.cloudwatch_database.get_metric_data_stat(
            account_id, region, query, start, end, "TimestampAscending"
        )
        return found


def _has(dimensions: list[dict[str, str]], wanted: list[dict[str, str]]) -> bool:
    present = {item["Name"]: item["Value"] for item in dimensions}
    return all(
        item["Name"] in present and item.get("Value") in (None, "", present[item["Name"]]) for item in wanted
    )
