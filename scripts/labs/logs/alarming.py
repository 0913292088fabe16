"""Judges the exercises that lead from an event to a message: metric filter, subscription, alarm."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from scripts.authorization import (
    Policy,
    PolicyKind,
    PolicySet,
    Principal,
    PrincipalType,
    Request,
    judge,
    read_policy,
)
from scripts.labs.logs.groups import make_group, now, put
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

#: AWS looks at an alarm once a minute; the local cloud looks at one that is new or changed at once.
_STATE_SECONDS, _MESSAGE_SECONDS = 150.0, 20.0
_GONE = {"NotFound", "NotFoundException", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}
_SNS = Principal("sns.amazonaws.com", "", PrincipalType.SERVICE)


def _fresh(work: Work, what: str) -> str:
    """A name that was never used: a metric cannot be deleted, and a queue's name not used again at once."""
    return work.name(f"{what}-{secrets.token_hex(4)}")


def check_metric_filter(work: Work) -> None:
    group, namespace = make_group(work), _fresh(work, "metrics")
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


def check_subscribe(work: Work) -> None:
    topic_name, queue_name = _fresh(work, "topic"), _fresh(work, "queue")
    sns: Any = work.session.client("sns")
    sqs: Any = work.session.client("sqs")
    work.afterwards(lambda: _remove_topic(work, topic_name))
    work.afterwards(lambda: _remove_queue(work, queue_name))
    pair = work.call("connect", topic_name, queue_name).result
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise NotYetError(
            "The function does not return a pair.", seen=f"{pair!s:.60}", expected="topic ARN, queue URL"
        )
    topic, queue = str(pair[0]), str(pair[1])
    require(
        topic.rpartition(":")[2] == topic_name and topic.startswith("arn:"),
        "The first of the pair is not the topic's ARN.",
        seen=topic[:80],
        expected="the ARN that SNS gave",
    )
    require(
        queue.rpartition("/")[2] == queue_name and queue.startswith("http"),
        "The second of the pair is not the queue's URL.",
        seen=queue[:80],
        expected="the URL that SQS gave",
    )
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    require(
        any(
            each["Protocol"] == "sqs" and each["Endpoint"].endswith(f":{queue_name}")
            for each in subscriptions
        ),
        "The queue does not subscribe to the topic.",
        seen=", ".join(f"{each['Protocol']}: {each['Endpoint']}" for each in subscriptions)
        or "no subscription",
        expected="a subscription that leads from this topic to this queue",
    )
    _lets_in(sqs, queue, topic)
    text = f"hello {secrets.token_hex(4)}"
    sns.publish(TopicArn=topic, Message=text)
    received = _receive(sqs, queue, lambda body: text in body)
    require(
        received is not None,
        "What is published to the topic does not arrive in the queue.",
        seen="no message",
        expected="the message, in the queue that the function was given a name for",
    )


def _lets_in(sqs: Any, queue: str, topic: str) -> None:
    """The queue's policy lets SNS send for this topic, and for no other."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy", "QueueArn"])["Attributes"]
    require(
        bool(attributes.get("Policy")),
        "The queue has no policy: SNS may not send to it.",
        expected="an attribute Policy that lets SNS in",
    )
    policy = read_policy(attributes["Policy"], "queue", PolicyKind.RESOURCE)
    require(
        _may_send(policy, attributes["QueueArn"], topic),
        "The queue's policy does not let SNS send to it for this topic.",
        seen=f"{len(policy.statements)} statements",
        expected="principal, action, resource and condition that fit this queue and this topic",
    )
    require(
        not _may_send(policy, attributes["QueueArn"], f"{topic}-of-somebody-else"),
        "The queue's policy lets SNS send for any topic.",
        seen="a message of another topic would be let in",
        expected="a condition on the topic that it comes from",
    )


def _may_send(policy: Policy, queue: str, topic: str) -> bool:
    account = topic.split(":")[4]
    context = {
        "aws:SourceArn": (topic,),
        "aws:SourceAccount": (account,),
    }
    request = Request(_SNS, "sqs:SendMessage", queue, account, context)
    return judge(request, PolicySet(resource=(policy,))).allowed


def check_alarm(work: Work) -> None:
    topic, queue = _connected(work)
    namespace, name = _fresh(work, "metrics"), _fresh(work, "alarm")
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
        seen=f"namespace {alarm.get('Namespace')}, metric {alarm.get('MetricName')}",
        expected="namespace and metric as the function was given them, without dimensions",
    )
    require(
        topic in alarm["AlarmActions"] and alarm.get("ActionsEnabled", True),
        "The alarm does not tell the topic when it goes off.",
        seen=f"{len(alarm['AlarmActions'])} actions for the state ALARM",
        expected="the topic, as an action of the state ALARM",
    )
    require(
        (alarm["Period"], alarm["EvaluationPeriods"]) == (60, 1),
        "The alarm does not judge one minute.",
        seen=f"{alarm['EvaluationPeriods']} periods of {alarm['Period']} seconds",
        expected="one period of a minute",
    )
    require(
        alarm.get("TreatMissingData") == "notBreaching",
        "While nothing is counted, the alarm is not OK.",
        seen=f"missing data are treated as {alarm.get('TreatMissingData') or 'missing'}",
        expected="a minute without data that counts as one without a breach",
    )
    state = _until(cloudwatch, name, lambda found: found != "INSUFFICIENT_DATA")
    require(
        state == "OK",
        "The alarm goes off too early.",
        seen=f"state {state} with 4 errors in the minute",
        expected="OK with fewer errors than the exercise says",
    )
    _count(cloudwatch, namespace, 5)
    _looked_at(cloudwatch, name)
    state = _until(cloudwatch, name, lambda found: found == "ALARM")
    require(
        state == "ALARM",
        "The alarm does not go off.",
        seen=f"state {state} with 5 errors and more in the minute",
        expected="ALARM when as many errors as the exercise says were counted",
    )
    told = _receive(work.session.client("sqs"), queue, lambda body: name in body)
    require(
        told is not None, "The alarm's message does not arrive.", expected="a message in the topic's queue"
    )


def _connected(work: Work) -> tuple[str, str]:
    """ARN of a topic and URL of the queue that gets its messages; gone when the check is over."""
    topic_name, queue_name = _fresh(work, "topic"), _fresh(work, "queue")
    sns: Any = work.session.client("sns")
    sqs: Any = work.session.client("sqs")
    topic = sns.create_topic(Name=topic_name)["TopicArn"]
    work.afterwards(lambda: sns.delete_topic(TopicArn=topic))
    queue = sqs.create_queue(QueueName=queue_name)["QueueUrl"]
    work.afterwards(lambda: sqs.delete_queue(QueueUrl=queue))
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, queue


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


def _receive(sqs: Any, queue: str, meant: Callable[[str], bool]) -> str | None:
    """The message that is meant; None when it does not arrive."""
    until = time.monotonic() + _MESSAGE_SECONDS
    while time.monotonic() < until:
        for each in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", ()):
            body = str(each["Body"])
            if meant(body):
                return body
    return None


def _remove_topic(work: Work, name: str) -> None:
    sns: Any = work.session.client("sns")
    for page in sns.get_paginator("list_topics").paginate():
        for each in page["Topics"]:
            if each["TopicArn"].rpartition(":")[2] == name:
                sns.delete_topic(TopicArn=each["TopicArn"])


def _remove_queue(work: Work, name: str) -> None:
    sqs: Any = work.session.client("sqs")
    try:
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
