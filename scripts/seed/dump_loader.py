"""A dump into a DB instance, whole, with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts import connections
from scripts.connections import Access
from scripts.errors import BadInputError
from scripts.seed import dump_client, postgres_loader
from scripts.seed.dump import Dump, opened
from scripts.seed.dump_filters import for_mysql, for_postgres
from scripts.seed.streaming import Progress, silent


@dataclass(frozen=True)
class DumpLoaded:
    """What is there after a dump was loaded.

    Attributes
    ----------
    instance
        DB instance.
    rows
        Number of rows by ``database.table`` (``database.schema.table`` in PostgreSQL).
    """

    instance: str
    rows: Mapping[str, int]


def database_of(dump: Dump, given: str | None) -> str | None:
    """The database to start in, or None where the dump switches to one itself.

    Raises
    ------
    BadInputError
        Neither the dump nor the user names one.
    """
    if given:
        return given
    if dump.databases:
        return None
    if dump.header_database:
        return dump.header_database
    raise BadInputError(f"{dump.path} does not say which database it is for.", "Say it: --database NAME")


def into_mysql(dump: Dump, to: Access, database: str | None, progress: Progress = silent) -> DumpLoaded:
    """Load a dump of MySQL or MariaDB; a database that it needs is created.

    Raises
    ------
    RemoteError
        The server's error, with file and line; what stood before is loaded.
    BadInputError, MissingError
        No database is named; no client is installed.
    """
    client = dump_client.find_mysql()
    start = database_of(dump, database)
    names = [start] if start else list(dump.databases)
    with connections.mysql(to) as connection, connection.cursor() as cursor:
        if start:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{_plain(start)}` CHARACTER SET utf8mb4")
        cursor.execute("SELECT collation_name FROM information_schema.collations")
        collations = frozenset(str(row[0]) for row in cursor.fetchall())
    with opened(dump.path) as file:
        lines = for_mysql(_counted(file, dump, progress), collations)
        dump_client.run_mysql(client, to, start, lines, dump.path)
    rows: dict[str, int] = {}
    with connections.mysql(to) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema IN %s AND table_type = 'BASE TABLE' ORDER BY 1, 2",
            (names,),
        )
        for schema, table in list(cursor.fetchall()):
            cursor.execute(f"SELECT COUNT(*) FROM `{schema}`.`{table}`")  # noqa: S608 - from the catalogue
            counted = cursor.fetchone()
            rows[f"{schema}.{table}"] = int(counted[0]) if counted else 0
    return DumpLoaded(to.endpoint.identifier, rows)


def into_postgres(dump: Dump, to: Access, database: str | None, progress: Progress = silent) -> DumpLoaded:
    """Load a dump of PostgreSQL; a database that it needs is created.

    Raises
    ------
    RemoteError
        The server's error, with file and line; nothing is loaded, unless the dump switches databases.
    BadInputError, MissingError
        No database is named; psql is not installed.
    """
    client = dump_client.find_psql()
    start = database_of(dump, database)
    with connections.postgres(to) as connection:
        version = connection.info.server_version
        if start:
            postgres_loader.create_database(connection, start)
    with opened(dump.path) as file:
        dump_client.run_psql(
            client,
            to,
            start or "postgres",
            lambda token: for_postgres(_counted(file, dump, progress), dump.path, version, token),
            dump.path,
            atomic=not dump.databases,
        )
    rows: dict[str, int] = {}
    for name in [start] if start else dump.databases:
        with connections.postgres(to, name) as connection:
            rows.update({f"{name}.{table}": count for table, count in _postgres_rows(connection)})
    return DumpLoaded(to.endpoint.identifier, rows)


def _postgres_rows(connection: psycopg.Connection) -> Iterator[tuple[str, int]]:
    tables = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
        "AND table_schema NOT IN ('pg_catalog', 'information_schema', 'lab_seed') ORDER BY 1, 2"
    ).fetchall()
    for schema, table in tables:
        statement = sql.SQL("SELECT COUNT(*) FROM {}").format(sql.Identifier(schema, table))
        counted = connection.execute(statement).fetchone()
        yield f"{schema}.{table}", int(counted[0]) if counted else 0


def _counted(lines: Iterable[bytes], dump: Dump, progress: Progress) -> Iterator[bytes]:
    done = told = 0
    for line in lines:
        yield line
        done += len(line)
        if done - told >= 1 << 20 or done == dump.bytes:
            told = done
            progress(dump.path.name, done, dump.bytes)


def _plain(name: str) -> str:
    if "`" in name or "\0" in name:
        raise BadInputError(f"{name!r} is no name for a database.", "Use letters, digits and underscores.")
    return name
