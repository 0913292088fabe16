"""A server that ends by itself is started again, one that does so again and again has failed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psutil
import psycopg
import pytest

from scripts.local_cloud.databases.model import ServerStatus
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.local_cloud.lifecycle import LocalCloud
from tests.conftest import Cloud
from tests.scripts.local_cloud.providers.rds.conftest import (
    PASSWORD,
    PATIENCE,
    Network,
    create,
    delete,
    describe,
    managed_password,
    query_mysql,
    query_postgres,
    refused,
    wait,
)

Client = Callable[[str], Any]

#: What RDS tells of an engine that crashed, with the categories.
_RECOVERY = [
    (
        "Recovery of the DB instance has started. Recovery time will vary with the amount of data to be "
        "recovered.",
        ["recovery"],
    ),
    ("DB instance restarted", ["availability"]),
    ("Recovery of the DB instance is complete.", ["recovery"]),
]


def server(cloud: Cloud, instance: dict[str, Any]) -> ServerStatus:
    return DatabaseServers(cloud.settings.local_dir, "a-reader").status(instance["DbiResourceId"])


def told(rds: Any, name: str) -> list[tuple[str, list[str]]]:
    events = rds.describe_events(SourceIdentifier=name, SourceType="db-instance")["Events"]
    return [(each["Message"], each["EventCategories"]) for each in events]


def kill(cloud: Cloud, instance: dict[str, Any]) -> int:
    """End the server by SIGKILL; its pid."""
    pid = server(cloud, instance).pid
    assert pid is not None
    psutil.Process(pid).kill()
    return pid


def back(rds: Any, cloud: Cloud, name: str, former: int) -> dict[str, Any]:
    """The instance once another process serves it; no other status but these is shown on the way."""
    limit = time.monotonic() + PATIENCE
    while True:
        found = describe(rds, name)
        assert found["DBInstanceStatus"] in ("available", "rebooting"), told(rds, name)
        if found["DBInstanceStatus"] == "available" and server(cloud, found).pid not in (None, former):
            return found
        assert time.monotonic() < limit, found
        time.sleep(0.02)


@contextmanager
def bus_of(client: Client, name: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """Events of an instance, which a rule of EventBridge puts into a queue: each call gives one."""
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.rds"], "detail": {"SourceIdentifier": [name]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

    def following() -> dict[str, Any]:
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        event: dict[str, Any] = json.loads(message["Body"])
        return event

    yield following
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=url)


def test_a_killed_postgres_comes_back_with_its_rows_its_events_and_without_its_connections(
    rds: Any, client: Client, cloud: Cloud, postgres: str
) -> None:
    instance = describe(rds, postgres)
    with bus_of(client, postgres) as events:
        _recovers(rds, cloud, postgres, instance)
        found = [events() for _ in _RECOVERY]
    # The bus keeps no order.
    assert sorted((each["detail"]["Message"], each["detail"]["EventCategories"]) for each in found) == sorted(
        _RECOVERY
    )
    assert {each["detail"]["EventID"] for each in found} == {f"RDS-EVENT-00{n}" for n in ("20", "06", "21")}
    for each in found:
        assert (each["source"], each["detail-type"]) == ("aws.rds", "RDS DB Instance Event")
        assert each["resources"] == [instance["DBInstanceArn"]]


def _recovers(rds: Any, cloud: Cloud, postgres: str, instance: dict[str, Any]) -> None:
    query_postgres(instance, PASSWORD, "CREATE TABLE committed AS SELECT 7 AS n")
    with closing(
        psycopg.connect(
            host=instance["Endpoint"]["Address"], port=instance["Endpoint"]["Port"], user="labadmin",
            password=PASSWORD, dbname="lab", sslmode="require",
        )
    ) as connection:  # fmt: skip
        former = kill(cloud, instance)
        after = back(rds, cloud, postgres, former)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert after["Endpoint"] == instance["Endpoint"]
    assert query_postgres(after, PASSWORD, "SELECT n FROM committed") == 7
    assert told(rds, postgres)[-3:] == _RECOVERY
    query_postgres(after, PASSWORD, "DROP TABLE committed")


def test_a_killed_mysql_comes_back_with_the_static_parameters_that_waited_for_a_restart(
    rds: Any, client: Client, cloud: Cloud, mysql: str
) -> None:
    rds.modify_db_parameter_group(
        DBParameterGroupName="shared-mysql",
        Parameters=[{"ParameterName": "back_log", "ParameterValue": "77", "ApplyMethod": "pending-reboot"}],
    )
    instance = wait(rds, mysql)
    assert instance["DBParameterGroups"][0]["ParameterApplyStatus"] == "pending-reboot"
    after = back(rds, cloud, mysql, kill(cloud, instance))
    password = managed_password(client, after)
    assert query_mysql(after, password, "SELECT @@global.back_log") == 77
    assert told(rds, mysql)[-3:] == _RECOVERY
    assert wait(rds, mysql)["DBParameterGroups"][0]["ParameterApplyStatus"] == "in-sync"
    rds.reset_db_parameter_group(DBParameterGroupName="shared-mysql", ResetAllParameters=True)
    rds.reboot_db_instance(DBInstanceIdentifier=mysql)
    wait(rds, mysql)


def test_a_server_that_ends_again_and_again_has_failed_until_lab_up(
    rds: Any, cloud: Cloud, network: Network
) -> None:
    name = "restless"
    create(rds, network, name, Engine="postgres", EngineVersion="16", MasterUserPassword=PASSWORD)
    instance = wait(rds, name)
    for _ in range(4):
        instance = back(rds, cloud, name, kill(cloud, instance))
    kill(cloud, instance)
    wait(rds, name, "failed", failing=())
    message, categories = told(rds, name)[-1]
    assert categories == ["failure"]
    assert "ended again after 4 restarts" in message
    # The last words of its log.
    assert "database system is ready to accept connections" in message
    code, _ = refused(rds.modify_db_instance, DBInstanceIdentifier=name, DBPortNumber=5433)
    assert code == "InvalidDBInstanceState"
    assert server(cloud, instance).given_up
    recovered = LocalCloud(cloud.settings).up(lambda _: None).recovered
    assert recovered == (instance["DbiResourceId"],)
    assert not server(cloud, instance).given_up
    # From now on it is watched over as before.
    back(rds, cloud, name, kill(cloud, wait(rds, name)))
    delete(rds, name)


def test_a_server_that_cannot_start_again_has_failed_with_the_reason(
    rds: Any, cloud: Cloud, network: Network
) -> None:
    name = "ruined"
    create(rds, network, name, Engine="postgres", EngineVersion="16", MasterUserPassword=PASSWORD)
    instance = wait(rds, name)
    (server(cloud, instance).data_dir / "global" / "pg_control").unlink()
    kill(cloud, instance)
    wait(rds, name, "failed", failing=())
    message, _ = told(rds, name)[-1]
    assert "did not start" in message
    assert "pg_control" in message
    delete(rds, name)
