from __future__ import annotations

import pymysql
import pytest

from scripts.local_cloud.databases.model import ServerSpec, ServerStartError
from tests.scripts.local_cloud.databases.conftest import PARAMETERS, PASSWORD, Cloud


def _value(cloud: Cloud, mysql: ServerSpec, query: str) -> object:
    with cloud.mysql(cloud.servers.status(mysql.resource_id).address) as client, client.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
        assert row is not None
        return row[0]


def test_a_client_reaches_its_database_over_verified_tls_on_the_port_that_aws_uses(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    address = cloud.servers.status(mysql.resource_id).address
    assert address.host.startswith("127.20.")
    assert address.port == 3306
    assert _value(cloud, mysql, "SELECT DATABASE()") == "shop"
    with cloud.mysql(address) as client, client.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_version'")
        assert cursor.fetchone() in (("Ssl_version", "TLSv1.3"), ("Ssl_version", "TLSv1.2"))


def test_a_mariadb_in_mysqls_place_isolates_transactions_as_mysql_does(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    address = cloud.servers.status(mysql.resource_id).address
    with cloud.mysql(address) as first, cloud.mysql(address) as second, first.cursor() as cursor:
        cursor.execute("CREATE TABLE counted (n INT) SELECT 10 AS n")
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("BEGIN")
        cursor.execute("SELECT n FROM counted")
        with second.cursor() as other:
            other.execute("UPDATE counted SET n = 8")
            second.commit()
        # A MariaDB 11.6 by itself would refuse it: record has changed since last read.
        cursor.execute("UPDATE counted SET n = 7")
        cursor.execute("COMMIT")
        cursor.execute("DROP TABLE counted")


def test_a_plain_connection_is_refused_where_the_parameter_group_requires_tls(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    address = cloud.servers.status(mysql.resource_id).address
    with pytest.raises(pymysql.err.OperationalError):
        cloud.mysql(address, ssl=None, ssl_disabled=True)


def test_a_dump_with_triggers_and_routines_of_another_definer_is_loaded_by_the_master_user(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    with cloud.mysql(cloud.servers.status(mysql.resource_id).address) as client, client.cursor() as cursor:
        cursor.execute("CREATE TABLE film (id INT PRIMARY KEY, title TEXT)")
        cursor.execute(
            "CREATE DEFINER=`dumper`@`%` TRIGGER t BEFORE INSERT ON film FOR EACH ROW SET NEW.title = 'x'"
        )
        cursor.execute("CREATE FUNCTION twice(n INT) RETURNS INT RETURN 2 * n")
        cursor.execute("CREATE VIEW films AS SELECT * FROM film")
        cursor.execute("SELECT twice(21)")
        assert cursor.fetchone() == (42,)


def test_the_master_user_manages_users_but_is_no_superuser_and_no_other_user_can_log_in(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    address = cloud.servers.status(mysql.resource_id).address
    with cloud.mysql(address) as client, client.cursor() as cursor:
        cursor.execute("CREATE USER reader@'%%' IDENTIFIED BY 'reader'", ())
        cursor.execute("GRANT ALL ON shop.* TO reader@'%%'", ())
        cursor.execute("SHOW GRANTS")
        grants = str(cursor.fetchall())
        assert "SUPER" not in grants
        assert "GRANT OPTION" in grants
        cursor.execute("SELECT DISTINCT user FROM mysql.user WHERE user <> 'mariadb.sys'")
        assert {row[0] for row in cursor.fetchall()} - {"mysql.sys", "mysql.session", "mysql.infoschema"} == {
            "labadmin",
            "rdsadmin",
            "reader",
        }
    for user, password in (("root", ""), ("", ""), ("rdsadmin", ""), ("labadmin", "wrong")):
        with pytest.raises(pymysql.err.OperationalError):
            cloud.mysql(address, user=user, password=password)


def test_rows_are_logged_for_change_data_capture_and_text_is_utf8mb4(cloud: Cloud, mysql: ServerSpec) -> None:
    assert _value(cloud, mysql, "SELECT @@binlog_format") == "ROW"
    assert _value(cloud, mysql, "SELECT @@log_bin") == 1
    assert _value(cloud, mysql, "SELECT @@character_set_database") == "utf8mb4"
    assert _value(cloud, mysql, "SELECT @@innodb_flush_log_at_trx_commit") == 1


def test_a_dynamic_parameter_is_in_force_at_once_and_back_at_its_default_when_it_is_reset(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    before = _value(cloud, mysql, "SELECT @@max_connections")
    applied = cloud.servers.apply_parameters(
        mysql.resource_id,
        {
            **PARAMETERS["mysql"],
            "max_connections": "{DBInstanceClassMemory/16777216}",
            "local_infile": "0",
            "time_zone": "UTC",
            "long_query_time": "0.5",
            "sql_mode": "STRICT_ALL_TABLES",
        },
    )
    assert not applied.pending_reboot
    assert not applied.unsupported
    assert "max_connections" in applied.applied
    assert _value(cloud, mysql, "SELECT @@max_connections") == 64
    assert _value(cloud, mysql, "SELECT @@local_infile") == 0
    assert _value(cloud, mysql, "SELECT @@sql_mode") == "STRICT_ALL_TABLES"
    cloud.servers.apply_parameters(mysql.resource_id, PARAMETERS["mysql"])
    assert _value(cloud, mysql, "SELECT @@max_connections") == before
    assert _value(cloud, mysql, "SELECT @@local_infile") == 1


def test_a_static_parameter_waits_for_a_reboot_and_what_the_server_lacks_is_named(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    wanted = {
        **PARAMETERS["mysql"],
        "ft_min_word_len": "7",
        "server_id": "5",
        "no_such_parameter": "1",
        "tx_isolation": "nonsense",
        "innodb_flush_method": "nonsense",
    }
    applied = cloud.servers.apply_parameters(mysql.resource_id, wanted)
    assert applied.pending_reboot == ("ft_min_word_len", "innodb_flush_method")
    assert set(applied.unsupported) == {"server_id", "no_such_parameter", "tx_isolation"}
    status = cloud.servers.status(mysql.resource_id)
    assert status.pending_reboot == applied.pending_reboot
    rebooted = cloud.servers.reboot(mysql.resource_id)
    assert set(rebooted.unsupported) == {*applied.unsupported, "innodb_flush_method"}
    assert not rebooted.pending_reboot
    assert _value(cloud, mysql, "SELECT @@ft_min_word_len") == 7
    cloud.servers.reboot(mysql.resource_id, PARAMETERS["mysql"])
    assert _value(cloud, mysql, "SELECT @@ft_min_word_len") == 4


def test_a_value_that_keeps_the_server_from_starting_is_told_with_the_end_of_its_log(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    with pytest.raises(ServerStartError, match="innodb_page_size"):
        cloud.servers.reboot(mysql.resource_id, {"innodb_page_size": "8192"})
    status = cloud.servers.status(mysql.resource_id)
    assert (status.alive, status.wanted) == (False, "running")
    cloud.servers.reboot(mysql.resource_id, PARAMETERS["mysql"])
    assert cloud.servers.status(mysql.resource_id).alive


def test_a_new_password_replaces_the_old_one_and_neither_is_in_a_log(cloud: Cloud, mysql: ServerSpec) -> None:
    status = cloud.servers.status(mysql.resource_id)
    cloud.servers.apply_parameters(mysql.resource_id, {**PARAMETERS["mysql"], "general_log": "1"})
    cloud.servers.set_password(mysql.resource_id, "N3w-and-secret")
    try:
        cloud.mysql(status.address, password="N3w-and-secret").close()
        with pytest.raises(pymysql.err.OperationalError):
            cloud.mysql(status.address)
    finally:
        cloud.servers.set_password(mysql.resource_id, PASSWORD)
        cloud.servers.apply_parameters(mysql.resource_id, PARAMETERS["mysql"])
    logs = {log.name: log for log in cloud.servers.log_files(mysql.resource_id)}
    assert {"error/mysql-error.log", "general/mysql-general.log"} <= set(logs)
    everything = [status.log_dir / name for name in logs] + [*status.data_dir.glob("mysql-bin-changelog*")]
    assert not any(b"N3w-and-secret" in path.read_bytes() for path in everything)


def test_the_general_and_slow_query_logs_are_files_under_their_rds_names(
    cloud: Cloud, mysql: ServerSpec
) -> None:
    cloud.servers.apply_parameters(
        mysql.resource_id, {**PARAMETERS["mysql"], "slow_query_log": "1", "long_query_time": "0"}
    )
    _value(cloud, mysql, "SELECT 'slow as a snail'")
    cloud.servers.apply_parameters(mysql.resource_id, PARAMETERS["mysql"])
    status = cloud.servers.status(mysql.resource_id)
    assert b"slow as a snail" in (status.log_dir / "slowquery" / "mysql-slowquery.log").read_bytes()
