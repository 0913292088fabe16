"""Queues that checks make, and what is in them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from scripts.labs.work import Work

#: How long is waited for what a process had received that died, in seconds: many times a time-out of one.
_PATIENCE = 10.0


@dataclass(frozen=True)
class Queue:
    """A queue."""

    client: Any
    url: str

    def attribute(self, name: str) -> str:
        """One attribute's value, empty where it has none."""
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return str(found.get("Attributes", {}).get(name, ""))

    def counts(self) -> tuple[int, int]:
        """How many messages can be received, and how many are received and not deleted."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def receive(self, most: int = 10, **more: Any) -> list[dict[str, Any]]:
        """What is received by one request, with all attributes."""
        answer = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"], **more
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def delete(self, message: dict[str, Any]) -> None:
        """The message is done."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def send(self, bodies: list[str]) -> None:
        """Send messages."""
        for first in range(0, len(bodies), 10):
            self.client.send_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": f"{place}", "MessageBody": body}
                    for place, body in enumerate(bodies[first : first + 10])
                ],
            )

    def all_come_back(self) -> bool:
        """Wait until nothing is hidden by a time-out any more; False where that takes too long."""
        given_up = time.monotonic() + _PATIENCE
        while self.counts()[1]:
            if time.monotonic() > given_up:
                return False
            time.sleep(0.1)
        return True


def new_name(work: Work, what: str) -> str:
    """A queue's name that nobody had before; AWS refuses one that was deleted within a minute."""
    return work.name(f"{what}-{secrets.token_hex(3)}")


def make_queue(work: Work, what: str, **attributes: str) -> Queue:
    """A queue; gone when the check is over."""
    client: Any = work.session.client("sqs")
    queue = Queue(
        client, client.create_queue(QueueName=new_name(work, what), Attributes=attributes)["QueueUrl"]
    )
    work.afterwards(lambda: client.delete_queue(QueueUrl=queue.url))
    return queue


def removed_afterwards(work: Work, name: str) -> None:
    """Have a queue removed that the learner's code is to make, if it is there."""
    client: Any = work.session.client("sqs")

    def remove() -> None:
        for url in client.list_queues(QueueNamePrefix=name).get("QueueUrls", ()):
            client.delete_queue(QueueUrl=url)

    work.afterwards(remove)


def find_queue(work: Work, name: str) -> Queue | None:
    """The queue of that name."""
    client: Any = work.session.client("sqs")
    try:
        return Queue(client, client.get_queue_url(QueueName=name)["QueueUrl"])
    except client.exceptions.QueueDoesNotExist:
        return None
