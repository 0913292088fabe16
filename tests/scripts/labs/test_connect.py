"""What the lab `connect` offers to a learner's code: servers to be refused, and users that go again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scripts import connections
from scripts.labs import manifest, workspace
from scripts.labs.connect import servers
from scripts.labs.desk import Desk
from scripts.labs.manifest import Engine
from tests.scripts.conftest import Environment

LAB = manifest.find("connect")


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that says back what it hears, once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.sendall(client.recv(100))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()
    listener.close()


def test_elsewhere_passes_on_to_the_true_server_and_is_gone_afterwards(echo: tuple[str, int]) -> None:
    true = {"host": echo[0], "port": echo[1], "user": "ana"}
    with servers.elsewhere(true) as other:
        assert (other["host"], other["user"]) == ("localhost", "ana")
        assert other["port"] != true["port"]
        with socket.create_connection((other["host"], other["port"]), timeout=60) as client:
            client.sendall(b"who is there?")
            assert client.recv(100) == b"who is there?"
    with pytest.raises(ConnectionError):
        socket.create_connection((other["host"], other["port"]), timeout=60)


def test_at_a_closed_port_nobody_answers_and_nobody_else_can_take_it() -> None:
    with servers.closed_port("127.0.0.1") as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=60)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


@pytest.mark.parametrize("engine", ["mysql", "postgres"])
def test_a_guest_that_a_killed_check_left_goes_with_reset(
    engine: Engine, seeded: Environment, tmp_path: Path
) -> None:
    desk = Desk(seeded.settings, seeded.session, tmp_path)
    desk.start(LAB, engine, force=False, say=print)
    database = desk.database(LAB, workspace.required(LAB, tmp_path))
    assert database is not None
    left = servers.Guest(database, database.copies.guest, "left-behind-7")
    if engine == "mysql":
        with connections.mysql(database.master) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {left.name} IDENTIFIED BY %s", (left.password,))
    else:
        with connections.postgres(database.master) as server:
            server.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(psycopg.sql.Identifier(left.name)))
    desk.reset(LAB)
    if engine == "mysql":
        with connections.mysql(database.master) as connection, connection.cursor() as cursor:
            assert cursor.execute("SELECT 1 FROM mysql.user WHERE User = %s", (left.name,)) == 0
    else:
        with connections.postgres(database.master) as server:
            found = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (left.name,))
            assert found.fetchone() is None
