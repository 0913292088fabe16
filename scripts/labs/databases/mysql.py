"""A learner's databases on MySQL and MariaDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pymysql
import pymysql.cursors

from scripts import connections
from scripts.connections import Access
from scripts.errors import LabError
from scripts.labs.comparison import Table
from scripts.labs.databases import meanings
from scripts.labs.databases.learner import (
    LOCK_SECONDS,
    ROW_LIMIT,
    STATEMENT_SECONDS,
    LearnerDatabase,
    RefusedError,
    Session,
    StoppingClock,
    limited,
    plain_name,
    too_long,
)

#: What MariaDB and MySQL say of a statement that took too long, or was stopped.
TOO_LONG = {1969, 3024, 1317}


class MySQLLearner(LearnerDatabase):
    """On MySQL and MariaDB: two databases."""

    engine = "mysql"

    def _make(self, own: Sequence[str], *, copied: bool) -> None:
        user, dataset = plain_name(self.copies.user), plain_name(self.copies.dataset)
        with connections.mysql(self.master) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
                           " AND table_type = 'BASE TABLE'", (dataset,))  # fmt: skip
            tables = [str(row[0]) for row in cursor.fetchall()] if copied else []
            for copy in (user, self.copies.checked):
                cursor.execute(f"CREATE DATABASE {copy}")
                for table in tables:
                    cursor.execute(f"CREATE TABLE {copy}.`{table}` LIKE {dataset}.`{table}`")
                    cursor.execute(f"INSERT INTO {copy}.`{table}` SELECT * FROM {dataset}.`{table}`")  # noqa: S608
            cursor.execute(f"CREATE USER {user} IDENTIFIED BY %s REQUIRE SSL", (self.user.user.password,))
            for table in own:
                cursor.execute(f"GRANT ALL ON {self.copies.checked}.{plain_name(table)} TO {user}")
            cursor.execute(f"GRANT SELECT ON {self.copies.checked}.* TO {user}")
            # The last of it: whoever may use this copy has everything.
            cursor.execute(f"GRANT ALL ON {user}.* TO {user}")

    def remove(self) -> None:
        user = plain_name(self.copies.user)
        with connections.mysql(self.master) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP USER IF EXISTS {user}, {self.copies.guest}")
            for copy in (user, self.copies.checked):
                cursor.execute(f"DROP DATABASE IF EXISTS {copy}")

    @contextmanager
    def session(self, *, checked: bool = False) -> Iterator[Session]:
        place = self.copies.checked if checked else self.copies.user
        with connections.mysql(self.user, place) as connection:
            yield _MySQLSession(connection, self.user)


class _MySQLSession(Session):
    def __init__(self, connection: connections.MySQLConnection, access: Access) -> None:
        self._connection, self._access = connection, access
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}")
            cursor.execute("SELECT VERSION(), CONNECTION_ID()")
            version, self._id = cursor.fetchone() or ("", 0)
            if "MariaDB" in version:
                cursor.execute(f"SET SESSION max_statement_time = {STATEMENT_SECONDS}")
            else:
                # Of SELECT alone; the clock stops the others.
                cursor.execute(f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}")

    def run(self, statement: str, *, limit: int = ROW_LIMIT) -> Table:
        # Unbuffered: a result without end is not fetched to its end.
        with StoppingClock(self._stop), self._connection.cursor(pymysql.cursors.SSCursor) as cursor:
            try:
                cursor.execute(statement)
                if cursor.description is None:
                    return Table((), ())
                columns = tuple(each[0] for each in cursor.description)
                rows = list(cursor.fetchmany(limit + 1))
                if len(rows) > limit:
                    self._drop(cursor)
                return Table(columns, limited(rows, limit))
            except pymysql.MySQLError as error:
                code, said = (*error.args, "", "")[:2]
                if code in TOO_LONG:
                    raise too_long() from None
                raise RefusedError(str(said), meanings.MYSQL.get(code, meanings.REFUSED), code) from None

    def _stop(self) -> None:
        """Have the server end the statement that runs now; nothing to do where it is over."""
        with suppress(LabError, pymysql.MySQLError), connections.mysql(self._access) as other:
            other.cursor().execute(f"KILL QUERY {self._id}")

    def _drop(self, cursor: pymysql.cursors.Cursor) -> None:
        """End a result of which enough was seen: the client would read it to its end."""
        self._stop()
        with suppress(pymysql.MySQLError):
            cursor.close()
