"""Judges the exercises that lead from an event to a metric, and from that to an alarm."""

from __future__ import annotations

import json
import operator
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.labs.logs.groups import make_group, now, put
from scripts.labs.logs.messages import connected, fresh, receive
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

#: AWS looks at an alarm once a minute; the local cloud looks at one that is new or changed at once.
_STATE_SECONDS = 150.0
_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


def check_metric_filter(work: Work) -> None:
    group, namespace = make_group(work), fresh(work, "metrics")
    logs: Any = work.session.client("logs")
    work.call("count_errors", group, "errors", namespace, "Errors")
    filters = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    require(bool(filters), "The group has no metric filter.", expected="one, with the name that was given")
    made = filters[0]["metricTransformations"][0]
    require(
        (made["metricNamespace"], made["metricName"]) == (namespace, "Errors"),
        "The filter counts into another metric.",
        seen=f"namespace {made['metricNamespace']}, metric {made['metricName']}",
        expected="namespace and metric as the function was given them",
    )
    rows: list[dict[str, Any]] = [
        {"level": "ERROR", "message": "no answer"},
        {"level": "INFO", "message": "no ERROR so far"},
        {"level": "ERROR", "message": "no answer", "duration_ms": 5012},
        {"level": "WARN", "message": "slow"},
        {"level": "ERROR", "message": "refused"},
    ]
    moment = now() - 2_000
    put(
        work,
        group,
        [{"timestamp": moment + place, "message": json.dumps(row)} for place, row in enumerate(rows)],
    )
    counted = _sum(work, namespace, "Errors")
    require(
        bool(counted),
        "Errors were logged, and the metric counts none.",
        seen=f"{counted:g}" if counted is not None else "no data in the metric",
        expected="one more for each event whose level is ERROR",
    )
    require(
        counted == sum(row["level"] == "ERROR" for row in rows),
        "The metric is not the number of errors.",
        seen=f"it is {counted:g} after {len(rows)} events, some of which only speak of errors",
        expected="one more for each event whose level is ERROR, and nothing for others",
    )
    require(
        made.get("defaultValue") == 0,
        "Where events came and none was an error, the metric has no value.",
        seen=f"the default is {made['defaultValue']}" if "defaultValue" in made else "no default",
        expected="a default value",
    )


def _sum(work: Work, namespace: str, metric: str) -> float | None:
    cloudwatch: Any = work.session.client("cloudwatch")
    moment = datetime.now(UTC)
    found = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        StartTime=moment - timedelta(minutes=10),
        EndTime=moment + timedelta(minutes=2),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(each["Sum"] for each in found) if found else None


def check_alarm(work: Work) -> None:
    topic, queue = connected(work)
    namespace, name = fresh(work, "metrics"), fresh(work, "alarm")
    cloudwatch: Any = work.session.client("cloudwatch")
    work.afterwards(lambda: cloudwatch.delete_alarms(AlarmNames=[name]))
    _count(cloudwatch, namespace, 4)
    work.call("alarm", name, namespace, "Errors", topic)
    alarm = _described(cloudwatch, name)
    if alarm is None:
        raise NotYetError("There is no alarm of that name.", expected="one with the name that was given")
    require(
        (alarm.get("Namespace"), alarm.get("MetricName")) == (namespace, "Errors")
        and not alarm.get("Dimensions"),
        "The alarm watches another metric.",
        seen=f"namespace {alarm.get('Namespace')}, metric {alarm.get('MetricName')}, "
        f"{len(alarm.get('Dimensions') or [])} dimensions",
        expected="namespace and metric as the function was given them, without dimensions",
    )
    require(
        topic in alarm["AlarmActions"] and alarm.get("ActionsEnabled", True),
        "The alarm does not tell the topic when it goes off.",
        seen=f"{len(alarm['AlarmActions'])} actions for the state ALARM",
        expected="the topic, as an action of the state ALARM",
    )
    require(
        (alarm.get("Period"), alarm["EvaluationPeriods"]) == (60, 1),
        "The alarm does not judge one minute.",
        seen=f"{alarm['EvaluationPeriods']} periods of {alarm.get('Period')} seconds",
        expected="one period of a minute",
    )
    require(
        alarm.get("TreatMissingData") == "notBreaching",
        "While nothing is counted, the alarm is not OK.",
        seen=f"missing data are treated as {alarm.get('TreatMissingData') or 'missing'}",
        expected="a minute without data that counts as one without a breach",
    )
    _counts_to_five(alarm)
    state = _until(cloudwatch, name, lambda found: found != "INSUFFICIENT_DATA")
    require(
        state == "OK",
        "The alarm is not OK with 4 errors in the minute.",
        seen=f"state {state}",
        expected="OK with fewer errors than the exercise says",
    )
    _count(cloudwatch, namespace, 5)
    _looked_at(cloudwatch, name)
    state = _until(cloudwatch, name, lambda found: found == "ALARM")
    require(
        state == "ALARM",
        "The alarm does not go off with 5 errors and more in the minute.",
        seen=f"state {state}",
        expected="ALARM when as many errors as the exercise says were counted",
    )
    told = receive(work.session.client("sqs"), queue, lambda body: name in body)
    require(
        told is not None, "The alarm's message does not arrive.", expected="a message in the topic's queue"
    )


def _never(_value: float, _threshold: float) -> bool:
    return False


def _counts_to_five(alarm: dict[str, Any]) -> None:
    """Told before anything is waited for: an alarm that does not go off takes long to show it."""
    require(
        alarm.get("Statistic") == "Sum",
        "The alarm does not add the errors up.",
        seen=f"statistic {alarm.get('Statistic') or alarm.get('ExtendedStatistic')}",
        expected="the statistic that is the number of errors in the minute",
    )
    breaches = _BREACHES.get(alarm["ComparisonOperator"], _never)
    threshold = float(alarm["Threshold"])
    told = f"{alarm['ComparisonOperator']} {threshold:g}"
    require(
        not breaches(4.0, threshold),
        "The alarm goes off too early.",
        seen=told,
        expected="no breach with fewer errors than the exercise says",
    )
    require(
        breaches(5.0, threshold),
        "The alarm goes off too late.",
        seen=told,
        expected="a breach with as many errors as the exercise says",
    )


def _count(cloudwatch: Any, namespace: str, errors: int) -> None:
    """So many errors are counted now, as a metric filter does it."""
    datum = {"MetricName": "Errors", "Values": [1.0], "Counts": [float(errors)], "Unit": "None"}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])


def _described(cloudwatch: Any, name: str) -> dict[str, Any] | None:
    found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found[0] if found else None


def _looked_at(cloudwatch: Any, name: str) -> None:
    """Put the alarm anew as it is: so that nobody has to wait a minute for the next look at it."""
    operation = cloudwatch.meta.service_model.operation_model("PutMetricAlarm")
    found = _described(cloudwatch, name) or {}
    known = {each: found[each] for each in operation.input_shape.members if found.get(each) is not None}
    cloudwatch.put_metric_alarm(**known)


def _until(cloudwatch: Any, name: str, holds: Callable[[str], bool]) -> str:
    """The alarm's state, once it is as it should be, or when there is no more time."""
    until = time.monotonic() + _STATE_SECONDS
    while True:
        found = _described(cloudwatch, name)
        state = str(found["StateValue"]) if found else "none: the alarm is gone"
        if not found or holds(state) or time.monotonic() > until:
            return state
        time.sleep(0.1)
