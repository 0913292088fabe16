"""Finds server processes by where they work, when nobody wrote down their pid."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

from scripts.local_cloud.processes import Process, identity

#: How a server's processes are called.
_SERVERS = ("postgres", "mariadbd", "mysqld")


def working_in(folder: Path, uid: int) -> dict[Process, Path]:
    """Servers' processes whose working directory is `folder` or below it, with that directory.

    Both servers change to their data directory and stay there, so this finds a server whose pid was never
    written down, and what a killed server left behind. Other programs, such as a shell in which somebody
    looks at the files, are not counted.
    """
    found: dict[Process, Path] = {}
    for candidate in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if not candidate.name().startswith(_SERVERS) or candidate.uids().effective != uid:
                continue
            directory = Path(candidate.cwd().removesuffix(" (deleted)"))
            process = identity(candidate.pid)
            if process and directory.is_relative_to(folder) and candidate.status() != psutil.STATUS_ZOMBIE:
                found[process] = directory
    return found
