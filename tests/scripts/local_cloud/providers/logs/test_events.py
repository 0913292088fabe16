"""Events as CloudWatch Logs gives them, and the defects of LocalStack 4.9.2 and moto-ext 5.1.54."""

from __future__ import annotations

import time
from typing import Any

import pytest
from moto.logs.models import LogGroup
from moto.logs.utils import EventMessageFilter

from tests.scripts.local_cloud.providers.logs.conftest import NOW, put, refused

DAY = 24 * 3600 * 1000


def messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_moto_itself_matches_every_event_where_a_pattern_is_not_a_word() -> None:
    assert EventMessageFilter('{ $.level = "error" }').matches("anything")


def test_filter_log_events_gives_only_what_the_pattern_matches(logs: Any, group: str) -> None:
    """LocalStack services/logs/provider.py:246: every event matches."""
    put(logs, group, "a", "ERROR one", "INFO two", '{"level": "error"}')
    found = logs.filter_log_events(logGroupName=group, filterPattern="ERROR")
    assert messages(found) == ["ERROR one"]
    found = logs.filter_log_events(logGroupName=group, filterPattern='{ $.level = "error" }')
    assert messages(found) == ['{"level": "error"}']
    assert len(logs.filter_log_events(logGroupName=group)["events"]) == 3


def test_filter_log_events_mixes_the_streams_by_time(logs: Any, group: str) -> None:
    """moto/logs/models.py filter_log_events: stream after stream, unless ``interleaved`` is given."""
    put(logs, group, "b", "1", "3", start=NOW)
    put(logs, group, "a", "2", start=NOW)
    found = logs.filter_log_events(logGroupName=group)
    assert [(event["logStreamName"], event["message"]) for event in found["events"]] == [
        ("b", "1"),
        ("a", "2"),
        ("b", "3"),
    ]
    assert len({event["eventId"] for event in found["events"]}) == 3
    assert found["searchedLogStreams"] == []


def test_filter_log_events_pages_without_loss_while_events_come_in(logs: Any, group: str) -> None:
    put(logs, group, "a", *(f"old {number}" for number in range(5)))
    page = logs.filter_log_events(logGroupName=group, limit=2, filterPattern="old")
    seen = messages(page)
    put(logs, group, "b", "old late", "other", start=NOW + 100)
    while "nextToken" in page:
        page = logs.filter_log_events(
            logGroupName=group, limit=2, filterPattern="old", nextToken=page["nextToken"]
        )
        seen += messages(page)
    assert seen == [*(f"old {number}" for number in range(5)), "old late"]


def test_filter_log_events_looks_into_the_streams_and_times_asked_for(logs: Any, group: str) -> None:
    """moto/logs/responses.py filter_log_events: ``logStreamNamePrefix`` is not read."""
    put(logs, group, "a", "a0", "a1", "a2")
    put(logs, group, "b", "b0")
    assert messages(logs.filter_log_events(logGroupName=group, logStreamNames=["b"])) == ["b0"]
    assert messages(logs.filter_log_events(logGroupName=group, logStreamNamePrefix="b")) == ["b0"]
    within = logs.filter_log_events(
        logGroupName=group, logStreamNames=["a"], startTime=NOW + 1, endTime=NOW + 2
    )
    assert messages(within) == ["a1", "a2"]
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]
    assert len(messages(logs.filter_log_events(logGroupIdentifier=arn))) == 4


def test_filter_log_events_refuses_what_cannot_be(logs: Any, group: str) -> None:
    call = logs.filter_log_events
    assert refused(call, logGroupName="/none") == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
    assert refused(call, logGroupName=group, logStreamNames=["c"]) == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
    assert refused(call, logGroupName=group, filterPattern="a:b") == (
        "InvalidParameterException",
        "Invalid character(s) in term ':'",
    )
    both = {"logStreamNames": ["a"], "logStreamNamePrefix": "a"}
    assert refused(call, logGroupName=group, **both)[0] == "InvalidParameterException"
    assert refused(call, logGroupName=group, nextToken="x")[0] == "InvalidParameterException"


def test_get_log_events_reads_to_the_end_and_on_from_there(logs: Any, group: str) -> None:
    where = {"logGroupName": group, "logStreamName": "a"}
    put(logs, group, "a", *(str(number) for number in range(5)))
    page = logs.get_log_events(**where, startFromHead=True, limit=3)
    assert messages(page) == ["0", "1", "2"]
    page = logs.get_log_events(**where, nextToken=page["nextForwardToken"], limit=3)
    assert messages(page) == ["3", "4"]
    end = logs.get_log_events(**where, nextToken=page["nextForwardToken"], limit=3)
    assert messages(end) == []
    assert end["nextForwardToken"] == page["nextForwardToken"]
    put(logs, group, "a", "5", start=NOW + 50)
    assert messages(logs.get_log_events(**where, nextToken=end["nextForwardToken"])) == ["5"]
    assert messages(logs.get_log_events(**where, nextToken=end["nextBackwardToken"], limit=2)) == ["3", "4"]


def test_get_log_events_begins_with_the_latest_and_goes_back_to_the_first(logs: Any, group: str) -> None:
    """moto/logs/models.py get_log_events: the token after the first page forgets the first event."""
    where = {"logGroupName": group, "logStreamName": "a"}
    put(logs, group, "a", *(str(number) for number in range(5)))
    page = logs.get_log_events(**where, limit=2)
    assert messages(page) == ["3", "4"]
    page = logs.get_log_events(**where, nextToken=page["nextBackwardToken"], limit=3)
    assert messages(page) == ["0", "1", "2"]
    first = logs.get_log_events(**where, nextToken=page["nextBackwardToken"])
    assert messages(first) == []
    assert first["nextBackwardToken"] == page["nextBackwardToken"]
    assert messages(logs.get_log_events(**where, nextToken=first["nextForwardToken"], limit=1)) == ["0"]


def test_moto_itself_loses_the_first_event_after_reading_back_to_it() -> None:
    group = LogGroup("000000000000", "us-east-1", "g")
    group.create_log_stream("a")
    group.streams["a"].put_log_events([{"timestamp": number, "message": str(number)} for number in range(3)])
    read = group.streams["a"].get_log_events
    _, back, _ = read(None, None, 3, None, True)
    nothing, _, forward = read(None, None, 3, back, True)
    again, _, _ = read(None, None, 3, forward, True)
    assert nothing == []
    assert [event["message"] for event in again] == ["1", "2"]


def test_get_log_events_excludes_the_end_of_its_range(logs: Any, group: str) -> None:
    """moto/logs/models.py get_log_events: an event at ``endTime`` is inside."""
    put(logs, group, "a", "0", "1", "2")
    found = logs.get_log_events(
        logGroupName=group, logStreamName="a", startTime=NOW + 1, endTime=NOW + 2, startFromHead=True
    )
    assert messages(found) == ["1"]


def test_get_log_events_of_an_empty_stream_has_tokens_that_find_the_first_event(
    logs: Any, group: str
) -> None:
    where = {"logGroupName": group, "logStreamName": "a"}
    empty = logs.get_log_events(**where)
    assert empty["events"] == []
    put(logs, group, "a", "first")
    assert messages(logs.get_log_events(**where, nextToken=empty["nextForwardToken"])) == ["first"]
    assert refused(logs.get_log_events, **where, nextToken="f/1")[1] == "The specified nextToken is invalid."


def test_put_log_events_tells_what_is_too_old_too_new_and_expired(logs: Any, group: str) -> None:
    """moto/logs/models.py put_log_events: the last of the events that are too new, not the first."""
    now = int(time.time() * 1000)
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    old = put(logs, group, "a", "15 days", "too", start=now - 15 * DAY)
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    expired = put(logs, group, "a", "2 days", start=now - 2 * DAY)
    assert expired["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    times = (now, now + 3 * DAY // 24, now + 4 * DAY // 24)
    events = [{"timestamp": moment, "message": "now and later"} for moment in times]
    new = logs.put_log_events(logGroupName=group, logStreamName="a", logEvents=events)
    assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert messages(logs.filter_log_events(logGroupName=group)) == ["now and later"]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([(1, "b"), (0, "a")], "chronological order"),
        ([(-25 * 3600 * 1000, "a"), (0, "b")], "cannot span more than 24 hours"),
        ([(0, "x" * 600_000), (0, "x" * 600_000)], "Upload too large"),
    ],
)
def test_put_log_events_refuses_a_batch_that_breaks_a_limit(
    logs: Any, group: str, events: list[tuple[int, str]], message: str
) -> None:
    batch = [{"timestamp": NOW + offset, "message": text} for offset, text in events]
    code, said = refused(logs.put_log_events, logGroupName=group, logStreamName="a", logEvents=batch)
    assert code == "InvalidParameterException"
    assert message in said
    assert logs.filter_log_events(logGroupName=group)["events"] == []


def test_put_log_events_needs_its_group_and_stream(logs: Any, group: str) -> None:
    event = [{"timestamp": NOW, "message": "x"}]
    call = logs.put_log_events
    assert "log group" in refused(call, logGroupName="/none", logStreamName="a", logEvents=event)[1]
    assert "log stream" in refused(call, logGroupName=group, logStreamName="c", logEvents=event)[1]
