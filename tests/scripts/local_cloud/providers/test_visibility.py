"""Messages are shown when they are due, where LocalStack's own look, once a second, does not run at all."""

from __future__ import annotations

import gc
import uuid
import weakref
from typing import Any

import pytest
from localstack.services.sqs.models import FifoQueue, SqsQueue, StandardQueue

from scripts.local_cloud.providers import visibility

#: Seconds that a message is hidden; SQS takes whole ones, the class any.
HIDDEN = 0.2
#: Seconds that a receiver waits at most.
PATIENCE = 60


@pytest.fixture(params=[StandardQueue, FifoQueue])
def queue(request: pytest.FixtureRequest) -> SqsQueue:
    visibility.install()
    name = "queue.fifo" if request.param is FifoQueue else "queue"
    made: SqsQueue = request.param(name, "us-east-1", "000000000000")
    return made


def put(queue: SqsQueue) -> Any:
    fifo = {"message_group_id": "g", "message_deduplication_id": "d"} if isinstance(queue, FifoQueue) else {}
    return queue.put({"MessageId": str(uuid.uuid4()), "Body": "text"}, **fifo)


def received(queue: SqsQueue, wait: int = PATIENCE) -> list[Any]:
    found: list[Any] = queue.receive(wait_time_seconds=wait, visibility_timeout=HIDDEN).successful
    return found


def test_a_message_that_was_received_is_shown_again_to_who_waits(queue: SqsQueue) -> None:
    message = put(queue)
    assert received(queue) == [message]
    assert received(queue) == [message]
    assert message.receive_count == 2


def test_a_message_whose_timeout_was_changed_is_shown_when_that_is_over(queue: SqsQueue) -> None:
    message = put(queue)
    result = queue.receive(visibility_timeout=3600)
    queue.update_visibility_timeout(result.receipt_handles[0], HIDDEN)
    assert received(queue) == [message]


def test_a_message_that_was_hidden_for_longer_is_not_shown_at_its_first_moment(queue: SqsQueue) -> None:
    put(queue)
    result = queue.receive(visibility_timeout=HIDDEN)
    queue.update_visibility_timeout(result.receipt_handles[0], 3600)
    assert received(queue, wait=1) == []


def test_a_delayed_message_is_shown_after_its_delay(queue: SqsQueue) -> None:
    queue.attributes["DelaySeconds"] = "1"
    message = put(queue)
    assert queue.delayed == {message}
    assert received(queue) == [message]


def test_a_message_that_was_deleted_is_neither_shown_nor_kept() -> None:
    visibility.install()
    queue = StandardQueue("queue", "us-east-1", "000000000000")
    message = weakref.ref(put(queue))
    queue.remove(queue.receive(visibility_timeout=3600).receipt_handles[0])
    gc.collect()
    assert message() is None
    assert received(queue, wait=0) == []
