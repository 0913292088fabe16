"""Processes are known again whatever the clock says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

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


def test_the_end_of_a_process_is_waited_for_whether_it_is_ours_or_another_s(
    sleeper: subprocess.Popen[bytes],
) -> None:
    ours = processes.known(sleeper)
    script = "import subprocess, sys; print(subprocess.Popen(['/bin/sleep', '60'], stdout=-3, stderr=-3).pid)"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    others = processes.identity(int(said))
    assert others is not None
    for each in (ours, others):
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(processes.await_end, each)
            assert not wait([waiting], timeout=0.1).done
            os.kill(each.pid, signal.SIGKILL)
            waiting.result(timeout=60)
        assert not processes.alive(each)
        processes.await_end(each)


def test_this_process_is_not_the_one_of_another_boot() -> None:
    found = processes.identity(os.getpid())
    assert found is not None
    ticks, _, boot = found.started.partition("@")
    assert not processes.alive(processes.Process(found.pid, f"{ticks}@{boot[::-1]}"))
