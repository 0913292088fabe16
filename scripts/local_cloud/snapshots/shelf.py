"""Where the snapshots lie: a folder of the user's, a folder in it for each.

A snapshot appears, is replaced and goes as a whole. Names that start with a dot are work that is not done:
``.new-*`` is being written or was never finished, ``.old-NAME`` gives way to a new NAME, ``.gone-*`` is being
removed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from scripts.errors import BadInputError, MissingError
from scripts.local_cloud.databases.files import clear_errors, remove_tree, secure_folder, sync_folder
from scripts.local_cloud.snapshots import manifest
from scripts.local_cloud.snapshots.manifest import Manifest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


def check_name(name: str) -> None:
    """Raise BadInputError for a name that no snapshot can have."""
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"{name!r} cannot name a snapshot.",
            "Expected up to 63 letters, digits, dots, hyphens and underscores, a letter or digit first, "
            "such as: before-lab-3",
        )


class Shelf:
    """The snapshots of one folder, which is made when the first one is saved.

    Parameters
    ----------
    folder
        ``Settings.snapshot_dir``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else saves, loads or deletes meanwhile; unfinished work of others is cleared away.

        Raises
        ------
        MissingError
            Somebody else does, or the folder is not ours alone.
        """
        with clear_errors(self._folder):
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            secure_folder(self._folder)
        lock = FileLock(self._folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise MissingError(
                f"Another command is at work on the snapshots in {self._folder}.",
                "Wait until it has ended, then run this one again.",
            ) from None
        try:
            with clear_errors(self._folder):
                self._tidy()
            yield
        finally:
            lock.release()

    @contextmanager
    def new(self, name: str, *, replace: bool) -> Iterator[Path]:
        """A folder to fill, which becomes the snapshot `name` unless the block raises; call under `lock`.

        Raises
        ------
        BadInputError
            There is such a snapshot, and it is not to be replaced.
        """
        check_name(name)
        target = self._folder / name
        if target.exists() and not replace:
            raise BadInputError(
                f"There is a snapshot {name} already.", f"Replace it: lab snapshot save --force {name}"
            )
        with clear_errors(self._folder):
            made = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
            try:
                yield made
                old = self._folder / f".old-{name}"
                if target.exists():
                    target.rename(old)
                made.rename(target)
            except BaseException:
                remove_tree(made)
                self._tidy()
                raise
            sync_folder(self._folder)
            remove_tree(old)

    def find(self, name: str) -> Path:
        """The folder of a snapshot.

        Raises
        ------
        BadInputError
            There is none of that name; names those that there are.
        """
        check_name(name)
        if not (self._folder / name).is_dir():
            there = ", ".join(self.names()) or "none"
            raise BadInputError(f"There is no snapshot {name} in {self._folder}.", f"There are: {there}")
        return self._folder / name

    def names(self) -> list[str]:
        """The names of the snapshots."""
        if not self._folder.is_dir():
            return []
        return sorted(each.name for each in self._folder.iterdir() if _NAME.fullmatch(each.name))

    def all(self) -> dict[str, Manifest | BadInputError]:
        """Every snapshot by name; in place of a manifest, why it cannot be read."""
        found: dict[str, Manifest | BadInputError] = {}
        for name in self.names():
            try:
                found[name] = manifest.read(self._folder / name)
            except BadInputError as unreadable:
                found[name] = unreadable
        return found

    def delete(self, name: str) -> None:
        """Remove a snapshot; call under `lock`."""
        folder = self.find(name)
        with clear_errors(self._folder):
            gone = Path(tempfile.mkdtemp(dir=self._folder, prefix=".gone-"))
            folder.rename(gone / name)
            remove_tree(gone)

    def _tidy(self) -> None:
        for path in self._folder.glob(".old-*"):
            target = self._folder / path.name.removeprefix(".old-")
            if target.exists():
                remove_tree(path)
            else:
                path.rename(target)
        for pattern in (".new-*", ".gone-*"):
            for path in self._folder.glob(pattern):
                remove_tree(path)
