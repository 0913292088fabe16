"""Processes are known again whatever the clock says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import psutil
import pytest

from scripts.config import Settings
from scripts.local_cloud import processes
from scripts.local_cloud.delivery.report import Running
from scripts.local_cloud.localstack import Process


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        yield child
        child.kill()


@pytest.fixture
def clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the kernel says of a boot, and psutil of every start, once the clock was set back by a day."""
    honest = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: honest(self) - 86_400)


def test_a_process_is_the_same_one_after_the_clock_was_set_back(
    sleeper: subprocess.Popen[bytes], request: pytest.FixtureRequest
) -> None:
    before = processes.identity(sleeper.pid)
    assert before is not None
    localstack = Process(before.pid, before.started, "epoch", 4566)
    delivery = Running(before.pid, before.started, "epoch.sqlite")
    request.getfixturevalue("clock_set_back")
    assert processes.identity(sleeper.pid) == before
    assert processes.alive(before)
    assert localstack.process() is not None
    assert delivery.alive


def test_a_process_that_has_ended_is_neither_alive_nor_known_by_its_pid(
    sleeper: subprocess.Popen[bytes],
) -> None:
    known = processes.known(sleeper)
    assert processes.alive(known)
    sleeper.kill()
    assert processes.wait_for_end(known, 10)
    assert Process(known.pid, known.started, "epoch", Settings().gateway_port).process() is None
    assert processes.identity(known.pid) is None


def test_this_process_is_not_the_one_of_another_boot() -> None:
    found = processes.identity(os.getpid())
    assert found is not None
    ticks, _, boot = found.started.partition("@")
    assert not processes.alive(processes.Process(found.pid, f"{ticks}@{boot[::-1]}"))
