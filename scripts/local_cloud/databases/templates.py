"""Data directories, initialised once for each server version and then copied."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from scripts.local_cloud.databases.engine import EngineServer
from scripts.local_cloud.databases.files import remove_tree, sync_folder
from scripts.local_cloud.databases.launcher import User, run
from scripts.local_cloud.databases.places import Place


class Templates:
    """The templates of one local cloud.

    Parameters
    ----------
    locks
        Folder for the lock that keeps two processes from making the same template.
    """

    def __init__(self, place: Place, locks: Path) -> None:
        self._place = place
        self._lock = locks / "templates.lock"

    def copy_to(self, engine: EngineServer, data: Path) -> None:
        """Make `data`, whose parent is there, a fresh data directory of `engine`."""
        template = self._template(engine)
        self._place.give(data)
        copy_tree(template, data, engine.user)

    def _template(self, engine: EngineServer) -> Path:
        server = engine.installation.server
        key = f"{server}:{engine.installation}:{engine.layout}:{server.stat().st_mtime_ns}"
        name = f"{engine.installation}".replace(" ", "-").lower()
        template = self._place.templates / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
        with FileLock(self._lock):
            if template.exists():
                return template
            for left in self._place.templates.glob(".new-*"):  # of a process that was killed here
                remove_tree(left)
            made = Path(tempfile.mkdtemp(dir=self._place.templates, prefix=".new-"))
            try:
                self._place.give(made)
                engine.make_data(made)
                _to_disk(made, engine.user)
                made.rename(template)
            except BaseException:
                remove_tree(made)
                raise
            sync_folder(self._place.templates)
        return template


def copy_tree(source: Path, target: Path, user: User) -> None:
    """Copy a data directory into an empty one, as the servers' user.

    Root copies nothing in folders of another user: a link planted there would lead it anywhere. The copy is
    not forced onto the disk: a power cut ends the local cloud's life, and its servers with it.
    """
    run(["cp", "-Rp", f"{source}/.", f"{target}/"], user=user, folder=target, timeout=3600)


def _to_disk(folder: Path, user: User) -> None:
    """Write out what the system still holds of a template's files: it serves for more than one life."""
    if sys.platform == "linux":
        run(["sync", "-f", folder], user=user, folder=folder, timeout=600)
    else:
        os.sync()
