"""Processes are known again whatever the clock says."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_what_has_ended_is_gone_though_nobody_reaps_it() -> None:
    start = "import subprocess; print(subprocess.Popen(['/bin/sleep', '60']).pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        orphan = processes.identity(int(parent.stdout.readline()))
        assert orphan is not None
        assert processes.stop_all([orphan], timeout=20) == []
        assert psutil.Process(orphan.pid).status() == psutil.STATUS_ZOMBIE


def test_of_several_only_the_stubborn_are_killed(sleeper: subprocess.Popen[bytes]) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        both = [processes.known(sleeper), processes.known(stubborn)]
        assert processes.stop_all(both, timeout=0.2) == both[1:]
        assert not any(map(processes.alive, both))


def test_this_process_is_not_the_one_of_another_boot() -> None:
    found = processes.identity(os.getpid())
    assert found is not None
    ticks, _, boot = found.started.partition("@")
    assert not processes.alive(processes.Process(found.pid, f"{ticks}@{boot[::-1]}"))
