"""Judges how learners work off queues, and how they make them."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from scripts.labs.outcome import NotYetError, require
from scripts.labs.stream_and_queue.consuming import as_after
from scripts.labs.stream_and_queue.queues import (
    Queue,
    find_queue,
    make_queue,
    new_name,
    removed_afterwards,
)
from scripts.labs.stream_and_queue.sessions import sessions, totals_of
from scripts.labs.stream_and_queue.streams import make_table
from scripts.labs.work import Work

#: After how many changes the worker dies: between a message's item and its deletion, in either order.
_DEATH = 7
#: Visibility time-out of the queue of long work, how long the work takes, both in seconds.
_TIME_OUT, _LONG_WORK = 2, 4.0


def check_work_off(work: Work) -> None:
    queue = make_queue(work, "sessions", VisibilityTimeout="1")
    totals = make_table(work, "session_id", "totals")
    sent = sessions(24)
    queue.send([json.dumps(each) for each in sent])
    died = work.crash("work_off", queue.url, totals.name, changes=_DEATH, seconds=20)
    require(
        queue.all_come_back(),
        "What the process had received when it died does not come back.",
        seen=f"{queue.counts()[1]} hidden messages, long after the queue's time-out of a second",
        expected="the queue's own time-out, or one as short",
    )
    work.call("work_off", queue.url, totals.name, seconds=20)
    as_after("Killed and started again" if died else "Called again", totals, totals_of(sent))
    visible, hidden = queue.counts()
    require(
        visible + hidden == 0,
        "Messages are left in the queue.",
        seen=f"{visible + hidden} of {len(sent)}",
        expected="a message that is done is gone",
    )


def check_visibility(work: Work) -> None:
    queue = make_queue(work, "long", VisibilityTimeout=f"{_TIME_OUT}")
    queue.send(["long work"])
    over = Event()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_other_consumer, queue, over)
        began = time.monotonic()
        try:
            work.call("work_long", queue.url, _LONG_WORK)
            took = time.monotonic() - began
        finally:
            over.set()
        seen = other.result()
    require(
        not seen,
        "Another consumer came to the message while it was worked on."
        if seen == "received"
        else "The message is gone from the queue before its work is done.",
        seen="a second receive gave it" if seen == "received" else "an empty queue while the work went on",
        expected="a message that stays hidden, and in the queue, until its work is done",
    )
    require(
        took >= _LONG_WORK,
        "The work was not done.",
        seen=f"the function came back after {took:.1f} seconds",
        expected=f"work({_LONG_WORK}), which takes {_LONG_WORK} seconds",
    )
    require(
        sum(queue.counts()) == 0,
        "The message is in the queue when its work is done.",
        seen="one message",
        expected="an empty queue",
    )


def _other_consumer(queue: Queue, over: Event) -> str:
    """What another consumer sees while the first one works: nothing, ``received`` or ``gone``."""
    while not over.is_set() and queue.counts() == (1, 0):
        time.sleep(0.05)
    while not over.is_set():
        time.sleep(0.1)
        if queue.receive():
            return "received"
        # Asked again: between the two it may have been done, as it should.
        if queue.counts() == (0, 0) and not over.wait(2.5):
            return "gone"
    return ""


def check_dead_letter(work: Work) -> None:
    name, aside = new_name(work, "orders"), new_name(work, "failed")
    for each in (name, aside):
        removed_afterwards(work, each)
    work.call("make_queues", name, aside)
    first, second = _made(work, name), _made(work, aside)
    policy = first.attribute("RedrivePolicy")
    require(
        bool(policy),
        "Messages of the first queue go nowhere when they fail.",
        seen="no redrive policy"
        + (", but the other queue has one" if second.attribute("RedrivePolicy") else ""),
        expected="a redrive policy of the queue that the messages come from",
    )
    require(
        json.loads(policy).get("deadLetterTargetArn") == second.attribute("QueueArn"),
        "The redrive policy does not name the second queue.",
        seen=f"{json.loads(policy).get('deadLetterTargetArn')}",
        expected="the queue's ARN",
    )
    _goes_aside(first, second)
    require(
        second.attribute("MessageRetentionPeriod") == f"{14 * 24 * 3600}",
        "Failed messages are not kept for 14 days.",
        seen=f"{int(second.attribute('MessageRetentionPeriod')) / 86_400:g} days",
        expected="the time of the exercise, in seconds",
    )


def _made(work: Work, name: str) -> Queue:
    found = find_queue(work, name)
    if found is None:
        raise NotYetError(
            "A queue is missing.", seen=f"no queue {name}", expected="two queues of the names given"
        )
    return found


def _goes_aside(first: Queue, second: Queue) -> None:
    """Receive a message without deleting it, until it does not come any more."""
    first.send(["cannot be done"])
    received = 0
    while received < 5 and first.receive(VisibilityTimeout=0, WaitTimeSeconds=0 if received >= 3 else 5):
        received += 1
    require(
        received == 3,
        "A message that fails is not put aside after as many times as it should be.",
        seen=f"received {received} times" if received < 5 else "received five times, and more",
        expected="the number of the exercise",
    )
    require(
        bool(second.receive(WaitTimeSeconds=5)),
        "A message that failed is not in the second queue.",
        seen="an empty queue",
        expected="the message, to be looked at",
    )


def _events() -> list[dict[str, str]]:
    """Events of three sessions in turns; one session does the same thing twice."""
    texts = ("open", "look S18_1749", "add S18_1749", "add S18_1749", "pay")
    return [
        {"event_id": f"e{place}{session}", "session_id": session, "text": text}
        for place, text in enumerate(texts)
        for session in ("a1580f37", "7c2b0e91", "e04d5a66")
    ]


def check_fifo(work: Work) -> None:
    name = f"{new_name(work, 'events')}.fifo"
    removed_afterwards(work, name.removesuffix(".fifo"))
    events = _events()
    for _ in range(2):
        work.call("send_events", name, events)
    queue = _made(work, name)
    first = queue.receive(1, VisibilityTimeout=60, WaitTimeSeconds=5)
    if not first:
        raise NotYetError("The queue holds no messages.", seen="nothing", expected="a message for each event")
    # One event of a session is received and not done: what comes meanwhile, and gives way again?
    others = queue.receive(VisibilityTimeout=0, WaitTimeSeconds=2)
    found = first + _rest(queue, first[0])
    _once(found, events)
    _others_go_on(first[0], others, events)
    _in_order(found, events)


def _session(message: dict[str, Any]) -> str:
    return str(message["Attributes"].get("MessageGroupId", ""))


def _others_go_on(first: dict[str, Any], others: list[dict[str, Any]], events: list[dict[str, str]]) -> None:
    require(
        bool(others),
        "While an event of one session is worked on, the others wait.",
        seen="nothing is received, though events of other sessions are there",
        expected="an order within each session, and none between sessions",
    )
    strange = {_session(each) for each in (first, *others)} - {each["session_id"] for each in events}
    require(
        not strange,
        "The events of a session are not kept together.",
        seen=f"message group {', '.join(sorted(strange)[:1])}",
        expected="one message group for each session",
    )


def _rest(queue: Queue, first: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything else, received and done in turn."""
    queue.delete(first)
    found: list[dict[str, Any]] = []
    # What was received before, and given back at once, may take a moment to come again.
    while messages := queue.receive(
        VisibilityTimeout=60, WaitTimeSeconds=0 if sum(queue.counts()) == 0 else 5
    ):
        found += messages
        for each in messages:
            queue.delete(each)
    return found


def _once(found: list[dict[str, Any]], events: list[dict[str, str]]) -> None:
    seen = f"{len(found)} messages, {len(events)} events"
    require(
        len(found) <= len(events),
        "Events that were sent twice are received twice.",
        seen=seen,
        expected="an event that is sent again is not taken again",
    )
    require(
        len(found) == len(events),
        "Events are missing.",
        seen=seen,
        expected="a message for each event, also where two have the same text",
    )


def _in_order(found: list[dict[str, Any]], events: list[dict[str, str]]) -> None:
    for session in {each["session_id"] for each in events}:
        wanted = [each["text"] for each in events if each["session_id"] == session]
        mine = [each["Body"] for each in found if _session(each) == session]
        require(
            sorted(mine) == sorted(wanted),
            "The body of a message is not the event's text.",
            seen=f"{mine[0] if mine else 'nothing'!s:.60}",
            expected="the text alone",
        )
        require(
            mine == wanted,
            "The events of a session are not received in the order of the list.",
            seen=" - ".join(mine),
            expected="the order in which they are given",
        )
