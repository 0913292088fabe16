"""PutLogEvents: what is taken in, what is rejected, and who is told of it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response
from scripts.local_cloud.providers.logs import publishing, subscriptions
from scripts.local_cloud.providers.logs.requests import (
    constraint,
    existing_group,
    existing_stream,
    invalid,
)
from scripts.local_cloud.providers.moto_backend import logs as backend

_HOUR = 3600 * 1000
DAY = 24 * _HOUR
#: Milliseconds that an event may lie in the past and in the future.
OLDEST, NEWEST = 14 * DAY, 2 * _HOUR
#: Limits of one call: bytes, with 26 for each event, and events.
BATCH_BYTES, BATCH_EVENTS, OVERHEAD = 1 << 20, 10_000, 26

LogEvents = Sequence[Mapping[str, Any]]


def register(operations: Operations) -> None:
    """Add the operation."""
    operations.real("PutLogEvents")(_put)


def _put(context: RequestContext, request: Request) -> Response:
    group = existing_group(context, request)
    stream = existing_stream(context, group, request["logStreamName"])
    events = request["logEvents"]
    _check(events)
    days = backend.retention(context.account_id, context.region, group)
    accepted, rejected = sift(events, int(time.time() * 1000), days)
    token = backend.append(context.account_id, context.region, group, stream, accepted)
    if accepted:
        publishing.publish(context.account_id, context.region, group, accepted)
        subscriptions.deliver(context.account_id, context.region, group, stream, accepted)
    answer: Response = {"nextSequenceToken": token}
    return answer | ({"rejectedLogEventsInfo": rejected} if rejected else {})


def sift(events: LogEvents, now: int, retention_days: int | None) -> tuple[LogEvents, dict[str, int]]:
    """The events that are taken in, and where those that are not begin and end.

    Parameters
    ----------
    events
        By time.
    now
        Milliseconds since 1970.
    retention_days
        Events that are older are expired at once.

    Returns
    -------
    tuple
        Events, and the ``RejectedLogEventsInfo`` shape: ends are exclusive, the start is inclusive.
    """
    times = [event["timestamp"] for event in events]
    too_old = sum(moment < now - OLDEST for moment in times)
    expired = sum(moment < now - retention_days * DAY for moment in times) if retention_days else 0
    too_new = sum(moment <= now + NEWEST for moment in times)
    rejected = {}
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old
    if expired > too_old:
        rejected["expiredLogEventEndIndex"] = expired
    if too_new < len(events):
        rejected["tooNewLogEventStartIndex"] = too_new
    return events[max(too_old, expired) : too_new], rejected


def _check(events: LogEvents) -> None:
    if not 1 <= len(events) <= BATCH_EVENTS:
        raise constraint(
            f"{len(events)} events", "logEvents", f"Member must have length between 1 and {BATCH_EVENTS}"
        )
    size = 0
    for place, event in enumerate(events, start=1):
        if event.get("timestamp") is None or event.get("message") is None:
            raise constraint("null", f"logEvents.{place}.member", "Member must have timestamp and message")
        if not event["message"]:
            raise constraint(
                "",
                f"logEvents.{place}.member.message",
                "Member must have length greater than or equal to 1",
            )
        size += len(event["message"].encode()) + OVERHEAD
    if size > BATCH_BYTES:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {BATCH_BYTES}")
    times = [event["timestamp"] for event in events]
    if any(later < earlier for earlier, later in itertools.pairwise(times)):
        raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if times[-1] - times[0] > DAY:
        raise invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
