"""What the two kinds of server have in common, and what each must be able to do."""

from __future__ import annotations

import re
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from scripts.errors import RemoteError
from scripts.local_cloud.databases import formulas
from scripts.local_cloud.databases.binaries import Installation
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.launcher import User
from scripts.local_cloud.databases.model import Applied, ServerSpec
from scripts.local_cloud.databases.places import Folder

#: What can be written into a configuration file as a name without becoming something else there.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$.-]*")


class NotReadyError(RemoteError):
    """The server does not accept a connection yet, or no more."""


class EngineServer(ABC):
    """One kind of server, in one installation; holds no state of any instance.

    Parameters
    ----------
    installation
        Its programs.
    user
        Whom it runs as.
    """

    #: Folders under the log folder, and the file that gets standard output and error.
    log_folders: ClassVar[tuple[str, ...]]
    main_log: ClassVar[str]
    #: Asks for an orderly end that does not wait for clients.
    graceful: ClassVar[signal.Signals]
    #: Changes whenever `make_data` makes something else.
    layout: ClassVar[str]

    def __init__(self, installation: Installation, user: User) -> None:
        self.installation = installation
        self.user = user

    @abstractmethod
    def make_data(self, data: Path) -> None:
        """Initialise the empty folder `data`, which belongs to the servers' user, as a data directory.

        It holds nothing of any instance: copies of it serve for all.
        """

    @abstractmethod
    def configure(self, entry: Entry, folder: Folder) -> dict[str, str]:
        """Write the configuration; returns parameters that are not in it, with the reason."""

    @abstractmethod
    def arguments(self, entry: Entry, folder: Folder, *, first: bool) -> list[str]:
        """The server's command line; `first` at the first start on a fresh data directory."""

    @abstractmethod
    def ping(self, entry: Entry, folder: Folder) -> None:
        """Raise NotReadyError unless the server accepts our connection through its socket."""

    @abstractmethod
    def initialise(self, entry: Entry, folder: Folder, password: str) -> None:
        """Make the master user and its database; may be repeated."""

    @abstractmethod
    def adopt(self, entry: Entry, folder: Folder) -> None:
        """Prepare a fresh copy of a template or a snapshot for the instance's first start."""

    @abstractmethod
    def set_password(self, entry: Entry, folder: Folder, password: str) -> None:
        """Change the master user's password."""

    @abstractmethod
    def apply(
        self, entry: Entry, folder: Folder, previous: Mapping[str, str], *, started: bool = False
    ) -> Applied:
        """Bring the running server to `entry.spec.parameters`.

        Parameters
        ----------
        previous
            The parameters before; one that is no longer there goes back to its default.
        started
            The server has just started: what differs now will not be right after another start either.
        """

    @abstractmethod
    def connections(self, entry: Entry, folder: Folder) -> int:
        """Count the clients' network connections; ours, through the socket, are none.

        Raises
        ------
        RemoteError
            The server does not answer.
        """

    def prepare(self, folder: Folder) -> None:
        """Clear away what a killed server left and what would keep a new one from starting."""
        del folder


def resolved(spec: ServerSpec) -> tuple[dict[str, str], dict[str, str]]:
    """A spec's parameters with formulas computed, and those that cannot be, with the reason."""
    variables = {
        "DBInstanceClassMemory": float(spec.class_memory),
        "AllocatedStorage": float(20 << 30),
        "DBInstanceVCPU": 2.0,
        "EndPointPort": float(spec.port),
        "TrueIfReplica": 0.0,
    }
    values: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, value in spec.parameters.items():
        if not _NAME.fullmatch(name) or not value.isprintable():
            refused[name] = "this is no name or value of a parameter"
        elif not formulas.is_formula(value):
            values[name] = value
        else:
            try:
                values[name] = str(formulas.evaluate(value, variables))
            except ValueError as error:
                refused[name] = str(error)
    return values, refused
