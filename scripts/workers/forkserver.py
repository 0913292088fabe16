"""A process that has imported what its workers need, and forks one of them for each request; on Linux.

``python -P -m scripts.workers.forkserver DESCRIPTOR MODULE PRELOAD...``: the module's ``main`` is what a
worker does. Each message on the socket DESCRIPTOR is a request: two folders (the work's, and the one that it
is done in) and some descriptors (what is printed goes to the first, the second is a line to whoever asked,
``main`` gets the others). On the line it is told that the work began, and with which code it ended; when the
other end of the line is closed, the worker is ended. When the socket is closed, everything is. A worker has
nothing of another one: memory, files, environment and what it started are its own, and go with it.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil

from scripts.workers import preload
from scripts.workers.workers import BEGUN

#: Seconds without a request or a worker after which the server ends: it holds memory for nobody.
_IDLE = 600.0
#: Descriptors of one request.
_MOST_DESCRIPTORS = 8

#: `prctl`: what a worker leaves behind becomes a child of this process, however it was started; and a worker
#: does not outlive this process.
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class _Request:
    """``line`` says how it goes; ``output`` takes what is printed; ``more`` is for the worker."""

    folder: Path
    place: Path
    output: int
    line: socket.socket
    more: tuple[int, ...]


class ForkServer:
    """Forks a process for each request.

    Parameters
    ----------
    control
        Where requests come from.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lines: dict[int, socket.socket] = {}
        self._ended, self._wake = os.pipe()
        for end in (self._ended, self._wake):
            os.set_blocking(end, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._selector.register(self._ended, selectors.EVENT_READ)

    def serve(self) -> _Request | None:
        """Serve until nobody asks any more: None. In the process of a worker: its request."""
        before = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake)
        while True:
            events = self._selector.select(None if self._lines else _IDLE)
            if not events and not self._lines:
                return None
            for key, _ in events:
                if key.fileobj is self._control:
                    request = self._request()
                    if request is None:
                        self._end_all()
                        return None
                    if self._fork(request):
                        signal.set_wakeup_fd(-1)
                        signal.signal(signal.SIGCHLD, before)
                        self._leave()
                        _become(request)
                        return request
                elif key.fileobj == self._ended:
                    self._drain()
                    self._reap()
                else:
                    # Whoever asked has gone, or has had enough.
                    self._selector.unregister(key.fileobj)
                    _kill(key.data)

    def _request(self) -> _Request | None:
        message, descriptors, *_ = socket.recv_fds(self._control, 65_536, _MOST_DESCRIPTORS)
        if not message:
            return None
        folder, place = message.decode().split("\0")
        output, line, *more = descriptors
        return _Request(Path(folder), Path(place), output, socket.socket(fileno=line), tuple(more))

    def _fork(self, request: _Request) -> bool:
        """Begin a worker; True in its process."""
        pid = os.fork()
        if pid == 0:
            return True
        for each in (request.output, *request.more):
            os.close(each)
        self._lines[pid] = request.line
        self._selector.register(request.line, selectors.EVENT_READ, pid)
        with suppress(OSError):
            request.line.sendall(BEGUN)
        return False

    def _leave(self) -> None:
        """In the process of a worker: give back everything that is the server's."""
        self._selector.close()
        self._control.close()
        for line in self._lines.values():
            line.close()
        os.close(self._ended)
        os.close(self._wake)

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._ended, 512):
                pass

    def _reap(self) -> None:
        for pid in _ended_children():
            line = self._lines.pop(pid, None)
            if line is not None:
                # Its number stays its own until it is waited for: nobody else is met.
                _kill(pid)
            _, status = os.waitpid(pid, 0)
            if line is None:
                continue
            if not self._lines:
                _end_orphans()
            with suppress(KeyError):
                self._selector.unregister(line)
            with line, suppress(OSError):
                line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())

    def _end_all(self) -> None:
        for pid in self._lines:
            _kill(pid)
        _end_orphans()


def _become(request: _Request) -> None:
    """Make this process what a fresh one would be: session, folder, and where it reads and prints."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    request.line.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for end in (1, 2):
        os.dup2(request.output, end)
    os.close(nothing)
    os.close(request.output)
    os.chdir(request.place)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _kill(pid: int) -> None:
    """End a worker with everything of its session; it may be younger than its session."""
    for kill in (os.kill, os.killpg):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _ended_children() -> Iterator[int]:
    """Children that have ended and are still to be waited for."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None:
            return
        yield found.si_pid


def _end_orphans() -> None:
    """End what workers started and left behind."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            for child in psutil.Process().children():
                _kill(child.pid)
            with suppress(ChildProcessError):
                os.waitpid(-1, 0)


def _end() -> NoReturn:
    """End the process of a worker whose work is done, as Python does, but for what the server has imported.

    To take that down takes longer than a small call.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


def main(descriptor: int, module: str, wanted: list[str]) -> None:
    """Serve requests; in the process of one, do what it asks."""
    control = socket.socket(fileno=descriptor)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    worker = importlib.import_module(module)
    preload.everything(wanted)
    # What is there now is for all: no collection in a worker looks at it, or copies its pages.
    gc.collect()
    gc.freeze()
    request = ForkServer(control).serve()
    if request is not None:
        worker.main(request.folder, *request.more)
        _end()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
