"""What `lab status` shows of a server."""

from __future__ import annotations

import shutil

from scripts.local_cloud import processes
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.model import ServerStatus
from scripts.local_cloud.databases.places import Folder

#: Bytes: a server's log, journal or table grows by such steps.
_LEAST_SPACE = 16 << 20


def status_of(entry: Entry, folder: Folder, *, certified: bool) -> ServerStatus:
    """One server as the journal and its process have it."""
    process = entry.process if processes.alive(entry.process) else None
    return ServerStatus(
        resource_id=entry.resource_id,
        identifier=entry.spec.identifier,
        engine=entry.spec.engine,
        engine_version=entry.spec.engine_version,
        server=entry.server,
        address=entry.address,
        pid=process.pid if process else None,
        alive=process is not None,
        wanted=entry.wanted,
        memory_bytes=processes.memory(process) if process else None,
        started_at=processes.started_at(process) if process else None,
        epoch=entry.epoch,
        data_dir=folder.data,
        log_dir=folder.logs,
        complete=entry.state == "ready",
        certified=certified,
        disk_full=_full(folder),
        unsupported=entry.unsupported,
        pending_reboot=entry.pending_reboot,
        given_up=entry.given_up,
    )


def _full(folder: Folder) -> bool:
    try:
        return shutil.disk_usage(folder.data).free < _LEAST_SPACE
    except FileNotFoundError:
        return False
