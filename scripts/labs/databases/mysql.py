"""A learner's databases on MySQL and MariaDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pymysql
import pymysql.cursors

from scripts import connections
from scripts.labs.comparison import Table
from scripts.labs.databases import meanings
from scripts.labs.databases.learner import (
    LOCK_SECONDS,
    ROW_LIMIT,
    STATEMENT_SECONDS,
    LearnerDatabase,
    RefusedError,
    Session,
    limited,
    plain_name,
    too_long,
)

#: What MariaDB and MySQL say of a statement that took too long.
TOO_LONG = {1969, 3024}


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
            cursor.execute(f"GRANT ALL ON {user}.* TO {user}")
            cursor.execute(f"GRANT SELECT ON {self.copies.checked}.* TO {user}")
            for table in own:
                cursor.execute(f"GRANT ALL ON {self.copies.checked}.{plain_name(table)} TO {user}")

    def remove(self) -> None:
        user = plain_name(self.copies.user)
        with connections.mysql(self.master) as connection, connection.cursor() as cursor:
            for copy in (user, self.copies.checked):
                cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
            cursor.execute(f"DROP USER IF EXISTS {user}")

    def exists(self) -> bool:
        with connections.mysql(self.master) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name IN (%s, %s)",
                           (self.copies.user, self.copies.checked))  # fmt: skip
            (found,) = cursor.fetchone() or (0,)
        return bool(found == 2)

    @contextmanager
    def session(self, *, checked: bool = False) -> Iterator[Session]:
        place = self.copies.checked if checked else self.copies.user
        with connections.mysql(self.user, place) as connection:
            yield _MySQLSession(connection)


class _MySQLSession(Session):
    def __init__(self, connection: connections.MySQLConnection) -> None:
        self._connection = connection
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}")
            cursor.execute("SELECT VERSION()")
            (version,) = cursor.fetchone() or ("",)
            if "MariaDB" in version:
                cursor.execute(f"SET SESSION max_statement_time = {STATEMENT_SECONDS}")
            else:
                cursor.execute(f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}")

    def run(self, statement: str, *, limit: int = ROW_LIMIT) -> Table:
        # Unbuffered: a result without end is not fetched to its end.
        with self._connection.cursor(pymysql.cursors.SSCursor) as cursor:
            try:
                cursor.execute(statement)
                if cursor.description is None:
                    return Table((), ())
                columns = tuple(each[0] for each in cursor.description)
                return Table(columns, limited(list(cursor.fetchmany(limit + 1)), limit))
            except pymysql.MySQLError as error:
                code, said = (*error.args, "", "")[:2]
                if code in TOO_LONG:
                    raise too_long() from None
                raise RefusedError(str(said), meanings.MYSQL.get(code, meanings.REFUSED), code) from None
