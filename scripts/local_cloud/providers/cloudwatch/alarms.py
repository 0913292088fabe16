"""Looks at every metric alarm as often as AWS does, and sets its state.

LocalStack looks once in all of an alarm's periods together, and counts breaches of periods before them.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores

from scripts.local_cloud.providers import intervals
from scripts.local_cloud.providers.cloudwatch.evaluation import COMPARISONS, Rule, evaluate, reason
from scripts.local_cloud.providers.intervals import Periodic

LOG = logging.getLogger(__name__)

#: Seconds between two looks at an alarm whose period is a minute or more, and at one whose period is less.
_USUAL, _HIGH_RESOLUTION = 60.0, 10.0
#: Seconds between two looks at what is due.
_TICK = 1.0
_NEEDED = ("MetricName", "Namespace", "Period", "Statistic", "Threshold")

#: Values of a metric by period, of the API's ``MetricStat`` shape from one time to another.
Query = Callable[[str, str, Mapping[str, Any], datetime, datetime], Mapping[str, list[Any]]]


class Alarms:
    """In place of LocalStack's ``AlarmScheduler``, with its methods.

    Parameters
    ----------
    query
        Reads the metrics.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._longest = intervals.seconds(intervals.METRICS)
        self._due: dict[str, float] = {}
        self._thread = Periodic("cloudwatch-alarms", min(_TICK, self._longest), self._look)
        self._thread.start()

    def schedule_metric_alarm(self, alarm_arn: str) -> None:
        """Look at an alarm that is new or changed at the next tick."""
        self._due.pop(alarm_arn, None)

    def delete_scheduler_for_alarm(self, alarm_arn: str) -> None:
        """The alarm is gone."""
        self._due.pop(alarm_arn, None)

    def restart_existing_alarms(self) -> None:
        """Nothing: whatever alarm is in the records is looked at."""

    def shutdown_scheduler(self) -> None:
        """Look no more."""
        self._thread.stop()

    def _look(self) -> None:
        now = time.monotonic()
        present = [
            alarm
            for _, _, store in cloudwatch_stores.iter_stores()
            for alarm in list(store.alarms.values())
            if isinstance(alarm, LocalStackMetricAlarm)
        ]
        arns = {alarm.alarm["AlarmArn"] for alarm in present}
        self._due = {arn: due for arn, due in self._due.items() if arn in arns}
        for alarm in present:
            arn = alarm.alarm["AlarmArn"]
            if self._due.get(arn, 0.0) > now or not _can_be_evaluated(alarm.alarm):
                continue
            usual = _USUAL if alarm.alarm["Period"] >= 60 else _HIGH_RESOLUTION
            self._due[arn] = now + min(usual, self._longest)
            try:
                self._evaluate(alarm)
            except (ClientError, sqlite3.Error):
                # The alarm was deleted at this moment, or the next look finds the metrics readable.
                LOG.exception("Alarm %s could not be evaluated", arn)

    def _evaluate(self, alarm: Any) -> None:
        shape = alarm.alarm
        rule = _rule(shape)
        values = self._values(alarm, rule.range)
        state = evaluate(rule, values)
        if state is None or state == shape["StateValue"]:
            return
        data = {
            "version": "1.0",
            "queryDate": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "statistic": shape["Statistic"],
            "period": shape["Period"],
            "recentDatapoints": [value for value in values if value is not None],
            "threshold": rule.threshold,
        }
        client = connect_to(aws_access_key_id=alarm.account_id, region_name=alarm.region).cloudwatch
        client.set_alarm_state(
            AlarmName=shape["AlarmName"],
            StateValue=state,
            StateReason=reason(rule, values, state),
            StateReasonData=json.dumps(data),
        )

    def _values(self, alarm: Any, count: int) -> list[float | None]:
        """One value for each of so many periods, the last of which ends now."""
        shape = alarm.alarm
        metric = {name: shape[name] for name in ("MetricName", "Namespace")}
        if shape.get("Dimensions"):
            metric["Dimensions"] = [dict(item) for item in shape["Dimensions"]]
        stat = {"Metric": metric, "Period": shape["Period"], "Stat": shape["Statistic"]}
        if shape.get("Unit"):
            stat["Unit"] = shape["Unit"]
        # Metrics are kept by the second; the present one counts.
        end = datetime.fromtimestamp(int(time.time()) + 1, UTC)
        start = end - timedelta(seconds=count * shape["Period"])
        found = self._query(alarm.account_id, alarm.region, {"MetricStat": stat}, start, end)
        first = int(start.timestamp())
        values: list[float | None] = [None] * count
        for moment, value in zip(found["timestamps"], found["values"], strict=True):
            values[(int(moment) - first) // shape["Period"]] = float(value)
        return values


def _can_be_evaluated(shape: Mapping[str, Any]) -> bool:
    """Whether it is an alarm on one metric's statistic; expressions and percentiles are not evaluated."""
    return all(shape.get(name) is not None for name in _NEEDED) and shape["ComparisonOperator"] in COMPARISONS


def _rule(shape: Mapping[str, Any]) -> Rule:
    periods = int(shape["EvaluationPeriods"])
    return Rule(
        comparison=shape["ComparisonOperator"],
        threshold=float(shape["Threshold"]),
        periods=periods,
        datapoints=int(shape.get("DatapointsToAlarm") or periods),
        missing=shape.get("TreatMissingData") or "missing",
    )
