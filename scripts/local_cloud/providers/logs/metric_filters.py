"""Metric filters: kept, checked and tried out; `publishing` makes metrics of what they match."""

from __future__ import annotations

import re
import time
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.filter_patterns import FilterPattern, InvalidPatternError
from scripts.local_cloud.filter_patterns.conditions import number
from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.logs.requests import (
    check_group_name,
    constraint,
    existing_group,
    invalid,
    page,
    pattern,
)
from scripts.local_cloud.providers.moto_backend import logs as backend

_NAME = re.compile(r"[^:*]{1,512}")
_METRIC = re.compile(r"[^:*$]{1,255}")
#: Metric filters of one log group, dimensions of one metric, messages of one test.
MOST_FILTERS, MOST_DIMENSIONS, MOST_MESSAGES = 100, 3, 50


def register(operations: Operations) -> None:
    """Add the operations on metric filters."""
    operations.real("PutMetricFilter")(_put)
    operations.real("DescribeMetricFilters")(_describe)
    operations.real("DeleteMetricFilter")(_delete)
    operations.real("TestMetricFilter")(_test)


def _put(context: RequestContext, request: Request) -> None:
    name = request["filterName"]
    if not _NAME.fullmatch(name):
        raise constraint(name, "filterName", "Member must satisfy regular expression pattern: [^:*]*")
    compiled = pattern(request["filterPattern"])
    transformations = request["metricTransformations"]
    if len(transformations) != 1:
        raise constraint(
            f"{len(transformations)} items", "metricTransformations", "Member must have length equal to 1"
        )
    _check(transformations[0], compiled)
    group = existing_group(context, request)
    with backend.LOCK:
        others = [
            item
            for item in backend.metric_filters(context.account_id, context.region)
            if item["logGroupName"] == group and item["filterName"] != name
        ]
        if len(others) >= MOST_FILTERS:
            raise error("LimitExceededException", "Resource limit exceeded.")
        kept = {
            "filterName": name,
            "filterPattern": request["filterPattern"],
            "logGroupName": group,
            "metricTransformations": [dict(transformations[0])],
            "creationTime": int(time.time() * 1000),
            "applyOnTransformedLogs": bool(request.get("applyOnTransformedLogs")),
        }
        backend.put_metric_filter(context.account_id, context.region, kept)


def _check(transformation: dict[str, Any], compiled: FilterPattern) -> None:
    """Raise AWS's error for a transformation that can publish nothing."""
    for field in ("metricName", "metricNamespace"):
        if not _METRIC.fullmatch(transformation.get(field) or ""):
            raise constraint(
                transformation.get(field), field, "Member must satisfy regular expression pattern: [^:*$]*"
            )
    dimensions = transformation.get("dimensions") or {}
    if len(dimensions) > MOST_DIMENSIONS:
        raise constraint(
            dimensions, "dimensions", f"Member must have length less than or equal to {MOST_DIMENSIONS}"
        )
    if dimensions and transformation.get("defaultValue") is not None:
        raise invalid("Invalid metric transformation: dimensions and default value are mutually exclusive.")
    value = transformation.get("metricValue") or ""
    selectors = [*dimensions.values(), *([value] if number(value) is None else [])]
    for selector in selectors:
        try:
            compiled.check_selector(selector)
        except InvalidPatternError as refused:
            raise invalid(refused.what) from refused


def _describe(context: RequestContext, request: Request) -> Response:
    metric, namespace = request.get("metricName"), request.get("metricNamespace")
    if bool(metric) != bool(namespace):
        raise invalid("metricName and metricNamespace must be given together.")
    group = request.get("logGroupName")
    if group:
        check_group_name(group)
        group = existing_group(context, {"logGroupName": group})
    found = [
        item
        for item in backend.metric_filters(context.account_id, context.region)
        if (not group or item["logGroupName"] == group)
        and item["filterName"].startswith(request.get("filterNamePrefix") or "")
        and (not metric or _publishes(item, metric, str(namespace)))
    ]
    name = lambda item: f"{item['filterName']}:{item['logGroupName']}"  # noqa: E731 - ':' is in no name
    shown, token = page(request, sorted(found, key=name), name)
    return {"metricFilters": shown, "nextToken": token}


def _publishes(item: dict[str, Any], metric: str, namespace: str) -> bool:
    made = item["metricTransformations"]
    return any(each["metricName"] == metric and each["metricNamespace"] == namespace for each in made)


def _delete(context: RequestContext, request: Request) -> None:
    group = existing_group(context, request)
    with backend.LOCK:
        found = backend.delete_metric_filter(context.account_id, context.region, group, request["filterName"])
    if not found:
        raise error("ResourceNotFoundException", "The specified metric filter does not exist.")


def _test(_context: RequestContext, request: Request) -> Response:
    compiled = pattern(request["filterPattern"])
    messages = request["logEventMessages"]
    if not 1 <= len(messages) <= MOST_MESSAGES:
        raise constraint(
            f"{len(messages)} messages",
            "logEventMessages",
            f"Member must have length between 1 and {MOST_MESSAGES}",
        )
    return {
        "matches": [
            {"eventNumber": place, "eventMessage": message, "extractedValues": dict(match.extracted)}
            for place, message in enumerate(messages, start=1)
            if (match := compiled.match(message)) is not None
        ]
    }
