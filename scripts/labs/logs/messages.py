"""Topics and queues of a check's own, and what arrives in them."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from scripts.labs.work import Work

#: Seconds in which a message arrives on a machine that has much else to do.
_PATIENCE = 20.0
_GONE = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}


def fresh(work: Work, what: str) -> str:
    """A name that was never used: a metric cannot be deleted, and a queue's name not used again at once."""
    return work.name(f"{what}-{secrets.token_hex(4)}")


def connected(work: Work) -> tuple[str, str]:
    """ARN of a topic and URL of the queue that gets its messages; gone when the check is over."""
    topic_name, queue_name = fresh(work, "topic"), fresh(work, "queue")
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


def receive(sqs: Any, queue: str, meant: Callable[[str], bool]) -> str | None:
    """The message that is meant; None when it does not arrive."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for each in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", ()):
            body = str(each["Body"])
            if meant(body):
                return body
    return None


def remove_topic(work: Work, name: str) -> None:
    """Remove a topic that the learner's code made, if it did."""
    sns: Any = work.session.client("sns")
    for page in sns.get_paginator("list_topics").paginate():
        for each in page["Topics"]:
            if each["TopicArn"].rpartition(":")[2] == name:
                sns.delete_topic(TopicArn=each["TopicArn"])


def remove_queue(work: Work, name: str) -> None:
    """Remove a queue that the learner's code made, if it did."""
    sqs: Any = work.session.client("sqs")
    try:
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
