"""MySQL and MariaDB behind RDS's ``mysql`` and ``mariadb``.

The branches for MySQL itself follow its manual; they were written where only MariaDB could be run.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pymysql
from pymysql.constants import ER
from pymysql.converters import escape_string

from scripts.errors import MissingError, RemoteError
from scripts.local_cloud.databases import mysql_settings
from scripts.local_cloud.databases.engine import EngineServer, NotReadyError, resolved
from scripts.local_cloud.databases.files import write_atomic
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.launcher import run
from scripts.local_cloud.databases.model import ADMIN, Applied
from scripts.local_cloud.databases.places import Folder

#: What RDS's master user may do. Source: "Master user account privileges", Amazon RDS User Guide.
_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, "
    "SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, "
    "CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)
_PRIVILEGES_MYSQL = ", CREATE ROLE, DROP ROLE"
_DYNAMIC_MYSQL = "APPLICATION_PASSWORD_ADMIN, ROLE_ADMIN, SET_USER_ID, XA_RECOVER_ADMIN"
_DYNAMIC_MYSQL_84 = (
    "APPLICATION_PASSWORD_ADMIN, ROLE_ADMIN, SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER, XA_RECOVER_ADMIN"
)
#: MariaDB's word for MySQL's SET_USER_ID: a dump may name definers other than its loader.
_PRIVILEGES_MARIADB = ", DELETE HISTORY, SET USER"
#: Part of ALL on a database from 11.3 on: without it, the master user could grant nobody ALL.
_PRIVILEGES_MARIADB_113 = ", SHOW CREATE ROUTINE"

#: MySQL 8's names for what this MariaDB calls otherwise.
_MARIADB_NAMES = {
    "transaction_isolation": "tx_isolation",
    "transaction_read_only": "tx_read_only",
}

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_TRUTH = {"ON": "1", "TRUE": "1", "YES": "1", "OFF": "0", "FALSE": "0", "NO": "0"}


class MySQLServer(EngineServer):
    """``mysqld`` or ``mariadbd``."""

    log_folders: ClassVar = ("error", "slowquery", "general")
    main_log: ClassVar = "error/mysql-error.log"
    graceful: ClassVar = signal.SIGTERM
    layout: ClassVar = "1"

    @property
    def _mariadb(self) -> bool:
        return self.installation.product == "MariaDB"

    def make_data(self, data: Path) -> None:
        """Make a data directory with a ``root`` that has no password, which the first start removes."""
        if self._mariadb:
            program = self.installation.tool("mariadb-install-db", "mysql_install_db")
            command: list[str | Path] = [program, "--no-defaults", "--auth-root-authentication-method=normal"]
            command += ["--skip-test-db", "--skip-name-resolve", f"--datadir={data}"]
            if (base := _base_folder(self.installation.server)) is not None:
                command.append(f"--basedir={base}")
        else:
            command = [self.installation.server, "--no-defaults", "--initialize-insecure"]
            command.append(f"--datadir={data}")
        capacity = not self._mariadb and self.installation.major >= (8, 0, 30)
        command.append("--innodb-redo-log-capacity=32M" if capacity else "--innodb-log-file-size=16M")
        try:
            run(command, user=self.user, folder=data, timeout=300)
        except MissingError as error:
            raise MissingError(error.what, self._confined() or error.hint) from error

    def configure(self, entry: Entry, folder: Folder) -> dict[str, str]:
        """Write ``my.cnf``; names that the server may not know are marked so, and found by `apply`."""
        values, refused = resolved(entry.spec)
        lines = self._settings(entry, folder)
        for name, value in values.items():
            variable = self._variable(name)
            if variable in mysql_settings.RESERVED:
                continue
            lines.pop(variable, None)
            lines[f"loose_{variable}"] = value
        write_atomic(folder.settings / "my.cnf", mysql_settings.render(lines), 0o600, self.user.owner)
        return refused

    def arguments(self, entry: Entry, folder: Folder, *, first: bool) -> list[str]:
        """The server with our configuration and no other; at first with the script that makes our user."""
        del entry
        command = [str(self.installation.server), f"--defaults-file={folder.settings / 'my.cnf'}"]
        if first:
            command.append(f"--init-file={folder.settings / 'first.sql'}")
        return command

    def ping(self, entry: Entry, folder: Folder) -> None:
        """Connect as our user; what the first start needed is removed."""
        try:
            self._connect(entry, folder).close()
        except pymysql.err.MySQLError as error:
            raise NotReadyError(str(error)) from error
        (folder.settings / "first.sql").unlink(missing_ok=True)

    def initialise(self, entry: Entry, folder: Folder, password: str) -> None:
        """Make the master user, without SUPER as on RDS, and the database."""
        user = entry.spec.master_username
        with self._session(entry, folder) as cursor:
            cursor.execute("CREATE USER IF NOT EXISTS %s@'%%'", (user,))
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (user, password))
            more = _PRIVILEGES_MARIADB if self._mariadb else _PRIVILEGES_MYSQL
            if self._mariadb and self.installation.major >= (11, 3):
                more += _PRIVILEGES_MARIADB_113
            cursor.execute(f"GRANT {_PRIVILEGES}{more} ON *.* TO %s@'%%' WITH GRANT OPTION", (user,))
            if not self._mariadb:
                dynamic = _DYNAMIC_MYSQL_84 if self.installation.major >= (8, 4) else _DYNAMIC_MYSQL
                cursor.execute(f"GRANT {dynamic} ON *.* TO %s@'%%' WITH GRANT OPTION", (user,))
            if entry.spec.database:
                name = entry.spec.database.replace("`", "``")
                cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}`")

    def adopt(self, entry: Entry, folder: Folder) -> None:
        """Write the script of the first start: our own user, and nobody else who could get in."""
        # A copy with the same UUID would be taken for the same server by a replica.
        (folder.data / "auto.cnf").unlink(missing_ok=True)
        secret = escape_string(entry.admin_password)
        statements = [
            f"CREATE USER IF NOT EXISTS '{ADMIN}'@'localhost';",
            f"ALTER USER '{ADMIN}'@'localhost' IDENTIFIED BY '{secret}';",
            f"GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'localhost' WITH GRANT OPTION;",
        ]
        statements.insert(0, "SET SESSION sql_log_bin = 0;")
        if self._mariadb:
            # mariadb-install-db makes one for each name of the machine; a master user has host '%'.
            statements.append("DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> '%';")
            statements.append("DELETE FROM mysql.proxies_priv WHERE User = 'root';")
            statements.append("FLUSH PRIVILEGES;")
        else:
            statements.append("DROP USER IF EXISTS 'root'@'localhost';")
        write_atomic(folder.settings / "first.sql", "\n".join(statements) + "\n", 0o600, self.user.owner)

    def set_password(self, entry: Entry, folder: Folder, password: str) -> None:
        """``ALTER USER``, kept out of every log."""
        with self._session(entry, folder) as cursor:
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (entry.spec.master_username, password))

    def apply(
        self, entry: Entry, folder: Folder, previous: Mapping[str, str], *, started: bool = False
    ) -> Applied:
        """``SET GLOBAL`` what can be set; the rest waits in ``my.cnf``."""
        refused = self.configure(entry, folder)
        values, _ = resolved(entry.spec)
        base = self._settings(entry, folder)
        applied: list[str] = []
        pending: list[str] = []
        with self._session(entry, folder) as cursor:
            current = _variables(cursor)
            for name in previous.keys() - values.keys():
                variable = self._variable(name)
                if variable in current and variable not in mysql_settings.RESERVED:
                    _set(cursor, variable, base.get(variable))
            for name, value in values.items():
                variable = self._variable(name)
                if variable in mysql_settings.RESERVED:
                    refused[name] = "RDS sets this parameter itself"
                elif variable not in current:
                    refused[name] = f"{self.installation} has no such variable"
                elif _same(current[variable], value):
                    applied.append(name)
                else:
                    error = _set(cursor, variable, value)
                    if error is None:
                        applied.append(name)
                    elif error[0] != ER.INCORRECT_GLOBAL_LOCAL_VAR:
                        refused[name] = f"{self.installation} refuses {value!r}: {error[1]}"
                    elif started:
                        refused[name] = f"{self.installation} uses {current[variable]!r} instead"
                    else:
                        pending.append(name)
        return Applied(tuple(applied), tuple(pending), refused)

    def connections(self, entry: Entry, folder: Folder) -> int:
        """Sessions in the process list, without those of the server's own threads."""
        ours = (ADMIN, "system user", "event_scheduler")
        with self._session(entry, folder) as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER NOT IN (%s, %s, %s)", ours
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _confined(self) -> str:
        """What to do where AppArmor keeps Ubuntu's MySQL in its own folders."""
        profile = Path("/etc/apparmor.d/usr.sbin.mysqld")
        if self._mariadb or not profile.exists():
            return ""
        return (
            f"{profile} may confine mysqld to its own folders: put it into complain mode "
            "(aa-complain /usr/sbin/mysqld), or install mariadb-server-core instead of MySQL."
        )

    def _variable(self, name: str) -> str:
        variable = name.replace("-", "_").lower()
        if self._mariadb and self.installation.major < (11, 1):
            return _MARIADB_NAMES.get(variable, variable)
        return variable

    def _settings(self, entry: Entry, folder: Folder) -> dict[str, str]:
        return mysql_settings.ours(entry, folder, self.installation)

    def _connect(self, entry: Entry, folder: Folder) -> pymysql.Connection[Any]:
        return pymysql.connect(
            unix_socket=str(folder.sockets / "mysql.sock"),
            user=ADMIN,
            password=entry.admin_password,
            autocommit=True,
            charset="utf8mb4",
            connect_timeout=10,
            ssl_disabled=True,  # a socket is secure as it is
        )

    @contextmanager
    def _session(self, entry: Entry, folder: Folder) -> Iterator[pymysql.cursors.Cursor]:
        """A cursor of our own user, whose statements (they hold passwords) reach no log."""
        try:
            connection = self._connect(entry, folder)
            with connection, connection.cursor() as cursor:
                cursor.execute("SET SESSION sql_log_bin = 0")
                cursor.execute("SET SESSION sql_log_off = 1")
                cursor.execute("SET SESSION sql_mode = ''")
                yield cursor
        except pymysql.err.MySQLError as error:
            raise RemoteError(f"{self.installation} of {entry.spec.identifier}: {error.args[-1]}") from error


def _variables(cursor: pymysql.cursors.Cursor) -> dict[str, str]:
    cursor.execute("SHOW GLOBAL VARIABLES")
    return {str(name).lower(): str(value) for name, value in cursor.fetchall()}


def _set(cursor: pymysql.cursors.Cursor, variable: str, value: str | None) -> tuple[int, str] | None:
    """Set a global variable, to its default where None; the error's number and text when refused."""
    forms: list[str] = ["DEFAULT"]
    if value is not None:
        text = "+00:00" if variable == "time_zone" and value.upper() == "UTC" else value
        quoted = f"'{escape_string(text)}'"
        forms = [text, quoted] if _NUMBER.fullmatch(text) else [quoted]
    failure: tuple[int, str] | None = None
    for form in forms:
        try:
            cursor.execute(f"SET GLOBAL `{variable}` = {form.replace('%', '%%')}", ())
        except pymysql.err.MySQLError as error:
            failure = (int(error.args[0]), str(error.args[-1]))
            if failure[0] != ER.WRONG_TYPE_FOR_VAR:
                break
        else:
            return None
    return failure


def _same(current: str, wanted: str) -> bool:
    """Whether two spellings are the same value: ON and 1, 0.5 and 0.500000."""
    left, right = (_TRUTH.get(text.strip().upper(), text.strip()) for text in (current, wanted))
    if _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return float(left) == float(right)
    return left.casefold() == right.casefold()


def _base_folder(server: Path) -> Path | None:
    """Where a server that is not in the system's folders keeps its own files."""
    base = server.parent.parent
    return None if base in (Path("/usr"), Path("/")) else base
