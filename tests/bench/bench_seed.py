"""Rows a second of `lab seed` against the databases' own clients loading the same rows from files.

Run: ``python -m tests.bench.bench_seed [SCALE]``. Prints ratios; asserts nothing.

The seed generates, loads, builds keys and indexes, and switches. The clients read files that lie ready, into
tables like the seed's before the load (MySQL's with their primary keys); then they build the same keys and
indexes. So there are two ratios: of generating and loading alone, and of the whole.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scripts import connections
from scripts.connections import Access, Credentials, Endpoint
from scripts.local_cloud.databases.model import ServerSpec
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.seed import dump_client, mysql_loader, postgres_loader
from scripts.seed.model import Dataset, statements
from scripts.seed.rentio import RENTIO

SEED = 42
PASSWORD = "bench-Pa55word"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def access(servers: DatabaseServers, local_dir: Path, engine: str, version: str, port: int) -> Access:
    spec = ServerSpec(f"db-BENCH{engine.upper()}", f"bench-{engine}", engine, version, port, "labadmin")  # type: ignore[arg-type]
    address = servers.create(spec, PASSWORD)
    endpoint = Endpoint(spec.identifier, engine, address.host, address.port, "available")
    return Access(endpoint, Credentials("labadmin", PASSWORD), local_dir / "authority" / "ca.pem")


def write_files(dataset: Dataset, scale: int, folder: Path) -> None:
    for table in dataset.tables:
        with (folder / f"{table.name}.tsv").open("wb") as file:
            for chunk in table.chunks(scale, SEED):
                file.write(chunk.data)


def mysql_client(to: Access, folder: Path, script: str) -> None:
    client = dump_client.find_mysql()
    options = folder / "client.cnf"
    options.write_text(f"[client]\nuser=labadmin\npassword={PASSWORD}\n")
    tls = "--ssl-verify-server-cert" if client.is_mariadb else "--ssl-mode=VERIFY_IDENTITY"
    host, port = to.endpoint.address()
    command = [str(client.program), f"--defaults-file={options}", f"--host={host}", f"--port={port}", tls]
    command += [f"--ssl-ca={to.authority}", "--local-infile=1", "--database=bench"]
    subprocess.run(command, input=script.encode(), check=True)


def psql(to: Access, script: str) -> None:
    host, port = to.endpoint.address()
    environment = {"PGPASSWORD": PASSWORD, "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(to.authority)}
    command = [str(dump_client.find_psql().program), "-Xq", "-v", "ON_ERROR_STOP=1", f"--host={host}"]
    command += [f"--port={port}", "--username=labadmin", "--dbname=bench"]
    subprocess.run(command, input=script.encode(), env={"PATH": "/usr/bin:/bin", **environment}, check=True)


class Watch:
    """When the rows were in, of a seed that is timed as a whole."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.loaded = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if what != "keys and indexes":
            self.loaded = time.perf_counter() - self.start


def report(name: str, rows: int, seed: tuple[float, float], client: tuple[float, float]) -> None:
    print(f"{name}, {rows:,} rows:")
    for phase, of_seed, of_client in zip(("rows alone", "with indexes"), seed, client, strict=True):
        speeds = f"seed {rows / of_seed:>9,.0f} rows/s, client {rows / of_client:>9,.0f} rows/s"
        print(f"  {phase:<13} {speeds}: {of_client / of_seed:.2f}")


def bench_mysql(to: Access, dataset: Dataset, scale: int, folder: Path) -> None:
    def seed(watch: Watch) -> None:
        with connections.mysql(to, local_infile=True) as connection:
            mysql_loader.load(connection, dataset, scale, SEED, watch)

    before, after = dataset.schema("mysql")
    with connections.mysql(to) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE bench")
        cursor.execute("USE bench")
        for statement in statements(before):
            cursor.execute(statement)
    loads = "".join(
        f"LOAD DATA LOCAL INFILE '{folder}/{table.name}.tsv' INTO TABLE {table.name} CHARACTER SET utf8mb4;\n"
        for table in dataset.tables
    )
    bare = timed(lambda: mysql_client(to, folder, loads))
    full = bare + timed(lambda: mysql_client(to, folder, f"SET foreign_key_checks = 0;\n{after}"))
    watch = Watch()
    whole = timed(lambda: seed(watch))
    report("mysql", dataset.rows(scale), (watch.loaded, whole), (bare, full))


def bench_postgres(to: Access, dataset: Dataset, scale: int, folder: Path) -> None:
    def seed(watch: Watch) -> None:
        with connections.postgres(to, dataset.name) as connection:
            postgres_loader.load(connection, dataset, scale, SEED, watch)

    before, after = dataset.schema("postgres")
    with connections.postgres(to) as connection:
        postgres_loader.create_database(connection, dataset.name)
        postgres_loader.create_database(connection, "bench")
    psql(to, before)
    bare = timed(
        lambda: psql(
            to, "".join(f"\\copy {table.name} from '{folder}/{table.name}.tsv'\n" for table in dataset.tables)
        )
    )
    full = bare + timed(lambda: psql(to, after))
    watch = Watch()
    whole = timed(lambda: seed(watch))
    report("postgres", dataset.rows(scale), (watch.loaded, whole), (bare, full))


def main(scale: int) -> None:
    with tempfile.TemporaryDirectory(prefix="lab-bench-") as name:
        local_dir = Path(name)
        servers = DatabaseServers(local_dir / ".local", "bench")
        folder = local_dir / "files"
        folder.mkdir()
        generation = timed(lambda: write_files(RENTIO, scale, folder))
        print(f"generation to files: {RENTIO.rows(scale) / generation:,.0f} rows/s")
        try:
            here = local_dir / ".local"
            bench_mysql(access(servers, here, "mysql", "8.0", 3306), RENTIO, scale, folder)
            bench_postgres(access(servers, here, "postgres", "16", 5432), RENTIO, scale, folder)
        finally:
            servers.delete_all()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
