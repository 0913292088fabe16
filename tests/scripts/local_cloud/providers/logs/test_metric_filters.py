"""Metric filters, from their definition to the metric in CloudWatch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.local_cloud.filter_patterns import compile_pattern
from scripts.local_cloud.providers.logs.defaults import DefaultValues, Minute
from scripts.local_cloud.providers.logs.publishing import data_of
from tests.scripts.local_cloud.providers.logs.conftest import put, refused

Client = Callable[[str], Any]


def transformation(**changes: Any) -> dict[str, Any]:
    return {"metricName": "Errors", "metricNamespace": "lab", "metricValue": "1", **changes}


def put_filter(logs: Any, group: str, pattern: str, name: str = "errors", **changes: Any) -> None:
    logs.put_metric_filter(
        logGroupName=group,
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[transformation(**changes)],
    )


def statistics(client: Client, namespace: str, name: str, **more: Any) -> dict[str, float]:
    """Sum, largest value and count of a metric's last minutes; empty when there is none."""
    now = datetime.now(UTC)
    points = client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum", "Maximum", "SampleCount"],
        **more,
    )["Datapoints"]
    return {key: points[0][key] for key in ("Sum", "Maximum", "SampleCount")} if points else {}


def test_a_metric_counts_the_events_that_match_in_its_own_group(
    client: Client, logs: Any, group: str
) -> None:
    """LocalStack services/logs/provider.py:60: every event of every group of the region counts."""
    put_filter(logs, group, "?ERROR ?FATAL", metricNamespace=group)
    put(logs, group, "a", "ERROR 1", "INFO", "FATAL 2", "INFO", start=int(time.time() * 1000))
    other = f"{group}/other"
    logs.create_log_group(logGroupName=other)
    logs.create_log_stream(logGroupName=other, logStreamName="a")
    put(logs, other, "a", "ERROR elsewhere", start=int(time.time() * 1000))
    logs.delete_log_group(logGroupName=other)
    assert statistics(client, group, "Errors") == {"Sum": 2, "Maximum": 1, "SampleCount": 2}


def test_a_metric_takes_value_dimensions_and_unit_from_the_event(
    client: Client, logs: Any, group: str
) -> None:
    """LocalStack services/logs/provider.py: the value of a field is 1, dimensions and unit are lost."""
    put_filter(
        logs,
        group,
        "{ $.latency = * }",
        metricNamespace=group,
        metricName="Latency",
        metricValue="$.latency",
        dimensions={"Service": "$.service"},
        unit="Milliseconds",
    )
    events = [
        {"latency": 120.5, "service": "web"},
        {"latency": 80, "service": "web"},
        {"latency": 9, "service": "db"},
    ]
    put(logs, group, "a", *map(json.dumps, events), start=int(time.time() * 1000))
    web = [{"Name": "Service", "Value": "web"}]
    found = statistics(client, group, "Latency", Dimensions=web, Unit="Milliseconds")
    assert found == {"Sum": 200.5, "Maximum": 120.5, "SampleCount": 2}
    assert statistics(client, group, "Latency") == {}


def test_an_event_without_the_number_or_the_dimension_gives_no_data() -> None:
    pattern = compile_pattern("[user, bytes]")
    found = [(1000 * place, pattern.match(text)) for place, text in enumerate(["ann 5", "bob -", "cat 7"])]
    shape = transformation(metricValue="$bytes", dimensions={"User": "$user"})
    data = data_of(shape, [(moment, match) for moment, match in found if match])
    assert [(item["Values"], item["Dimensions"][0]["Value"]) for item in data] == [
        ([5.0], "ann"),
        ([7.0], "cat"),
    ]


def test_many_matches_of_one_second_become_few_data() -> None:
    match = compile_pattern("").match("x")
    assert match is not None
    data = data_of(transformation(), [(1000, match)] * 400)
    assert [len(item["Values"]) for item in data] == [150, 150, 100]


def test_the_default_is_published_once_for_a_minute_without_a_match_and_not_before_its_end() -> None:
    published: list[Minute] = []
    clock = [1000 * 60.0]
    defaults = DefaultValues(published.append, lambda: clock[0])
    silent, loud = (Minute("0", "us-east-1", "g", name, 1000) for name in ("silent", "loud"))
    for matched in (False, True, False):
        defaults.note(loud, matched=matched)
        defaults.note(silent, matched=False)
    clock[0] += 59
    defaults.settle()
    assert published == []
    clock[0] += 2
    defaults.settle()
    defaults.settle()
    defaults.stop()
    assert published == [silent]


def test_a_filter_is_replaced_by_the_next_of_its_name(logs: Any, group: str) -> None:
    """moto/logs/metric_filters.py add_filter: both are kept, and no ``creationTime``."""
    put_filter(logs, group, "ERROR")
    put_filter(logs, group, "FATAL", defaultValue=0.0, unit="Count")
    (shown,) = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert shown["filterPattern"] == "FATAL"
    assert shown["metricTransformations"] == [transformation(defaultValue=0.0, unit="Count")]
    assert abs(shown["creationTime"] / 1000 - time.time()) < 60
    logs.delete_metric_filter(logGroupName=group, filterName="errors")
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []
    assert refused(logs.delete_metric_filter, logGroupName=group, filterName="errors") == (
        "ResourceNotFoundException",
        "The specified metric filter does not exist.",
    )


def test_filters_are_found_by_prefix_and_by_metric(logs: Any, group: str) -> None:
    for name in ("web-b", "web-a", "db"):
        put_filter(logs, group, "ERROR", name=name, metricName=name)
    found = logs.describe_metric_filters(logGroupName=group, filterNamePrefix="web")["metricFilters"]
    assert [item["filterName"] for item in found] == ["web-a", "web-b"]
    found = logs.describe_metric_filters(metricName="db", metricNamespace="lab")["metricFilters"]
    assert [item["filterName"] for item in found] == ["db"]


@pytest.mark.parametrize(
    ("pattern", "changes", "said"),
    [
        ("a:b", {}, "Invalid character(s) in term ':'"),
        ("{ $.a = 1", {}, "it must end with '}'"),
        ("ERROR", {"metricValue": "$.a"}, "needs a JSON or column pattern"),
        ("[ip, bytes]", {"metricValue": "$size"}, "Invalid selector: $size"),
        ("{ $.a = * }", {"metricValue": "many"}, "Invalid"),
        ("{ $.a = * }", {"metricName": "a:b"}, "metricName"),
        ("{ $.a = * }", {"dimensions": {"A": "$.a"}, "defaultValue": 0.0}, "mutually exclusive"),
        ("{ $.a = * }", {"dimensions": dict.fromkeys("ABCD", "$.a")}, "dimensions"),
    ],
)
def test_a_filter_that_can_never_work_is_refused(
    logs: Any, group: str, pattern: str, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(logs.exceptions.InvalidParameterException) as caught:
        put_filter(logs, group, pattern, **changes)
    assert said in caught.value.response["Error"]["Message"]


def test_a_filter_needs_its_group(logs: Any) -> None:
    """moto/logs/models.py put_metric_filter: any name will do."""
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        put_filter(logs, "/none", "ERROR")


def test_a_pattern_is_tried_out_before_it_is_used(logs: Any) -> None:
    """Moto has no TestMetricFilter."""
    matches = logs.test_metric_filter(
        filterPattern="[ip, status = 4*]", logEventMessages=["::1 200", "::1 404", "::2 403"]
    )["matches"]
    assert matches == [
        {
            "eventNumber": 2,
            "eventMessage": "::1 404",
            "extractedValues": {"$ip": "::1", "$status": "404"},
        },
        {
            "eventNumber": 3,
            "eventMessage": "::2 403",
            "extractedValues": {"$ip": "::2", "$status": "403"},
        },
    ]
