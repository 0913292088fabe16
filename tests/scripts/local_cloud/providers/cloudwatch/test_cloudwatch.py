"""LocalStack 4.9.2, services/cloudwatch/provider_v2.py:406: PutMetricAlarm drops Tags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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


def test_a_change_of_an_alarm_leaves_its_state(client: Callable[[str], Any]) -> None:
    """LocalStack 4.9.2, services/cloudwatch/provider_v2.py:461: it begins again without data."""
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(**ALARM)
    cloudwatch.disable_alarm_actions(AlarmNames=["too-many"])
    cloudwatch.set_alarm_state(AlarmName="too-many", StateValue="OK", StateReason="tried out")
    cloudwatch.put_metric_alarm(**{**ALARM, "TreatMissingData": "ignore", "Threshold": 2})
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["too-many"])["MetricAlarms"]
    assert (alarm["Threshold"], alarm["StateValue"], alarm["StateReason"]) == (2, "OK", "tried out")
    cloudwatch.delete_alarms(AlarmNames=["too-many"])


def test_metrics_are_found_by_exactly_their_dimensions(client: Callable[[str], Any]) -> None:
    """LocalStack 4.9.2, cloudwatch_database_helper.py:404: ``lab`` finds ``lab-2`` and whatever has more."""
    cloudwatch = client("cloudwatch")
    namespace = "dimensions"
    for value, dimensions in ((1, {"Id": "lab"}), (20, {"Id": "lab-2"}), (300, {"Id": "lab", "Zone": "a=b"})):
        datum = {
            "MetricName": "Load",
            "Value": value,
            "Dimensions": [{"Name": name, "Value": text} for name, text in dimensions.items()],
        }
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])
    now = datetime.now(UTC)
    (point,) = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="Load",
        Dimensions=[{"Name": "Id", "Value": "lab"}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum"],
    )["Datapoints"]
    assert point["Sum"] == 1
    wanted = [{"Name": "Id", "Value": "lab"}]
    found = cloudwatch.list_metrics(Namespace=namespace, Dimensions=wanted)["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in found) == [1, 2]
    zones = cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Zone"}])["Metrics"]
    assert [metric["Dimensions"][1]["Value"] for metric in zones] == ["a=b"]
