from __future__ import annotations

from typing import Any

import psycopg
import pytest

from scripts.local_cloud.databases.model import ServerSpec
from tests.scripts.local_cloud.databases.conftest import PARAMETERS, PASSWORD, Cloud


def _value(cloud: Cloud, postgres: ServerSpec, query: str) -> Any:
    with cloud.postgres(cloud.servers.status(postgres.resource_id).address) as client:
        row = client.execute(query).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return row[0]


def test_a_client_reaches_its_database_over_verified_tls_on_the_port_that_aws_uses(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    address = cloud.servers.status(postgres.resource_id).address
    assert address.host.startswith("127.20.")
    assert address.port == 5432
    assert _value(cloud, postgres, "SELECT current_database()") == "shop"
    assert _value(cloud, postgres, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True


def test_a_plain_connection_is_refused_only_while_rds_force_ssl_is_on(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    address = cloud.servers.status(postgres.resource_id).address
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        cloud.postgres(address, sslmode="disable")
    applied = cloud.servers.apply_parameters(postgres.resource_id, {"rds.force_ssl": "0"})
    assert applied.applied == ("rds.force_ssl",)
    cloud.postgres(address, sslmode="disable").close()
    cloud.servers.apply_parameters(postgres.resource_id, PARAMETERS["postgres"])
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        cloud.postgres(address, sslmode="disable")


def test_a_wrong_password_is_told_as_on_rds(cloud: Cloud, postgres: ServerSpec) -> None:
    with pytest.raises(psycopg.OperationalError, match='password authentication failed for user "labadmin"'):
        cloud.postgres(cloud.servers.status(postgres.resource_id).address, password="wrong")


def test_the_master_user_makes_roles_databases_and_tables_but_is_no_superuser(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    with cloud.postgres(cloud.servers.status(postgres.resource_id).address) as client:
        client.execute("CREATE ROLE reader LOGIN PASSWORD 'reader'")
        client.execute("CREATE DATABASE warehouse")
        client.execute("CREATE TABLE public.film (id int PRIMARY KEY)")
        client.execute("GRANT SELECT ON public.film TO reader")
        client.execute("CREATE EXTENSION pgcrypto")
        row = client.execute(
            "SELECT rolsuper, pg_has_role('rds_superuser', 'member'), pg_has_role('pg_monitor', 'member')"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, True, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            client.execute("COPY public.film FROM PROGRAM 'id'")


def test_our_own_superuser_cannot_come_in_over_the_network(cloud: Cloud, postgres: ServerSpec) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf rejects connection"):
        cloud.postgres(cloud.servers.status(postgres.resource_id).address, user="rdsadmin", dbname="postgres")


def test_the_master_user_makes_a_logical_replication_slot(cloud: Cloud, postgres: ServerSpec) -> None:
    assert _value(cloud, postgres, "SHOW wal_level") == "logical"
    query = "SELECT slot_name FROM pg_create_logical_replication_slot('capture', 'pgoutput', true)"
    assert _value(cloud, postgres, query) == "capture"


def test_dynamic_parameters_are_in_force_at_once_static_ones_wait_and_unknown_ones_are_named(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    wanted = {
        **PARAMETERS["postgres"],
        "work_mem": "8192",
        "log_statement": "ddl",
        "max_connections": "LEAST({DBInstanceClassMemory/9531392},50)",
        "no_such_parameter": "1",
        "random_page_cost": "cheap",
        "shared_preload_libraries": "pg_stat_statements,pgaudit",
        "wal_level": "minimal",
    }
    applied = cloud.servers.apply_parameters(postgres.resource_id, wanted)
    assert set(applied.applied) == {"rds.force_ssl", "work_mem", "log_statement"}
    assert set(applied.unsupported) == {
        "no_such_parameter",
        "random_page_cost",
        "shared_preload_libraries",
        "wal_level",
    }
    assert applied.pending_reboot == ("max_connections",)
    assert _value(cloud, postgres, "SHOW work_mem") == "8MB"
    rebooted = cloud.servers.reboot(postgres.resource_id)
    assert not rebooted.pending_reboot
    assert _value(cloud, postgres, "SHOW max_connections") == "50"
    assert _value(cloud, postgres, "SHOW shared_preload_libraries") == "pg_stat_statements"
    assert cloud.servers.status(postgres.resource_id).unsupported.keys() == applied.unsupported.keys()
    cloud.servers.reboot(postgres.resource_id, PARAMETERS["postgres"])
    assert _value(cloud, postgres, "SHOW work_mem") == "4MB"


def test_a_new_password_replaces_the_old_one_and_is_in_no_log(cloud: Cloud, postgres: ServerSpec) -> None:
    status = cloud.servers.status(postgres.resource_id)
    cloud.servers.apply_parameters(postgres.resource_id, {**PARAMETERS["postgres"], "log_statement": "all"})
    cloud.servers.set_password(postgres.resource_id, "N3w-and-secret")
    try:
        cloud.postgres(status.address, password="N3w-and-secret").close()
        with pytest.raises(psycopg.OperationalError):
            cloud.postgres(status.address)
    finally:
        cloud.servers.set_password(postgres.resource_id, PASSWORD)
        cloud.servers.apply_parameters(postgres.resource_id, PARAMETERS["postgres"])
    assert [log.name for log in cloud.servers.log_files(postgres.resource_id)] == ["error/postgresql.log"]
    log = (status.log_dir / "error" / "postgresql.log").read_text()
    assert "ALTER ROLE" in log
    assert "N3w-and-secret" not in log
