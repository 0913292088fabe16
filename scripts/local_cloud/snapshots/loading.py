"""Loads a snapshot into a new life of the local cloud."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.config import Settings
from scripts.local_cloud.databases.files import clear_errors, write_atomic
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.localstack import new_epoch
from scripts.local_cloud.snapshots import manifest
from scripts.local_cloud.snapshots.asking import ask
from scripts.local_cloud.snapshots.manifest import Manifest
from scripts.local_cloud.snapshots.moves import Moves
from scripts.local_cloud.snapshots.safety import check_ours
from scripts.local_cloud.snapshots.shape import Inside
from scripts.local_cloud.snapshots.shelf import Shelf
from scripts.terraform import Terraform
from scripts.terraform_state import StateFile, resources_in_state

Say = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What became of a load.

    Attributes
    ----------
    epoch
        The new life's id.
    moved
        Identifiers of the DB instances that another local cloud's servers made move to another address.
    seconds
        How long it took.
    """

    name: str
    epoch: str
    services: tuple[str, ...]
    databases: tuple[str, ...]
    moved: tuple[str, ...]
    seconds: float


def _would_lose(settings: Settings) -> str:
    """What a load takes the place of, in words; empty where there is nothing."""
    cloud = LocalCloud(settings)
    # What is in its place is lost all the same, so a torn state is no obstacle.
    StateFile(settings.state_file).mend()
    resources = len(resources_in_state(settings.state_file)) if cloud.localstack.answers() else 0
    servers = len(cloud.servers())
    if not cloud.process() and not servers:
        return ""
    return f"{resources} resources in Terraform's state and {servers} DB instances with their data"


def _check(settings: Settings, name: str) -> Manifest:
    """The snapshot's manifest, when the snapshot is whole, ours and can live here."""
    folder = check_ours(Shelf(settings.snapshot_dir).find(name))
    saved = manifest.read(folder)
    manifest.check_fits(saved, settings)
    manifest.check_whole(folder, saved)
    return saved


def load(settings: Settings, name: str, say: Say, confirm: Callable[[str], None]) -> Loaded:
    """Stop what runs, and bring everything back as it was saved.

    Nothing is stopped before the snapshot has proved to be whole, ours and of these versions. Until the last
    step LocalStack does not answer as this checkout's: what an interrupted load leaves, the next command
    clears away.

    Parameters
    ----------
    confirm
        Asks a question before something that runs is lost; raises unless the answer is yes.

    Raises
    ------
    BadInputError
        There is none of that name, it is damaged, or of another version.
    MissingError
        It is not ours alone, a program or space is missing, or something did not start.
    RemoteError
        LocalStack did not take it.
    """
    began = time.monotonic()
    shelf = Shelf(settings.snapshot_dir)
    with shelf.lock(), clear_errors():
        saved = _check(settings, name)
        if lost := _would_lose(settings):
            confirm(f"Loading {name} takes the place of {lost}. Go on?")
        folder = shelf.find(name)
        cloud = LocalCloud(settings)
        say("Stopping what runs")
        cloud.reset()
        say(f"Loading {name}, saved on {saved.when}")
        epoch = new_epoch()
        try:
            moves = _bring_back(settings, cloud, folder, saved, epoch)
        except BaseException:
            cloud.reset()
            raise
    return Loaded(
        name=name,
        epoch=epoch,
        services=saved.services,
        databases=tuple(str(server["identifier"]) for server in saved.servers),
        moved=tuple(
            str(server["identifier"])
            for server in saved.servers
            if moves.servers[server["resource_id"]][0] != moves.servers[server["resource_id"]][1]
        ),
        seconds=round(time.monotonic() - began, 2),
    )


def _bring_back(settings: Settings, cloud: LocalCloud, folder: Path, saved: Manifest, epoch: str) -> Moves:
    _authority(settings, folder)
    servers = DatabaseServers(settings.local_dir, epoch)
    with ThreadPoolExecutor(1) as beside:
        importing = beside.submit(servers.exports.load, folder / Inside.SERVERS)
        process = cloud.localstack.start(epoch, loading=True)
        moves = Moves(importing.result(), (saved.gateway_port, process.port))
    _state(settings, folder, moves, epoch)
    ask(
        cloud.localstack,
        {
            "action": "load",
            "folder": str(folder),
            "services": saved.services,
            "servers": {name: (asdict(old), asdict(new)) for name, (old, new) in moves.servers.items()},
            "gateway": moves.gateway,
            "elapsed": max(0.0, time.time() - saved.saved),
        },
    )
    return moves


def _authority(settings: Settings, folder: Path) -> None:
    target = settings.local_dir / "authority"
    target.mkdir(exist_ok=True)
    for source in (folder / Inside.AUTHORITY).iterdir():
        write_atomic(target / source.name, source.read_bytes(), 0o644 if source.suffix == ".pem" else 0o600)


def _state(settings: Settings, folder: Path, moves: Moves, epoch: str) -> None:
    """Terraform's state, with the present addresses, as of the new life."""
    settings.terraform_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = folder / Inside.STATE
    if source.is_file():
        text = source.read_text()
        write_atomic(settings.state_file, moves.rewrite(text) if moves.changed else text, 0o600)
    write_atomic(settings.terraform_dir / "epoch", epoch)
    # Whatever befell the state before, this one is whole.
    Terraform(settings).recovered()
