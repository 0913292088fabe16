"""Snapshots that must not be loaded: each is refused, with the reason, before anything is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.config import Settings
from scripts.errors import BadInputError, LabError, MissingError
from scripts.local_cloud.snapshots import loading, manifest
from scripts.local_cloud.snapshots.manifest import Manifest
from scripts.local_cloud.snapshots.shape import Inside, fingerprint
from scripts.local_cloud.snapshots.shelf import Shelf

INSTANCE = "scripts.local_cloud.providers.rds.model:DBInstance"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(local_dir=tmp_path / ".local", snapshot_dir=tmp_path / "snapshots", gateway_port=4749)


@pytest.fixture
def snapshot(settings: Settings) -> Path:
    """The folder of a snapshot that could be loaded, if its records were records."""
    shelf = Shelf(settings.snapshot_dir)
    with shelf.lock(), shelf.new("one", replace=False) as folder:
        (folder / Inside.RECORDS).write_bytes(b"no pickle: nobody reads it")
        (folder / Inside.SERVERS).mkdir()
        (folder / Inside.SERVERS / "a.tar").write_bytes(b"data")
        manifest.write(
            folder,
            Manifest(
                name="one", saved=1.8e9, epoch="e", prefix=settings.name, gateway_port=4566,
                versions=manifest.versions(), records={INSTANCE: fingerprint(INSTANCE)}, services=("s3",),
                servers=(), resources=0, files=manifest.sums(folder),
            ),
        )  # fmt: skip
    return shelf.find("one")


def refused(settings: Settings) -> LabError:
    with pytest.raises(LabError) as told:
        loading.load(settings, "one", lambda _: pytest.fail("something was done"), pytest.fail)
    assert not settings.local_dir.exists()
    return told.value


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"versions": {"localstack-core": "4.9.1"}}, "localstack-core 4.9.1 (here: 4.9.2)"),
        ({"versions": {"moto-ext": "5.1.0"}}, "moto-ext 5.1.0"),
        ({"versions": {"python": "3.10"}}, "python 3.10"),
        ({"versions": {"format": "0"}}, "has format 0; this version reads and writes format 1"),
        ({"records": {INSTANCE: "other"}}, f"these records differ: {INSTANCE}"),
        ({"records": {"scripts.gone:Gone": "x"}}, "scripts.gone:Gone"),
        ({"prefix": "other"}, "the environment 'other'"),
        ({"files": {"objects": (1, "x")}}, "objects"),
    ],
)
def test_a_snapshot_of_another_version_or_environment_is_refused(
    settings: Settings, snapshot: Path, changes: dict[str, Any], said: str
) -> None:
    held = manifest.read(snapshot)
    merged = {
        name: {**getattr(held, name), **value} if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    manifest.write(snapshot, replace(held, **merged))
    error = refused(settings)
    assert isinstance(error, BadInputError)
    assert said in error.what
    assert error.hint


def test_databases_whose_server_is_not_installed_are_refused(settings: Settings, snapshot: Path) -> None:
    server = {"engine": "postgres", "server": "PostgreSQL 9.6", "identifier": "a"}
    manifest.write(snapshot, replace(manifest.read(snapshot), servers=(server,)))
    error = refused(settings)
    assert isinstance(error, MissingError)
    assert "PostgreSQL 9.6" in error.what


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / Inside.RECORDS).write_bytes(b"other"), "records.pickle"),
        (lambda folder: (folder / Inside.SERVERS / "a.tar").unlink(), "databases/a.tar"),
        (lambda folder: (folder / "more").write_bytes(b""), "more"),
        (lambda folder: (folder / Inside.MANIFEST).write_text("{"), "manifest cannot be read"),
        (lambda folder: (folder / Inside.MANIFEST).write_text('{"versions": {"format": "1"}}'), "damaged"),
        (lambda folder: (folder / Inside.MANIFEST).unlink(), "manifest cannot be read"),
    ],
)
def test_a_damaged_snapshot_is_refused(
    settings: Settings, snapshot: Path, damage: Callable[[Path], object], said: str
) -> None:
    damage(snapshot)
    error = refused(settings)
    assert isinstance(error, BadInputError)
    assert said in error.what


def test_the_fields_of_a_class_are_its_fingerprint(tmp_path: Path) -> None:
    assert fingerprint(INSTANCE) == fingerprint(INSTANCE)
    assert fingerprint(INSTANCE) != fingerprint("scripts.local_cloud.providers.rds.model:SubnetGroup")
    assert fingerprint("scripts.local_cloud.providers.rds.model:Nothing") == ""
