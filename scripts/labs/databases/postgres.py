"""A learner's databases on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlparse
from psycopg import sql

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
    StoppingClock,
    limited,
    plain_name,
    too_long,
)


class PostgresLearner(LearnerDatabase):
    """On PostgreSQL: two schemas of the dataset's database, found through the user's search path."""

    engine = "postgres"

    def _make(self, own: Sequence[str], *, copied: bool) -> None:
        user = sql.Identifier(plain_name(self.copies.user))
        with connections.postgres(self.master, self.copies.dataset) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = [row[0] for row in found] if copied else []
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, sql.Literal(self.user.user.password))
            )
            # Who makes a schema for a role must be a member of it, as RDS's master user is of none.
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(user))
            for schema in (self.copies.user, self.copies.checked):
                self._copy(connection, schema, tables, mine=schema == self.copies.user)
            connection.execute(
                sql.SQL("GRANT CREATE, USAGE ON SCHEMA {} TO {}").format(
                    sql.Identifier(self.copies.checked), user
                )
            )

    def _copy(
        self, connection: psycopg.Connection, schema: str, tables: Sequence[str], *, mine: bool
    ) -> None:
        place, user = sql.Identifier(schema), sql.Identifier(self.copies.user)
        owner = sql.SQL(" AUTHORIZATION {}").format(user) if mine else sql.SQL("")
        connection.execute(sql.SQL("CREATE SCHEMA {}{}").format(place, owner))
        for table in tables:
            names = {"copy": sql.Identifier(schema, table), "original": sql.Identifier("public", table)}
            connection.execute(sql.SQL("CREATE TABLE {copy} (LIKE {original} INCLUDING ALL)").format(**names))
            connection.execute(
                sql.SQL("INSERT INTO {copy} OVERRIDING SYSTEM VALUE SELECT * FROM {original}").format(**names)
            )
            rights = sql.SQL("ALTER TABLE {0} OWNER TO {1}" if mine else "GRANT SELECT ON {0} TO {1}")
            connection.execute(rights.format(names["copy"], user))

    def remove(self) -> None:
        user = sql.Identifier(plain_name(self.copies.user))
        with connections.postgres(self.master, self.copies.dataset) as connection:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(self.copies.guest)))
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (self.copies.user,))
            if found.fetchone() is None:
                return
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(user))
            for schema in (self.copies.user, self.copies.checked):
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
            connection.execute(sql.SQL("DROP OWNED BY {}").format(user))
            connection.execute(sql.SQL("DROP ROLE {}").format(user))

    @contextmanager
    def session(self, *, checked: bool = False) -> Iterator[Session]:
        place = self.copies.checked if checked else self.copies.user
        with connections.postgres(self.user, self.copies.dataset) as connection:
            connection.autocommit = True
            here = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (place,))
            if here.fetchone() is None:
                raise connections.NoDatabaseError(f"There is no copy {place} of {self.copies.dataset}.")
            connection.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(place)))
            connection.execute(sql.SQL("SET statement_timeout = {}").format(STATEMENT_SECONDS * 1000))
            connection.execute(sql.SQL("SET lock_timeout = {}").format(LOCK_SECONDS * 1000))
            yield _PostgresSession(connection)


class _PostgresSession(Session):
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def run(self, statement: str, *, limit: int = ROW_LIMIT) -> Table:
        try:
            with StoppingClock(self._connection.cancel), self._connection.cursor() as cursor:
                rows = _streamed(cursor, statement, limit)
                if rows is None:
                    return Table((), ())
                if not rows and sqlparse.parse(statement)[0].get_type() == "SELECT":
                    # A stream of no rows does not say what its columns would be.
                    cursor.execute(statement)
                columns = tuple(each.name for each in cursor.description or ())
        except psycopg.errors.QueryCanceled:
            raise too_long() from None
        except psycopg.Error as error:
            said = (error.diag.message_primary or str(error)).strip()
            raise RefusedError(said, _postgres_meaning(error), error.sqlstate or "") from None
        return Table(columns, limited(rows, limit))


def _streamed(cursor: psycopg.Cursor, statement: str, limit: int) -> list[tuple[Any, ...]] | None:
    """Rows, one more than the limit at most, so that a result without end is not fetched; None without any.

    A statement that answers with no rows by its nature is done when psycopg says that it cannot be streamed.
    """
    rows: list[tuple[Any, ...]] = []
    try:
        for row in cursor.stream(statement):
            rows.append(row)
            if len(rows) > limit:
                break
    except psycopg.ProgrammingError as error:
        if error.sqlstate is None:
            return None
        raise
    return rows


def _postgres_meaning(error: psycopg.Error) -> str:
    return meanings.POSTGRES.get(error.sqlstate or "", meanings.REFUSED)
