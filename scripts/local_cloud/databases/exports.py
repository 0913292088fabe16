"""Servers as files that outlive the local cloud: data, logs and journal entry of each, and of snapshots.

A server's data belongs to the servers' user, an export to us: data is packed and unpacked by the one, into
and out of a file that the other has opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from scripts.errors import BadInputError
from scripts.local_cloud import processes
from scripts.local_cloud.databases import launcher
from scripts.local_cloud.databases.files import clear_errors, secure_folder, write_atomic
from scripts.local_cloud.databases.journal import Entry, decode
from scripts.local_cloud.databases.lifecycle import STOP_LIMIT, Lifecycle
from scripts.local_cloud.databases.model import Address
from scripts.local_cloud.databases.snapshots import Snapshot, Snapshots

#: Servers that are stopped, copied or started at the same time.
_AT_ONCE = 4

_ENTRY = ".server.json"
_COPY = ".copy.json"

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Exported:
    """A server that was exported.

    Attributes
    ----------
    server
        Product and version whose data it is, as `ServerStatus.server`.
    """

    resource_id: str
    identifier: str
    engine: str
    server: str
    address: Address


class Exports:
    """Exports to, and imports from, a folder.

    Parameters
    ----------
    life
        The local cloud's servers.
    snapshots
        Its snapshots of them.
    """

    def __init__(self, life: Lifecycle, snapshots: Snapshots) -> None:
        self._life = life
        self._snapshots = snapshots

    def save(self, folder: Path) -> tuple[Exported, ...]:
        """Pack every server of this epoch, and every snapshot, into a new folder.

        A server that runs pauses for it.
        """
        with clear_errors(folder):
            return self._save(folder)

    def _save(self, folder: Path) -> tuple[Exported, ...]:
        secure_folder(folder)
        entries = [
            entry
            for entry in self._life.journal.entries()
            if entry.epoch == self._life.epoch and entry.state == "ready"
        ]
        for snapshot in self._snapshots.all():
            if snapshot.epoch == self._life.epoch:
                self._save_copy(folder, snapshot)
        return tuple(_all_at_once(lambda entry: self._save_server(folder, entry), entries))

    def load(self, folder: Path) -> dict[str, tuple[Address, Address]]:
        """Bring servers and snapshots of an export into this epoch, as they were: running or stopped.

        Each keeps its address if that is free.

        Returns
        -------
        dict
            Resource id to the address that the server had and the one that it has.

        Raises
        ------
        BadInputError
            One of them is there already.
        """
        with clear_errors():
            return self._load(folder)

    def _load(self, folder: Path) -> dict[str, tuple[Address, Address]]:
        for file in sorted(folder.glob(f"*{_COPY}")):
            self._load_copy(file)
        entries = [_read(file) for file in sorted(folder.glob(f"*{_ENTRY}"))]
        loaded = _all_at_once(lambda entry: self._load_server(folder, entry), entries)
        return {old.resource_id: (old.address, new) for old, new in zip(entries, loaded, strict=True)}

    def _save_server(self, folder: Path, seen: Entry) -> Exported:
        with self._life.hold(seen.resource_id) as held:
            running = processes.alive(held.process)
            entry = self._life.halt(held, STOP_LIMIT)
            try:
                files = self._life.folder(entry)
                logs = [f"{path.relative_to(files.top)}" for path in files.logs.iterdir() if path.is_dir()]
                self._pack(files.top, ["data", *sorted(logs)], folder / f"{entry.resource_id}.tar")
                stored = replace(entry, process=None)
                write_atomic(folder / f"{entry.resource_id}{_ENTRY}", json.dumps(asdict(stored)) + "\n")
            finally:
                if running:
                    self._life.launch(entry)
        spec = entry.spec
        return Exported(entry.resource_id, spec.identifier, spec.engine, entry.server, entry.address)

    def _load_server(self, folder: Path, saved: Entry) -> Address:
        resource_id = saved.resource_id
        with self._life.lock(resource_id):
            if self._life.journal.file(resource_id).exists():
                raise BadInputError(f"There is a database server for DB instance {resource_id} already.")
            try:
                entry = self._life.readmit(saved)
                engine = self._life.engine_for(entry.spec.engine, entry.server)
                files = self._life.place.make(resource_id, engine.log_folders)
                self._life.place.give(files.data)
                self._unpack(folder / f"{resource_id}.tar", files.top)
                if entry.wanted == "running":
                    self._life.launch(entry, engine=engine)
                    entry = self._life.entry(resource_id)
                self._life.journal.write(replace(entry, state="ready"))
            except BaseException:
                self._life.remove(resource_id)
                raise
            return entry.address

    def _save_copy(self, folder: Path, snapshot: Snapshot) -> None:
        name = snapshot.snapshot_id
        self._pack(self._snapshots.folder(name), ["data"], folder / f"{name}.tar")
        write_atomic(folder / f"{name}{_COPY}", json.dumps(asdict(snapshot)) + "\n")

    def _load_copy(self, file: Path) -> None:
        snapshot = replace(Snapshot(**json.loads(file.read_text())), epoch=self._life.epoch)
        archive = file.with_name(f"{snapshot.snapshot_id}.tar")
        self._snapshots.bring_back(snapshot, lambda made: self._unpack(archive, made))

    def _pack(self, top: Path, names: list[str], archive: Path) -> None:
        with archive.open("xb") as file:
            launcher.pour(["tar", "-cf", "-", *names], user=self._life.user, folder=top, output=file)

    def _unpack(self, archive: Path, top: Path) -> None:
        with archive.open("rb") as file:
            launcher.pour(["tar", "-xpf", "-"], user=self._life.user, folder=top, given=file)


def _read(file: Path) -> Entry:
    try:
        return decode(json.loads(file.read_text()))
    except (ValueError, TypeError, KeyError) as broken:
        raise BadInputError(f"{file} does not describe a database server: {broken}.") from broken


def _all_at_once(work: Callable[[Given], Made], items: Iterable[Given]) -> list[Made]:
    """Do the work for all items, some at a time; all of it is done even when one fails."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        begun = [pool.submit(work, item) for item in items]
    return [each.result() for each in begun]
