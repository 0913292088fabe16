"""Datasets into PostgreSQL: COPY into a schema of its own and a switch of the tables, all in one transaction.

Until the commit, the learner's database is as it was; a seed that was interrupted leaves nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from scripts.errors import RemoteError
from scripts.seed import marker as markers
from scripts.seed.marker import LoadedTable, Marker
from scripts.seed.model import Dataset, Table, statements
from scripts.seed.streaming import Progress, Tally, ahead, silent

#: Seconds that a DROP waits for a table that somebody's open transaction uses.
LOCK_SECONDS = 30


@contextmanager
def own_words(where: str) -> Iterator[None]:
    """Turn the server's errors into ours, in its words."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        raise RemoteError(
            f"{where}: {error.diag.message_primary}",
            "Another connection has a transaction open on the dataset's tables: end it, then try again.",
        ) from error
    except psycopg.errors.DiskFull as error:
        raise RemoteError(
            f"{where}: {error.diag.message_primary}",
            "The server's disk is full: free some space, `lab up`, then run the same command again.",
        ) from error
    except psycopg.Error as error:
        raise RemoteError(
            f"{where}: {error.diag.message_primary or error}",
            "A server that died is started again by itself: once `lab status` shows it up, run this again.",
        ) from error


def create_database(connection: psycopg.Connection, name: str) -> None:
    """Create a database unless it exists; on a connection to another database."""
    connection.autocommit = True
    with own_words(f"Database {name}"):
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not found:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
            connection.execute(statement.format(sql.Identifier(name)))


def read_marker(connection: psycopg.Connection, dataset: Dataset) -> Marker | None:
    """The marker of a complete seed, or None; also None where a table of the dataset is missing."""
    present = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', %s)",
            (markers.HOME,),
        )
    }
    if not {"loaded", *(table.name for table in dataset.tables)} <= present:
        return None
    row = connection.execute(markers.SELECT, (dataset.name,)).fetchone()
    return Marker.from_json(row[0]) if row else None


def load(
    connection: psycopg.Connection, dataset: Dataset, scale: int, seed: int, progress: Progress = silent
) -> Marker:
    """Replace the dataset's tables in schema ``public`` by freshly generated ones.

    Other tables, schemas and databases stay; a learner's own views and foreign keys on the dataset's tables
    go with those.

    Parameters
    ----------
    connection
        To the dataset's database; a transaction is committed on it.
    dataset, scale, seed
        What to load.
    progress
        Told of each table's rows.

    Raises
    ------
    RemoteError
        The server answered with an error, or another seed is at work.
    """
    staging = sql.Identifier(f"{dataset.name}_seeding")
    before, after = dataset.schema("postgres")
    with own_words(f"Seed of {dataset.name}"), connection.transaction(), connection.cursor() as cursor:
        _prepare_transaction(cursor, dataset)
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(staging))
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(staging))
        cursor.execute(sql.SQL("SET LOCAL search_path TO {}").format(staging))
        cursor.execute(before.encode())
        loaded = {table.name: _load_table(cursor, table, scale, seed, progress) for table in dataset.tables}
        done = Marker(dataset.name, dataset.version, scale, seed, loaded)
        steps = statements(after)
        progress("keys and indexes", 0, len(steps))
        for number, statement in enumerate(steps, start=1):
            cursor.execute(statement.encode())
            progress("keys and indexes", number, len(steps))
        _continue_identities(cursor, dataset)
        _switch(cursor, dataset, done)
        cursor.execute(sql.SQL("DROP SCHEMA {}").format(staging))
    return done


def _prepare_transaction(cursor: psycopg.Cursor, dataset: Dataset) -> None:
    lock = cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", (f"{dataset.name}_seeding",))
    if lock.fetchone() != (True,):
        raise RemoteError(
            f"Another seed of {dataset.name} is at work on this server.", "Wait until it is done."
        )
    cursor.execute(
        f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SET LOCAL statement_timeout = 0; "
        "SET LOCAL timezone = 'UTC'; SET LOCAL maintenance_work_mem = '128MB'; "
        "SET LOCAL client_min_messages = warning"
    )
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {markers.HOME}")
    cursor.execute(markers.CREATE_TABLE)


def _load_table(
    cursor: psycopg.Cursor, table: Table, scale: int, seed: int, progress: Progress
) -> LoadedTable:
    tally = Tally(table.name, table.rows(scale), progress)
    # FREEZE: the table is new in this transaction, so nobody's vacuum need read it again.
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FREEZE)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    with cursor.copy(statement) as copy:
        for data in ahead(tally.through(table.chunks(scale, seed))):
            copy.write(data)
    if cursor.rowcount != table.rows(scale):
        raise RemoteError(
            f"{cursor.rowcount} of {table.rows(scale)} rows of {table.name} arrived.",
            "Run the same command again.",
        )
    return LoadedTable(tally.rows, tally.sha256)


def _continue_identities(cursor: psycopg.Cursor, dataset: Dataset) -> None:
    """A learner's next row gets the number after the last one."""
    for table in dataset.tables:
        first = table.columns[0]
        found = cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (table.name, first)).fetchone()
        if found and found[0]:
            statement = sql.SQL("SELECT setval({}, (SELECT max({}) FROM {}))").format(
                sql.Literal(found[0]), sql.Identifier(first), sql.Identifier(table.name)
            )
            cursor.execute(statement)


def _switch(cursor: psycopg.Cursor, dataset: Dataset, done: Marker) -> None:
    names = [sql.Identifier(table.name) for table in dataset.tables]
    old = sql.SQL(", ").join(sql.SQL("public.{}").format(name) for name in names)
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(old))
    for name in names:
        cursor.execute(sql.SQL("ALTER TABLE {} SET SCHEMA public").format(name))
    cursor.execute(markers.DELETE, (dataset.name,))
    cursor.execute(markers.INSERT, (dataset.name, done.to_json()))


def analyze(connection: psycopg.Connection) -> None:
    """Statistics for the planner, outside the load's transaction."""
    connection.commit()
    connection.autocommit = True
    with own_words("ANALYZE"):
        connection.execute("ANALYZE")
