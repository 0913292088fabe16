"""Processes in which a learner's code runs: forked from one that is ready, or each begun from nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import MissingError

#: Told by the server when a call begins.
BEGUN = b"begun\n"

#: What is kept of what a process prints, in bytes: its end.
KEPT = 1_000_000

#: For a process to begin, and for one that was killed to be gone, on a machine that has much to do.
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Ended:
    """``code`` that the process ended with, None when it was stopped; what it printed."""

    code: int | None
    printed: str


class Processes(ABC):
    """Runs `scripts.labs.python.worker`, each time in a process of its own.

    Parameters
    ----------
    environment
        Variables of the processes.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def run(self, folder: Path, place: Path, seconds: float) -> Ended:
        """Run the request in a folder, working in another one, and end it with all that it started."""
        output = _Output()
        try:
            code = self._run(folder, place, output.end, seconds)
        finally:
            printed = output.finish()
        return Ended(code, printed)

    @abstractmethod
    def prepare(self) -> None:
        """Begin with what takes long; nothing is waited for."""

    @abstractmethod
    def close(self) -> None:
        """End everything."""

    @abstractmethod
    def _run(self, folder: Path, place: Path, output: int, seconds: float) -> int | None: ...


class Fresh(Processes):
    """Begins each process from nothing."""

    def prepare(self) -> None:
        """There is nothing to begin with."""

    def close(self) -> None:
        """Nothing is left running between calls."""

    def _run(self, folder: Path, place: Path, output: int, seconds: float) -> int | None:
        process = subprocess.Popen(
            # Not from the learner's folder: a file of theirs may be called like a module of Python's.
            [sys.executable, "-P", "-m", "scripts.labs.python.worker", str(folder)],
            cwd=place, env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Forked(Processes):
    """Forks each process from a server that has imported what they need; on Linux.

    Parameters
    ----------
    preload
        See `scripts.labs.python.preload`.
    """

    def __init__(self, environment: Mapping[str, str], preload: Sequence[str]) -> None:
        super().__init__(environment)
        self._preload = preload
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def prepare(self) -> None:
        with self._lock:
            self._started()

    def _started(self) -> socket.socket:
        if self._control is not None and self._server is not None and self._server.poll() is None:
            return self._control
        self._stop()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "scripts.labs.python.forkserver", str(theirs.fileno()),
                 *self._preload],
                env=self._environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        return self._control

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            try:
                self._server.wait(_PATIENCE_SECONDS)
            except BaseException:
                self._server.kill()
                self._server.wait()
                raise
        self._control = self._server = None

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _run(self, folder: Path, place: Path, output: int, seconds: float) -> int | None:
        line = self._ask(folder, place, output)
        with line:
            line.settimeout(_PATIENCE_SECONDS)
            if _heard(line) != BEGUN:
                raise MissingError(
                    "No process can be started for your code.", "Is there memory left? Try again."
                )
            line.settimeout(seconds)
            try:
                said = _heard(line)
            except TimeoutError:
                # Whatever is said now, it was stopped: the call is over when its end is told.
                line.shutdown(socket.SHUT_WR)
                line.settimeout(_PATIENCE_SECONDS)
                _heard(line)
                return None
            return int(said) if said else -signal.SIGKILL

    def _ask(self, folder: Path, place: Path, output: int) -> socket.socket:
        """Hand a request to the server; one that died since is begun anew."""
        message = f"{folder}\0{place}".encode()
        mine, theirs = socket.socketpair()
        with theirs, self._lock:
            for _ in range(2):
                with suppress(OSError):
                    socket.send_fds(self._started(), [message], [output, theirs.fileno()])
                    return mine
        mine.close()
        raise MissingError("No process can be started for your code.", "Is there memory left? Try again.")


def _heard(line: socket.socket) -> bytes:
    """One line of text; nothing when the other end is gone."""
    found = b""
    while not found.endswith(b"\n"):
        try:
            part = line.recv(1)
        except ConnectionError:
            return b""
        if not part:
            return b""
        found += part
    return found


class _Output:
    """Collects what is printed into ``end``: the last of it, however much it is."""

    def __init__(self) -> None:
        self._source, self.end = os.pipe()
        self._parts: deque[bytes] = deque()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        kept = 0
        with os.fdopen(self._source, "rb", buffering=0) as source:
            while part := source.read(65_536):
                self._parts.append(part)
                kept += len(part)
                while kept - len(self._parts[0]) >= KEPT:
                    kept -= len(self._parts.popleft())

    def finish(self) -> str:
        """What was printed, once everybody who could print has ended."""
        os.close(self.end)
        # Who left the process's session, where that cannot be found out, may hold the pipe for ever.
        self._thread.join(5)
        return b"".join(list(self._parts)).decode(errors="replace")[-KEPT:]


def processes(environment: Mapping[str, str], preload: Sequence[str]) -> Processes:
    """The quicker way where it is known to be safe: macOS's own libraries do not survive a fork."""
    return Forked(environment, preload) if sys.platform == "linux" else Fresh(environment)
