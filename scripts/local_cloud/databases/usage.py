"""What a running server uses: processor time, memory, disk and connections, from its process and files."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.errors import RemoteError
from scripts.local_cloud import processes
from scripts.local_cloud.databases.engine import EngineServer
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.places import Folder
from scripts.local_cloud.processes import Process


@dataclass(frozen=True)
class Usage:
    """One measurement.

    Attributes
    ----------
    process
        Whose processor time it is.
    taken
        Seconds since 1970.
    started
        When the process started, seconds since 1970.
    cpu_seconds
        Processor time of the process and its children since it started, of those that have ended too.
    memory_bytes
        Resident memory of the process and its children; pages that they share count once.
    data_bytes
        What the data directory takes on the disk.
    disk_free_bytes, memory_free_bytes
        What this machine has left for anybody: no server can use more.
    connections
        Network connections of clients; our own are not counted, as on RDS.
    """

    process: Process
    taken: float
    started: float
    cpu_seconds: float
    memory_bytes: int
    data_bytes: int
    disk_free_bytes: int
    memory_free_bytes: int
    connections: int


def usage_of(entry: Entry, folder: Folder, engine: EngineServer) -> Usage:
    """Measure a server.

    Raises
    ------
    RemoteError
        It does not run, or does not answer.
    """
    process = entry.process
    if process is None or not processes.alive(process):
        raise RemoteError(f"The server of {entry.spec.identifier} is not running.", "Start it first.")
    connections = engine.connections(entry, folder)
    try:
        cpu_seconds = _cpu_seconds(process)
    except psutil.NoSuchProcess:
        raise RemoteError(f"The server of {entry.spec.identifier} has just ended.") from None
    taken = time.time()
    return Usage(
        process=process,
        taken=taken,
        started=processes.started_at(process) or taken,
        cpu_seconds=cpu_seconds,
        memory_bytes=processes.memory(process) or 0,
        data_bytes=_size(folder.data),
        disk_free_bytes=psutil.disk_usage(str(folder.top)).free,
        memory_free_bytes=psutil.virtual_memory().available,
        connections=connections,
    )


def _cpu_seconds(process: Process) -> float:
    """Time of the process, of its present children, and of past ones, which the system adds to the parent."""
    parent = psutil.Process(process.pid)
    spent = parent.cpu_times()
    total = spent.user + spent.system + spent.children_user + spent.children_system
    for child in parent.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            mine = child.cpu_times()
            total += mine.user + mine.system
    return float(total)


def _size(folder: Path) -> int:
    """Bytes that a folder takes on the disk; a file may go while it is looked at."""
    total = 0
    waiting = [folder]
    while waiting:
        with contextlib.suppress(FileNotFoundError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
