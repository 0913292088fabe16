"""Waits for a server that was just launched, and tells from its log why it did not come up."""

from __future__ import annotations

import os
import time
from pathlib import Path

from scripts.local_cloud import processes
from scripts.local_cloud.databases.engine import EngineServer, NotReadyError
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.model import ServerStartError
from scripts.local_cloud.databases.places import Folder

#: Seconds that a living server gets to repair its data before it counts as not started.
_LIMIT = 120.0
#: Bytes from which a log is put aside at the next start.
_LOG_LIMIT = 16 << 20


def await_ready(entry: Entry, engine: EngineServer, folder: Folder, log: Path, written: int) -> None:
    """Wait until the server accepts our connection.

    Parameters
    ----------
    written
        Bytes that its log held before this start, as `rotate` gave them.

    Raises
    ------
    ServerStartError
        It ended, or accepted none in time.
    """
    deadline = time.monotonic() + _LIMIT
    reason = "it ended"
    while processes.alive(entry.process):
        try:
            engine.ping(entry, folder)
        except NotReadyError as error:
            if time.monotonic() > deadline:
                reason = str(error)
                break
            time.sleep(0.02)
        else:
            return
    raise ServerStartError(
        f"{engine.installation} for {entry.spec.identifier} did not start: {reason}. "
        f"The end of its log:\n{last_words(log, written)}",
        f"The whole log: {log}",
    )


def rotate(log: Path) -> int:
    """Put a log that has become too long aside; bytes that the present one holds."""
    try:
        size = log.stat().st_size
    except FileNotFoundError:
        return 0
    if size < _LOG_LIMIT:
        return size
    log.replace(log.with_name(f"{log.name}.1"))
    return 0


def last_words(log: Path, written: int = 0) -> str:
    """The last lines that were added to the log behind its first `written` bytes."""
    try:
        with log.open("rb") as file:
            file.seek(max(written, file.seek(0, os.SEEK_END) - 4000))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except FileNotFoundError:
        lines = []
    return "\n".join(lines[-12:]) or "(nothing)"
