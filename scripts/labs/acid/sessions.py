"""Several sessions on one engine, in the copy that checks run in, and somebody who watches them."""

# ruff: noqa: S608 - names of our own, in the lab's own tables

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from scripts import connections
from scripts.connections import Access
from scripts.labs.comparison import Table
from scripts.labs.databases import LearnerDatabase, Session
from scripts.labs.manifest import Engine
from scripts.labs.work import Work

#: What a server says when it gives up a transaction for the sake of another one: MySQL's deadlock, wait for
#: a lock, and MariaDB's changed row; PostgreSQL's serialization failure, deadlock, and wait for a lock.
GIVEN_UP: frozenset[int | str] = frozenset({1213, 1205, 1020, "40001", "40P01", "55P03"})

Rows = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class _Dialect:
    me: str
    level: str


_DIALECTS: Mapping[str, _Dialect] = {
    "mysql": _Dialect("SELECT CONNECTION_ID()", "SET SESSION TRANSACTION ISOLATION LEVEL {}"),
    "postgres": _Dialect(
        "SELECT pg_backend_pid()", "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {}"
    ),
}


class _BrokenError(Exception):
    """Ends a session as an error would."""


class Sessions:
    """Opens sessions of the learner's user, and restores the tables between two tries.

    Parameters
    ----------
    work
        The exercise that is looked at.
    engine
        Where.
    """

    def __init__(self, work: Work, engine: Engine, opened: ExitStack) -> None:
        self.engine = engine
        self.database: LearnerDatabase = work.databases[engine]
        self._dialect = _DIALECTS[engine]
        self._opened = opened
        self.tables = work.lab.needs.own_tables
        self.observer = self.open()
        work.fresh(engine=engine)
        self._first = self.contents()
        self._watch: _Watch | None = None

    def open(self) -> Session:
        """One more session; closed with all others."""
        return self._opened.enter_context(self.database.session(checked=True))

    @contextmanager
    def breaking(self) -> Iterator[Session]:
        """A session whose connection breaks at the end, whatever it was in the middle of."""
        with suppress(_BrokenError), self.database.session(checked=True) as session:
            yield session
            # Closed in peace, psycopg would commit what is open.
            raise _BrokenError

    def number(self, session: Session) -> int:
        """What the server calls it."""
        return int(session.run(self._dialect.me).rows[0][0])

    def set_level(self, session: Session, level: str) -> None:
        """Isolation of the transactions that it begins from now on."""
        session.run(self._dialect.level.format(level))

    @property
    def watch(self) -> _Watch:
        """Sees who waits for a lock."""
        if self._watch is None:
            kind = _MySQLWatch if self.engine == "mysql" else _PostgresWatch
            self._watch = self._opened.enter_context(kind.over(self.database.master))
        return self._watch

    def contents(self) -> dict[str, Table]:
        """What is committed in each of the lab's tables."""
        return {table: self.observer.run(f"SELECT * FROM {table} ORDER BY 1") for table in self.tables}

    def restore(self) -> Mapping[str, Table]:
        """Give every table the rows that it had at first; answers them."""
        for table, first in self._first.items():
            if self.observer.run(f"SELECT * FROM {table} ORDER BY 1") != first:
                self.observer.run("BEGIN")
                self.observer.run(f"DELETE FROM {table}")
                rows = ", ".join(f"({', '.join(map(_literal, row))})" for row in first.rows)
                self.observer.run(f"INSERT INTO {table} VALUES {rows}")
                self.observer.run("COMMIT")
        return self._first


def _literal(value: Any) -> str:
    """A value of the lab's own tables, which hold numbers and plain names."""
    return f"'{value}'" if isinstance(value, str) else str(value)


@contextmanager
def sessions(work: Work, engine: Engine) -> Iterator[Sessions]:
    """Sessions on an engine, with the lab's tables as they are at first."""
    with ExitStack() as opened:
        yield Sessions(work, engine, opened)


class _Watch:
    """Sees, as the master user, who waits for a lock."""

    #: Seconds between two looks.
    pause = 0.02

    def waits(self, number: int) -> bool:
        """Whether the session of that number waits for a lock."""
        raise NotImplementedError

    def anybody_waits(self, user: str) -> bool:
        """Whether any session of that user does."""
        raise NotImplementedError

    def until_done_or_waiting(self, future: Future[Any], number: int) -> bool:
        """Wait until a statement is done (True), or until its session is seen to wait for a lock."""
        while not wait_for([future], timeout=self.pause).done:
            if self.waits(number):
                return future.done()
        return True


class _PostgresWatch(_Watch):
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._connection.autocommit = True

    @classmethod
    @contextmanager
    def over(cls, master: Access) -> Iterator[_PostgresWatch]:
        with connections.postgres(master) as connection:
            yield cls(connection)

    def waits(self, number: int) -> bool:
        found = self._connection.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (number,)).fetchone()
        return bool(found and found[0])

    def anybody_waits(self, user: str) -> bool:
        found = self._connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE usename = %s AND cardinality(pg_blocking_pids(pid)) > 0",
            (user,),
        ).fetchone()
        return bool(found and found[0])


class _MySQLWatch(_Watch):
    #: InnoDB's table of transactions is made anew only when nobody has looked at it for a tenth of a second.
    _STALE = 0.11

    def __init__(self, connection: connections.MySQLConnection) -> None:
        self._connection = connection
        self._looked = 0.0

    @classmethod
    @contextmanager
    def over(cls, master: Access) -> Iterator[_MySQLWatch]:
        with connections.mysql(master) as connection:
            yield cls(connection)

    def waits(self, number: int) -> bool:
        return self._any("trx_mysql_thread_id = %s", number)

    def anybody_waits(self, user: str) -> bool:
        return self._any(
            "trx_mysql_thread_id IN (SELECT id FROM information_schema.processlist WHERE user = %s)", user
        )

    def _any(self, condition: str, value: Any) -> bool:
        # A count that is always of this moment: where nobody waits, the dear question is not asked.
        if not int(self._one("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")[1]):
            return False
        time.sleep(max(0.0, self._looked + self._STALE - time.monotonic()))
        asked = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND "
        found = self._one(asked + condition, value)[0]
        self._looked = time.monotonic()
        return bool(found)

    def _one(self, statement: str, *values: Any) -> tuple[Any, ...]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return tuple(cursor.fetchone() or (0, 0))
