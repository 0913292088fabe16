"""Servers that a check offers to the learner's code: the true one, and those that must be refused."""

from __future__ import annotations

import datetime as dt
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg.sql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scripts import connections
from scripts.labs.databases import LearnerDatabase
from scripts.labs.work import Work

#: What a learner's function is given: host, port, user, password, database, ca.
Server = dict[str, Any]

#: Holds all that ends a part of a URL, a value of a connection string, or a text of SQL.
_AWKWARD = ":w/rd#%41?&=};{+ '\"x"

_CIPHER = {
    "MariaDB": "(SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS"
    " WHERE VARIABLE_NAME = 'Ssl_cipher')",
    "MySQL": "(SELECT VARIABLE_VALUE FROM performance_schema.session_status"
    " WHERE VARIABLE_NAME = 'Ssl_cipher')",
    "PostgreSQL": "(SELECT cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid())",
}


@dataclass(frozen=True)
class Guest:
    """A database user of a check's own.

    Attributes
    ----------
    database
        Where.
    name, password
        Who; nothing may be done with it but to connect.
    """

    database: LearnerDatabase
    name: str
    password: str

    @property
    def place(self) -> str:
        """The database that the guest connects to."""
        copies = self.database.copies
        return copies.checked if self.database.engine == "mysql" else copies.dataset

    def server(self, **other: Any) -> Server:
        """The true server for this guest, with some of it replaced."""
        host, port = self.database.user.endpoint.address()
        found: Server = {
            "host": host,
            "port": port,
            "user": self.name,
            "password": self.password,
            "database": self.place,
            "ca": str(self.database.user.authority),
        }
        return found | other

    def asking(self, work: Work) -> str:
        """A query that has the server say of a session: which user, which database, which cipher."""
        if self.database.engine == "postgres":
            return f"SELECT current_user, current_database(), {_CIPHER['PostgreSQL']}"
        version = str(work.sql.run("SELECT VERSION()").rows[0][0])
        cipher = _CIPHER["MariaDB" if "MariaDB" in version else "MySQL"]
        return f"SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1), DATABASE(), {cipher}"


def own_database(work: Work) -> LearnerDatabase:
    """The learner's database on the engine that they do the lab with."""
    return next(iter(work.databases.values()))


def guest(work: Work) -> Guest:
    """A user of this check's own, with a password that has to be quoted; gone when the check is over."""
    database = own_database(work)
    made = Guest(database, database.copies.guest, f"p@{secrets.token_hex(6)}{_AWKWARD}")
    _drop(made)
    work.afterwards(lambda: _drop(made))
    if database.engine == "mysql":
        with connections.mysql(database.master) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {made.name} IDENTIFIED BY %s REQUIRE SSL", (made.password,))
            cursor.execute(f"GRANT SELECT ON {made.place}.* TO {made.name}")
    else:
        with connections.postgres(database.master, made.place) as server:
            command = psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            name, password = psycopg.sql.Identifier(made.name), psycopg.sql.Literal(made.password)
            server.execute(command.format(name, password))
    return made


def _drop(made: Guest) -> None:
    if made.database.engine == "mysql":
        with connections.mysql(made.database.master) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP USER IF EXISTS {made.name}")
    else:
        with connections.postgres(made.database.master, made.place) as server:
            server.execute(
                psycopg.sql.SQL("DROP ROLE IF EXISTS {}").format(psycopg.sql.Identifier(made.name))
            )


def stranger(work: Work) -> str:
    """The file of an authority that signed nothing here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of somebody else")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tempfile.TemporaryDirectory(prefix="lab-authority-")
    work.afterwards(folder.cleanup)
    file = Path(folder.name) / "other-authority.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return str(file)


@contextmanager
def elsewhere(true: Server) -> Iterator[Server]:
    """The true server behind another address, for which its certificate is not."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_pass_on, args=(listener, (true["host"], true["port"])), daemon=True).start()
    try:
        host = "localhost" if true["host"] == "127.0.0.1" else "127.0.0.1"
        yield true | {"host": host, "port": listener.getsockname()[1]}
    finally:
        # A listener that is only closed goes on while somebody waits at it.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _pass_on(listener: socket.socket, to: tuple[str, int]) -> None:
    while True:
        try:
            client, _ = listener.accept()
            server = socket.create_connection(to, connections.CONNECT_SECONDS)
        except OSError:
            return
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def closed_port(host: str) -> Iterator[int]:
    """A port at which nothing answers, kept from others meanwhile where the host is this machine."""
    with socket.socket() as held:
        try:
            held.bind((host, 0))
            port = int(held.getsockname()[1])
        except OSError:
            port = 1
        yield port
