"""What CloudWatch and CloudWatch Logs tell of the real servers, and who is alarmed by it.

A local cloud of its own: it is looked at every second, where AWS, and so the shared one, looks every minute.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
import pymysql
import pytest

from scripts import aws
from scripts.config import ROOT
from scripts.local_cloud.databases.servers import DatabaseServers
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import own_settings
from tests.scripts.local_cloud.providers.rds.conftest import PASSWORD, wait
from tests.waiting import wait_for

Client = Callable[[str], Any]
#: Seconds for something that is looked at every second.
PATIENCE = 240.0
GIB = 1 << 30


@dataclass(frozen=True)
class Watched:
    """A local cloud, and the DB instances in it."""

    client: Client
    mysql: dict[str, Any]
    postgres: dict[str, Any]
    log: Callable[[], str]


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with ExitStack() as stack:
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        monkeypatch.setenv("LAB_METRICS_INTERVAL", "1")
        monkeypatch.setenv("LAB_LOGS_INTERVAL", "0.3")
        settings = stack.enter_context(own_settings())
        localstack = LocalStack(settings)
        process = localstack.start()
        stack.callback(lambda: DatabaseServers(settings.local_dir, process.epoch).delete_all())
        stack.callback(localstack.stop)
        session = aws.session(settings)
        client = cache(session.client)
        mysql, postgres = _instances(client)
        yield Watched(client, mysql, postgres, lambda: localstack.log.read_text(errors="replace"))


def _instances(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
    rds = client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="talkative", DBParameterGroupFamily="mysql8.0", Description="Logs all"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="talkative",
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
            for name, value in (("general_log", "1"), ("slow_query_log", "1"), ("long_query_time", "0.1"))
        ],
    )
    for engine, version, more in (
        (
            "mysql",
            "8.0",
            {
                "DBParameterGroupName": "talkative",
                "EnableCloudwatchLogsExports": ["error", "general", "slowquery"],
            },
        ),
        ("postgres", "16", {"EnableCloudwatchLogsExports": ["postgresql", "upgrade"]}),
    ):
        rds.create_db_instance(
            DBInstanceIdentifier=f"watched-{engine}",
            DBInstanceClass="db.t4g.micro",
            Engine=engine,
            EngineVersion=version,
            AllocatedStorage=20,
            MasterUsername="labadmin",
            MasterUserPassword=PASSWORD,
            BackupRetentionPeriod=0,
            **more,
        )
    return wait(rds, "watched-mysql"), wait(rds, "watched-postgres")


def connect_mysql(instance: dict[str, Any]) -> pymysql.Connection[Any]:
    endpoint = instance["Endpoint"]
    return pymysql.connect(
        host=endpoint["Address"], port=endpoint["Port"], user="labadmin", password=PASSWORD, autocommit=True
    )


def connect_postgres(instance: dict[str, Any]) -> psycopg.Connection[Any]:
    endpoint = instance["Endpoint"]
    return psycopg.connect(
        host=endpoint["Address"],
        port=endpoint["Port"],
        user="labadmin",
        password=PASSWORD,
        dbname="postgres",
        sslmode="require",
        autocommit=True,
    )


def messages(client: Client, group: str, pattern: str = "") -> list[str]:
    found = client("logs").filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
    return [event["message"] for event in found]


def latest(client: Client, metric: str, identifier: str) -> float | None:
    """A metric's highest value of the last seconds."""
    now = time.time()
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/RDS",
                        "MetricName": metric,
                        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": identifier}],
                    },
                    "Period": 60,
                    "Stat": "Maximum",
                },
            }
        ],
        StartTime=now - 4,
        EndTime=now + 56,
    )["MetricDataResults"][0]["Values"]
    return float(answer[0]) if answer else None


def subscribed_queue(client: Client, name: str) -> tuple[str, str]:
    """ARN of a topic, and the queue that gets what it says."""
    topic = client("sns").create_topic(Name=name)["TopicArn"]
    queue = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return topic, queue


def alarms_in(client: Client, queue: str) -> list[dict[str, Any]]:
    """The alarms' messages that have arrived since the last look."""
    received = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for message in received:
        client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(json.loads(message["Body"])["Message"]) for message in received]


def test_the_metrics_come_from_the_server_itself(watched: Watched) -> None:
    for identifier in ("watched-mysql", "watched-postgres"):
        storage = wait_for(lambda name=identifier: latest(watched.client, "FreeStorageSpace", name))
        assert 0 < storage < 20 * GIB
        memory = wait_for(lambda name=identifier: latest(watched.client, "FreeableMemory", name))
        assert 0 < memory < GIB
        wait_for(lambda name=identifier: latest(watched.client, "CPUUtilization", name) is not None)
        wait_for(lambda name=identifier: latest(watched.client, "DatabaseConnections", name) == 0)
    stored = watched.client("cloudwatch").list_metrics(Namespace="AWS/RDS")["Metrics"]
    assert {metric["Dimensions"][0]["Name"] for metric in stored} == {"DBInstanceIdentifier"}


def test_a_query_that_computes_shows_as_cpu(watched: Watched) -> None:
    with connect_postgres(watched.postgres) as connection:
        end = time.monotonic() + PATIENCE
        while (latest(watched.client, "CPUUtilization", "watched-postgres") or 0) < 10:
            assert time.monotonic() < end
            connection.execute("SELECT count(*) FROM generate_series(1, 3000000)")


def test_too_many_connections_raise_an_alarm_that_arrives_in_a_queue(watched: Watched) -> None:
    client = watched.client
    topic, queue = subscribed_queue(client, "connections")
    client("cloudwatch").put_metric_alarm(
        AlarmName="connections",
        Namespace="AWS/RDS",
        MetricName="DatabaseConnections",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "watched-mysql"}],
        Statistic="Maximum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    (calm,) = wait_for(lambda: alarms_in(client, queue))
    assert calm["NewStateValue"] == "OK"
    with ExitStack() as stack:
        for _ in range(7):
            stack.enter_context(connect_mysql(watched.mysql))
        (alarm,) = wait_for(lambda: alarms_in(client, queue))
    assert (alarm["AlarmName"], alarm["OldStateValue"], alarm["NewStateValue"]) == (
        "connections",
        "OK",
        "ALARM",
    )
    # They are counted while they are made: six may be seen before the seventh is there.
    assert re.fullmatch(
        r"Threshold Crossed: 1 datapoint \[[67]\.0\] was greater than the threshold \(5\.0\)\.",
        alarm["NewStateReason"],
    )
    client("cloudwatch").delete_alarms(AlarmNames=["connections"])


def test_an_error_in_the_servers_log_is_counted_by_the_projects_filter_and_raises_an_alarm(
    watched: Watched,
) -> None:
    client, group = watched.client, "/aws/rds/instance/watched-postgres/postgresql"
    wait_for(lambda: client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    variables = (ROOT / "infrastructure/modules/monitoring/variables.tf").read_text()
    pattern = re.search(r'"error_pattern" \{.*?default\s+= "(.*?)"\n', variables, re.DOTALL)
    assert pattern is not None
    client("logs").put_metric_filter(
        logGroupName=group,
        filterName="errors",
        filterPattern=pattern.group(1),
        metricTransformations=[
            {"metricName": "ErrorEvents", "metricNamespace": "lab", "metricValue": "1", "unit": "Count"}
        ],
    )
    topic, queue = subscribed_queue(client, "errors")
    client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="lab",
        MetricName="ErrorEvents",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=2,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )
    with connect_postgres(watched.postgres) as connection:
        for table in ("nowhere", "neither"):
            with pytest.raises(psycopg.errors.UndefinedTable):
                connection.execute(f"SELECT *\nFROM {table}")
        connection.execute("SELECT 1")
    (alarm,) = wait_for(lambda: alarms_in(client, queue))
    assert alarm["NewStateValue"] == "ALARM"
    assert "[2.0]" in alarm["NewStateReason"]
    first, second = messages(client, group, pattern.group(1))
    assert 'ERROR:  relation "nowhere" does not exist' in first
    assert 'ERROR:  relation "neither" does not exist' in second
    wait_for(lambda: sum("STATEMENT:  SELECT *\n\tFROM" in each for each in messages(client, group)) == 2)
    streams = client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["watched-postgres.0"]


def test_each_exported_log_of_mysql_has_a_group_of_its_own(watched: Watched) -> None:
    client = watched.client
    with connect_mysql(watched.mysql) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT SLEEP(0.2),\n  'of two lines'")

    def shipped(log: str, pattern: str) -> list[str]:
        group = f"/aws/rds/instance/watched-mysql/{log}"
        groups = client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return messages(client, group, pattern) if groups else []

    assert len(wait_for(lambda: shipped("error", '"ready for connections"'))) == 1
    (general,) = wait_for(lambda: shipped("general", '"SLEEP(0.2)"'))
    assert general.endswith("SELECT SLEEP(0.2),\n  'of two lines'")
    (slow,) = wait_for(lambda: shipped("slowquery", '"SLEEP(0.2)"'))
    assert "# Query_time: 0.2" in slow
    assert slow.endswith("SELECT SLEEP(0.2),\n  'of two lines';")
    streams = client("logs").describe_log_streams(logGroupName="/aws/rds/instance/watched-mysql/slowquery")
    assert [stream["logStreamName"] for stream in streams["logStreams"]] == ["watched-mysql"]


def test_a_restart_of_the_server_ships_nothing_twice_and_a_type_that_is_no_longer_exported_rests(
    watched: Watched,
) -> None:
    client, rds = watched.client, watched.client("rds")
    group = "/aws/rds/instance/watched-mysql/error"
    ready = '"ready for connections"'
    wait_for(lambda: messages(client, group, ready))
    rds.reboot_db_instance(DBInstanceIdentifier="watched-mysql")
    wait(rds, "watched-mysql")
    wait_for(lambda: len(messages(client, group, ready)) == 2)
    found = messages(client, group)
    assert (
        len([message for message in found if "Starting MariaDB" in message or "starting as" in message]) == 2
    )
    rds.modify_db_instance(
        DBInstanceIdentifier="watched-mysql",
        CloudwatchLogsExportConfiguration={"DisableLogTypes": ["error"]},
        ApplyImmediately=True,
    )
    wait(rds, "watched-mysql")
    rds.reboot_db_instance(DBInstanceIdentifier="watched-mysql")
    wait(rds, "watched-mysql")
    time.sleep(1)
    assert len(messages(client, group, ready)) == 2
    rds.modify_db_instance(
        DBInstanceIdentifier="watched-mysql",
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["error"]},
        ApplyImmediately=True,
    )
    wait(rds, "watched-mysql")
    rds.reboot_db_instance(DBInstanceIdentifier="watched-mysql")
    wait(rds, "watched-mysql")
    wait_for(lambda: len(messages(client, group, ready)) == 3)


def test_nothing_went_wrong_in_the_background(watched: Watched) -> None:
    assert "Traceback" not in watched.log()
