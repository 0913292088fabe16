"""Datasets into MySQL and MariaDB: LOAD DATA LOCAL into a database of its own, then a switch of the tables.

Until the switch, the learner's database is as it was. A seed that was interrupted leaves at most the staging
database, which the next one drops, or a database without marker, which the next one fills.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import CR

from scripts.errors import LabError, MissingError, RemoteError
from scripts.seed import marker as markers
from scripts.seed.marker import LoadedTable, Marker
from scripts.seed.model import Dataset, Table, statements
from scripts.seed.streaming import Progress, Tally, as_file, silent

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

    MySQLConnection = pymysql.connections.Connection[Cursor]

#: Seconds that a DROP or RENAME waits for a table that somebody's open transaction uses.
LOCK_SECONDS = 30

_LOCAL_INFILE_OFF = {1148, 3948, 4166}
_LOCK_TIMEOUT = 1205
#: Disk full, table full, and what MariaDB makes of either when it creates a table.
_NO_SPACE = {1021, 1114}
_NO_SPACE_WORDS = ("No more room", "No space left", "errno: 28", "Errcode: 28")


@contextmanager
def own_words(where: str) -> Iterator[None]:
    """Turn the server's errors into ours, in its words."""
    try:
        yield
    except pymysql.MySQLError as error:
        code, reason = (*error.args, "", "")[:2]
        raise _translate(where, code, reason) from error


def _translate(where: str, code: object, reason: object) -> LabError:
    if code in _LOCAL_INFILE_OFF:
        return MissingError(
            f"{where}: the server refuses LOAD DATA LOCAL: {reason}",
            "Set local_infile to 1 in its parameter group; `make apply` does.",
        )
    hint = "A server that died is started again by itself: once `lab status` shows it up, run this again."
    if code in _NO_SPACE or any(words in str(reason) for words in _NO_SPACE_WORDS):
        hint = "The server's disk is full: free some space, `lab up`, then run the same command again."
    elif code == _LOCK_TIMEOUT:
        hint = "Another connection has a transaction open on the dataset's tables: end it, then try again."
    return RemoteError(f"{where}: {reason} (error {code})", hint)


def read_marker(connection: MySQLConnection, dataset: Dataset) -> Marker | None:
    """The marker of a complete seed, or None; also None where a table of the dataset is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema IN (%s, %s)",
            (dataset.name, markers.HOME),
        )
        present = {str(row[0]) for row in cursor.fetchall()}
        if not {"loaded", *(table.name for table in dataset.tables)} <= present:
            return None
        cursor.execute(markers.SELECT, (dataset.name,))
        row = cursor.fetchone()
    return Marker.from_json(row[0]) if row else None


def load(
    connection: MySQLConnection, dataset: Dataset, scale: int, seed: int, progress: Progress = silent
) -> Marker:
    """Replace the dataset's tables by freshly generated ones; other tables and databases stay as they are.

    Parameters
    ----------
    connection
        Autocommitting, with ``local_infile``.
    dataset, scale, seed
        What to load.
    progress
        Told of each table's rows.

    Raises
    ------
    RemoteError
        The server answered with an error, another seed is at work, or rows did not arrive as they were sent.
    MissingError
        The server refuses LOAD DATA LOCAL.
    """
    staging = f"{dataset.name}_seeding"
    before, after = dataset.schema("mysql")
    with own_words(f"Seed of {dataset.name}"), connection.cursor() as cursor:
        _prepare_session(cursor, dataset)
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS {markers.HOME}")
        cursor.execute(markers.CREATE_TABLE)
        cursor.execute(f"DROP DATABASE IF EXISTS {staging}")
        cursor.execute(f"CREATE DATABASE {staging} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        connection.select_db(staging)
        for statement in statements(before):
            cursor.execute(statement)
        loaded = {table.name: _load_table(cursor, table, scale, seed, progress) for table in dataset.tables}
        done = Marker(dataset.name, dataset.version, scale, seed, loaded)
        steps = statements(after)
        progress("keys and indexes", 0, len(steps))
        for number, statement in enumerate(steps, start=1):
            cursor.execute(statement)
            progress("keys and indexes", number, len(steps))
        _switch(cursor, dataset, staging, done)
        connection.select_db(dataset.name)
        cursor.execute("SELECT RELEASE_LOCK(%s)", (staging,))
    return done


def _prepare_session(cursor: Cursor, dataset: Dataset) -> None:
    cursor.execute("SELECT GET_LOCK(%s, 0)", (f"{dataset.name}_seeding",))
    if cursor.fetchone() != (1,):
        raise RemoteError(
            f"Another seed of {dataset.name} is at work on this server.",
            "Wait until it is done; one that a full disk held up ends within a minute of there being space.",
        )
    # Generated references are right (`verification` shows it), so the server need not look up each. Unique
    # keys stay checked: rows come in the order of the primary key, and without these checks MariaDB sorts the
    # rows of an empty table into place at the end, which takes it half as long again.
    cursor.execute(
        "SET SESSION foreign_key_checks = 0, time_zone = '+00:00', "
        f"lock_wait_timeout = {LOCK_SECONDS}, sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE'"
    )


def _load_table(cursor: Cursor, table: Table, scale: int, seed: int, progress: Progress) -> LoadedTable:
    expected = table.rows(scale)
    tally = Tally(table.name, expected, progress)
    with as_file(tally.through(table.chunks(scale, seed))) as path, _lost_is_said(cursor):
        cursor.execute(
            f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE `{table.name}` CHARACTER SET utf8mb4 "
            f"({', '.join(f'`{column}`' for column in table.columns)})"
        )
    arrived = cursor.rowcount
    # With LOCAL the server cannot stop the client: it skips and truncates, and warns.
    cursor.execute("SHOW WARNINGS LIMIT 1")
    warning = cursor.fetchone()
    if arrived != expected or warning:
        raise RemoteError(
            f"Rows of {table.name} did not arrive as they were sent, {arrived} of {expected}"
            + (f": {warning[2]}." if warning else "."),
            "Run the same command again.",
        )
    return LoadedTable(tally.rows, tally.sha256)


@contextmanager
def _lost_is_said(cursor: Cursor) -> Iterator[None]:
    """PyMySQL 1.1 goes on sending a file into a connection that it has closed, the server being gone."""
    try:
        yield
    except AttributeError as error:
        if cursor.connection.open:
            raise
        raise pymysql.OperationalError(CR.CR_SERVER_LOST, "Lost connection to the server") from error


def _switch(cursor: Cursor, dataset: Dataset, staging: str, done: Marker) -> None:
    names = [table.name for table in dataset.tables]
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS {dataset.name} CHARACTER SET utf8mb4")
    cursor.execute(markers.DELETE, (dataset.name,))
    # With foreign_key_checks off, a learner's own table keeps its reference by name to the table that comes.
    cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"{dataset.name}.`{name}`" for name in names))
    cursor.execute(
        "RENAME TABLE " + ", ".join(f"{staging}.`{name}` TO {dataset.name}.`{name}`" for name in names)
    )
    cursor.execute(markers.INSERT, (dataset.name, done.to_json()))
    cursor.execute(f"DROP DATABASE {staging}")
