"""The database servers of one local cloud."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from filelock import Timeout

from scripts.errors import BadInputError, LabError
from scripts.local_cloud import processes
from scripts.local_cloud.databases import binaries, starting
from scripts.local_cloud.databases.exports import Exports
from scripts.local_cloud.databases.files import clear_errors, remove_tree
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.lifecycle import STOP_LIMIT, Lifecycle
from scripts.local_cloud.databases.model import (
    Address,
    Applied,
    LogFile,
    ServerSpec,
    ServerStatus,
    check_id,
)
from scripts.local_cloud.databases.report import status_of
from scripts.local_cloud.databases.snapshots import Snapshot, Snapshots
from scripts.local_cloud.databases.templates import Templates
from scripts.local_cloud.databases.usage import Usage, usage_of


class DatabaseServers:
    """Owns the servers of one local cloud; thread-safe, and safe from several processes at once.

    Parameters
    ----------
    local_dir
        Run-time files of the local cloud (``Settings.local_dir``): journal and authority lie in it, and the
        servers' data where their user can reach it.
    epoch
        The local cloud's life that new servers belong to.

    Attributes
    ----------
    exports
        Servers and their snapshots as files that outlive the local cloud.

    Notes
    -----
    Where a method takes a resource id, ServerNotFoundError says that there is none such. Starting raises
    ServerStartError (with the end of the log) and MissingError (a program or an address is missing). A disk
    that is full or closed raises MissingError, what a server refuses RemoteError.
    """

    def __init__(self, local_dir: Path, epoch: str) -> None:
        self.epoch = epoch
        with clear_errors():
            self._life = Lifecycle(local_dir, epoch)
            self._journal = self._life.journal
            self._templates = Templates(self._life.place, self._life.locks)
            self._snapshots = Snapshots(self._life.place, self._life.user)
            self.exports = Exports(self._life, self._snapshots)

    # -- life of one server

    def create(self, spec: ServerSpec, password: str) -> Address:
        """Make and start a server; blocks until the master user can connect.

        On failure nothing is left of it.

        Raises
        ------
        BadInputError
            The resource id exists, or the password holds what no server takes.
        """
        engine = self._life.engine(binaries.require(spec.engine))
        return self._life.make(
            spec, engine, password, lambda folder: self._templates.copy_to(engine, folder.data)
        )

    def start(self, resource_id: str) -> Address:
        """Start a server, unless it runs, with all its parameters; from now on it is wanted running."""
        with self._life.hold(resource_id) as held:
            entry = self._journal.write(replace(held, wanted="running"))
            if not processes.alive(entry.process):
                self._life.launch(entry)
            return entry.address

    def stop(self, resource_id: str, timeout: float = STOP_LIMIT) -> None:
        """Stop a server in good order, by SIGKILL after `timeout` seconds; it is wanted stopped."""
        with self._life.hold(resource_id) as entry:
            self._life.halt(self._journal.write(replace(entry, wanted="stopped")), timeout)

    def reboot(self, resource_id: str, parameters: Mapping[str, str] | None = None) -> Applied:
        """Stop and start a server, with `parameters` in place of the present ones when given."""
        with self._life.hold(resource_id) as held:
            entry = self._life.halt(replace(held, wanted="running"), STOP_LIMIT)
            if parameters is not None:
                entry = entry.with_spec(parameters=dict(parameters))
            return self._life.launch(entry)

    def crash(self, resource_id: str, parameters: Mapping[str, str]) -> Applied:
        """End a server by SIGKILL, whatever it is doing, and start it again on the data that it leaves."""
        with self._life.hold(resource_id) as held:
            entry = self._life.kill(replace(held, wanted="running"))
            return self._life.launch(entry.with_spec(parameters=dict(parameters)))

    def revive(self, resource_id: str, beginning: Callable[[], None]) -> Applied | None:
        """Start a server that should run and has ended, on the data that it left; None where it is not so.

        Parameters
        ----------
        beginning
            Called before it is started, where it is.

        Raises
        ------
        ServerStartError
            It does not start.
        """
        with self._life.hold(resource_id) as entry:
            if entry.wanted == "stopped" or processes.alive(entry.process):
                return None
            beginning()
            return self._life.launch(entry)

    def give_up(self, resource_id: str) -> str:
        """Write down that a server which has ended is not started again by itself; the end of its log."""
        with self._life.hold(resource_id) as held:
            entry = self._journal.write(replace(held, given_up=True))
            engine = self._life.engine_for(entry.spec.engine, entry.server)
            return starting.last_words(self._life.folder(entry).logs / engine.main_log)

    def await_end(self, resource_id: str) -> None:
        """Wait until the process that a server has now is gone; at once where it has none."""
        with clear_errors():
            process = self._life.entry(resource_id).process
        if process is not None:
            processes.await_end(process)

    def delete(self, resource_id: str) -> None:
        """Stop a server and remove all that there is of it; no-op when there is none."""
        check_id(resource_id)
        with clear_errors(), self._life.lock(resource_id):
            self._life.remove(resource_id)

    # -- changes

    def set_password(self, resource_id: str, password: str) -> None:
        """Give the master user of a running server a new password."""
        with self._life.hold(resource_id, running=True) as entry:
            engine = self._life.engine_for(entry.spec.engine, entry.server)
            engine.set_password(entry, self._life.folder(entry), password)

    def apply_parameters(self, resource_id: str, parameters: Mapping[str, str]) -> Applied:
        """Make `parameters` the whole set that is asked for.

        Dynamic ones are in force at once, one that is no longer in the set is back at its default, static
        ones follow at the next start. A stopped server gets them all when it starts.
        """
        with self._life.hold(resource_id) as held:
            previous = held.spec.parameters
            entry = self._journal.write(held.with_spec(parameters=dict(parameters)))
            if not processes.alive(entry.process):
                return Applied(pending_reboot=tuple(parameters))
            engine = self._life.engine_for(entry.spec.engine, entry.server)
            applied = engine.apply(entry, self._life.folder(entry), previous)
            self._life.note(entry, applied)
            return applied

    def modify(self, resource_id: str, *, identifier: str | None = None, port: int | None = None) -> Address:
        """Rename a server, or give it another port (one that runs is restarted; its host stays).

        Raises
        ------
        MissingError
            Somebody listens on the new port; nothing has changed then.
        """
        with self._life.hold(resource_id) as held:
            entry = held
            if identifier is not None:
                entry = entry.with_spec(identifier=identifier)
            if port is not None and port != entry.spec.port:
                moved = self._life.move(entry, port)
                if processes.alive(entry.process) and moved.address != entry.address:
                    self._life.halt(entry, STOP_LIMIT)
                    self._life.launch(replace(moved, process=None))
                    return moved.address
                entry = moved
            self._journal.write(entry)
            return entry.address

    # -- what there is

    def status(self, resource_id: str) -> ServerStatus:
        """State of one server."""
        with clear_errors():
            return self._status(self._life.entry(resource_id))

    def list(self) -> tuple[ServerStatus, ...]:
        """State of every server in the journal, of every epoch, by identifier."""
        with clear_errors():
            return tuple(self._status(entry) for entry in self._journal.entries())

    def _status(self, entry: Entry) -> ServerStatus:
        return status_of(entry, self._life.folder(entry), certified=self._life.certified(entry))

    def usage(self, resource_id: str) -> Usage:
        """What a running server uses now.

        Raises
        ------
        RemoteError
            It does not run, or does not answer.
        """
        with clear_errors():
            entry = self._life.entry(resource_id)
            engine = self._life.engine_for(entry.spec.engine, entry.server)
            return usage_of(entry, self._life.folder(entry), engine)

    def log_folder(self, resource_id: str) -> Path:
        """Where a server's log files lie, under RDS's names."""
        with clear_errors():
            return self._life.folder(self._life.entry(resource_id)).logs

    def log_files(self, resource_id: str) -> tuple[LogFile, ...]:
        """Log files of a server that hold something, by name."""
        with clear_errors():
            logs = self._life.folder(self._life.entry(resource_id)).logs
            found = []
            for path in sorted(logs.glob("*/*")):
                state = path.lstat()
                if path.is_file() and not path.is_symlink() and state.st_size:
                    found.append(LogFile(str(path.relative_to(logs)), state.st_size, state.st_mtime))
            return tuple(found)

    # -- all servers

    def recover(self) -> tuple[str, ...]:
        """Start every server of this epoch that should run and does not; remove half-made ones.

        A server whose certificate clients refuse, because the clock was set, is started again with a new one.
        Returns the resource ids of the servers started.

        Raises
        ------
        MissingError
            A server did not start; the others were tried all the same.
        """
        started: list[str] = []
        failed: list[LabError] = []
        for seen in self._journal.entries():
            if seen.epoch != self.epoch:
                continue
            try:
                if self._recover(seen.resource_id):
                    started.append(seen.resource_id)
            except LabError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return tuple(started)

    def _recover(self, resource_id: str) -> bool:
        """Start a server if it should run and cannot be used; whether it was started."""
        # Who is just starting it is waited for.
        with clear_errors(), self._life.lock(resource_id):
            entry = self._journal.read(resource_id)
            if entry is None:
                return False
            if entry.state != "ready":
                self._life.remove(resource_id)
                return False
            alive = processes.alive(entry.process)
            if entry.wanted == "stopped" or (alive and self._life.certified(entry)):
                return False
            self._life.launch(self._life.halt(entry, STOP_LIMIT) if alive else entry)
            return True

    def stop_all(self) -> None:
        """Stop every server's process; what is wanted stays as it is, so that `recover` starts them again."""
        with clear_errors():
            for seen in self._journal.entries():
                with self._life.lock(seen.resource_id):
                    entry = self._journal.read(seen.resource_id)
                    if entry is not None:
                        self._life.halt(entry, STOP_LIMIT)

    def remove_foreign(self) -> tuple[str, ...]:
        """Remove servers and snapshots of other epochs, half-made servers, and what the journal cannot read.

        Returns the resource ids of the servers removed.
        """
        removed: list[str] = []
        with clear_errors():
            for resource_id in self._life.known():
                wait = (entry := self._journal.read(resource_id)) is None or entry.epoch != self.epoch
                with contextlib.suppress(Timeout), self._life.lock(resource_id, wait=wait):
                    entry = self._journal.read(resource_id)
                    if entry is None or entry.epoch != self.epoch or entry.state != "ready":
                        self._life.remove(resource_id)
                        removed.append(resource_id)
            self._snapshots.clear(self.epoch)
        return tuple(removed)

    def delete_all(self) -> None:
        """Remove every server, every snapshot and the folder of the servers' files itself."""
        with clear_errors():
            for resource_id in self._life.known():
                with self._life.lock(resource_id):
                    self._life.remove(resource_id)
            remove_tree(self._life.place.root)
            (self._life.home / "place.json").unlink(missing_ok=True)

    # -- snapshots

    def snapshot(self, resource_id: str, snapshot_id: str) -> None:
        """Keep a consistent copy of a server's data; one that runs pauses for it.

        Raises
        ------
        BadInputError
            There is a snapshot of that id.
        """
        check_id(snapshot_id)
        with self._life.hold(resource_id) as held:
            running = processes.alive(held.process)
            entry = self._life.halt(held, STOP_LIMIT)
            try:
                spec = entry.spec
                taken = Snapshot(snapshot_id, entry.epoch, spec.engine, entry.server, spec.master_username)
                self._snapshots.take(taken, self._life.folder(entry).data)
            finally:
                if running:
                    self._life.launch(entry)

    def restore(self, snapshot_id: str, spec: ServerSpec, password: str | None = None) -> Address:
        """Make a server from a snapshot.

        Parameters
        ----------
        spec
            As for `create`; its master user must be the snapshot's.
        password
            The master user's new password; None leaves the one in the snapshot.
        """
        snapshot = self._snapshots.find(snapshot_id)
        if spec.master_username != snapshot.master_username:
            raise BadInputError(
                f"The master user of snapshot {snapshot_id} is {snapshot.master_username}, "
                f"not {spec.master_username}."
            )
        engine = self._life.engine_for(spec.engine, snapshot.server)
        return self._life.make(
            spec, engine, password, lambda folder: self._snapshots.copy_to(snapshot_id, folder.data)
        )

    def snapshots(self) -> tuple[str, ...]:
        """Ids of the snapshots."""
        return tuple(snapshot.snapshot_id for snapshot in self._snapshots.all())

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Remove a snapshot; no-op when there is none."""
        check_id(snapshot_id)
        with clear_errors():
            self._snapshots.remove(snapshot_id)
