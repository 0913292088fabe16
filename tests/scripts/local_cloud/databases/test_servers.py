"""The lives of servers: crashes, restarts, snapshots, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pymysql
import pytest

from scripts.config import ROOT
from scripts.errors import BadInputError, MissingError, RemoteError
from scripts.local_cloud.databases import authority, launcher
from scripts.local_cloud.databases.model import Engine, ServerNotFoundError, ServerSpec, ServerStatus
from scripts.local_cloud.databases.servers import DatabaseServers
from tests.scripts.local_cloud.databases import ordinary_user
from tests.scripts.local_cloud.databases.conftest import PASSWORD, Cloud, spec

ENGINES: tuple[Engine, ...] = ("mysql", "postgres")


def _listens(status: ServerStatus) -> bool:
    with socket.socket() as client:
        return client.connect_ex((status.address.host, status.address.port)) == 0


def _rows(cloud: Cloud, status: ServerStatus, *statements: str) -> list[tuple[object, ...]]:
    if status.engine == "postgres":
        with cloud.postgres(status.address) as client:
            for statement in statements:
                cursor = client.execute(statement)  # type: ignore[call-overload]
            return list(cursor.fetchall()) if cursor.description else []
    with cloud.mysql(status.address) as client, client.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.fixture
def server(cloud: Cloud, request: pytest.FixtureRequest) -> ServerSpec:
    """The shared server of the engine that the test is for."""
    made: ServerSpec = request.getfixturevalue(request.param)
    return made


@pytest.mark.parametrize("server", ENGINES, indirect=True)
def test_a_server_runs_unprivileged_and_its_status_says_what_it_really_is(
    cloud: Cloud, server: ServerSpec
) -> None:
    status = cloud.servers.status(server.resource_id)
    assert status.alive
    assert status.pid is not None
    assert psutil.Process(status.pid).uids().effective != 0
    assert status.server.startswith(("MariaDB 1", "MySQL 8", "PostgreSQL 1"))
    assert status.engine_version in ("8.0.40", "16.4")
    assert status.memory_bytes is not None
    assert 10 << 20 < status.memory_bytes < 150 << 20
    assert status.started_at is not None
    assert abs(status.started_at - time.time()) < 3600


@pytest.mark.parametrize("server", ENGINES, indirect=True)
def test_a_server_killed_with_kill_9_is_recovered_at_its_address_with_every_committed_row(
    cloud: Cloud, server: ServerSpec
) -> None:
    before = cloud.servers.status(server.resource_id)
    _rows(cloud, before, "CREATE TABLE kept (n INT)", "INSERT INTO kept VALUES (1), (2), (3)")
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    while cloud.servers.status(server.resource_id).alive:
        time.sleep(0.01)
    assert not _listens(before)
    assert cloud.servers.recover() == (server.resource_id,)
    after = cloud.servers.status(server.resource_id)
    assert after.address == before.address
    assert after.pid != before.pid
    assert _rows(cloud, after, "SELECT COUNT(*) FROM kept") == [(3,)]
    assert cloud.servers.recover() == ()


@pytest.mark.parametrize("server", ENGINES, indirect=True)
def test_a_stopped_server_stays_stopped_until_it_is_started(cloud: Cloud, server: ServerSpec) -> None:
    cloud.servers.stop(server.resource_id)
    stopped = cloud.servers.status(server.resource_id)
    assert (stopped.alive, stopped.wanted, stopped.pid) == (False, "stopped", None)
    assert not _listens(stopped)
    assert cloud.servers.recover() == ()
    with pytest.raises(RemoteError, match="not running"):
        cloud.servers.set_password(server.resource_id, "another")
    applied = cloud.servers.apply_parameters(server.resource_id, server.parameters)
    assert applied.pending_reboot == tuple(server.parameters)
    address = cloud.servers.start(server.resource_id)
    assert address == stopped.address
    assert cloud.servers.start(server.resource_id) == address
    assert _listens(cloud.servers.status(server.resource_id))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_deleted_server_leaves_no_process_listener_file_or_entry(cloud: Cloud, engine: Engine) -> None:
    made = spec("db-GONE", engine, port=2345)
    cloud.servers.create(made, PASSWORD)
    status = cloud.servers.status("db-GONE")
    assert status.address.port == 2345
    sockets = [c.laddr for c in psutil.net_connections("unix") if c.pid == status.pid and c.laddr]
    cloud.servers.delete("db-GONE")
    cloud.servers.delete("db-GONE")
    assert status.pid is not None
    assert not psutil.pid_exists(status.pid)
    assert not _listens(status)
    assert not status.data_dir.parent.exists()
    assert [path for path in sockets if str(path).startswith(str(status.data_dir.parents[2]))]
    assert not any(Path(str(path)).exists() for path in sockets)
    assert not [path for path in cloud.local_dir.rglob("*GONE*") if path.suffix != ".lock"]
    with pytest.raises(ServerNotFoundError):
        cloud.servers.status("db-GONE")


def test_a_snapshot_is_restored_as_another_server_with_its_rows_and_a_new_password(cloud: Cloud) -> None:
    for engine in ENGINES:
        source = spec("db-SOURCE", engine)
        cloud.servers.create(source, "first password")
        table = "CREATE TABLE kept (n INT)"
        status = cloud.servers.status("db-SOURCE")
        cloud.servers.set_password("db-SOURCE", PASSWORD)
        _rows(cloud, status, table, "INSERT INTO kept VALUES (7)")
        cloud.servers.snapshot("db-SOURCE", "final")
        assert cloud.servers.status("db-SOURCE").alive
        with pytest.raises(BadInputError, match="already"):
            cloud.servers.snapshot("db-SOURCE", "final")
        cloud.servers.delete("db-SOURCE")
        assert cloud.servers.snapshots() == ("final",)
        with pytest.raises(BadInputError, match="labadmin"):
            cloud.servers.restore("final", replace(source, master_username="other"))
        copy = replace(source, resource_id="db-COPY", identifier="copy")
        cloud.servers.restore("final", copy)
        assert _rows(cloud, cloud.servers.status("db-COPY"), "SELECT n FROM kept") == [(7,)]
        cloud.servers.delete("db-COPY")
        cloud.servers.delete_snapshot("final")
        assert cloud.servers.snapshots() == ()


def test_a_renamed_server_keeps_its_address_and_a_new_port_is_listened_on(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    before = cloud.servers.status(postgres.resource_id).address
    assert cloud.servers.modify(postgres.resource_id, identifier="renamed") == before
    assert cloud.servers.status(postgres.resource_id).identifier == "renamed"
    moved = cloud.servers.modify(postgres.resource_id, port=6543)
    assert (moved.host, moved.port) == (before.host, 6543)
    cloud.postgres(moved).close()
    with (
        socket.create_server((before.host, before.port)),
        pytest.raises(MissingError, match="EADDRINUSE"),
    ):
        cloud.servers.modify(postgres.resource_id, port=before.port)
    assert cloud.servers.status(postgres.resource_id).alive
    assert cloud.servers.modify(postgres.resource_id, port=before.port) == before


def test_two_local_clouds_at_once_have_different_addresses_and_do_not_see_each_other(
    cloud: Cloud, postgres: ServerSpec, tmp_path: Path
) -> None:
    other = DatabaseServers(tmp_path, "epoch-1")
    try:
        addresses = []
        threads = [
            threading.Thread(
                target=lambda n: addresses.append(other.create(spec(f"db-{n}", "postgres"), PASSWORD)),
                args=(number,),
            )
            for number in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        hosts = {address.host for address in addresses}
        assert len(hosts) == 2
        assert cloud.servers.status(postgres.resource_id).address.host not in hosts
        assert {status.resource_id for status in other.list()} == {"db-0", "db-1"}
        # What is stopped keeps its address.
        other.stop_all()
        assert [status.wanted for status in other.list()] == ["running", "running"]
        cloud.servers.create(spec("db-THIRD", "postgres"), PASSWORD)
        assert cloud.servers.status("db-THIRD").address.host not in hosts
        assert set(other.recover()) == {"db-0", "db-1"}
    finally:
        other.delete_all()
        cloud.servers.delete("db-THIRD")
    assert other.list() == ()


def test_servers_of_another_life_and_orphans_are_removed_and_those_of_this_one_are_not(
    cloud: Cloud, tmp_path: Path
) -> None:
    old = DatabaseServers(tmp_path, "old")
    new = DatabaseServers(tmp_path, "new")
    try:
        old.create(spec("db-OLD", "postgres"), PASSWORD)
        old.create(spec("db-LOST", "postgres"), PASSWORD)
        old.snapshot("db-OLD", "old-snapshot")
        new.create(spec("db-NEW", "postgres"), PASSWORD)
        foreign, lost, kept = (new.status(f"db-{name}") for name in ("OLD", "LOST", "NEW"))
        # Its journal entry is torn: the process is found by where it works.
        entry = tmp_path / "databases" / "journal" / "db-LOST.json"
        entry.write_text(entry.read_text()[:200])
        assert {status.resource_id for status in new.list()} == {"db-OLD", "db-NEW"}
        assert set(new.remove_foreign()) == {"db-OLD", "db-LOST"}
        assert new.list() == (kept,) or [status.resource_id for status in new.list()] == ["db-NEW"]
        assert new.snapshots() == ()
        assert not _listens(foreign)
        assert not _listens(lost)
        assert _listens(kept)
        assert not foreign.data_dir.exists()
        assert not lost.data_dir.exists()
    finally:
        new.delete_all()
    assert not _listens(kept)


def test_what_a_killed_process_left_half_made_is_recognised_and_removed(
    cloud: Cloud, postgres: ServerSpec, tmp_path: Path
) -> None:
    del postgres  # its template is not of use here, but the servers' programs are warm
    script = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from scripts.local_cloud.databases import postgres
        from scripts.local_cloud.databases.model import ServerSpec
        from scripts.local_cloud.databases.servers import DatabaseServers
        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        postgres.PostgresServer.initialise = die
        spec = ServerSpec("db-HALF", "half", "postgres", "16.4", 5432, "labadmin")
        DatabaseServers(Path(sys.argv[1]), "epoch").create(spec, "password")
        """
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, cwd=Path.cwd())
    assert done.returncode == -signal.SIGKILL
    servers = DatabaseServers(tmp_path, "epoch")
    try:
        half = servers.status("db-HALF")
        assert not half.complete
        assert half.alive
        with pytest.raises(ServerNotFoundError):
            servers.start("db-HALF")
        assert servers.recover() == ()
        assert servers.list() == ()
        assert not _listens(half)
        assert not half.data_dir.exists()
    finally:
        servers.delete_all()


def test_a_creation_that_fails_leaves_nothing_and_says_why(cloud: Cloud) -> None:
    before = set(cloud.local_dir.rglob("*"))
    with pytest.raises(MissingError, match="did not start"):
        cloud.servers.create(spec("db-FAIL", "mysql", parameters={"innodb_page_size": "8192"}), PASSWORD)
    assert {path for path in set(cloud.local_dir.rglob("*")) - before if path.suffix != ".lock"} == set()
    assert "db-FAIL" not in [status.resource_id for status in cloud.servers.list()]
    for password in ("", "two\nlines"):
        with pytest.raises(BadInputError):
            cloud.servers.create(spec("db-FAIL", "mysql"), password)


def test_a_reused_pid_is_neither_taken_for_the_server_nor_killed(cloud: Cloud, postgres: ServerSpec) -> None:
    servers = cloud.servers
    servers.stop(postgres.resource_id)
    stranger = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
    try:
        file = cloud.local_dir / "databases" / "journal" / f"{postgres.resource_id}.json"
        entry = json.loads(file.read_text())
        entry["process"] = {"pid": stranger.pid, "started": "1@another-boot"}
        entry["wanted"] = "running"
        file.write_text(json.dumps(entry))
        # PostgreSQL's own lock file names it, too, and would keep the server from starting.
        lock = servers.status(postgres.resource_id).data_dir / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n/nowhere\n")
        assert not servers.status(postgres.resource_id).alive
        assert servers.recover() == (postgres.resource_id,)
        assert servers.status(postgres.resource_id).pid != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_without_journalled_pid_is_ended_before_another_one_starts_on_its_data(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    before = cloud.servers.status(postgres.resource_id)
    file = cloud.local_dir / "databases" / "journal" / f"{postgres.resource_id}.json"
    entry = json.loads(file.read_text())
    entry["process"] = None
    file.write_text(json.dumps(entry))
    assert cloud.servers.recover() == (postgres.resource_id,)
    assert before.pid is not None
    assert not psutil.pid_exists(before.pid)
    assert _rows(cloud, cloud.servers.status(postgres.resource_id), "SELECT 1") == [(1,)]


def test_a_port_that_somebody_took_while_the_server_was_down_is_told(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    cloud.servers.stop(postgres.resource_id)
    address = cloud.servers.status(postgres.resource_id).address
    with (
        socket.create_server((address.host, address.port)),
        pytest.raises(MissingError, match="EADDRINUSE"),
    ):
        cloud.servers.start(postgres.resource_id)
    cloud.servers.start(postgres.resource_id)


def test_ids_that_could_leave_their_folder_and_unknown_ones_are_refused(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    for bad in ("../db", "", "a/b", ".", "x" * 64):
        with pytest.raises(BadInputError):
            cloud.servers.delete(bad)
        with pytest.raises(BadInputError):
            spec(bad, "mysql")
    with pytest.raises(ServerNotFoundError):
        cloud.servers.start("db-UNKNOWN")
    with pytest.raises(BadInputError, match="already"):
        cloud.servers.create(spec(postgres.resource_id, "postgres"), PASSWORD)


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run unprivileged already")
def test_an_ordinary_user_has_servers_of_its_own() -> None:
    nobody = launcher.servers_user()
    folder = Path(subprocess.check_output(["mktemp", "-d", "/var/tmp/lab-test-XXXXXX"], text=True).strip())
    os.chown(folder, *nobody.owner)
    try:
        # A process of its own, since one that has threads cannot safely fork.
        life = [sys.executable, "-m", ordinary_user.__name__, str(folder), str(nobody.uid), str(nobody.gid)]
        done = subprocess.run(life, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not list((folder / "local" / "databases" / "journal").iterdir())
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


#: What a certificate looks like once the clock was set: back to before it begins, ahead to after its end.
CLOCKS: dict[str, dict[str, object]] = {
    "back": {"_BACKDATED": timedelta(days=-5)},
    "ahead": {"_BACKDATED": timedelta(days=9), "_SERVER_DAYS": -1},
}


@pytest.mark.parametrize(("server", "clock"), [("mysql", "back"), ("postgres", "ahead")], indirect=["server"])
def test_a_server_whose_certificate_does_not_hold_since_the_clock_was_set_gets_another_one(
    cloud: Cloud, server: ServerSpec, clock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cloud.servers.status(server.resource_id)
    for name, value in CLOCKS[clock].items():
        monkeypatch.setattr(authority, name, value)
    (before.data_dir.parent / "conf" / "server.pem").unlink()
    cloud.servers.reboot(server.resource_id)
    monkeypatch.undo()
    with pytest.raises((OSError, psycopg.OperationalError, pymysql.OperationalError), match="certificate"):
        _rows(cloud, before, "SELECT 1")
    told = cloud.servers.status(server.resource_id)
    assert (told.alive, told.certified) == (True, False)
    assert cloud.servers.recover() == (server.resource_id,)
    assert cloud.servers.status(server.resource_id).certified
    assert _rows(cloud, before, "SELECT 1") == [(1,)]
    assert cloud.servers.recover() == ()


def test_temporary_tables_lie_where_no_other_server_removes_them(cloud: Cloud, mysql: ServerSpec) -> None:
    status = cloud.servers.status(mysql.resource_id)
    assert _rows(cloud, status, "SELECT @@tmpdir") == [(str(status.data_dir),)]
