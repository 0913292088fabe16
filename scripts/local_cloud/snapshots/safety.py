"""A snapshot holds a pickle, which can run anything, and secrets: it must be ours, from top to bottom."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from scripts.errors import MissingError


def check_ours(folder: Path) -> Path:
    """The folder, when it and all that it holds are ours, and nobody else can write to any of it.

    Raises
    ------
    MissingError
        Something belongs to another user, can be written to by others, is a link, or there is no folder.
    """
    if not folder.is_dir():
        raise MissingError(f"There is no folder {folder}.")
    for path in (folder.parent, folder, *folder.rglob("*")):
        found = path.lstat()
        ordinary = stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
        if not ordinary or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise MissingError(
                f"{path} is not a file or folder of user {os.geteuid()} that nobody else can write to, "
                "and what is in a snapshot is trusted.",
                "Load only what you have saved yourself; take the write permission from group and others.",
            )
    return folder
