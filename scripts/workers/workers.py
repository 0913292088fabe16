"""Begins workers: processes that run ``main`` of a module, each with a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol

from scripts.errors import MissingError

#: Told by the server when a worker begins.
BEGUN = b"begun\n"

#: For a process to begin, and for one that was killed to be gone, on a machine that has much to do.
_PATIENCE_SECONDS = 120.0


class Begun(Protocol):
    """A worker that was begun; as a context, it is ended at the end of it with all that it started."""

    def __enter__(self) -> Begun: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def wait(self, seconds: float | None = None) -> int | None:
        """The code that it ended with, negative for a signal; None when it goes on after that time."""

    def stop(self) -> None:
        """End it, from any thread; whoever waits for it is told."""


class Workers(ABC):
    """Begins workers of one kind.

    Parameters
    ----------
    module
        Its ``main(folder, *descriptors)`` is what a worker does; run by its name, it takes the same as words.
    environment
        Variables of the processes.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module = module
        self._environment = dict(environment)

    @abstractmethod
    def begin(self, folder: Path, place: Path, output: int, *more: int) -> Begun:
        """Begin a worker.

        Parameters
        ----------
        folder
            What it is given.
        place
            The folder that it works in.
        output
            Descriptor of what it prints to.
        more
            Descriptors that it is given too.

        Raises
        ------
        MissingError
            No process can be started.
        """

    @abstractmethod
    def prepare(self) -> None:
        """Begin with what takes long; nothing is waited for."""

    @abstractmethod
    def close(self) -> None:
        """End everything."""


class Fresh(Workers):
    """Begins each worker from nothing."""

    def prepare(self) -> None:
        """There is nothing to begin with."""

    def close(self) -> None:
        """Nothing is left running between workers."""

    def begin(self, folder: Path, place: Path, output: int, *more: int) -> Begun:
        # Not from the folder that it works in: a file there may be called like a module of Python's.
        command = [sys.executable, "-P", "-m", self._module, str(folder), *map(str, more)]
        return _Process(
            subprocess.Popen(
                command, cwd=place, env=self._environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, pass_fds=more, start_new_session=True,
            )
        )  # fmt: skip


class _Process:
    """A worker that is a child of this process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __enter__(self) -> Begun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._process.wait()

    def wait(self, seconds: float | None = None) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


class Forked(Workers):
    """Forks each worker from a server that has imported what they need; on Linux.

    Parameters
    ----------
    preload
        See `scripts.workers.preload`.
    errors
        File that the server's own errors go to.
    """

    def __init__(
        self,
        module: str,
        environment: Mapping[str, str],
        preload: Sequence[str] = (),
        errors: Path = Path(os.devnull),
    ) -> None:
        super().__init__(module, environment)
        self._preload, self._errors = preload, errors
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
        with theirs, self._errors.open("ab") as errors:
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "scripts.workers.forkserver", str(theirs.fileno()),
                 self._module, *self._preload],
                env=self._environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=errors, stderr=errors, start_new_session=True,
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

    def begin(self, folder: Path, place: Path, output: int, *more: int) -> Begun:
        message = f"{folder}\0{place}".encode()
        # A server that has died, or ends just now because nobody asked for long, is begun anew.
        for _ in range(2):
            mine, theirs = socket.socketpair()
            with theirs, self._lock, suppress(OSError):
                socket.send_fds(self._started(), [message], [output, theirs.fileno(), *more])
            mine.settimeout(_PATIENCE_SECONDS)
            if _heard(mine) == BEGUN:
                return _Line(mine)
            mine.close()
        raise MissingError("No process can be started.", "Is there memory left? Try again.")


class _Line:
    """A worker that is a child of the server; at the other end of the line."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def __enter__(self) -> Begun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The server ends it now, if it has not ended.
        self._line.close()

    def wait(self, seconds: float | None = None) -> int | None:
        self._line.settimeout(seconds)
        try:
            said = _heard(self._line)
        except TimeoutError:
            return None
        return int(said) if said else -signal.SIGKILL

    def stop(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)


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


def workers(
    module: str,
    environment: Mapping[str, str],
    preload: Sequence[str] = (),
    errors: Path = Path(os.devnull),
) -> Workers:
    """The quicker way where it is known to be safe: macOS's own libraries do not survive a fork."""
    if sys.platform == "linux":
        return Forked(module, environment, preload, errors)
    return Fresh(module, environment)
