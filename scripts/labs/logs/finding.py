"""Judges the exercises that look for events."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from scripts.labs.logs import day
from scripts.labs.logs.groups import make_group, now, put
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work


def _line(status: int, size: int, path: str = "/a") -> str:
    return f'203.0.113.7 ana [30/Nov/2026:10:00:00 +0000] "GET {path} HTTP/1.1" {status} {size}'


def _event(level: str, path: str, duration: float, **more: Any) -> str:
    return json.dumps({"level": level, "path": path, "duration_ms": duration, **more})


@dataclass(frozen=True)
class _Samples:
    """What a pattern must find, and what it must not."""

    found: tuple[str, ...]
    left: tuple[str, ...]


_PATTERNS = {
    "errors": _Samples(
        (_event("ERROR", "/api/cart", 12), _event("ERROR", "/api/orders", 3, message="gone")),
        (
            _event("INFO", "/api/cart", 12),
            _event("INFO", "/help/ERROR", 9),
            _event("WARN", "/api/cart", 5, message="ERROR page shown"),
        ),
    ),
    "slow_orders": _Samples(
        (_event("INFO", "/api/orders", 1001), _event("ERROR", "/api/orders", 5012.5)),
        (
            _event("INFO", "/api/orders", 31),
            _event("INFO", "/api/orders", 1000),
            _event("INFO", "/api/cart", 5012),
            _event("INFO", "/api/orders/17", 5012),
        ),
    ),
    "payment_timeouts": _Samples(
        ("payment of order 17: timeout after 5 s", "timeout while waiting for payment"),
        ("payment of order 17 done", "timeout of the session", "all is well"),
    ),
    "not_found": _Samples(
        (_line(404, 512), _line(404, 0, "/b/c")),
        (_line(200, 512), _line(200, 404), _line(500, 512), _line(200, 17, "/404")),
    ),
}


def check_patterns(work: Work) -> None:
    given = work.answers()
    logs: Any = work.session.client("logs")
    for name, samples in _PATTERNS.items():
        pattern = given.get(name)
        if not isinstance(pattern, str) or not pattern.strip():
            raise NotYetError(
                f"There is no pattern for {name} yet.",
                seen=f"{pattern!s:.60}" if pattern else "",
                expected="a text in quotation marks",
            )
        messages = [*samples.found, *samples.left]
        try:
            answer = logs.test_metric_filter(filterPattern=pattern, logEventMessages=messages)
        except ClientError as error:
            raise NotYetError(
                f"CloudWatch does not take the pattern for {name}.",
                seen=error.response["Error"]["Message"],
                expected="a pattern of words, of fields in braces, or of columns in brackets",
            ) from None
        matched = {each["eventMessage"] for each in answer["matches"]}
        for sample in samples.found:
            require(
                sample in matched,
                f"The pattern for {name} does not find an event that it should.",
                seen=sample,
                expected="every event that is meant",
            )
        for sample in samples.left:
            require(
                sample not in matched,
                f"The pattern for {name} finds an event that it should not.",
                seen=sample,
                expected="no event but those that are meant",
            )


def check_filter_events(work: Work) -> None:
    group = make_group(work)
    moment = now() - 60_000
    # Four of those that match are more than one answer holds.
    rows = [
        ("ERROR", 2_000), ("INFO", 9_000), ("ERROR", 1_000), ("ERROR", 1_001), ("WARN", 5_000),
        ("ERROR", 40), ("ERROR", 5_000), ("ERROR", 7_000), ("ERROR", 3_000), ("INFO", 30),
    ]  # fmt: skip
    wanted = []
    for number, (level, duration) in enumerate(rows):
        meant = level == "ERROR" and duration > 1_000
        document = {
            "level": level,
            "duration_ms": duration,
            "request": f"r-{number}",
            "message": "no ERROR" if level != "ERROR" else "failed",
            "trace": "x" * (240_000 if meant else 10),
        }
        if meant:
            wanted.append(document["request"])
        put(work, group, [{"timestamp": moment + number * 1_000, "message": json.dumps(document)}])
    found = work.call("slow_errors", group, 1_000).result
    if not isinstance(found, list | tuple):
        raise NotYetError(
            "The function does not return a list.", seen=f"{found!s:.60}", expected="a list of requests"
        )
    require(
        all(isinstance(each, str) and each.startswith("r-") for each in found),
        "What is returned is not the requests.",
        seen=f"{found!s:.60}",
        expected="of each event its field request, and no more",
    )
    require(
        set(found) <= set(wanted),
        "There are events that are not meant.",
        seen=f"{len(set(found) - set(wanted))} of {len(found)} are no slow errors",
        expected="level ERROR, and longer than the limit, not as long",
    )
    require(
        len(set(found)) == len(wanted),
        "There are events missing.",
        seen=f"{len(set(found))} events",
        expected="every event of the group that is meant, also beyond the first answer",
    )
    require(
        list(found) == wanted,
        "The events are not in the order of their times.",
        expected="each event once, the oldest first",
    )


def check_anomaly(work: Work) -> None:
    given = work.answers()
    fault, events = day.FAULT, day.events()
    path = _text(given, "path")
    require(
        path != day.REPORT, "That path takes long, and always did, and its requests end well.",
        seen=path, expected="a path whose requests began to fail",
    )  # fmt: skip
    require(
        path != day.PROBED, "That path was never there: one client asks for it, all day long.",
        seen=path, expected="a path whose requests began to fail",
    )  # fmt: skip
    require(
        path in {each.path for each in events}, "That path is not in the logs.",
        seen=path, expected="a path as the events write it",
    )  # fmt: skip
    require(
        path == fault.path, "That path has failed no more than others do every day.",
        seen=path, expected="the path of which many requests fail, in a part of the day",
    )  # fmt: skip
    host = _text(given, "host")
    require(
        host == fault.host, "On that server, requests to this path went as ever.",
        seen=host, expected="the server, as the events name it",
    )  # fmt: skip
    status = _number(given, "status")
    require(
        status != day.USUAL, "That status comes all day, here and there, from every server.",
        seen=f"{status}", expected="the status of those that suddenly failed",
    )  # fmt: skip
    require(
        status == fault.status, "The requests that failed were not answered with that status.",
        seen=f"{status}", expected="a status of three digits",
    )  # fmt: skip
    failed = [each for each in events if fault.covers(each)]
    began = _minutes(given.get("began"))
    require(
        abs(began - failed[0].second // 60) <= 1, "It did not begin then.",
        seen=f"{began // 60:02d}:{began % 60:02d}",
        expected="hour and minute, in UTC, of the first request that failed so",
    )  # fmt: skip
    count = _number(given, "count")
    require(
        count != len([each for each in events if each.status in (fault.status, day.USUAL)]),
        "So many errors of all kinds are in the whole day.",
        seen=f"{count}", expected="those of this path on this server with this status",
    )  # fmt: skip
    require(
        count == len(failed), "That is not how many failed so.",
        seen=f"{count}", expected="those of this path on this server with this status, on all pages",
    )  # fmt: skip


def _text(given: Mapping[str, Any], question: str) -> str:
    answer = given.get(question)
    if not isinstance(answer, str) or not answer.strip():
        raise NotYetError(f"{question} is not answered.", seen=f"{answer!s:.60}", expected="a text")
    return answer.strip()


def _number(given: Mapping[str, Any], question: str) -> int:
    answer = given.get(question)
    if isinstance(answer, str) and answer.strip().isdigit():
        return int(answer)
    if not isinstance(answer, int) or isinstance(answer, bool):
        raise NotYetError(f"{question} is not answered.", seen=f"{answer!s:.60}", expected="a number")
    return answer


def _minutes(answer: Any) -> int:
    """Minutes since midnight. YAML makes a number of 16:40 without quotation marks: 16 times 60, and 40."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer if answer < 24 * 60 else answer // 60
    try:
        time = dt.time.fromisoformat(str(answer).strip().removesuffix("Z"))
    except ValueError:
        raise NotYetError(
            "began is not answered.", seen=f"{answer!s:.60}", expected="a time such as 09:05"
        ) from None
    return time.hour * 60 + time.minute
