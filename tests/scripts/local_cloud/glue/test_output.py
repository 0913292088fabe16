"""What a run prints is in CloudWatch Logs, all of it, when its output has ended."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts import aws
from scripts.local_cloud.glue.output import Output
from tests.conftest import Cloud

GROUP = "/outputlab"


@pytest.fixture(scope="session")
def logs(client: Callable[[str], Any]) -> Any:
    made = client("logs")
    made.create_log_group(logGroupName=GROUP)
    return made


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns so often that they meet in every place."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def begin(logs: Any) -> tuple[Output, int]:
    """An output that is not under way yet, and the end of its pipe that is written to."""
    reading, writing = os.pipe()
    return Output(os.fdopen(reading, "rb"), logs, GROUP, uuid.uuid4().hex), writing


def printed(logs: Any, output: Output) -> list[str]:
    where = {"logGroupName": GROUP, "logStreamName": output.name.removeprefix(f"{GROUP} ")}
    lines: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = logs.get_log_events(**where, **token, startFromHead=True)
        lines += [each["message"] for each in page["events"]]
        if token == {"nextToken": page["nextForwardToken"]}:
            return lines
        token = {"nextToken": page["nextForwardToken"]}


@pytest.mark.usefixtures("hurried")
def test_outputs_that_are_the_first_to_use_a_client_at_the_same_moment_lose_nothing(
    cloud: Cloud, logs: Any
) -> None:
    ended = []
    for _ in range(10):
        shared = aws.session(cloud.settings).client("logs")
        begun = [begin(shared) for _ in range(4)]
        for output, end in begun:
            os.write(end, b"told\n")
            os.close(end)
            output.start()
        for output, _ in begun:
            output.join()
            ended.append(output)
    assert [printed(logs, each) for each in ended] == [["told"]] * len(ended)


def test_lines_that_are_together_more_than_a_request_carries_are_all_there(logs: Any) -> None:
    output, end = begin(logs)
    output.start()
    lines = [f"{number:02} " + "ü" * 30_000 for number in range(60)]
    with os.fdopen(end, "w") as pipe:
        pipe.write("\n".join(lines))
    output.join()
    assert printed(logs, output) == lines


def test_an_output_ends_with_what_was_printed_although_somebody_holds_its_pipe(logs: Any) -> None:
    output, end = begin(logs)
    output.start()
    os.write(end, b"first\n")
    os.write(end, b"second\nwithout an end")
    output.finish()
    output.join()
    assert printed(logs, output) == ["first", "second", "without an end"]
    os.close(end)
