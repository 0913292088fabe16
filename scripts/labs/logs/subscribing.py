"""Judges the exercise that lets a topic's messages arrive in a queue."""

from __future__ import annotations

import secrets
from typing import Any

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
from scripts.labs.logs.messages import fresh, receive, remove_queue, remove_topic
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_SNS = Principal("sns.amazonaws.com", "", PrincipalType.SERVICE)


def check_subscribe(work: Work) -> None:
    topic_name, queue_name = fresh(work, "topic"), fresh(work, "queue")
    sns: Any = work.session.client("sns")
    sqs: Any = work.session.client("sqs")
    work.afterwards(lambda: remove_topic(work, topic_name))
    work.afterwards(lambda: remove_queue(work, queue_name))
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
    received = receive(sqs, queue, lambda body: text in body)
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
