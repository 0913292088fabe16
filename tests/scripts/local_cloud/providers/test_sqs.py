"""Queues as on AWS, in what the labs show of them: LocalStack's own, but for the redrive policy."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Cloud

#: Makes a queue with attributes; gives its URL.
Make = Callable[..., str]


@pytest.fixture(scope="module")
def sqs(cloud: Cloud) -> Any:
    return cloud.session.client("sqs")


@pytest.fixture
def make(sqs: Any) -> Iterator[Make]:
    urls = []

    def queue(*, fifo: bool = False, **attributes: str) -> str:
        name = f"queue-{uuid.uuid4().hex[:8]}{'.fifo' if fifo else ''}"
        kind = {"FifoQueue": "true"} if fifo else {}
        url: str = sqs.create_queue(QueueName=name, Attributes={**kind, **attributes})["QueueUrl"]
        urls.append(url)
        return url

    yield queue
    for url in urls:
        sqs.delete_queue(QueueUrl=url)


def arn_of(sqs: Any, url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = answer["Attributes"]["QueueArn"]
    return arn


def received(sqs: Any, url: str, **how: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(
        QueueUrl=url, MessageSystemAttributeNames=["All"], **how
    ).get("Messages", [])
    return found


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:never-made"}, "does not exist"),
        (
            {"deadLetterTargetArn": "http://127.0.0.1/000000000000/queue"},
            "Invalid value for deadLetterTarget",
        ),
        ({"deadLetterTargetArn": 7}, "Invalid value for deadLetterTargetArn"),
        ({}, "does not contain mandatory attribute: deadLetterTargetArn"),
        ([], "not a valid JSON map"),
    ],
)
def test_a_redrive_policy_that_leads_nowhere_is_refused_where_localstack_takes_it(
    sqs: Any, make: Make, policy: Any, reason: str
) -> None:
    text = json.dumps({**policy, "maxReceiveCount": 3} if isinstance(policy, dict) else policy)
    url = make()
    with pytest.raises(ClientError, match=reason) as refused:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": text})
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    with pytest.raises(ClientError, match=reason):
        make(RedrivePolicy=text)
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert "RedrivePolicy" not in answer.get("Attributes", {})


def test_a_redrive_policy_can_be_removed(sqs: Any, make: Make) -> None:
    url = make(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn_of(sqs, make()), "maxReceiveCount": 3}))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert "RedrivePolicy" not in answer.get("Attributes", {})


def test_a_message_that_was_received_as_often_as_it_may_goes_to_the_dead_letter_queue(
    sqs: Any, make: Make
) -> None:
    aside = make()
    policy = json.dumps({"deadLetterTargetArn": arn_of(sqs, aside), "maxReceiveCount": 3})
    url = make(RedrivePolicy=policy, VisibilityTimeout="0")
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")["MessageId"]
    for number in range(1, 4):
        (message,) = received(sqs, url, WaitTimeSeconds=20)
        assert message["Attributes"]["ApproximateReceiveCount"] == f"{number}"
    assert received(sqs, url) == []
    (message,) = received(sqs, aside, WaitTimeSeconds=20)
    assert (message["MessageId"], message["Body"]) == (sent, "poison")


def test_a_message_is_hidden_until_its_time_out_which_can_be_changed(sqs: Any, make: Make) -> None:
    url = make(VisibilityTimeout="600")
    sqs.send_message(QueueUrl=url, MessageBody="one")
    (message,) = received(sqs, url, WaitTimeSeconds=20)
    assert received(sqs, url) == []
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=1)
    began = time.monotonic()
    (again,) = received(sqs, url, WaitTimeSeconds=20)
    assert again["MessageId"] == message["MessageId"]
    assert time.monotonic() - began > 0.5
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    assert received(sqs, url) == []


def test_a_message_of_a_fifo_queue_is_taken_once_also_after_it_was_deleted(sqs: Any, make: Make) -> None:
    url = make(fifo=True)

    def send() -> None:
        sqs.send_message(QueueUrl=url, MessageBody="one", MessageGroupId="g", MessageDeduplicationId="d")

    send()
    send()
    (message,) = received(sqs, url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    send()
    assert received(sqs, url) == []


def test_a_message_group_waits_for_the_one_that_is_worked_on_and_others_do_not(sqs: Any, make: Make) -> None:
    url = make(fifo=True, VisibilityTimeout="600", ContentBasedDeduplication="true")
    for body in ("a1", "b1", "a2", "b2"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body[0])
    (first,) = received(sqs, url, MaxNumberOfMessages=1, WaitTimeSeconds=20)
    others = received(sqs, url, MaxNumberOfMessages=10)
    assert [first["Body"], *(each["Body"] for each in others)] == ["a1", "b1", "b2"]
    assert received(sqs, url, MaxNumberOfMessages=10) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert [each["Body"] for each in received(sqs, url, WaitTimeSeconds=20)] == ["a2"]
