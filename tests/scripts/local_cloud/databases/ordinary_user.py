"""A server of each engine in the hands of another user: ``python -m ... FOLDER UID GID``, run by root."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from scripts.local_cloud.databases.model import Engine
from scripts.local_cloud.databases.servers import DatabaseServers
from tests.scripts.local_cloud.databases.conftest import PASSWORD, Cloud, spec

ENGINES: tuple[Engine, ...] = ("mysql", "postgres")


def live(local_dir: Path) -> None:
    """Make, use, restart and remove a server of each engine."""
    servers = DatabaseServers(local_dir, "epoch")
    cloud = Cloud(servers, local_dir)
    try:
        for engine in ENGINES:
            servers.create(spec(f"db-{engine}", engine), PASSWORD)
            status = servers.status(f"db-{engine}")
            _answers(cloud, engine)
            servers.reboot(f"db-{engine}")
            _answers(cloud, engine)
            if os.geteuid() != 0:
                assert status.data_dir.is_relative_to(local_dir)
    finally:
        servers.delete_all()


def _answers(cloud: Cloud, engine: Engine) -> None:
    address = cloud.servers.status(f"db-{engine}").address
    if engine == "postgres":
        with cloud.postgres(address) as postgres:
            assert postgres.execute("SELECT 1").fetchone() == (1,)
    else:
        with cloud.mysql(address) as mysql, mysql.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


def main(folder: Path, uid: int, gid: int) -> None:
    """As root first: the checkout may be closed to the other user, who then finds every module loaded."""
    with tempfile.TemporaryDirectory() as ours:
        live(Path(ours) / "local")
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    os.environ["HOME"] = str(folder)
    live(folder / "local")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
