"""Makes CloudWatch metrics of the log events that metric filters match."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from scripts.local_cloud.filter_patterns import Match, compile_pattern
from scripts.local_cloud.filter_patterns.conditions import number
from scripts.local_cloud.providers.logs.defaults import DefaultValues, Minute
from scripts.local_cloud.providers.moto_backend import logs as backend

LOG = logging.getLogger(__name__)

#: What PutMetricData takes: data in a call, values in a datum.
_DATA, _VALUES = 1000, 150
_MINUTE = 60_000

Found = tuple[int, Match]


def publish(account_id: str, region: str, group: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Publish what the group's metric filters make of events that were just taken in."""
    for item in backend.metric_filters(account_id, region):
        if item["logGroupName"] != group:
            continue
        compiled = compile_pattern(item["filterPattern"])
        found = [
            (event["timestamp"], match)
            for event in events
            if (match := compiled.match(event["message"])) is not None
        ]
        for transformation in item["metricTransformations"]:
            data = data_of(transformation, found)
            _put(account_id, region, transformation["metricNamespace"], data)
            if transformation.get("defaultValue") is not None:
                seen = {event["timestamp"] // _MINUTE for event in events}
                matched = {timestamp // _MINUTE for timestamp, _ in found}
                for minute in seen:
                    key = Minute(account_id, region, group, item["filterName"], minute)
                    DEFAULTS.note(key, matched=minute in matched)


def data_of(transformation: Mapping[str, Any], found: Sequence[Found]) -> list[dict[str, Any]]:
    """The metric data of events that a filter matched.

    Parameters
    ----------
    transformation
        In the API's shape.
    found
        Time of each event in milliseconds, and its match.

    Returns
    -------
    list of dict
        ``MetricDatum`` shapes: one for each second and set of dimensions, with all values. An event whose
        value is no number, or that lacks a field that is a dimension, gives none.
    """
    values: dict[tuple[int, tuple[tuple[str, str], ...]], list[float]] = defaultdict(list)
    for timestamp, match in found:
        value = _value(transformation["metricValue"], match)
        dimensions = {
            name: match.value(selector) for name, selector in (transformation.get("dimensions") or {}).items()
        }
        present = tuple((name, text) for name, text in sorted(dimensions.items()) if text)
        if value is not None and len(present) == len(dimensions):
            values[timestamp // 1000, present].append(value)
    return [
        {
            "MetricName": transformation["metricName"],
            "Timestamp": datetime.fromtimestamp(second, UTC),
            "Values": part,
            "Unit": transformation.get("unit") or "None",
            **({"Dimensions": [{"Name": name, "Value": text} for name, text in named]} if named else {}),
        }
        for (second, named), numbers in values.items()
        for part in _parts(numbers, _VALUES)
    ]


def _value(literal: str, match: Match) -> float | None:
    found = number(literal)
    if found is not None:
        return found
    text = match.value(literal)
    return None if text is None else number(text)


def _publish_default(key: Minute) -> None:
    """Publish the default value of a filter for a minute in which it matched nothing."""
    for item in backend.metric_filters(key.account_id, key.region):
        if (item["logGroupName"], item["filterName"]) != (key.group, key.filter_name):
            continue
        for transformation in item["metricTransformations"]:
            if transformation.get("defaultValue") is not None:
                datum = {
                    "MetricName": transformation["metricName"],
                    "Timestamp": datetime.fromtimestamp(key.minute * 60, UTC),
                    "Values": [float(transformation["defaultValue"])],
                    "Unit": transformation.get("unit") or "None",
                }
                _put(key.account_id, key.region, transformation["metricNamespace"], [datum])


def _put(account_id: str, region: str, namespace: str, data: Sequence[Mapping[str, Any]]) -> None:
    cloudwatch = connect_to(aws_access_key_id=account_id, region_name=region).cloudwatch
    for part in _parts(data, _DATA):
        try:
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=part)
        except ClientError:
            # The events are kept; whoever sent them has no part in their metrics.
            LOG.exception("Metrics of %s could not be published", namespace)


def _parts(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


#: The defaults that wait for the end of their minute.
DEFAULTS = DefaultValues(_publish_default)
