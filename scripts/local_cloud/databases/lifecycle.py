"""One server's way from nothing to running, stopped and gone, each step safe against a crash.

The order of things is the same everywhere: first the journal says what is about to be, then it is done, so
that whatever a killed process left can be found and finished or undone.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from scripts.errors import BadInputError, RemoteError
from scripts.local_cloud import processes
from scripts.local_cloud.databases import binaries, launcher, starting, strays
from scripts.local_cloud.databases.addresses import Addresses
from scripts.local_cloud.databases.authority import Authority
from scripts.local_cloud.databases.engine import EngineServer
from scripts.local_cloud.databases.files import clear_errors, remove_tree, secure_folder, write_atomic
from scripts.local_cloud.databases.journal import Entry, Journal
from scripts.local_cloud.databases.machine import Machine
from scripts.local_cloud.databases.model import (
    Address,
    Applied,
    ServerNotFoundError,
    ServerSpec,
    ServerStartError,
    check_id,
)
from scripts.local_cloud.databases.mysql import MySQLServer
from scripts.local_cloud.databases.places import Folder, Place, shared_folder
from scripts.local_cloud.databases.postgres import PostgresServer

#: Seconds that a server gets for an orderly end.
STOP_LIMIT = 30.0


class Lifecycle:
    """The steps; which of them, when and for whom is decided in `servers`.

    Parameters
    ----------
    local_dir
        Run-time files of the local cloud.
    epoch
        The life of it that new servers belong to.
    """

    def __init__(self, local_dir: Path, epoch: str) -> None:
        self.epoch = epoch
        local_dir = local_dir.absolute()
        local_dir.mkdir(parents=True, exist_ok=True)
        self.home = secure_folder(local_dir / "databases")
        self.locks = secure_folder(self.home / "locks")
        self.journal = Journal(secure_folder(self.home / "journal"))
        self.user = launcher.servers_user()
        with FileLock(self.locks / "place.lock"):
            self.place = Place(self.home, self.user)
        self._authority = Authority(local_dir / "authority")
        self._authority.ensure()
        self._addresses = Addresses(shared_folder(), Machine())

    @contextlib.contextmanager
    def lock(self, resource_id: str, *, wait: bool = True) -> Iterator[None]:
        """Nobody else, in any process, works on the server meanwhile.

        Raises
        ------
        filelock.Timeout
            Somebody does, and we are not to wait.
        """
        with FileLock(self.locks / f"{resource_id}.lock", timeout=-1 if wait else 0):
            yield

    @contextlib.contextmanager
    def hold(self, resource_id: str, *, running: bool = False) -> Iterator[Entry]:
        """The entry of a complete server, locked.

        Raises
        ------
        ServerNotFoundError
            There is none such.
        RemoteError
            It does not run, and should (`running`).
        """
        check_id(resource_id)
        with clear_errors(), self.lock(resource_id):
            entry = self.entry(resource_id)
            if entry.state != "ready":
                raise ServerNotFoundError(f"DB instance {resource_id} is not complete.")
            if running and not processes.alive(entry.process):
                raise RemoteError(f"The server of {entry.spec.identifier} is not running.", "Start it first.")
            yield entry

    def entry(self, resource_id: str) -> Entry:
        """The journal's entry.

        Raises
        ------
        ServerNotFoundError
            There is none such.
        """
        check_id(resource_id)
        entry = self.journal.read(resource_id)
        if entry is None:
            raise ServerNotFoundError(f"There is no database server for DB instance {resource_id}.")
        return entry

    def folder(self, entry: Entry) -> Folder:
        """The server's files."""
        return self.place.folder(entry.resource_id)

    def engine(self, installation: binaries.Installation) -> EngineServer:
        """How to handle the servers of an installation."""
        kind = PostgresServer if installation.product == "PostgreSQL" else MySQLServer
        return kind(installation, self.user)

    def engine_for(self, engine: str, server: str) -> EngineServer:
        """As `engine`, for data that was made by `server`, such as ``PostgreSQL 15.16``.

        Raises
        ------
        MissingError
            That product and version is no longer installed.
        """
        return self.engine(binaries.serving(engine, server))

    def make(
        self, spec: ServerSpec, engine: EngineServer, password: str | None, fill: Callable[[Folder], None]
    ) -> Address:
        """A new server whose data directory `fill` makes; nothing is left of it on failure."""
        if password is not None and (not password or not password.isprintable()):
            raise BadInputError(f"The master password of {spec.identifier} is empty or not printable.")
        with clear_errors(), self.lock(spec.resource_id):
            if self.journal.file(spec.resource_id).exists():
                raise BadInputError(f"There is a database server for DB instance {spec.resource_id} already.")
            try:
                entry = self._claim(spec, engine)
                folder = self.place.make(spec.resource_id, engine.log_folders)
                fill(folder)
                engine.adopt(entry, folder)
                self.launch(entry, engine=engine, first=True, password=password)
                self.journal.write(replace(self.entry(spec.resource_id), state="ready"))
            except BaseException:
                self.remove(spec.resource_id)
                raise
            return entry.address

    def launch(
        self,
        entry: Entry,
        *,
        engine: EngineServer | None = None,
        first: bool = False,
        password: str | None = None,
    ) -> Applied:
        """Start a server that does not run, and wait until it accepts connections.

        Raises
        ------
        ServerStartError
            It ended, or did not accept a connection in time.
        """
        engine = engine or self.engine_for(entry.spec.engine, entry.server)
        folder = self.folder(entry)
        if not folder.data.is_dir():
            raise ServerStartError(
                f"The data of {entry.spec.identifier} is gone from {folder.data}.", "Remove the DB instance."
            )
        self._end_leftovers(folder, engine.graceful)
        self.place.make(entry.resource_id, engine.log_folders)
        if not first:
            self._addresses.renew(entry.address, self.journal.file(entry.resource_id))
        self._certify(entry, folder)
        entry = replace(entry, server=str(engine.installation), given_up=False)
        engine.prepare(folder)
        engine.configure(entry, folder)
        log = folder.logs / engine.main_log
        written = starting.rotate(log)
        process = launcher.launch(
            engine.arguments(entry, folder, first=first), user=self.user, folder=folder.data, log=log
        )
        entry = self.journal.write(replace(entry, process=process))
        try:
            starting.await_ready(entry, engine, folder, log, written)
            if password is not None:
                engine.initialise(entry, folder, password)
            applied = engine.apply(entry, folder, {}, started=True)
        except BaseException:
            self.halt(entry, 5.0)
            raise
        self.note(entry, applied)
        return applied

    def halt(self, entry: Entry, timeout: float) -> Entry:
        """End a server's process, in good order if it does so within `timeout` seconds."""
        folder = self.folder(entry)
        if entry.process is not None:
            processes.stop(entry.process, graceful=_graceful(entry), timeout=timeout)
        self._end_leftovers(folder, _graceful(entry))
        return self.journal.write(replace(entry, process=None))

    def kill(self, entry: Entry) -> Entry:
        """End a server's process and all its children by SIGKILL: no buffer is written, no client is told."""
        if entry.process is not None:
            processes.stop(entry.process, graceful=signal.SIGKILL, timeout=20.0)
        self._end_leftovers(self.folder(entry), signal.SIGKILL)
        return self.journal.write(replace(entry, process=None))

    def note(self, entry: Entry, applied: Applied) -> None:
        """Keep in the journal which parameters are not in force."""
        self.journal.write(
            replace(entry, unsupported=dict(applied.unsupported), pending_reboot=applied.pending_reboot)
        )

    def remove(self, resource_id: str) -> None:
        """End whatever runs for a server and remove all that there is of it, whatever state it is in."""
        entry = self.journal.read(resource_id)
        if entry is not None:
            entry = self.journal.write(replace(entry, state="deleting"))
            if entry.process is not None:
                # Its data is about to go: nothing is won by an orderly end.
                processes.stop(entry.process, graceful=signal.SIGKILL, timeout=20.0)
        folder = self.place.folder(resource_id)
        self._end_leftovers(folder, signal.SIGKILL)
        remove_tree(folder.sockets)
        remove_tree(folder.top)
        self.journal.remove(resource_id)
        if entry is not None:
            self._addresses.release(entry.address, self.journal.file(resource_id))

    def known(self) -> list[str]:
        """Resource ids of which there is anything: an entry, damaged or not, a folder, a process."""
        found = {entry.resource_id for entry in self.journal.entries()} | set(self.journal.damaged())
        found |= {path.name for path in self.place.instances.iterdir() if path.is_dir()}
        for directory in strays.working_in(self.place.instances, self.user.uid).values():
            found.add(directory.relative_to(self.place.instances).parts[0])
        return sorted(found)

    def move(self, entry: Entry, port: int) -> Entry:
        """The entry with another port, which is free; the server must be started again to use it."""
        entry = entry.with_spec(port=port)
        if entry.address.fallback:
            return entry
        moved = replace(entry.address, port=port)
        self._addresses.renew(moved, self.journal.file(entry.resource_id))
        return replace(entry, address=moved)

    def _claim(self, spec: ServerSpec, engine: EngineServer) -> Entry:
        made: list[Entry] = []

        def record(address: Address) -> None:
            secret = secrets.token_urlsafe(24)
            made.append(Entry(spec, self.epoch, address, str(engine.installation), secret))
            self.journal.write(made[0])

        self._addresses.claim(spec.port, self.journal.file(spec.resource_id), record)
        return made[0]

    def readmit(self, entry: Entry) -> Entry:
        """Enter a server of an earlier life into this one's journal, at its address if that is free.

        It is entered as ``creating``, until whoever brings it back has done so.
        """
        made: list[Entry] = []

        def record(address: Address) -> None:
            made.append(replace(entry, epoch=self.epoch, address=address, state="creating", process=None))
            self.journal.write(made[0])

        self._addresses.claim(
            entry.spec.port, self.journal.file(entry.resource_id), record, before=entry.address
        )
        return made[0]

    def certified(self, entry: Entry) -> bool:
        """Whether clients accept the server's certificate: not once the clock was set far back or ahead."""
        return self._authority.holds(self.folder(entry).settings / "server.pem")

    def _certify(self, entry: Entry, folder: Folder) -> None:
        """A certificate of our authority, for the address and a name like AWS's."""
        spec = entry.spec
        names = dict.fromkeys(spec.host_names)
        names[f"{spec.identifier}.{folder.sockets.name}.us-east-1.rds.amazonaws.com"] = None
        settings = folder.settings
        self._authority.issue(
            settings / "server.pem",
            settings / "server.key",
            host=entry.address.host,
            names=tuple(names),
            owner=self.user.owner,
        )
        content = self._authority.certificate_file.read_bytes()
        write_atomic(settings / "ca.pem", content, 0o644, self.user.owner)

    def _end_leftovers(self, folder: Folder, number: signal.Signals) -> None:
        """End the processes that still work on a server's data, though the journal knows none.

        They are what a killed server left, or one whose start nobody lived to write down.
        """
        for process in strays.working_in(folder.top, self.user.uid):
            processes.stop(process, graceful=number, timeout=10.0)


def _graceful(entry: Entry) -> signal.Signals:
    kind = PostgresServer if entry.spec.engine == "postgres" else MySQLServer
    return kind.graceful
