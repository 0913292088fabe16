"""PostgreSQL behind RDS's ``postgres``."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import psutil
import psycopg
from psycopg import sql

from scripts.errors import MissingError, RemoteError
from scripts.local_cloud.databases import postgres_settings
from scripts.local_cloud.databases.engine import EngineServer, NotReadyError, resolved
from scripts.local_cloud.databases.files import write_atomic
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.launcher import run
from scripts.local_cloud.databases.model import ADMIN, Applied
from scripts.local_cloud.databases.places import Folder

#: RDS's roles: who is in one may do what only a superuser may elsewhere, as far as PostgreSQL can grant it.
_MEMBERSHIPS = (
    "pg_monitor",
    "pg_signal_backend",
    "pg_checkpoint",
    "pg_use_reserved_connections",
    "pg_create_subscription",
)


class PostgresServer(EngineServer):
    """``postgres``."""

    log_folders: ClassVar = ("error",)
    main_log: ClassVar = "error/postgresql.log"
    #: "Fast": clients are cut off, nothing is lost.
    graceful: ClassVar = signal.SIGINT
    layout: ClassVar = "1"

    def make_data(self, data: Path) -> None:
        """``initdb`` with our superuser, which can come in through the socket only."""
        program = self.installation.tool("initdb")
        options = ["-U", ADMIN, "-E", "UTF8", "-k", "--no-sync", "--auth-local=trust", "--auth-host=reject"]
        options.append(f"--locale={_locale()}")
        run([program, *options, "-D", data], user=self.user, folder=data, timeout=300)

    def configure(self, entry: Entry, folder: Folder) -> dict[str, str]:
        """Write ``postgresql.conf`` and ``pg_hba.conf``; what the server refuses is left out and returned."""
        values, refused = resolved(entry.spec)
        lines = postgres_settings.ours(entry, folder)
        for name, value in values.items():
            if name in postgres_settings.RESERVED:
                refused[name] = "RDS sets this parameter itself"
            elif name == "shared_preload_libraries":
                present, absent = self._libraries(value)
                lines[name] = ",".join(present)
                if absent:
                    refused[name] = f"{self.installation} has no library {', '.join(absent)}"
            elif (reason := self._refuses(folder, name, value)) is not None:
                refused[name] = reason
            else:
                lines[name] = value
        texts = {
            "postgresql.conf": postgres_settings.render(lines),
            "pg_hba.conf": postgres_settings.access(entry),
            "pg_ident.conf": "",
        }
        for name, text in texts.items():
            write_atomic(folder.settings / name, text, 0o600, self.user.owner)
        return refused

    def arguments(self, entry: Entry, folder: Folder, *, first: bool) -> list[str]:
        """The server with our configuration and no other."""
        del entry, first
        settings = folder.settings / "postgresql.conf"
        return [str(self.installation.server), "-D", str(folder.data), "-c", f"config_file={settings}"]

    def ping(self, entry: Entry, folder: Folder) -> None:
        """Connect through the socket, not before the server says that it is ready.

        Its log would call each earlier try fatal, and whoever watches the log would be alarmed.
        """
        try:
            status = (folder.data / "postmaster.pid").read_text().splitlines()[7:8]
        except FileNotFoundError:
            status = []
        if [line.strip() for line in status] != ["ready"]:
            raise NotReadyError(f"{self.installation} is starting")
        try:
            self._connect(entry, folder).close()
        except psycopg.Error as error:
            raise NotReadyError(str(error)) from error

    def initialise(self, entry: Entry, folder: Folder, password: str) -> None:
        """Make RDS's roles, the master user (no superuser, as on RDS) and its database."""
        user = sql.Identifier(entry.spec.master_username)
        with self._session(entry, folder) as connection:
            for role in ("rds_superuser", "rds_replication", "rds_password"):
                self._make_role(connection, role)
            superuser = sql.Identifier("rds_superuser")
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (*_MEMBERSHIPS, "rds_replication", "rds_password"):
                if role in known:
                    grant = sql.SQL("GRANT {} TO {} WITH ADMIN OPTION")
                    connection.execute(grant.format(sql.Identifier(role), superuser))
            self._make_role(connection, entry.spec.master_username)
            options = sql.SQL("ALTER ROLE {} LOGIN CREATEDB CREATEROLE REPLICATION INHERIT")
            connection.execute(options.format(user))
            connection.execute(sql.SQL("GRANT {} TO {}").format(superuser, user))
            self._set_password(connection, entry.spec.master_username, password)
            connection.execute(sql.SQL("ALTER DATABASE postgres OWNER TO {}").format(user))
            names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            if entry.spec.database and entry.spec.database not in names:
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(create.format(sql.Identifier(entry.spec.database), user))
        if self.installation.major < (15,):  # from 15 on the database's owner owns it
            for name in {entry.spec.database or "postgres", "postgres"}:
                with self._session(entry, folder, name) as connection:
                    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(user))

    def adopt(self, entry: Entry, folder: Folder) -> None:
        """Nothing: a data directory knows nothing of the instance that it came from."""
        del entry, folder

    def set_password(self, entry: Entry, folder: Folder, password: str) -> None:
        """``ALTER ROLE`` with the verifier, so that no log gets the password."""
        with self._session(entry, folder) as connection:
            self._set_password(connection, entry.spec.master_username, password)

    def apply(
        self, entry: Entry, folder: Folder, previous: Mapping[str, str], *, started: bool = False
    ) -> Applied:
        """Rewrite the configuration and have the server read it."""
        del previous
        refused = self.configure(entry, folder)
        names = [name for name in entry.spec.parameters if name not in refused]
        if started:
            return Applied(tuple(names), (), refused)
        with self._session(entry, folder) as connection:
            before = connection.execute("SELECT pg_conf_load_time()").fetchone()
            connection.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + 10
            while connection.execute("SELECT pg_conf_load_time()").fetchone() == before:
                if time.monotonic() > deadline:
                    raise RemoteError(f"{entry.spec.identifier} did not read its configuration again.")
                time.sleep(0.02)
            waiting = "SELECT name FROM pg_settings WHERE pending_restart"
            pending = {str(row[0]).lower() for row in connection.execute(waiting)}
        return Applied(
            tuple(name for name in names if name.lower() not in pending),
            tuple(name for name in names if name.lower() in pending),
            refused,
        )

    def connections(self, entry: Entry, folder: Folder) -> int:
        """Backends that serve a client, replication's included; those at the socket have no address."""
        with self._session(entry, folder) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL"
            ).fetchone()
        return int(row[0]) if row else 0

    def prepare(self, folder: Folder) -> None:
        """Remove lock files whose pid now belongs to a process that has nothing to do with the data.

        PostgreSQL only asks whether a process of that pid lives, and would not start. Where any process
        still works in the data directory the files stay: they keep two servers from writing to one.
        """
        for lock in (folder.data / "postmaster.pid", *folder.sockets.glob(".s.PGSQL.*.lock")):
            try:
                pid = int(lock.read_text().split("\n", 1)[0])
            except (FileNotFoundError, ValueError):
                continue
            try:
                inside = Path(psutil.Process(pid).cwd()) == folder.data
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                # Gone, or killed and not yet reaped by whoever started it: to PostgreSQL that one lives.
                inside = False
            if not inside:
                lock.unlink(missing_ok=True)

    def _refuses(self, folder: Folder, name: str, value: str) -> str | None:
        """Why the server would not take a value; None when it would."""
        command: list[str | Path] = [
            self.installation.server,
            "-D",
            folder.data,
            "-c",
            f"{name}={value}",
            "-C",
            name,
        ]
        try:
            run(command, user=self.user, folder=folder.data, timeout=120)
        except MissingError as error:
            said = re.search(r"(?:FATAL|ERROR): +(.*)", error.what)
            reason = said.group(1) if said else error.what
            # It cannot be asked while the server runs, but it is known.
            return None if "runtime-computed" in reason else f"{self.installation}: {reason}"
        return None

    def _libraries(self, value: str) -> tuple[list[str], list[str]]:
        """Libraries to preload that are there, and those that are not."""
        folder = self.installation.server.parent.parent / "lib"
        try:
            tool = self.installation.tool("pg_config")
            said = subprocess.run(
                [tool, "--pkglibdir"], capture_output=True, text=True, check=True, timeout=120
            )
            folder = Path(said.stdout.strip())
        except (MissingError, OSError, subprocess.SubprocessError):
            pass  # a server without its development programs; Debian's folder is the usual one
        present: list[str] = []
        absent: list[str] = []
        for name in filter(None, (part.strip().strip("'\"") for part in value.split(","))):
            there = any((folder / f"{name}{suffix}").exists() for suffix in (".so", ".dylib"))
            (present if there else absent).append(name)
        return present, absent

    def _make_role(self, connection: psycopg.Connection[Any], name: str) -> None:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))

    def _set_password(self, connection: psycopg.Connection[Any], user: str, password: str) -> None:
        verifier = connection.pgconn.encrypt_password(
            password.encode(), user.encode(), b"scram-sha-256"
        ).decode()
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(user), sql.Literal(verifier)))

    def _connect(
        self, entry: Entry, folder: Folder, database: str = "postgres"
    ) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(folder.sockets),
            hostaddr="",  # these two would be taken from the shell's environment
            options="",
            port=entry.address.port,
            user=ADMIN,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )

    @contextmanager
    def _session(
        self, entry: Entry, folder: Folder, database: str = "postgres"
    ) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        try:
            with self._connect(entry, folder, database) as connection:
                yield connection
        except psycopg.Error as error:
            raise RemoteError(f"{self.installation} of {entry.spec.identifier}: {error}".strip()) from error


def _locale() -> str:
    """RDS's locale where this system has it, else one that sorts by code point."""
    try:
        said = subprocess.run(
            ["locale", "-a"], capture_output=True, text=True, check=False, timeout=120
        ).stdout
    except OSError:
        return "C"
    names = {name.lower().replace("-", ""): name for name in said.split()}
    return names.get("en_us.utf8") or names.get("c.utf8") or "C"
