"""One local cloud of database servers for all tests here, with one server of each kind."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from scripts.local_cloud.databases.model import Address, Engine, ServerSpec
from scripts.local_cloud.databases.servers import DatabaseServers

PASSWORD = "pa55 'w\"ord\\%s"

PARAMETERS: dict[str, dict[str, str]] = {
    "mysql": {"require_secure_transport": "1", "log_bin_trust_function_creators": "1"},
    "mariadb": {"require_secure_transport": "1"},
    "postgres": {"rds.force_ssl": "1"},
}


def spec(resource_id: str, engine: Engine, **changes: Any) -> ServerSpec:
    values: dict[str, Any] = {
        "resource_id": resource_id,
        "identifier": resource_id.lower(),
        "engine": engine,
        "engine_version": "16.4" if engine == "postgres" else "8.0.40",
        "port": 5432 if engine == "postgres" else 3306,
        "master_username": "labadmin",
        "database": "shop",
        "parameters": PARAMETERS[engine],
    }
    return ServerSpec(**values | changes)


@dataclass(frozen=True)
class Cloud:
    """A local cloud and its folder."""

    servers: DatabaseServers
    local_dir: Path

    @property
    def authority(self) -> str:
        return str(self.local_dir / "authority" / "ca.pem")

    def mysql(self, address: Address, **changes: Any) -> pymysql.Connection[Any]:
        """A client that checks the certificate and its name, unless told otherwise."""
        options: dict[str, Any] = {
            "user": "labadmin",
            "password": PASSWORD,
            "database": "shop",
            "ssl": ssl.create_default_context(cafile=self.authority),
            "autocommit": True,
            "local_infile": True,
        }
        return pymysql.connect(host=address.host, port=address.port, **options | changes)

    def postgres(self, address: Address, **changes: Any) -> psycopg.Connection[tuple[Any, ...]]:
        options: dict[str, Any] = {
            "user": "labadmin",
            "password": PASSWORD,
            "dbname": "shop",
            "sslmode": "verify-full",
            "sslrootcert": self.authority,
            "autocommit": True,
        }
        return psycopg.connect(host=address.host, port=address.port, **options | changes)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    local_dir = tmp_path_factory.mktemp("databases")
    servers = DatabaseServers(local_dir, "epoch-1")
    yield Cloud(servers, local_dir)
    servers.delete_all()


@pytest.fixture(scope="session")
def mysql(cloud: Cloud) -> ServerSpec:
    made = spec("db-MYSQL", "mysql")
    cloud.servers.create(made, PASSWORD)
    return made


@pytest.fixture(scope="session")
def postgres(cloud: Cloud) -> ServerSpec:
    made = spec("db-POSTGRES", "postgres")
    cloud.servers.create(made, PASSWORD)
    return made
