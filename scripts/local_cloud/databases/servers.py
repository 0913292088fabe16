"""The servers of one local cloud (interface first; the body follows)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scripts.local_cloud.databases.model import Address, Applied, LogFile, ServerSpec, ServerStatus


class DatabaseServers:
    """Owns the servers of one local cloud; thread-safe, and safe from several processes at once.

    Parameters
    ----------
    local_dir
        Run-time files of the local cloud (``Settings.local_dir``). Journal, authority and (where the
        servers' user can reach it) data lie there; else data lies in a folder that the journal records.
    epoch
        The local cloud's life that new servers belong to.

    Notes
    -----
    Every method that takes a resource id raises ServerNotFoundError when there is none such. Starting raises
    ServerStartError (with the end of the log), MissingError where a program is missing.
    """

    def __init__(self, local_dir: Path, epoch: str) -> None: ...

    def create(self, spec: ServerSpec, password: str) -> Address:
        """Data directory, certificate, address, start, master user and database. Blocks; on failure
        nothing is left. BadInputError if the resource id exists."""
        raise NotImplementedError

    def start(self, resource_id: str) -> Address:
        """Start (no-op if alive), with the parameters that are pending; wanted becomes running."""
        raise NotImplementedError

    def stop(self, resource_id: str, timeout: float = 30.0) -> None:
        """Graceful stop, SIGKILL after `timeout` seconds; wanted becomes stopped."""
        raise NotImplementedError

    def reboot(self, resource_id: str, parameters: Mapping[str, str] | None = None) -> Applied:
        """Stop and start, with `parameters` in place of the present ones when given."""
        raise NotImplementedError

    def delete(self, resource_id: str) -> None:
        """Stop and remove data, sockets, logs, address and journal entry. No-op when there is none."""
        raise NotImplementedError

    def set_password(self, resource_id: str, password: str) -> None:
        """New password of the master user."""
        raise NotImplementedError

    def apply_parameters(self, resource_id: str, parameters: Mapping[str, str]) -> Applied:
        """Make `parameters` (the whole set) the ones asked for: dynamic ones at once, a dynamic one no
        longer in the set back to its default, static ones at the next start."""
        raise NotImplementedError

    def modify(self, resource_id: str, *, identifier: str | None = None, port: int | None = None) -> Address:
        """Rename and/or change the port (restarts a running server; keeps the host)."""
        raise NotImplementedError

    def status(self, resource_id: str) -> ServerStatus:
        """State of one server."""
        raise NotImplementedError

    def list(self) -> list[ServerStatus]:
        """State of every server in the journal, of every epoch, by identifier."""
        raise NotImplementedError

    def recover(self) -> list[str]:
        """Start every server of this epoch that should run and does not; remove half-created ones.

        Returns the resource ids started.
        """
        raise NotImplementedError

    def stop_all(self) -> None:
        """Stop every process of this local cloud; what was wanted is kept, so that `recover` brings it back."""
        raise NotImplementedError

    def remove_foreign(self) -> list[str]:
        """Stop and remove the servers of other epochs and processes and folders that no journal entry
        knows; returns their resource ids."""
        raise NotImplementedError

    def delete_all(self) -> None:
        """Remove every server, snapshot, orphan and the server files' folder itself (for `clean`)."""
        raise NotImplementedError

    def snapshot(self, resource_id: str, snapshot_id: str) -> None:
        """A consistent copy of the server's data; a running server is stopped for the copy and started."""
        raise NotImplementedError

    def restore(self, snapshot_id: str, spec: ServerSpec, password: str | None = None) -> Address:
        """A new server from a snapshot; master user of the snapshot, its password kept when None."""
        raise NotImplementedError

    def snapshots(self) -> list[str]:
        """Ids of the snapshots."""
        raise NotImplementedError

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Remove a snapshot; no-op when there is none."""
        raise NotImplementedError

    def log_files(self, resource_id: str) -> list[LogFile]:
        """The server's log files."""
        raise NotImplementedError
