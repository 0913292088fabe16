"""What goes into and comes out of the database servers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from scripts.errors import BadInputError, LabError, MissingError

Engine = Literal["mysql", "mariadb", "postgres"]
Wanted = Literal["running", "stopped"]

ENGINES: tuple[Engine, ...] = get_args(Engine)

#: RDS names the superuser that it keeps for itself so, in both engines.
ADMIN = "rdsadmin"

_RESOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")


class ServerNotFoundError(LabError):
    """No server (or snapshot) of that id is in the journal."""


class ServerStartError(MissingError):
    """A server did not start; the message holds the end of its log and the log's path."""


@dataclass(frozen=True)
class Address:
    """Where a server listens.

    Attributes
    ----------
    host
        A loopback address of its own, 127.20.x.y; 127.0.0.1 where such an address cannot be bound.
    port
        TCP port: the one asked for, or one of 4510-4559 where `fallback`.
    fallback
        Whether the address or the port differs from what was asked for, because that could not be bound.
    """

    host: str
    port: int
    fallback: bool = False


@dataclass(frozen=True)
class ServerSpec:
    """What an RDS DB instance asks for.

    Attributes
    ----------
    resource_id
        ``DbiResourceId``, unique for ever; names the server's folder and journal entry.
    identifier
        ``DBInstanceIdentifier``; for humans and the certificate.
    engine, engine_version
        As asked for; the true server is in `ServerStatus.server`.
    port
        AWS port, 1150 to 65535.
    master_username, database
        The master user, and the database made for it (None: no database, or ``postgres``).
    parameters
        Values of the DB parameter group that somebody set (RDS names and syntax, not the engine's defaults,
        which are kept small on a laptop).
    class_memory
        Memory of the DB instance class in bytes, for formulas such as ``{DBInstanceClassMemory*3/4}``.
    host_names
        Further DNS names for the certificate.
    """

    resource_id: str
    identifier: str
    engine: Engine
    engine_version: str
    port: int
    master_username: str
    database: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    class_memory: int = 1 << 30
    host_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.resource_id)
        if self.engine not in ENGINES:
            raise BadInputError(f"Engine {self.engine!r} is unknown; expected one of: {', '.join(ENGINES)}.")
        if not 1150 <= self.port <= 65535:
            raise BadInputError(f"Port {self.port} of {self.identifier} is not between 1150 and 65535.")
        if self.master_username == ADMIN:
            raise BadInputError(f"MasterUsername {ADMIN} is a reserved word for {self.engine}.")


@dataclass(frozen=True)
class Applied:
    """What became of parameters: every name given is in exactly one of the three.

    Attributes
    ----------
    applied
        In force now (set at run time, or the server already had that value).
    pending_reboot
        Known to the server, in force after the next start.
    unsupported
        Name to reason: this server does not know the parameter or refuses the value.
    """

    applied: tuple[str, ...] = ()
    pending_reboot: tuple[str, ...] = ()
    unsupported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ServerStatus:
    """One server as `lab status` shows it.

    Attributes
    ----------
    server
        Product and true version, e.g. ``MariaDB 10.11.14``.
    pid, memory_bytes, started_at
        None when the process is not alive; resident memory of the process and its children; seconds since
        the Unix epoch.
    alive
        Whether the very process that was started is running (never another one that got its pid).
    wanted
        ``running`` or ``stopped``: what the last order was. Down is ``wanted == "running" and not alive``.
    epoch
        The local cloud's life to which the server belongs.
    data_dir, log_dir
        Its data; its logs under RDS's names (``error/mysql-error.log``, ``error/postgresql.log`` ...).
    complete
        False for one whose creation or deletion was interrupted; `DatabaseServers.recover` removes it.
    certified
        False where clients refuse its certificate, because the clock was set; `recover` renews it.
    disk_full
        Whether so little space is left for its files that it cannot work.
    unsupported, pending_reboot
        Parameters that are not in force, as in `Applied`.
    given_up
        It ended so often that nobody starts it again by itself; `recover` does.
    """

    resource_id: str
    identifier: str
    engine: Engine
    engine_version: str
    server: str
    address: Address
    pid: int | None
    alive: bool
    wanted: Wanted
    memory_bytes: int | None
    started_at: float | None
    epoch: str
    data_dir: Path
    log_dir: Path
    complete: bool = True
    certified: bool = True
    disk_full: bool = False
    unsupported: Mapping[str, str] = field(default_factory=dict)
    pending_reboot: tuple[str, ...] = ()
    given_up: bool = False


@dataclass(frozen=True)
class LogFile:
    """A log file as ``DescribeDBLogFiles`` lists it.

    Attributes
    ----------
    name
        Path relative to the log folder.
    size
        Bytes.
    last_written
        Seconds since the Unix epoch.
    """

    name: str
    size: int
    last_written: float


def check_id(value: str) -> None:
    """Raise BadInputError for an id that could not name a folder."""
    if not _RESOURCE_ID.fullmatch(value):
        raise BadInputError(f"{value!r} is not an id: expected up to 63 letters, digits and hyphens.")
