"""GetLogEvents and FilterLogEvents: events by time, page by page."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Iterable

from localstack.aws.api import CommonServiceException, RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response
from scripts.local_cloud.providers.logs.ingestion import DAY
from scripts.local_cloud.providers.logs.requests import (
    existing_group,
    existing_stream,
    invalid,
    page_size,
    pattern,
    stream_not_found,
)
from scripts.local_cloud.providers.moto_backend import logs as backend
from scripts.local_cloud.providers.moto_backend.logs import Event

#: Events and bytes of one page.
LONGEST, LARGEST = 10_000, 1 << 20
_TOKEN = re.compile(r"([fb])/(\d{18})(\d{38})/s")
#: Place of an event in the order of all: its time, and its number within that millisecond.
Place = tuple[int, int]


def register(operations: Operations) -> None:
    """Add the operations that read events."""
    operations.real("GetLogEvents")(_get)
    operations.real("FilterLogEvents")(_filter)


def _get(context: RequestContext, request: Request) -> Response:
    group = existing_group(context, request)
    stream = existing_stream(context, group, request["logStreamName"])
    size = page_size(request, LONGEST)
    # Unlike FilterLogEvents, an event at the very end of the range is outside.
    end = request.get("endTime")
    kept = _kept(context, group, [stream], request.get("startTime"), None if end is None else end - 1)
    token = request.get("nextToken")
    if token is None:
        forward, place = bool(request.get("startFromHead")), None
    else:
        forward, place = _direction(token)
    if place is not None:
        kept = [item for item in kept if (_place(item) > place if forward else _place(item) < place)]
    shown = _page(kept, size) if forward else _page(reversed(kept), size)[::-1]
    before, after = _around(shown, place or (0, 0), forward=forward)
    return {
        "events": [
            {"timestamp": item.timestamp, "message": item.message, "ingestionTime": item.ingestion_time}
            for item in shown
        ],
        # At an end of the stream a client gets the token back that it came with, and so knows.
        "nextForwardToken": _token("f", after),
        "nextBackwardToken": _token("b", before),
    }


def _filter(context: RequestContext, request: Request) -> Response:
    group = existing_group(context, request)
    streams = _streams(context, group, request)
    compiled = pattern(request.get("filterPattern"))
    size = page_size(request, LONGEST)
    place = _after(request.get("nextToken"))
    kept = _kept(context, group, streams, request.get("startTime"), request.get("endTime"))
    matching = [
        item
        for item in kept
        if (place is None or _place(item) > place) and compiled.match(item.message) is not None
    ]
    shown = _page(matching, size)
    answer: Response = {
        "events": [
            {
                "logStreamName": item.stream,
                "timestamp": item.timestamp,
                "message": item.message,
                "ingestionTime": item.ingestion_time,
                "eventId": f"{item.timestamp:018d}{item.number:038d}",
            }
            for item in shown
        ],
        # AWS has given no names here since May 2020.
        "searchedLogStreams": [],
    }
    if len(shown) < len(matching):
        answer["nextToken"] = base64.urlsafe_b64encode(json.dumps(_place(shown[-1])).encode()).decode()
    return answer


def _streams(context: RequestContext, group: str, request: Request) -> list[str]:
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    if names and prefix:
        raise invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.")
    present = backend.stream_names(context.account_id, context.region, group)
    if names:
        if not set(names) <= set(present):
            raise stream_not_found()
        return list(dict.fromkeys(names))
    return [name for name in present if name.startswith(prefix or "")]


def _kept(
    context: RequestContext, group: str, streams: Iterable[str], start: int | None, end: int | None
) -> list[Event]:
    """The events from `start` to `end`, both included, that the group's retention has left."""
    days = backend.retention(context.account_id, context.region, group)
    oldest = int(time.time() * 1000) - days * DAY if days else 0
    first = max(start or 0, oldest)
    return [
        item
        for item in backend.events(context.account_id, context.region, group, streams)
        if first <= item.timestamp and (end is None or item.timestamp <= end)
    ]


def _page(events: Iterable[Event], size: int) -> list[Event]:
    """As many events as a page holds, one at least."""
    shown: list[Event] = []
    room = LARGEST
    for item in events:
        room -= len(item.message.encode())
        if len(shown) == size or (shown and room < 0):
            break
        shown.append(item)
    return shown


def _place(item: Event) -> Place:
    return item.timestamp, item.number


def _around(shown: list[Event], place: Place, *, forward: bool) -> tuple[Place, Place]:
    """The places that events before and after a page are sought from; `place` itself is not sought again."""
    if shown:
        return _place(shown[0]), _place(shown[-1])
    moment, number = place
    if forward:
        return (moment, number + 1), place
    return place, (moment, max(number - 1, 0))


def _token(direction: str, place: Place) -> str:
    return f"{direction}/{place[0]:018d}{place[1]:038d}/s"


def _direction(token: str) -> tuple[bool, Place]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise _invalid_token()
    return found.group(1) == "f", (int(found.group(2)), int(found.group(3)))


def _after(token: str | None) -> Place | None:
    if token is None:
        return None
    try:
        timestamp, number = json.loads(base64.urlsafe_b64decode(token))
        return int(timestamp), int(number)
    except (binascii.Error, ValueError, TypeError):
        raise _invalid_token() from None


def _invalid_token() -> CommonServiceException:
    return invalid("The specified nextToken is invalid.")
