"""Judges the exercises that write events."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from scripts.labs.comparison import canonical
from scripts.labs.logs.groups import STREAM, events_of, make_group, now, own_group
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_MINUTE, _HOUR = 60_000, 3_600_000
_DAY = 24 * _HOUR


def check_log_group(work: Work) -> None:
    group = own_group(work)
    for days, when in ((14, "new"), (30, "there already")):
        work.call("create_group", group, days)
        found = _group(work, group)
        if found is None:
            raise NotYetError(
                "There is no log group of that name.", expected="a group with the name that was given"
            )
        kept = found.get("retentionInDays")
        require(
            kept == days,
            f"The days that a group keeps are not set where it is {when}.",
            seen=f"{kept} days" if kept else "events are kept for ever",
            expected="as many days as the function was given",
        )


def _group(work: Work, name: str) -> dict[str, Any] | None:
    logs: Any = work.session.client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((each for each in found if each["logGroupName"] == name), None)


def check_write_events(work: Work) -> None:
    group = own_group(work)
    work.session.client("logs").create_log_group(logGroupName=group)
    begin = now() - 10 * _MINUTE
    # In no order of their times, as the exercise says.
    events = [
        {
            "time": begin + (number * 7 % 12) * 1_000,
            "level": ("INFO", "WARN", "ERROR")[number % 3],
            "message": f'Order {number} said "no"',
            "order": number,
        }
        for number in range(12)
    ]
    work.call("write", group, "orders", events)
    found = _events(work, group)
    require(
        all(each["logStreamName"] == "orders" for each in found),
        "The events are in another stream.",
        seen=", ".join(sorted({each["logStreamName"] for each in found})),
        expected="the stream whose name the function was given",
    )
    require(
        len(found) == len(events),
        "The number of events in the stream is not the number of events given.",
        seen=f"{len(found)} events",
        expected="one log event for each one given",
    )
    documents = [_document(each["message"]) for each in found]
    require(
        all("time" not in each for each in documents),
        "The time is in the message too.",
        seen=f"fields {', '.join(documents[0])}",
        expected="the time as the log event's timestamp, and all the rest in its message",
    )
    wanted = Counter(canonical({name: each[name] for name in each if name != "time"}) for each in events)
    require(
        Counter(canonical(each) for each in documents) == wanted,
        "The messages do not hold what the events say.",
        seen=f"{found[0]['message']:.80}",
        expected="all fields of the event but the time, with their values",
    )
    times = {each["order"]: each["time"] for each in events}
    wrong = [
        pair for pair in zip(found, documents, strict=True) if pair[0]["timestamp"] != times[pair[1]["order"]]
    ]
    require(
        not wrong,
        "The timestamps are not the events' times.",
        seen=f"{len(wrong)} of {len(found)} differ",
        expected="the time at which it happened, in milliseconds, not the time of writing",
    )


def _events(work: Work, group: str) -> list[dict[str, Any]]:
    found = events_of(work, group)
    require(bool(found), "There are no events in the group.", expected="the events that were given")
    return found


def _document(message: str) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotYetError(
            "A message is not a JSON document.",
            seen=f"{message:.80}",
            expected="one JSON object for each event",
        )
    return found


def check_batches(work: Work) -> None:
    group = make_group(work)
    begin = now() - 30 * _MINUTE
    # Too many for one request, and the first ten thousand too large; by how little depends on the 26 bytes.
    texts = [f"{number:05d} {'é' * (9_700 if number % 200 == 7 else 4)}" for number in range(10_300)]
    events = [{"timestamp": begin + number * 100, "message": text} for number, text in enumerate(texts)]
    work.call("write_all", group, STREAM, events)
    found = [each["message"][:5] for each in _events(work, group)]
    wanted = [text[:5] for text in texts]
    require(
        len(found) >= len(wanted),
        "Some events are not in the stream.",
        seen=f"{len(wanted) - len(found)} of {len(wanted)} are missing",
        expected="every event, also those of the last batch",
    )
    require(
        found == wanted,
        "Some events are in the stream more than once.",
        seen=f"{len(found) - len(wanted)} too many",
        expected="every event once",
    )


def check_rejected(work: Work) -> None:
    group = make_group(work)
    moment = now()
    for first, what, rejected in (
        (moment - 14 * _DAY - 2 * _HOUR, "too old", (0, 1)),
        (moment - 30 * _MINUTE, "too new", (2, 3)),
    ):
        # Two on either side of a limit, none so near to it that a slow machine moves it to the other.
        steps = (0, _HOUR, 3 * _HOUR, 4 * _HOUR)
        events = [
            {"timestamp": first + step, "message": f"{what} {number}"} for number, step in enumerate(steps)
        ]
        returned = work.call("write_checked", group, STREAM, events).result
        if not isinstance(returned, list | tuple):
            raise NotYetError(
                "The function does not return a list of events.", seen=f"{returned!s:.60}", expected="a list"
            )
        kept = {each["message"] for each in events_of(work, group)}
        require(
            all((each["message"] in kept) != (place in rejected) for place, each in enumerate(events)),
            "The events that CloudWatch accepts are not in the stream.",
            seen=f"{sum(each['message'] in kept for each in events)} of {len(events)}",
            expected="all events sent, as they are, and those kept that are neither too old nor too new",
        )
        wanted = [events[place] for place in rejected]
        require(
            canonical(list(returned)) == canonical(wanted),
            f"The events that were {what} are not the ones that are returned.",
            seen=f"{len(returned)} events",
            expected="each event that CloudWatch did not take, and no other",
        )
