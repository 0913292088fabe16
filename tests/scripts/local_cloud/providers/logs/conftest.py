"""A log group of a test's own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

NOW = int(time.time() * 1000)


@pytest.fixture
def logs(client: Callable[[str], Any]) -> Any:
    return client("logs")


@pytest.fixture
def group(logs: Any) -> Iterator[str]:
    """A log group with the streams ``a`` and ``b``."""
    name = f"/lab/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=name)
    for stream in "ab":
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
    yield name
    logs.delete_log_group(logGroupName=name)


def put(logs: Any, group: str, stream: str, *messages: str, start: int = NOW) -> dict[str, Any]:
    """Add messages, one a millisecond."""
    events = [{"timestamp": start + place, "message": message} for place, message in enumerate(messages)]
    answer: dict[str, Any] = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return answer


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """Code and message of the error that the call must raise."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
