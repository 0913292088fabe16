"""Log groups that a check makes for an exercise, and what is in them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from scripts.labs.work import Work

#: The one stream of a group that a check makes.
STREAM = "web-1"

Event = Mapping[str, Any]


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def make_group(work: Work) -> str:
    """A log group of the check's own with one stream; gone when the check is over."""
    group = own_group(work)
    logs: Any = work.session.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=STREAM)
    return group


def own_group(work: Work) -> str:
    """A name for a group that the learner's code makes; what bears it is gone when the check is over."""
    group = work.name("group")
    remove_group(work.session, group)
    work.afterwards(lambda: remove_group(work.session, group))
    return group


def remove_group(session: Any, group: str) -> None:
    """Remove a log group with its streams and filters, if it is there."""
    try:
        session.client("logs").delete_log_group(logGroupName=group)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def put(work: Work, group: str, events: Sequence[Event]) -> None:
    """Put events into the group's stream."""
    logs: Any = work.session.client("logs")
    logs.put_log_events(logGroupName=group, logStreamName=STREAM, logEvents=list(events))


def events_of(work: Work, group: str) -> list[dict[str, Any]]:
    """Every event of a group's streams, by time."""
    logs: Any = work.session.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [each for page in pages for each in page["events"]]
