"""Starts programs under an unprivileged user: a server in the background, a short one and waits for it.

A server is started in a session of its own, so that it outlives the process that started it.
"""

from __future__ import annotations

import errno
import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.errors import MissingError
from scripts.local_cloud import processes
from scripts.local_cloud.databases.files import open_log
from scripts.local_cloud.processes import Process


@dataclass(frozen=True)
class User:
    """Whom the servers run as; `switch` where that is not who we are."""

    uid: int
    gid: int
    name: str
    switch: bool

    @property
    def owner(self) -> tuple[int, int]:
        """User and group id, as ``os.chown`` takes them."""
        return self.uid, self.gid


def servers_user() -> User:
    """Ourselves, or ``nobody`` where we are root: neither server runs as root.

    initdb wants a user that has a name, so a bare number will not do.

    Raises
    ------
    MissingError
        We are root and there is no user ``nobody``.
    """
    if os.geteuid() != 0:
        try:
            name = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            name = str(os.geteuid())
        return User(os.geteuid(), os.getegid(), name, switch=False)
    try:
        found = pwd.getpwnam("nobody")
    except KeyError as error:
        raise MissingError(
            "Database servers cannot run as root, and this system has no user 'nobody'.",
            "Add that user, or run as an ordinary user.",
        ) from error
    return User(found.pw_uid, found.pw_gid, found.pw_name, switch=True)


def launch(
    arguments: Sequence[str | Path],
    *,
    user: User,
    folder: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Process:
    """Start a server in the background.

    Parameters
    ----------
    arguments
        The program and its arguments.
    folder
        Working directory.
    log
        Gets standard output and error.
    prefix
        A command that in the end executes its arguments in its own place (same pid), such as one that
        enters a network namespace.

    Raises
    ------
    MissingError
        The program cannot be executed.
    """
    descriptor = open_log(log, user.owner)
    try:
        child = subprocess.Popen(
            [*prefix, *map(str, arguments)],
            cwd=folder,
            env=_environment(folder, environment),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            umask=0o077,
            user=user.uid if user.switch else None,
            group=user.gid if user.switch else None,
            extra_groups=[] if user.switch else None,
        )
    except OSError as error:
        raise MissingError(f"{arguments[0]} cannot be started: {error.strerror}.") from error
    finally:
        os.close(descriptor)
    return processes.known(child)


def run(
    arguments: Sequence[str | Path],
    *,
    user: User,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    timeout: float = 120.0,
) -> str:
    """Run a short program as the servers' user and return what it printed.

    Raises
    ------
    MissingError
        It failed or took longer than `timeout` seconds; with the end of what it printed.
    """
    try:
        done = subprocess.run(
            list(map(str, arguments)),
            cwd=folder,
            env=_environment(folder, environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            umask=0o077,
            check=False,
            text=True,
            errors="replace",
            user=user.uid if user.switch else None,
            group=user.gid if user.switch else None,
            extra_groups=[] if user.switch else None,
        )
    except subprocess.TimeoutExpired as error:
        raise MissingError(f"{arguments[0]} did not end within {timeout:.0f} seconds.") from error
    except OSError as error:
        raise MissingError(f"{arguments[0]} cannot be started: {error.strerror}.") from error
    if done.returncode != 0:
        raise _failed(f"{arguments[0]} failed", folder, done.returncode, done.stdout)
    return done.stdout


def pour(
    arguments: Sequence[str | Path],
    *,
    user: User,
    folder: Path,
    given: IO[bytes] | None = None,
    output: IO[bytes] | None = None,
) -> None:
    """Run a program as the servers' user on files that are open and that it need not be able to open itself.

    Parameters
    ----------
    given, output
        Its standard input and output.

    Raises
    ------
    MissingError
        It failed; with the end of what it said.
    """
    try:
        done = subprocess.run(
            list(map(str, arguments)),
            cwd=folder,
            env=_environment(folder, None),
            stdin=given or subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            umask=0o077,
            check=False,
            user=user.uid if user.switch else None,
            group=user.gid if user.switch else None,
            extra_groups=[] if user.switch else None,
        )
    except OSError as error:
        raise MissingError(f"{arguments[0]} cannot be started: {error.strerror}.") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")
        raise _failed(f"{arguments[0]} failed in {folder}", folder, done.returncode, said)


def _failed(what: str, folder: Path, code: int, said: str) -> MissingError:
    if os.strerror(errno.ENOSPC) in said:
        return MissingError(
            f"No space is left for {folder}.", "Free some disk space, then run the command again."
        )
    tail = "\n".join(said.strip().splitlines()[-8:])
    return MissingError(f"{what} with exit code {code}:\n{tail}")


def _environment(folder: Path, more: Mapping[str, str] | None) -> dict[str, str]:
    """A server sees nothing of the shell that started it: no locale, library path or PG* setting."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder),
        # A MariaDB that starts removes all temporary tables that it finds: in /tmp, those of every other one.
        "TMPDIR": str(folder),
        "LC_ALL": "C",
        "TZ": "UTC",
        **(more or {}),
    }
