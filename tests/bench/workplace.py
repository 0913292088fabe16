"""What benchmarks share: servers and a local cloud of their own, started at need, gone at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3

from scripts import aws
from scripts.config import Settings
from scripts.connections import Access, Credentials, Endpoint
from scripts.local_cloud.databases.model import Engine, ServerSpec
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.local_cloud.localstack import LocalStack
from tests.bench.environment import Environment
from tests.conftest import free_port

USER, PASSWORD = "labadmin", "bench-Pa55word"


@dataclass(frozen=True)
class Sizes:
    """How much each benchmark does.

    Attributes
    ----------
    starts
        How often a command is started.
    seed_scale, seed_rounds
        Scale of the seed, and how often seed and client take turns.
    growth_scales
        Scales of the growth.
    records, requests
        Kinesis records, and requests of each kind.
    memory_scale
        Scale of the seed after which memory is looked at.
    accounts, pairs
        Interfaces of the accounts that are asked who reaches whom, and of those asked for all pairs.
    questions
        How many questions each account is asked.
    athena_rows, athena_rounds
        Rows of the table that Athena is asked about, and how often Athena and DuckDB take turns.
    labs, lab_rounds
        Those that are checked, each if none is named, and how often.
    star_scales
        Scales of the star schema.
    """

    starts: int = 5
    seed_scale: int = 100
    seed_rounds: int = 3
    growth_scales: tuple[int, ...] = (1, 10, 100, 1000)
    records: int = 50_000
    requests: int = 600
    memory_scale: int = 100
    accounts: tuple[int, ...] = (100, 1_000, 10_000)
    pairs: tuple[int, ...] = (100, 1_000)
    questions: int = 100
    labs: tuple[str, ...] = ()
    lab_rounds: int = 3
    star_scales: tuple[int, ...] = (1, 100, 1000)
    athena_rows: int = 10_000_000
    athena_rounds: int = 3


QUICK = Sizes(
    starts=1,
    seed_scale=1,
    seed_rounds=1,
    growth_scales=(1, 2),
    records=1_000,
    requests=32,
    memory_scale=2,
    accounts=(100, 200),
    pairs=(100, 200),
    questions=4,
    labs=("key-value",),
    lab_rounds=1,
    star_scales=(1,),
    athena_rows=100_000,
    athena_rounds=1,
)


class Workplace:
    """A folder with everything that benchmarks start in it; `close` leaves nothing behind.

    Parameters
    ----------
    sizes
        How much to do.
    say
        Told what goes on.
    """

    def __init__(self, sizes: Sizes, say: Callable[[str], None]) -> None:
        self.sizes, self.say = sizes, say
        self._ends = ExitStack()
        self.folder = Path(self._ends.enter_context(tempfile.TemporaryDirectory(prefix="lab-bench-")))

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    @cached_property
    def _servers(self) -> DatabaseServers:
        servers = DatabaseServers(self.folder / "servers", "bench")
        self._ends.callback(servers.delete_all)
        return servers

    def _access(self, engine: Engine, version: str, port: int) -> Access:
        self.say(f"starting a server for {engine}")
        spec = ServerSpec(f"db-BENCH{engine.upper()}", f"bench-{engine}", engine, version, port, USER)
        address = self._servers.create(spec, PASSWORD)
        endpoint = Endpoint(spec.identifier, engine, address.host, address.port, "available")
        authority = self.folder / "servers" / "authority" / "ca.pem"
        return Access(endpoint, Credentials(USER, PASSWORD), authority)

    @cached_property
    def mysql(self) -> Access:
        """A MySQL or MariaDB server, as an RDS instance's."""
        return self._access("mysql", "8.0", 3306)

    @cached_property
    def postgres(self) -> Access:
        """A PostgreSQL server, as an RDS instance's."""
        return self._access("postgres", "16", 5432)

    @cached_property
    def cloud(self) -> tuple[Settings, boto3.Session]:
        """A LocalStack of ours with nothing in it."""
        self.say("starting LocalStack")
        settings = Settings(local_dir=self.folder / "cloud", gateway_port=free_port())
        localstack = LocalStack(settings)
        self._ends.callback(DatabaseServers(settings.local_dir, "").delete_all)
        self._ends.callback(localstack.stop)
        localstack.start()
        return settings, aws.session(settings)

    @cached_property
    def environment(self) -> Environment:
        """The whole environment, driven by the commands that a user has; nothing is applied yet."""
        made = Environment(self.folder / "environment", free_port(), self.say)
        self._ends.callback(made.remove)
        return made
