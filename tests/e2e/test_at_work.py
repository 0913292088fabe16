"""Killed at work, and a disk that fills: a sentence, nothing committed lost, one command to go on.

A small environment, made through the AWS API: two DB instances on a disk of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pymysql
import pytest

from scripts import connections
from scripts.connections import Access
from scripts.local_cloud.databases import strays
from scripts.local_cloud.lifecycle import LocalCloud
from tests.conftest import own_settings
from tests.e2e.conftest import Environment, Running
from tests.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("at work")]

MYSQL, POSTGRES = "sourcelab-mysql", "sourcelab-postgres"

#: Bytes of the disk that the servers' files lie on.
DISK = 500 << 20

#: Times the course's rows: enough for a seed to be met at work.
SCALE = "5"


@pytest.fixture(scope="module")
def disk() -> Iterator[Path | None]:
    """A small disk of its own, which other users can pass; None where we may not mount one."""
    with tempfile.TemporaryDirectory(prefix="lab-disk-", dir="/var/tmp") as name:
        path = Path(name)
        path.chmod(0o711)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=711", "tmpfs", name]
        mounted = (
            os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        )
        try:
            yield path if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", name], check=True)


@pytest.fixture(scope="module")
def small(disk: Path | None) -> Iterator[Environment]:
    """A local cloud with the two DB instances that `lab seed` fills."""
    with own_settings() as settings:
        made = Environment(settings)
        if disk:
            home = settings.local_dir / "databases"
            home.mkdir(parents=True, mode=0o700)
            (disk / "servers").mkdir(mode=0o711)
            (home / "place.json").write_text(json.dumps({"root": str(disk / "servers")}))
        try:
            made.lab("up")
            rds = made.session.client("rds")
            for engine in ("mysql", "postgres"):
                rds.create_db_instance(
                    DBInstanceIdentifier=f"sourcelab-{engine}", Engine=engine,
                    DBInstanceClass="db.t4g.micro", AllocatedStorage=20, MasterUsername="labadmin",
                    ManageMasterUserPassword=True,
                )  # fmt: skip
            for engine in ("mysql", "postgres"):
                rds.get_waiter("db_instance_available").wait(
                    DBInstanceIdentifier=f"sourcelab-{engine}", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
                )
            made.lab("seed", "rentio")
            _insert(made, MYSQL, 1)
            _insert(made, POSTGRES, 1)
            yield made
        finally:
            made.remove()


def _insert(environment: Environment, identifier: str, number: int, size: int = 1) -> None:
    """Commit a row of that size into a table of a learner's own."""
    table = "CREATE TABLE IF NOT EXISTS kept (id INT PRIMARY KEY, content {})"
    row = "INSERT INTO kept VALUES (%s, %s)"
    content = os.urandom(size // 2).hex()
    access = environment.access(identifier)
    if identifier == MYSQL:
        with connections.mysql(access, "rentio") as mysql, mysql.cursor() as cursor:
            cursor.execute(table.format("LONGTEXT"))
            cursor.execute(row, (number, content))
    else:
        with connections.postgres(access, "rentio") as postgres:
            postgres.execute("SET client_min_messages = warning")
            postgres.execute(table.format("TEXT").encode())
            postgres.execute(row, (number, content))


def _insert_until_refused(access: Access) -> int:
    """Rows of a megabyte that were committed before the server could take no more, or said nothing more."""
    host, port = access.endpoint.address()
    content = os.urandom(1 << 19).hex()
    committed = 0
    # It refuses, or waits, or ends: whichever part of it is the first to find no space.
    with suppress(pymysql.MySQLError), pymysql.connect(
        host=host, port=port, user=access.user.username, password=access.user.password, database="rentio",
        ssl=ssl.create_default_context(cafile=str(access.authority)), autocommit=True, read_timeout=20,
    ) as mysql, mysql.cursor() as cursor:  # fmt: skip
        while committed < 100:
            cursor.execute("INSERT INTO kept VALUES (%s, %s)", (1_000 + committed, content))
            committed += 1
    assert committed < 100, "the disk is not full"
    return committed


def _value(access: Access, statement: str) -> object:
    with connections.mysql(access, "rentio") as mysql, mysql.cursor() as cursor:
        cursor.execute(statement)
        return (cursor.fetchone() or (None,))[0]


def _rows(environment: Environment, identifier: str, table: str = "kept") -> int:
    statement = f"SELECT COUNT(*) FROM {table}"
    access = environment.access(identifier)
    if identifier == MYSQL:
        return int(str(_value(access, statement)))
    with connections.postgres(access, "rentio") as postgres:
        (count,) = postgres.execute(statement.encode()).fetchone() or (0,)
    return int(count)


def _wait_until_said(lab: Running, word: str, limit: float = 300) -> None:
    """Until a running `lab` has said a word."""
    deadline = time.monotonic() + limit
    while word not in (said := os.pread(lab.errors.fileno(), 1 << 20, 0).decode()):
        assert lab.process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.02)


def _kill(cloud: LocalCloud) -> None:
    """End every server that runs by SIGKILL."""
    for server in cloud.servers():
        if server.pid:
            with suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGKILL)


def _kill_until_given_up(environment: Environment) -> None:
    """End both servers again and again, until they are no longer started by themselves."""
    cloud = LocalCloud(environment.settings)
    limit = time.monotonic() + 300
    while not all(server.given_up for server in cloud.servers()):
        _kill(cloud)
        assert time.monotonic() < limit, cloud.servers()
        time.sleep(0.02)


def _is_whole(environment: Environment) -> None:
    """The documented command brought everything back: datasets at scale 1, and what was committed beside."""
    environment.lab("status")
    for identifier in (MYSQL, POSTGRES):
        assert _rows(environment, identifier, "rental") == 16_044
        assert _rows(environment, identifier) >= 1


@pytest.mark.parametrize("identifier", [MYSQL, POSTGRES])
def test_a_server_killed_while_it_is_seeded_comes_back_with_what_was_committed(
    small: Environment, identifier: str
) -> None:
    lab = small.start("seed", "rentio", "--scale", SCALE)
    _wait_until_said(lab, f"{identifier}/rentio: customer")
    former = small.kill_server(identifier)
    told = lab.end(expect=4)
    assert "Seed of rentio: " in told.stderr
    assert "started again by itself" in told.stderr
    wait_for(lambda: small.is_back(identifier, former))
    assert _rows(small, identifier) == 1
    # Nothing of the interrupted seed shows: the dataset that was there still is.
    assert _rows(small, identifier, "rental") == 16_044


def test_a_killed_seed_leaves_no_lock_and_the_next_one_finishes_the_work(small: Environment) -> None:
    lab = small.start("seed", "rentio", "--scale", SCALE)
    _wait_until_said(lab, f"{MYSQL}/rentio: customer")
    lab.process.kill()
    lab.process.wait()
    small.lab("seed", "rentio")
    _is_whole(small)


def test_a_killed_up_leaves_no_lock_and_the_next_one_starts_every_server(small: Environment) -> None:
    _kill_until_given_up(small)
    cloud = LocalCloud(small.settings)
    told = json.loads(small.lab("status", "--json", expect=1).stdout)
    assert sum("`lab up` starts it again with its data" in part["health"] for part in told) == 2
    lab = small.start("up")
    wait_for(lambda: any(server.alive for server in cloud.servers()))
    lab.process.kill()
    lab.process.wait()
    small.lab("up")
    _is_whole(small)


def _fill(disk: Path, left: int) -> None:
    """Leave no more space than this, also where a server takes or gives some meanwhile."""
    with (disk / "filler").open("ab") as file:
        while (more := shutil.disk_usage(disk).free - left) > 0:
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, more)


@pytest.fixture(scope="module")
def full(disk: Path | None, small: Environment) -> Path:
    """The disk, on which a server has found no space while rows were committed and datasets loaded."""
    if disk is None:
        pytest.skip("only root can mount a small disk")
    return disk


def test_a_seed_that_fills_the_disk_ends_with_a_sentence_also_where_the_server_waits(
    small: Environment, full: Path
) -> None:
    access = small.access(MYSQL)
    _fill(full, 40 << 20)
    told = small.lab("seed", "rentio", "--scale", SCALE, expect=4)
    assert "disk is full" in told.stderr or "disk of DB instance" in told.stderr
    _fill(full, 3 << 20)
    committed = _insert_until_refused(access)
    (small.settings.local_dir / "committed").write_text(str(committed))
    _fill(full, 3 << 20)
    told = small.lab("seed", "rentio", expect=3)
    assert f"The disk of DB instance {MYSQL} is full" in told.stderr


def test_a_full_disk_is_shown_by_the_status_of_servers_and_instances_that_it_ended_too(
    small: Environment, full: Path
) -> None:
    _fill(full, 3 << 20)
    small.kill_server(POSTGRES)
    wait_for(lambda: not all(server.alive for server in LocalCloud(small.settings).servers()))
    assert small.lab("status", expect=1).stdout.count("its disk is full") == 2
    instances = small.session.client("rds").describe_db_instances()["DBInstances"]
    assert [each["DBInstanceStatus"] for each in instances] == ["storage-full", "storage-full"]


def test_a_db_instance_that_finds_no_space_fails_with_an_event_and_leaves_nothing(
    small: Environment, full: Path
) -> None:
    rds = small.session.client("rds")
    before = sorted((full / "servers").glob("*/*"))
    rds.create_db_instance(
        DBInstanceIdentifier="late", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="labadmin", ManageMasterUserPassword=True,
    )  # fmt: skip
    status = "creating"
    while status == "creating":
        time.sleep(0.1)
        (found,) = rds.describe_db_instances(DBInstanceIdentifier="late")["DBInstances"]
        status = found["DBInstanceStatus"]
    assert status == "failed"
    events = rds.describe_events(SourceIdentifier="late", SourceType="db-instance")["Events"]
    assert "No space is left for" in events[-1]["Message"]
    assert sorted((full / "servers").glob("*/*")) == before
    rds.delete_db_instance(DBInstanceIdentifier="late", SkipFinalSnapshot=True)
    rds.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier="late", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    interfaces = small.session.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    assert len(interfaces) == 2


def test_with_space_again_up_brings_the_servers_back_with_every_committed_row(
    small: Environment, full: Path
) -> None:
    committed = 1 + int((small.settings.local_dir / "committed").read_text())
    (full / "filler").unlink()
    small.lab("up")
    _is_whole(small)
    # One more: its commit was waiting when the client gave up.
    assert _rows(small, MYSQL) in (committed, committed + 1)
    # MariaDB looks for space once a minute, and the seed that was cut is still in its call.
    wait_for(lambda: _value(small.access(MYSQL), "SELECT IS_FREE_LOCK('rentio_seeding')") == 1)
    small.lab("seed", "rentio")
    _is_whole(small)


def test_localstack_killed_while_it_is_used_is_told_and_up_starts_a_clean_life(small: Environment) -> None:
    process = LocalCloud(small.settings).process()
    assert process is not None
    lab = small.start("seed", "rentio", "--scale", SCALE)
    _wait_until_said(lab, f"{MYSQL}/rentio: customer")
    os.kill(process.pid, signal.SIGKILL)
    told = lab.end(expect=3)
    assert "make apply" in told.stderr
    assert "make apply" in small.lab("seed", "rentio", expect=3).stderr
    assert "process" in small.lab("status", expect=1).stdout
    small.lab("up")
    small.lab("status")
    assert LocalCloud(small.settings).servers() == ()


def test_a_server_that_ends_while_everything_is_stopped_is_not_started_again(small: Environment) -> None:
    rds = small.session.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="last", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="labadmin", ManageMasterUserPassword=True,
    )  # fmt: skip
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="last", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    lab = small.start("down")
    cloud = LocalCloud(small.settings)
    while lab.process.poll() is None:
        _kill(cloud)
    lab.end(expect=0)
    (server,) = cloud.servers()
    assert not server.alive
    folder, user = server.data_dir.parent, server.data_dir.stat().st_uid
    assert strays.working_in(folder, user) == {}
    assert "down with LocalStack" in small.lab("status", expect=1).stdout
