"""LocalStack 4.9.2, services/cloudwatch/provider_v2.py:406: PutMetricAlarm drops Tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ALARM = {
    "AlarmName": "too-many",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "Errors",
    "Namespace": "lab",
    "Period": 60,
    "Statistic": "Sum",
    "Threshold": 1,
}


def _tags(cloudwatch: Any) -> list[dict[str, str]]:
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["too-many"])["MetricAlarms"]
    tags: list[dict[str, str]] = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    return tags


def test_an_alarm_keeps_the_tags_that_it_was_made_with_and_leaves_none_to_the_next(
    client: Callable[[str], Any],
) -> None:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(**ALARM, Tags=[{"Key": "Course", "Value": "de"}])
    assert _tags(cloudwatch) == [{"Key": "Course", "Value": "de"}]
    cloudwatch.put_metric_alarm(**ALARM, Tags=[{"Key": "Course", "Value": "other"}])
    assert _tags(cloudwatch) == [{"Key": "Course", "Value": "de"}]
    cloudwatch.delete_alarms(AlarmNames=["too-many"])
    cloudwatch.put_metric_alarm(**ALARM)
    assert _tags(cloudwatch) == []
    cloudwatch.delete_alarms(AlarmNames=["too-many"])
