"""The local cloud as one thing: up, down, and what is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

from scripts import java, system_packages
from scripts.config import Settings
from scripts.errors import MissingError
from scripts.local_cloud.databases import binaries
from scripts.local_cloud.databases.model import ServerStatus
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.local_cloud.delivery import recovery as delivery
from scripts.local_cloud.delivery.report import Running
from scripts.local_cloud.delivery.report import running as delivery_running
from scripts.local_cloud.localstack import SERVERS_PATH, LocalStack, Process, post
from scripts.terraform_state import StateFile

#: What the local cloud needs of the system.
REQUIREMENTS = (*binaries.REQUIREMENTS, *java.REQUIREMENTS)

#: What lies in the run-time folder.
_OURS = (
    "athena", "authority", "checkov", "databases", "environment.html", "firehose", "glue", "localstack",
    "lock", "log", "setup.lock", "terraform", "uv",
)  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """What `LocalCloud.up` found and did.

    Attributes
    ----------
    started
        False when LocalStack already ran.
    recovered
        DB instances whose server had died and runs again.
    removed
        DB instances of an earlier life, whose servers and files were removed.
    archived_state
        Where Terraform's state of an earlier life went, if there was one.
    """

    started: bool
    recovered: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    archived_state: Path | None = None


class LocalCloud:
    """LocalStack, the database servers, and the state that belongs to this life of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.localstack = LocalStack(settings)

    def up(self, say: Callable[[str], None]) -> Arrival:
        """Start what is not running; afterwards servers and state are those of the running LocalStack.

        Raises
        ------
        MissingError
            A program is missing or something did not start.
        """
        system_packages.prepare(REQUIREMENTS, say)
        before = self.localstack.running()
        if before is None:
            say(f"Starting LocalStack on 127.0.0.1:{self._settings.gateway_port}")
            # Files of job runs and of queries that an earlier life took with it when it was killed.
            for name in ("athena", "glue"):
                shutil.rmtree(self._settings.local_dir / name, ignore_errors=True)
        process = self.localstack.start()
        servers = DatabaseServers(self._settings.local_dir, process.epoch)
        removed = tuple(servers.remove_foreign())
        recovered = tuple(servers.recover())
        if recovered:
            post(process.port, SERVERS_PATH)
        if not delivery.ensure(process.port):
            say("Firehose does not deliver yet; see log/firehose.log in the run-time folder")
        return Arrival(
            started=process != before,
            recovered=recovered,
            removed=removed,
            archived_state=self._adopt_state(process.epoch),
        )

    def down(self) -> bool:
        """Stop LocalStack and every database server; True when something ran."""
        last = self.localstack.last()
        servers = DatabaseServers(self._settings.local_dir, last.epoch if last else "")
        running = [server.pid for server in servers.list() if server.pid]
        # LocalStack first: it must not see its servers die, for it would start them again.
        stopped = self.localstack.stop(spare=running)
        servers.stop_all()
        return stopped or bool(running)

    def forget(self) -> Path | None:
        """Remove what an earlier life left: its servers, and its state, which is archived."""
        DatabaseServers(self._settings.local_dir, "").remove_foreign()
        return self._adopt_state("")

    def remove(self) -> None:
        """Stop everything and remove the run-time files: what is ours in the folder, nothing else."""
        self.down()
        DatabaseServers(self._settings.local_dir, "").delete_all()
        for name in _OURS:
            path = self._settings.local_dir / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        with suppress(OSError):
            # Somebody's own files keep the folder.
            self._settings.local_dir.rmdir()

    def reset(self) -> None:
        """Stop everything and forget it: servers with their data, LocalStack's files, Terraform's state.

        The state is archived. What only costs time to make again, such as Terraform's provider, stays.
        """
        # At once: nothing is won by an orderly end of what is forgotten.
        self.localstack.stop(patience=0)
        DatabaseServers(self._settings.local_dir, "").delete_all()
        self._adopt_state("")
        for name in ("athena", "authority", "firehose", "glue", "localstack"):
            shutil.rmtree(self._settings.local_dir / name, ignore_errors=True)

    def process(self) -> Process | None:
        """The running LocalStack."""
        return self.localstack.running()

    @property
    def authority_file(self) -> Path:
        """PEM file of the authority that signs the certificates of the gateway and the DB instances."""
        return self._settings.local_dir / "authority" / "ca.pem"

    def delivery(self) -> Running | None:
        """Firehose's delivery process; None when there is nothing to deliver."""
        return delivery_running(self._settings)

    def servers(self) -> tuple[ServerStatus, ...]:
        """The database servers in the journal, of whatever life."""
        last = self.localstack.last()
        return DatabaseServers(self._settings.local_dir, last.epoch if last else "").list()

    def _adopt_state(self, epoch: str) -> Path | None:
        """Set aside a state that describes an earlier life, and mark the next one as of this life."""
        marker = self._settings.terraform_dir / "epoch"
        old = marker.read_text().strip() if marker.is_file() else ""
        if old == epoch and old:
            return None
        archive = self._settings.terraform_dir / "archive" / f"{old or 'unknown'}.tfstate"
        archived = archive if StateFile(self._settings.state_file).forget(archive) else None
        marker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker.write_text(epoch)
        return archived


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Let one command at a time change the environment whose files lie in a directory.

    Raises
    ------
    MissingError
        Another command is at it.
    """
    _writable(directory)
    lock = filelock.FileLock(directory / "lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise MissingError(
            f"Another `lab` or `make` command is changing the environment of {directory}.",
            "Wait until it has ended, then run this one again.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def _writable(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as refused:
        raise MissingError(
            f"{directory} cannot be written: {refused.strerror}.",
            "Make it writable, or name another folder in LAB_LOCAL_DIR.",
        ) from refused
