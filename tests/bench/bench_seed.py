"""Rows a second of `lab seed` against the database's own client loading the same rows from files.

Both load the same rows, over TLS, under the same session settings, into new empty tables of the same
schema, and then build the same keys and indexes. The client's files lie ready; the seed makes the rows while
it loads, and at the end puts the new tables in the place of the old ones. Seed and client take turns on one
server, each after a drop of what the other left; the best of each counts, for a disturbance only adds time.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts import connections
from scripts.connections import Access
from scripts.seed import dump_client, mysql_loader, postgres_loader
from scripts.seed.model import Dataset
from scripts.seed.rentio import RENTIO
from tests.bench.measure import Aim, Baseline, Figure, seconds_of
from tests.bench.workplace import PASSWORD, USER, Workplace

SEED = 42
AIM = Aim(least_ratio=0.7)

#: As `mysql_loader` sets them.
_MYSQL_SESSION = "SET SESSION foreign_key_checks = 0;\n"


@dataclass(frozen=True)
class Taken:
    """Seconds until the rows were in, and until the keys and indexes were built."""

    rows: float
    whole: float


class Watch:
    """When the rows were in, of a seed that is timed as a whole."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.loaded = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if what == "keys and indexes" and done == 0:
            self.loaded = time.perf_counter() - self.start


def write_files(dataset: Dataset, scale: int, folder: Path) -> None:
    """One file of tab-separated rows a table."""
    folder.mkdir()
    for table in dataset.tables:
        with (folder / f"{table.name}.tsv").open("wb") as file:
            for chunk in table.chunks(scale, SEED):
                file.write(chunk.data)


class MySQL:
    """One seed, or one load by ``mysql``, into an empty server."""

    def __init__(self, to: Access, files: Path) -> None:
        self.to, self.files = to, files
        self._options = files.with_suffix(".cnf")
        self._options.write_text(f"[client]\nuser={USER}\npassword={PASSWORD}\n")

    def empty(self) -> None:
        with connections.mysql(self.to) as connection, connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS bench")
            cursor.execute(f"DROP DATABASE IF EXISTS {RENTIO.name}")

    def seed(self, scale: int) -> Taken:
        watch = Watch()
        with connections.mysql(self.to, local_infile=True) as connection:
            mysql_loader.load(connection, RENTIO, scale, SEED, watch)
        return Taken(watch.loaded, time.perf_counter() - watch.start)

    def client(self) -> Taken:
        before, after = RENTIO.schema("mysql")
        self._run(
            f"CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\nUSE bench;\n{before}"
        )
        loads = "".join(
            f"LOAD DATA LOCAL INFILE '{self.files}/{name}.tsv' INTO TABLE {name} CHARACTER SET utf8mb4;\n"
            for name in (table.name for table in RENTIO.tables)
        )
        rows = seconds_of(lambda: self._run(f"USE bench;\n{_MYSQL_SESSION}{loads}"))
        indexes = seconds_of(lambda: self._run(f"USE bench;\n{_MYSQL_SESSION}{after}"))
        return Taken(rows, rows + indexes)

    def _run(self, script: str) -> None:
        client = dump_client.find_mysql()
        tls = "--ssl-verify-server-cert" if client.is_mariadb else "--ssl-mode=VERIFY_IDENTITY"
        host, port = self.to.endpoint.address()
        command = [
            str(client.program),
            f"--defaults-file={self._options}",
            f"--host={host}",
            f"--port={port}",
        ]
        command += [tls, f"--ssl-ca={self.to.authority}", "--local-infile=1"]
        subprocess.run(command, input=script.encode(), check=True)


class Postgres:
    """One seed, or one load by ``psql``, into an empty database."""

    def __init__(self, to: Access, files: Path) -> None:
        self.to, self.files = to, files

    def empty(self) -> None:
        with connections.postgres(self.to) as connection:
            connection.autocommit = True
            for name in ("bench", RENTIO.name):
                connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
                postgres_loader.create_database(connection, name)
            connection.execute("CHECKPOINT")

    def seed(self, scale: int) -> Taken:
        watch = Watch()
        with connections.postgres(self.to, RENTIO.name) as connection:
            postgres_loader.load(connection, RENTIO, scale, SEED, watch)
        return Taken(watch.loaded, time.perf_counter() - watch.start)

    def client(self) -> Taken:
        before, after = RENTIO.schema("postgres")
        loads = "".join(
            f"\\copy {table.name} from '{self.files}/{table.name}.tsv' with (freeze)\n"
            for table in RENTIO.tables
        )
        # psql says when it is there: one transaction, as the seed's, holds both parts.
        start = time.perf_counter()
        settings = "SET client_min_messages = warning; SET maintenance_work_mem = '128MB';"
        script = f"{settings}\nBEGIN;\n{before}\n{loads}\\echo in\n{after}\nCOMMIT;\n"
        with subprocess.Popen(
            self._command(), env=self._environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as psql:
            assert psql.stdin is not None
            assert psql.stdout is not None
            psql.stdin.write(script.encode())
            psql.stdin.close()
            while psql.stdout.readline() not in (b"in\n", b""):
                pass
            rows = time.perf_counter() - start
        if psql.returncode != 0:
            raise subprocess.CalledProcessError(psql.returncode, psql.args)
        return Taken(rows, time.perf_counter() - start)

    def _command(self) -> list[str]:
        host, port = self.to.endpoint.address()
        command = [str(dump_client.find_psql().program), "-Xq", "-v", "ON_ERROR_STOP=1", f"--host={host}"]
        return [*command, f"--port={port}", f"--username={USER}", "--dbname=bench"]

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "PGPASSWORD": PASSWORD,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.to.authority),
        }


def run(at: Workplace) -> list[Figure]:
    """Both engines, at the seed's scale."""
    scale, files = at.sizes.seed_scale, at.folder / "seed"
    at.say(f"writing the clients' files of scale {scale}")
    generating = seconds_of(lambda: write_files(RENTIO, scale, files))
    generated = RENTIO.rows(scale) / generating
    figures = [Figure(f"generating {RENTIO.rows(scale):,} rows into files", generated, "rows/s")]
    for server in (MySQL(at.mysql, files), Postgres(at.postgres, files)):
        figures += _compare(at, server, scale)
    return figures


def _compare(at: Workplace, server: MySQL | Postgres, scale: int) -> list[Figure]:
    name = type(server).__name__
    ways: dict[str, Callable[[], Taken]] = {"seed": lambda: server.seed(scale), "client": server.client}
    taken: dict[str, list[Taken]] = {way: [] for way in ways}
    for turn in range(at.sizes.seed_rounds):
        # Whoever comes second finds a busier disk, so they change places.
        for way in sorted(ways, reverse=bool(turn % 2)):
            at.say(f"{name}: {way} at scale {scale}, round {turn + 1} of {at.sizes.seed_rounds}")
            server.empty()
            taken[way].append(ways[way]())
    server.empty()

    def speed(way: str, part: Callable[[Taken], float]) -> float:
        return RENTIO.rows(scale) / min(part(each) for each in taken[way])

    client = "mysql" if isinstance(server, MySQL) else "psql"
    parts: dict[str, Callable[[Taken], float]] = {
        "rows": lambda each: each.rows,
        "rows and indexes": lambda each: each.whole,
    }
    return [
        Figure(
            f"{name}: {what}",
            speed("seed", part),
            "rows/s",
            Baseline(f"{client} on files", speed("client", part)),
            AIM,
        )
        for what, part in parts.items()
    ]
