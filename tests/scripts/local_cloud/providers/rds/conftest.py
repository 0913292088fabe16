"""A network in EC2, and one MySQL and one PostgreSQL instance that most tests share."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql
import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]
PASSWORD = "Correct-Horse-9"
#: Seconds for a state to be reached; a server starts in two.
PATIENCE = 300.0


@dataclass(frozen=True)
class Network:
    """What a DB instance needs of EC2, and its subnet group."""

    vpc_id: str
    subnets: tuple[str, str]
    group_id: str
    other_group_id: str
    foreign_group_id: str
    subnet_group: str


@pytest.fixture(scope="session")
def rds(client: Client) -> Any:
    return client("rds")


@pytest.fixture(scope="session")
def network(client: Client) -> Network:
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
    subnets = tuple(
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.90.{index}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for index, zone in enumerate("ab")
    )
    other_vpc = ec2.create_vpc(CidrBlock="10.91.0.0/16")["Vpc"]["VpcId"]
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=where)["GroupId"]
        for name, where in (("db", vpc_id), ("db-other", vpc_id), ("db-foreign", other_vpc))
    ]
    client("rds").create_db_subnet_group(
        DBSubnetGroupName="shared", DBSubnetGroupDescription="Shared by the tests", SubnetIds=list(subnets)
    )
    return Network(vpc_id, (subnets[0], subnets[1]), groups[0], groups[1], groups[2], "shared")


@pytest.fixture(scope="session")
def _servers(rds: Any, network: Network) -> Iterator[tuple[str, str]]:
    """Both shared instances; their servers are made at the same time."""
    for family, name in (("mysql8.0", "shared-mysql"), ("postgres16", "shared-postgres")):
        rds.create_db_parameter_group(
            DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name
        )
    create(rds, network, "shared-mysql", DBParameterGroupName="shared-mysql", ManageMasterUserPassword=True)
    create(
        rds,
        network,
        "shared-postgres",
        Engine="postgres",
        EngineVersion="16",
        DBName="lab",
        MasterUserPassword=PASSWORD,
        DBParameterGroupName="shared-postgres",
    )
    yield (
        wait(rds, "shared-mysql")["DBInstanceIdentifier"],
        wait(rds, "shared-postgres")["DBInstanceIdentifier"],
    )
    for name in ("shared-mysql", "shared-postgres"):
        delete(rds, name)


@pytest.fixture(scope="session")
def mysql(_servers: tuple[str, str]) -> str:
    """Identifier of a MySQL instance whose password RDS manages."""
    return _servers[0]


@pytest.fixture(scope="session")
def postgres(_servers: tuple[str, str]) -> str:
    """Identifier of a PostgreSQL instance with a password of our own."""
    return _servers[1]


def create(rds: Any, network: Network, name: str, **changes: Any) -> dict[str, Any]:
    """Ask for a small MySQL instance; anything may be changed."""
    request = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "mysql",
        "EngineVersion": "8.0",
        "AllocatedStorage": 20,
        "StorageType": "gp3",
        "MasterUsername": "labadmin",
        "DBSubnetGroupName": network.subnet_group,
        "VpcSecurityGroupIds": [network.group_id],
        "BackupRetentionPeriod": 0,
        **changes,
    }
    answer: dict[str, Any] = rds.create_db_instance(**request)["DBInstance"]
    return answer


def describe(rds: Any, name: str) -> dict[str, Any]:
    """The instance as it is."""
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def wait(
    rds: Any, name: str, status: str = "available", failing: tuple[str, ...] = ("failed",)
) -> dict[str, Any]:
    """The instance once it has the status and nothing waits to be applied."""
    limit = time.monotonic() + PATIENCE
    while True:
        found = describe(rds, name)
        applying = found["DBParameterGroups"][0]["ParameterApplyStatus"] == "applying"
        if found["DBInstanceStatus"] == status and not applying:
            return found
        events = rds.describe_events(SourceIdentifier=name, SourceType="db-instance")["Events"]
        assert found["DBInstanceStatus"] not in failing, events
        assert time.monotonic() < limit, (found, events)
        time.sleep(0.1)


def delete(rds: Any, name: str) -> None:
    """Delete and wait until it is gone."""
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    limit = time.monotonic() + PATIENCE
    while exists(rds, name):
        assert time.monotonic() < limit, describe(rds, name)
        time.sleep(0.1)


def exists(rds: Any, name: str) -> bool:
    """Whether there is such an instance."""
    return any(item["DBInstanceIdentifier"] == name for item in rds.describe_db_instances()["DBInstances"])


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """Code and message of the error that the call must raise."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def managed_password(client: Client, instance: dict[str, Any]) -> str:
    """The password that Secrets Manager holds."""
    answer = client("secretsmanager").get_secret_value(SecretId=instance["MasterUserSecret"]["SecretArn"])
    secret = json.loads(answer["SecretString"])
    assert secret["username"] == instance["MasterUsername"]
    password: str = secret["password"]
    return password


def query_mysql(instance: dict[str, Any], password: str, sql: str) -> Any:
    """First value of the answer, as the master user."""
    endpoint = instance["Endpoint"]
    connection = pymysql.connect(
        host=endpoint["Address"],
        port=endpoint["Port"],
        user=instance["MasterUsername"],
        password=password,
        ssl={"check_hostname": False},
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
        connection.commit()
        return row[0] if row else None


def query_postgres(instance: dict[str, Any], password: str, sql: str, database: str = "lab") -> Any:
    """First value of the answer, as the master user."""
    endpoint = instance["Endpoint"]
    with psycopg.connect(
        host=endpoint["Address"],
        port=endpoint["Port"],
        user=instance["MasterUsername"],
        password=password,
        dbname=database,
        sslmode="require",
    ) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
