"""Snapshots: copies of a stopped server's data."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.errors import BadInputError
from scripts.local_cloud.databases.files import remove_tree, sync_folder, write_atomic
from scripts.local_cloud.databases.launcher import User
from scripts.local_cloud.databases.model import ServerNotFoundError, check_id
from scripts.local_cloud.databases.places import Place
from scripts.local_cloud.databases.templates import copy_tree


@dataclass(frozen=True)
class Snapshot:
    """What must be known to restore a copy.

    Attributes
    ----------
    server
        Product and version whose data it is, as ``ServerStatus.server``.
    """

    snapshot_id: str
    epoch: str
    engine: str
    server: str
    master_username: str


class Snapshots:
    """The snapshots of one local cloud; each a folder with ``data`` and ``snapshot.json``."""

    def __init__(self, place: Place, user: User) -> None:
        self._place = place
        self._user = user

    def take(self, snapshot: Snapshot, data: Path) -> None:
        """Copy the data directory of a stopped server.

        Raises
        ------
        BadInputError
            There is a snapshot of that id.
        """
        self.bring_back(snapshot, lambda made: copy_tree(data, made / "data", self._user))

    def bring_back(self, snapshot: Snapshot, fill: Callable[[Path], None]) -> None:
        """Enter a snapshot; `fill` gets a folder and puts the data into its ``data``.

        Raises
        ------
        BadInputError
            There is a snapshot of that id.
        """
        target = self.folder(snapshot.snapshot_id)
        if target.exists():
            raise BadInputError(f"There is a snapshot {snapshot.snapshot_id} already.")
        made = Path(tempfile.mkdtemp(dir=self._place.copies, prefix=".new-"))
        try:
            made.chmod(0o711)
            self._place.give(made / "data")
            fill(made)
            write_atomic(made / "snapshot.json", json.dumps(asdict(snapshot)) + "\n")
            made.rename(target)
        except BaseException:
            remove_tree(made)
            raise
        sync_folder(self._place.copies)

    def folder(self, snapshot_id: str) -> Path:
        """Where a snapshot lies, there or not; its data in ``data``."""
        return self._place.copies / snapshot_id

    def copy_to(self, snapshot_id: str, data: Path) -> None:
        """Make `data`, whose parent is there, a copy of the snapshot."""
        self._place.give(data)
        copy_tree(self._place.copies / snapshot_id / "data", data, self._user)

    def find(self, snapshot_id: str) -> Snapshot:
        """A snapshot by its id.

        Raises
        ------
        ServerNotFoundError
            There is none.
        """
        check_id(snapshot_id)
        for snapshot in self.all():
            if snapshot.snapshot_id == snapshot_id:
                return snapshot
        raise ServerNotFoundError(f"There is no snapshot {snapshot_id}.")

    def all(self) -> list[Snapshot]:
        """Every complete snapshot, by id."""
        found = []
        for file in sorted(self._place.copies.glob("[!.]*/snapshot.json")):
            with contextlib.suppress(OSError, ValueError, TypeError):
                found.append(Snapshot(**json.loads(file.read_text())))
        return found

    def remove(self, snapshot_id: str) -> None:
        """Remove a snapshot; no-op when there is none."""
        remove_tree(self._place.copies / snapshot_id)

    def clear(self, epoch: str) -> None:
        """Remove what does not belong to `epoch`, and copies that were never finished."""
        keep = {snapshot.snapshot_id for snapshot in self.all() if snapshot.epoch == epoch}
        for path in self._place.copies.iterdir():
            if path.name not in keep:
                remove_tree(path)
