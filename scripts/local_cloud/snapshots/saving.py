"""Saves the running local cloud."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from scripts.config import Settings
from scripts.errors import MissingError
from scripts.local_cloud.databases.files import write_atomic
from scripts.local_cloud.localstack import LocalStack
from scripts.local_cloud.snapshots import manifest
from scripts.local_cloud.snapshots.asking import ask
from scripts.local_cloud.snapshots.manifest import Manifest
from scripts.local_cloud.snapshots.shape import Inside
from scripts.local_cloud.snapshots.shelf import Shelf, check_name
from scripts.terraform import Terraform
from scripts.terraform_state import StateFile, resources_in_state

Say = Callable[[str], None]


def save(settings: Settings, name: str, say: Say, *, replace: bool = False) -> Manifest:
    """Save LocalStack's services, the database servers and Terraform's state as snapshot `name`.

    Requests wait and the database servers pause meanwhile; connections to them end.

    Raises
    ------
    BadInputError
        The name cannot be, or is taken and `replace` is not said.
    MissingError
        The local cloud does not run, Terraform is at work or was killed, or there is no space.
    RemoteError
        The local cloud did not come to rest, or holds what cannot be kept; Terraform's state is torn.
    """
    check_name(name)
    localstack = LocalStack(settings)
    process = localstack.running()
    if process is None or not localstack.answers():
        raise MissingError(
            "The local cloud does not run, so there is nothing to save.",
            "LocalStack keeps its state in memory. Start anew: make apply",
        )
    if Terraform(settings).unfinished:
        raise MissingError(
            "The last run of Terraform was cut short, so its state does not tell what is there.",
            "Let it be completed first: make apply",
        )
    shelf = Shelf(settings.snapshot_dir)
    with shelf.lock(), shelf.new(name, replace=replace) as folder:
        if busy := ask(localstack, {"action": "busy", "folder": str(folder)})["busy"]:
            say(f"Waiting, at most a minute, for: {', '.join(busy)}")
        say("Saving: requests wait, the database servers pause")
        _state(settings, folder)
        told = ask(localstack, {"action": "save", "folder": str(folder)})
        _authority(settings, folder)
        for path in folder.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        saved = Manifest(
            name=name,
            saved=time.time(),
            epoch=process.epoch,
            prefix=settings.name,
            gateway_port=process.port,
            versions=manifest.versions(),
            records=told["records"],
            services=tuple(told["services"]),
            servers=tuple(told["servers"]),
            resources=len(resources_in_state(folder / Inside.STATE)),
            files=manifest.sums(folder),
        )
        manifest.write(folder, saved)
    return saved


def _state(settings: Settings, folder: Path) -> None:
    """Terraform's state, if there is one; what comes later is not in it, so nobody may be changing it."""
    if not StateFile(settings.state_file).content():
        return
    with settings.state_file.open("r+b") as state, (folder / Inside.STATE).open("xb") as copy:
        try:
            # The lock that Terraform itself holds while it works with a local state.
            fcntl.lockf(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise MissingError(
                f"Terraform is at work on {settings.state_file}.",
                "Wait until it has ended, then run this command again.",
            ) from held
        shutil.copyfileobj(state, copy)


def _authority(settings: Settings, folder: Path) -> None:
    """The authority that signs the servers' certificates: clients may have kept its own."""
    (folder / Inside.AUTHORITY).mkdir(mode=0o700)
    for name in ("ca.pem", "ca.key"):
        source = settings.local_dir / "authority" / name
        if source.is_file():
            write_atomic(folder / Inside.AUTHORITY / name, source.read_bytes())
