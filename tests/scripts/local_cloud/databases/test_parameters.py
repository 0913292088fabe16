from __future__ import annotations

import pytest

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.databases.model import ServerSpec
from scripts.local_cloud.databases.parameters import ParameterError, catalogue, check
from tests.scripts.local_cloud.databases.conftest import Cloud

FAMILIES = [family for engine in ("mysql", "mariadb", "postgres") for family in parameters.families(engine)]


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("mysql", "8.0.40", "mysql8.0"),
        ("mysql", "8.0", "mysql8.0"),
        ("mysql", "8", "mysql8.4"),
        ("mariadb", "10.11.8", "mariadb10.11"),
        ("mariadb", "10", "mariadb10.11"),
        ("postgres", "16", "postgres16"),
        ("postgres", "16.4", "postgres16"),
    ],
)
def test_an_engine_version_has_the_family_that_aws_gives_it(engine: str, version: str, family: str) -> None:
    assert parameters.family(engine, version) == family
    assert parameters.engine_of(family) == engine


@pytest.mark.parametrize(
    ("engine", "version"), [("mysql", "5.1"), ("postgres", "1.6"), ("oracle", "19"), ("postgres", "")]
)
def test_an_unknown_engine_or_version_is_refused(engine: str, version: str) -> None:
    with pytest.raises(ParameterError):
        parameters.family(engine, version)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_default_that_can_be_set_is_allowed_and_every_entry_is_whole(family: str) -> None:
    known = catalogue(family)
    assert len(known) > 300
    assert list(known) == sorted(known)
    for name, parameter in known.items():
        assert parameter.description, name
        if parameter.modifiable and parameter.default is not None:
            assert check(family, name, parameter.default) == parameter


@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        ("mysql8.0", "require_secure_transport", "1"),
        ("mysql8.0", "require_secure_transport", "ON"),
        ("mysql8.0", "innodb_buffer_pool_size", "{DBInstanceClassMemory*3/4}"),
        ("mysql8.0", "gtid-mode", "ON"),
        ("mysql8.0", "sql_mode", "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"),
        ("mysql8.0", "long_query_time", "0.25"),
        ("mysql8.0", "log_output", "FILE"),
        ("mysql8.0", "character_set_server", "utf8mb4"),
        ("mysql8.0", "time_zone", "Europe/Berlin"),
        ("mariadb10.11", "aria_sort_buffer_size", "268434432"),
        ("postgres16", "rds.force_ssl", "1"),
        ("postgres16", "rds.logical_replication", "1"),
        ("postgres16", "shared_buffers", "{DBInstanceClassMemory/32768}"),
        ("postgres16", "log_min_duration_statement", "-1"),
        ("postgres16", "shared_preload_libraries", "pg_stat_statements,auto_explain"),
        ("postgres16", "timezone", "UTC"),
        ("postgres17", "transaction_timeout", "60000"),
    ],
)
def test_a_value_that_rds_takes_is_taken(family: str, name: str, value: str) -> None:
    assert check(family, name, value).name == name


@pytest.mark.parametrize(
    ("family", "name", "value", "said"),
    [
        ("mysql8.0", "aria_sort_buffer_size", "1", "Could not find parameter with name"),
        ("mysql8.4", "default_authentication_plugin", "x", "Could not find parameter with name"),
        ("postgres13", "transaction_timeout", "1", "Could not find parameter with name"),
        ("mysql8.0", "server_id", "5", "cannot be modified"),
        ("postgres16", "wal_level", "minimal", "cannot be modified"),
        ("postgres16", "fsync", "0", "cannot be modified"),
        ("mysql8.0", "require_secure_transport", "maybe", "allowed values are: 0,1"),
        ("mysql8.0", "max_connections", "0", "allowed values are: 10-100000"),
        ("mysql8.0", "max_connections", "64K", "Invalid parameter value: 64K for: max_connections"),
        ("mysql8.0", "max_connections", "{Nonsense}", "Invalid parameter value"),
        ("mysql8.0", "max_connections", "٣٠", "Invalid parameter value"),
        ("mysql8.0", "sql_mode", "STRICT_TRANS_TABLES,WRONG", "Invalid parameter value"),
        ("mysql8.0", "init_connect", "SELECT 1\nport=1", "Invalid parameter value"),
        ("postgres16", "work_mem", "64MB", "allowed values are: 64-2147483647"),
        ("postgres16", "random_page_cost", "nan", "Invalid parameter value"),
        ("postgres16", "log_statement", "some", "allowed values are: none,ddl,mod,all"),
        ("postgres99", "work_mem", "64", "is not a valid parameter group family"),
    ],
)
def test_a_value_that_rds_refuses_is_refused_with_its_words(
    family: str, name: str, value: str, said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        check(family, name, value)


def test_the_mysql_catalogue_agrees_with_the_server_on_what_is_static(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    status = cloud.servers.status(mysql.resource_id)
    if not status.server.startswith("MariaDB 10.11"):
        pytest.skip("the catalogue was taken from MariaDB 10.11")
    with cloud.mysql(status.address) as client, client.cursor() as cursor:
        cursor.execute("SELECT LOWER(variable_name), read_only FROM information_schema.system_variables")
        server = {
            name: "static" if read_only == "YES" else "dynamic" for name, read_only in cursor.fetchall()
        }
    known = catalogue("mariadb10.11")
    assert len(known.keys() & server.keys()) > 500
    assert {name for name in known if name in server and known[name].apply_type != server[name]} == set()


def test_the_postgres_catalogue_agrees_with_the_server_on_what_is_static(
    cloud: Cloud, postgres: ServerSpec
) -> None:
    status = cloud.servers.status(postgres.resource_id)
    major = status.server.removeprefix("PostgreSQL ").split(".")[0]
    with cloud.postgres(status.address) as client:
        query = "SELECT lower(name), context FROM pg_settings WHERE context <> 'internal'"
        server = {
            name: "static" if context == "postmaster" else "dynamic"
            for name, context in client.execute(query)
        }
    known = catalogue(f"postgres{major}")
    assert len(known.keys() & server.keys()) > 300
    assert {name for name in known if name in server and known[name].apply_type != server[name]} == set()
    ours = {name for name in known if "." not in name}
    assert ours - server.keys() == set()
