"""Where the servers' files lie.

A server of an unprivileged user cannot reach a checkout that only its owner may read, and a Unix socket's
path has 107 bytes. So: a short folder that the servers' user can reach, recorded in the local cloud's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import MissingError
from scripts.local_cloud.databases.files import secure_folder, write_atomic
from scripts.local_cloud.databases.launcher import User

#: The longest socket name is that of PostgreSQL's lock: "/r/<10 letters>/.s.PGSQL.65535.lock".
_SOCKET_ROOM = 107 - len("/r/0123456789/.s.PGSQL.65535.lock")

_NAME = "source-systems-lab"


@dataclass(frozen=True)
class Folder:
    """The files of one server.

    Attributes
    ----------
    top
        Holds all but the socket; ours, the servers' user may only pass through.
    sockets
        Holds the Unix socket that we administer the server through; closed to all but the servers' user.
    """

    top: Path
    sockets: Path

    @property
    def data(self) -> Path:
        """Data directory."""
        return self.top / "data"

    @property
    def logs(self) -> Path:
        """Logs, in folders named as on RDS."""
        return self.top / "log"

    @property
    def settings(self) -> Path:
        """Configuration, certificate and key."""
        return self.top / "conf"


class Place:
    """The files of one local cloud's servers.

    Parameters
    ----------
    record
        Folder in the local cloud's own one, where ``place.json`` says where the files lie.
    """

    def __init__(self, record: Path, user: User) -> None:
        self.user = user
        self.root = self._recorded(record) or self._choose(record)
        mode = 0o711 if user.switch else 0o700
        secure_folder(self.root, mode)
        self._name_owner(record)
        self.instances = secure_folder(self.root / "i", mode)
        self.templates = secure_folder(self.root / "t", mode)
        self.copies = secure_folder(self.root / "s", mode)
        self._sockets = secure_folder(self.root / "r", mode)

    def folder(self, resource_id: str) -> Folder:
        """The files of one server, there or not."""
        short = hashlib.sha256(resource_id.encode()).hexdigest()[:10]
        return Folder(self.instances / resource_id, self._sockets / short)

    def make(self, resource_id: str, log_folders: tuple[str, ...]) -> Folder:
        """Make the folders of a server, all but the data directory."""
        folder = self.folder(resource_id)
        mode = 0o711 if self.user.switch else 0o700
        for path in (folder.top, folder.logs, folder.settings):
            secure_folder(path, mode)
        for path in (folder.sockets, *(folder.logs / name for name in log_folders)):
            self.give(path)
        return folder

    def give(self, path: Path) -> None:
        """Make a folder (if need be) that belongs to the servers' user alone."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user.switch:
            os.chown(path, *self.user.owner, follow_symlinks=False)

    def _name_owner(self, record: Path) -> None:
        """Say whose the folder is, for whoever finds it; once: a full disk stops nobody who only looks."""
        file, text = self.root / "owner", f"{record}\n"
        if not file.is_file() or file.read_text() != text:
            write_atomic(file, text)

    @staticmethod
    def _recorded(record: Path) -> Path | None:
        try:
            root = Path(json.loads((record / "place.json").read_text())["root"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        # Gone with a restart (a temporary folder) or made by another user: choose again.
        with contextlib.suppress(OSError):
            if root.stat().st_uid == os.geteuid():
                return root
        return None

    def _choose(self, record: Path) -> Path:
        digest = hashlib.sha256(os.fsencode(record.resolve())).hexdigest()[:8]
        refused = []
        candidates = [] if self.user.switch else [record / "servers"]
        for base in _bases():
            candidates.append(base / digest)
        for candidate in candidates:
            if len(os.fsencode(candidate)) > _SOCKET_ROOM:
                refused.append(f"{candidate}: the path is too long for a socket")
                continue
            try:
                secure_folder(candidate.parent, 0o711)
                secure_folder(candidate, 0o711 if self.user.switch else 0o700)
                _try_socket(candidate)
            except (OSError, MissingError) as error:
                refused.append(f"{candidate}: {error}")
                continue
            write_atomic(record / "place.json", json.dumps({"root": str(candidate)}) + "\n")
            return candidate
        raise MissingError(
            "There is no folder for the database servers' files:\n" + "\n".join(refused),
            "Make one of these folders usable.",
        )


def shared_folder() -> Path:
    """A folder of this user that all local clouds of the machine share.

    Raises
    ------
    MissingError
        There is none that is safe.
    """
    refused = []
    for base in _bases():
        try:
            return secure_folder(base, 0o711)
        except (OSError, MissingError) as error:
            refused.append(f"{base}: {error}")
    raise MissingError("There is no safe folder for the database servers:\n" + "\n".join(refused))


def _bases() -> list[Path]:
    mine = f"{_NAME}-{os.geteuid()}"
    bases = [Path("/var/tmp") / mine, Path("/tmp") / mine]  # noqa: S108 - checked by secure_folder
    return [Path("/var/lib") / _NAME, *bases] if os.geteuid() == 0 else bases


def _try_socket(folder: Path) -> None:
    """Raise OSError where a folder's file system has no sockets or no permissions (shares of a host)."""
    probe = folder / ".probe"
    probe.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(probe))
    probe.chmod(0o600)
    private = probe.stat().st_mode & 0o077 == 0
    probe.unlink()
    if not private:
        raise OSError("its file system keeps no permissions")
