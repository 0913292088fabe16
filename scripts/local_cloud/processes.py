"""Knows processes of ours again, measures them and ends them.

A process is known by its pid *and* its start, so that another one which got the same pid later is never taken
for it, nor signalled. The start is what the kernel counts, not what the clock says: psutil's create_time is
worked out from the boot's date, which moves whenever somebody sets the clock.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.errors import MissingError

#: Children of this very process, kept so that they are reaped when they end.
_children: dict[int, subprocess.Popen[bytes]] = {}
_children_lock = threading.Lock()


@dataclass(frozen=True)
class Process:
    """One process, for ever: a pid is used again, a pid with its start is not."""

    pid: int
    started: str


def known(child: subprocess.Popen[bytes]) -> Process:
    """Our own child as a process, to be reaped when it ends."""
    with _children_lock:
        _children[child.pid] = child
    return Process(child.pid, _start(child.pid) or "")


def identity(pid: int) -> Process | None:
    """The process that has this pid now; None when there is none."""
    started = _start(pid)
    return Process(pid, started) if started else None


def alive(process: Process | None) -> bool:
    """Whether this very process runs; one that has ended and only waits to be reaped does not."""
    if process is None:
        return False
    with _children_lock:
        child = _children.get(process.pid)
        if child is not None and child.poll() is not None:
            del _children[process.pid]
    try:
        found = psutil.Process(process.pid)
        # The first thread of a killed server is a zombie while others still hold its files and sockets.
        ended = found.status() == psutil.STATUS_ZOMBIE and found.num_threads() <= 1
    except psutil.Error:
        return False
    return not ended and _start(process.pid) == process.started


def stop(process: Process, *, graceful: signal.Signals, timeout: float) -> bool:
    """End a process: `graceful` first, SIGKILL after `timeout` seconds. Returns whether it went gracefully.

    Raises
    ------
    MissingError
        It is not ours to signal, or even SIGKILL did not end it.
    """
    for number, patience in ((graceful, timeout), (signal.SIGKILL, 20.0)):
        if not alive(process):
            return True
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return True
        except PermissionError as error:
            raise MissingError(
                f"Process {process.pid} belongs to another user and cannot be stopped.",
                "Run the command as the user that started it.",
            ) from error
        if wait_for_end(process, patience):
            return number is graceful
    raise MissingError(f"Process {process.pid} does not end, not even by SIGKILL; it may wait for a disk.")


def stop_all(several: Sequence[Process], *, timeout: float) -> list[Process]:
    """End processes at once: SIGTERM, and SIGKILL after `timeout` seconds. Returns those that needed it.

    One that has ended counts as gone before it is reaped: in a container, the first process may reap nobody.
    """
    needed: list[Process] = []
    for number, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 20.0)):
        needed = [each for each in several if alive(each)]
        for each in needed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, number)
        deadline = time.monotonic() + patience
        for each in needed:
            wait_for_end(each, deadline - time.monotonic())
    return needed


def wait_for_end(process: Process, timeout: float) -> bool:
    """Wait until the process is gone; whether it is."""
    deadline = time.monotonic() + timeout
    pause = 0.005
    while alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


def await_end(process: Process) -> None:
    """Wait until the process is gone, however long; where the system tells (Linux), that costs nothing."""
    if sys.platform == "linux":
        # An error: it is gone, or the system is an old one. Looking tells, as it does elsewhere.
        with contextlib.suppress(OSError), _told_of_its_end(process.pid) as ended:
            # Another process may have got the pid since.
            while alive(process):
                ended.poll()
    wait_for_end(process, math.inf)


@contextlib.contextmanager
def _told_of_its_end(pid: int) -> Iterator[select.poll]:
    descriptor = os.pidfd_open(pid)
    try:
        ended = select.poll()
        ended.register(descriptor, select.POLLIN)
        yield ended
    finally:
        os.close(descriptor)


def memory(process: Process) -> int | None:
    """Bytes of memory of a process and its children; shared pages count in part where the system tells."""
    try:
        parent = psutil.Process(process.pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return None
    total = 0
    for member in family:
        with contextlib.suppress(psutil.Error):
            total += _share(member)
    return total or None


def started_at(process: Process) -> float | None:
    """Seconds since the Unix epoch at which the process started."""
    try:
        return psutil.Process(process.pid).create_time()
    except psutil.Error:
        return None


def _share(member: psutil.Process) -> int:
    if sys.platform == "linux":
        with contextlib.suppress(psutil.AccessDenied):
            return int(member.memory_full_info().pss)
    return int(member.memory_info().rss)


def _start(pid: int) -> str | None:
    """A text that no other process with this pid will ever have; None when there is no such process."""
    if sys.platform == "linux":
        # Ticks since boot do not move when somebody sets the clock; the boot's id tells boots apart.
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except (OSError, IndexError):
            return None
        return f"{fields[19]}@{boot}"
    try:
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.Error:
        return None
