"""What a snapshot is: of which versions, when, and what lies in it; and whether it can be loaded here."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.config import Settings
from scripts.errors import BadInputError
from scripts.local_cloud.databases import binaries
from scripts.local_cloud.databases.files import write_atomic
from scripts.local_cloud.snapshots.shape import FORMAT, Inside, fingerprint

#: The packages whose objects are in the records.
_PACKAGES = ("localstack-core", "moto-ext", "dill", "cryptography")


@dataclass(frozen=True)
class Manifest:
    """What is known of a snapshot without loading it.

    Attributes
    ----------
    saved
        Seconds since 1970.
    epoch
        The life of the local cloud that was saved.
    prefix
        ``Settings.name``: prefix of the environment's resources.
    gateway_port
        LocalStack's port.
    versions
        Of this format, Python and the packages whose objects are in the records.
    records
        Class of ours in the records to the fingerprint of its fields.
    services
        LocalStack's services that ran.
    servers
        The database servers: ``identifier``, ``engine``, ``server`` (product and version) and ``address``.
    resources
        Number of resources in Terraform's state.
    files
        Path in the snapshot to size in bytes and SHA-256.
    """

    name: str
    saved: float
    epoch: str
    prefix: str
    gateway_port: int
    versions: Mapping[str, str]
    records: Mapping[str, str]
    services: tuple[str, ...]
    servers: tuple[Mapping[str, Any], ...]
    resources: int
    files: Mapping[str, tuple[int, str]]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(size for size, _ in self.files.values())

    @property
    def when(self) -> str:
        """Date and time, by this machine's clock."""
        return datetime.fromtimestamp(self.saved, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def versions() -> dict[str, str]:
    """What a snapshot that is saved now is of."""
    return {
        "format": str(FORMAT),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        **{name: version(name) for name in _PACKAGES},
    }


def write(folder: Path, manifest: Manifest) -> None:
    """Store the manifest of a snapshot."""
    write_atomic(folder / Inside.MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")


def read(folder: Path) -> Manifest:
    """The manifest of a snapshot.

    Raises
    ------
    BadInputError
        It is not there, damaged, or of a format that is not known here.
    """
    file = folder / Inside.MANIFEST
    try:
        stored = json.loads(file.read_text())
        found = stored["versions"]["format"]
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise BadInputError(f"{folder} is no snapshot: its manifest cannot be read ({broken}).") from broken
    if found != str(FORMAT):
        raise BadInputError(
            f"Snapshot {folder.name} has format {found}; this version reads and writes format {FORMAT}.",
            "Load it with the version of this project that saved it.",
        )
    try:
        stored["files"] = {path: (size, digest) for path, (size, digest) in stored["files"].items()}
        stored["services"] = tuple(stored["services"])
        stored["servers"] = tuple(stored["servers"])
        return Manifest(**stored)
    except (KeyError, TypeError, ValueError, AttributeError) as broken:
        raise BadInputError(f"{file} is damaged: {broken}.") from broken


def check_fits(manifest: Manifest, settings: Settings) -> None:
    """Raise unless what was saved can live here.

    Raises
    ------
    BadInputError
        It is of another version, or of another environment; says of which.
    MissingError
        The servers that can work with the databases' files are not installed.
    """
    here = versions()
    other = [
        f"{name} {saved} (here: {here.get(name, 'none')})"
        for name, saved in manifest.versions.items()
        if saved != here.get(name)
    ]
    if other:
        raise BadInputError(
            f"Snapshot {manifest.name} was saved with {', '.join(other)}.",
            "The records of one version mean nothing to another. Load it with what saved it, or start anew: "
            "make apply",
        )
    changed = [name for name, digest in manifest.records.items() if fingerprint(name) != digest]
    if changed:
        raise BadInputError(
            f"Snapshot {manifest.name} was saved by another version of this project, in which these records "
            f"differ: {', '.join(sorted(changed))}.",
            "Load it with the version that saved it, or start anew: make apply",
        )
    if manifest.prefix != settings.name:
        raise BadInputError(
            f"Snapshot {manifest.name} is of the environment {manifest.prefix!r}, not {settings.name!r}.",
            f"Load it with LAB_NAME={manifest.prefix}",
        )
    for server in manifest.servers:
        binaries.serving(server["engine"], server["server"])


def sums(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of every file but the manifest; all of them are on the disk afterwards."""
    found = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != Inside.MANIFEST.value
    ]
    with ThreadPoolExecutor() as pool:
        return dict(
            zip((f"{path.relative_to(folder)}" for path in found), pool.map(_sum, found), strict=True)
        )


def check_whole(folder: Path, manifest: Manifest) -> None:
    """Raise unless every file is there, as it was saved, and no other.

    Raises
    ------
    BadInputError
        One is missing, differs or was added; names it.
    """
    found = sums(folder)
    wrong = sorted(path for path in {*found, *manifest.files} if found.get(path) != manifest.files.get(path))
    if wrong:
        raise BadInputError(
            f"Snapshot {manifest.name} is damaged: {', '.join(wrong)} in {folder} is not what was saved.",
            f"Remove it: lab snapshot delete {manifest.name}",
        )


def _sum(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest
