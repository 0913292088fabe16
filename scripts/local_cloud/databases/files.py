"""Files that survive a crash and that another user of the machine cannot plant."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.errors import MissingError


class UnsafeFolderError(MissingError):
    """A folder that should be ours alone belongs to, or can be changed by, somebody else."""


def secure_folder(path: Path, mode: int = 0o700) -> Path:
    """Make `path` (its parent exists) or check that it is a real folder that only we can change.

    Raises
    ------
    UnsafeFolderError
        It is a link or a file, belongs to another user, or others may write to it.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=mode)
        path.chmod(mode)  # whatever the umask
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise UnsafeFolderError(
            f"{path} is not a folder of user {os.geteuid()} that nobody else can write to.",
            "Remove it, or take the write permission from group and others.",
        )
    return path


def write_atomic(
    path: Path, content: bytes | str, mode: int = 0o600, owner: tuple[int, int] | None = None
) -> None:
    """Replace `path` as a whole, so that a crash at any time leaves the old content or the new one.

    Parameters
    ----------
    owner
        User and group id that the file is given to, when we are root.
    """
    data = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if owner is not None and os.geteuid() == 0:
                os.fchown(file.fileno(), *owner)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # what a full disk refuses has no name
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make names made or removed in a folder last through a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_log(path: Path, owner: tuple[int, int]) -> int:
    """A descriptor that appends to a log; never through a link that the log's owner may have planted."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    if os.geteuid() == 0:
        os.fchown(descriptor, *owner)
    return descriptor


def remove_tree(path: Path) -> None:
    """Remove a folder with all that is in it; no-op when it is not there."""
    for _ in range(3):
        try:
            shutil.rmtree(path)
        except FileNotFoundError:
            if not path.exists():
                return
        except OSError as error:
            # A dying server's last file appeared between the listing and the removal.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def clear_errors(folder: Path | str = "the folder of the database servers") -> Iterator[None]:
    """Turn what a file system refuses into an error that a user understands.

    Parameters
    ----------
    folder
        What is named where the system does not tell the file.

    Raises
    ------
    MissingError
        Disk full, quota used up, read-only or closed folder ...; with the path.
    """
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise MissingError(
                f"No space is left for {where}.", "Free some disk space, then run the command again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise MissingError(
                f"{where} cannot be written: {error.strerror}.",
                "Make it writable for you, or run as the user that made it.",
            ) from error
        raise MissingError(f"{where}: {error.strerror or error}.") from error
