"""A server exported from one local cloud and brought into another, which runs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.errors import BadInputError, MissingError
from scripts.local_cloud.databases import addresses
from scripts.local_cloud.databases.model import ServerSpec
from scripts.local_cloud.databases.servers import DatabaseServers
from tests.scripts.local_cloud.databases.conftest import PASSWORD, Cloud, spec

NUMBERS = "SELECT n FROM numbers ORDER BY n"


@pytest.fixture(scope="module")
def exported(cloud: Cloud, postgres: ServerSpec, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An export of the shared cloud: its servers and a snapshot."""
    address = cloud.servers.status(postgres.resource_id).address
    with cloud.postgres(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS numbers (n int)")
        connection.execute("TRUNCATE numbers")
        connection.execute("INSERT INTO numbers VALUES (1)")
    cloud.servers.snapshot(postgres.resource_id, "early")
    with cloud.postgres(address) as connection:
        connection.execute("INSERT INTO numbers VALUES (2)")
    folder = tmp_path_factory.mktemp("exports") / "export"
    saved = {each.resource_id: each for each in cloud.servers.exports.save(folder)}
    assert saved[postgres.resource_id].address == address
    assert saved[postgres.resource_id].server.startswith("PostgreSQL ")
    assert cloud.servers.status(postgres.resource_id).alive
    yield folder
    cloud.servers.delete_snapshot("early")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Cloud]:
    servers = DatabaseServers(tmp_path, "epoch-2")
    yield Cloud(servers, tmp_path)
    servers.delete_all()


def test_a_server_whose_address_is_taken_gets_another_and_keeps_its_data(
    cloud: Cloud, other: Cloud, postgres: ServerSpec, exported: Path
) -> None:
    moved = other.servers.exports.load(exported)
    old, new = moved[postgres.resource_id]
    assert old == cloud.servers.status(postgres.resource_id).address
    assert new.host != old.host
    assert new.port == old.port
    with other.postgres(new) as connection:
        assert connection.execute(NUMBERS).fetchall() == [(1,), (2,)]
    status = other.servers.status(postgres.resource_id)
    assert status.alive
    assert status.complete
    assert status.epoch == "epoch-2"
    restored = other.servers.restore("early", spec("db-EARLY", "postgres"))
    with other.postgres(restored) as connection:
        assert connection.execute(NUMBERS).fetchall() == [(1,)]
    with pytest.raises(BadInputError, match="already"):
        other.servers.exports.load(exported)
    assert other.servers.status(postgres.resource_id).alive


def test_a_server_whose_address_is_free_keeps_it_and_stays_stopped(
    tmp_path: Path, other: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An address that no other local cloud of this machine comes to in between: they begin at 127.20.0.2.
    monkeypatch.setattr(addresses, "_hosts", lambda: iter(["127.20.250.1"]))
    first = DatabaseServers(tmp_path / "first", "epoch-1")
    try:
        address = first.create(spec("db-STOPPED", "postgres"), PASSWORD)
        first.stop("db-STOPPED")
        first.exports.save(tmp_path / "export")
    finally:
        first.delete_all()
    assert other.servers.exports.load(tmp_path / "export") == {"db-STOPPED": (address, address)}
    assert not other.servers.status("db-STOPPED").alive
    assert other.servers.status("db-STOPPED").wanted == "stopped"
    assert other.servers.start("db-STOPPED") == address


def test_a_damaged_export_leaves_nothing_behind(other: Cloud, exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    for each in exported.iterdir():
        content = each.read_bytes()
        (folder / each.name).write_bytes(content[: len(content) // 2] if each.suffix == ".tar" else content)
    with pytest.raises(MissingError, match="tar failed"):
        other.servers.exports.load(folder)
    assert other.servers.list() == ()
    assert other.servers.snapshots() == ()
