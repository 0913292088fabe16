"""The journal: what servers there are, on disk, one file each, true after any crash."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from scripts.errors import BadInputError
from scripts.local_cloud.databases.files import sync_folder, write_atomic
from scripts.local_cloud.databases.model import Address, ServerSpec, Wanted
from scripts.local_cloud.processes import Process

State = Literal["creating", "ready", "deleting"]


@dataclass(frozen=True)
class Entry:
    """All that must be known of a server to find, run, administer and remove it.

    Attributes
    ----------
    state
        ``creating`` or ``deleting`` when that was begun and not finished.
    server_path, server
        The program, and its product and version: a data directory is bound to them.
    admin_password
        Of our own user in the server, which can connect through the socket only.
    unsupported, pending_reboot
        What became of the parameters that are not in force.
    given_up
        It ended so often that nobody starts it again by itself.
    """

    spec: ServerSpec
    epoch: str
    address: Address
    server: str
    admin_password: str = field(repr=False)
    state: State = "creating"
    wanted: Wanted = "running"
    process: Process | None = None
    unsupported: Mapping[str, str] = field(default_factory=dict)
    pending_reboot: tuple[str, ...] = ()
    given_up: bool = False

    @property
    def resource_id(self) -> str:
        """The server's id."""
        return self.spec.resource_id

    def with_spec(self, **changes: Any) -> Entry:
        """The entry with other values in its spec."""
        return replace(self, spec=replace(self.spec, **changes))


class Journal:
    """Entries in a folder that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, entry: Entry) -> Entry:
        """Store an entry; whole or not at all."""
        write_atomic(self.file(entry.resource_id), json.dumps(asdict(entry), indent=1) + "\n")
        return entry

    def read(self, resource_id: str) -> Entry | None:
        """The entry, or None where there is none or it is damaged."""
        try:
            return decode(json.loads(self.file(resource_id).read_text()))
        except (FileNotFoundError, ValueError, TypeError, KeyError, BadInputError):
            return None

    def entries(self) -> list[Entry]:
        """Every entry that can be read, by identifier."""
        found = [self.read(path.stem) for path in self.folder.glob("[!.]*.json")]
        return sorted((entry for entry in found if entry), key=lambda e: (e.spec.identifier, e.resource_id))

    def damaged(self) -> list[str]:
        """Resource ids of the entries that cannot be read."""
        return sorted(path.stem for path in self.folder.glob("[!.]*.json") if self.read(path.stem) is None)

    def remove(self, resource_id: str) -> None:
        """Forget a server."""
        with contextlib.suppress(FileNotFoundError):
            self.file(resource_id).unlink()
            sync_folder(self.folder)

    def file(self, resource_id: str) -> Path:
        """Where the entry of a server lies."""
        return self.folder / f"{resource_id}.json"


def decode(stored: dict[str, Any]) -> Entry:
    """The entry as it was; keys that a newer version may have added are ignored."""
    known = {name: stored[name] for name in (item.name for item in fields(Entry)) if name in stored}
    spec = dict(known["spec"])
    spec["host_names"] = tuple(spec["host_names"])
    known["spec"] = ServerSpec(**spec)
    known["address"] = Address(**known["address"])
    known["process"] = Process(**known["process"]) if known.get("process") else None
    known["pending_reboot"] = tuple(known.get("pending_reboot", ()))
    return Entry(**known)
