"""A small environment made through the AWS API: two DB instances, four tables and a bucket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import cli, connections
from scripts.config import Settings
from scripts.connections import Access
from scripts.local_cloud.databases.servers import DatabaseServers
from tests.conftest import Cloud, free_port

#: Runs `lab` with arguments; gives its exit code.
Run = Callable[..., int]

NAME = "seedlab"
BUCKET = f"{NAME}-raw-000000000000"

KEYS = {
    "ProductCatalog": [("Id", "N")],
    "Forum": [("Name", "S")],
    "Thread": [("ForumName", "S"), ("Subject", "S")],
    "Reply": [("Id", "S"), ("ReplyDateTime", "S")],
}


@dataclass(frozen=True)
class Environment:
    settings: Settings
    session: boto3.Session


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command line in this process, in a folder of its own, without a local cloud."""
    for name in os.environ:
        if name.startswith(("AWS_", "LAB_", "TF_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("LAB_LOCAL_DIR", str(tmp_path / ".local"))
    monkeypatch.setenv("LAB_AWS_DIR", str(tmp_path / ".aws-state"))
    monkeypatch.setenv("LAB_SNAPSHOT_DIR", str(tmp_path / ".snapshots"))
    # Nobody listens there, whatever else runs on this machine.
    monkeypatch.setenv("LAB_GATEWAY_PORT", str(free_port()))

    def call(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["lab", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return code if isinstance(code, int) else 0

    yield call
    # What lies beside the folder, where the servers' user can reach it, goes with it.
    if (tmp_path / ".local" / "databases").is_dir():
        DatabaseServers(tmp_path / ".local", "").delete_all()


@pytest.fixture(scope="session")
def environment(cloud: Cloud) -> Environment:
    return Environment(replace(cloud.settings, name=NAME), cloud.session)


@pytest.fixture(scope="session")
def instances(environment: Environment, client: Callable[[str], Any]) -> Iterator[None]:
    """``seedlab-mysql`` and ``seedlab-postgres``, with passwords in Secrets Manager."""
    rds = client("rds")
    group = f"{NAME}-mysql80"
    rds.create_db_parameter_group(
        DBParameterGroupName=group, DBParameterGroupFamily="mysql8.0", Description="Routines without SUPER"
    )
    # A dump with triggers and functions needs it wherever a binary log is written, as on AWS.
    rds.modify_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[
            {
                "ParameterName": "log_bin_trust_function_creators",
                "ParameterValue": "1",
                "ApplyMethod": "immediate",
            }
        ],
    )
    engines: dict[str, dict[str, Any]] = {
        "mysql": {"EngineVersion": "8.0", "DBParameterGroupName": group},
        "postgres": {"EngineVersion": "16"},
    }
    for engine, more in engines.items():
        rds.create_db_instance(
            DBInstanceIdentifier=f"{NAME}-{engine}",
            Engine=engine,
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="labadmin",
            ManageMasterUserPassword=True,
            **more,
        )
    for engine in engines:
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=f"{NAME}-{engine}", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )
    yield
    for engine in engines:
        rds.delete_db_instance(DBInstanceIdentifier=f"{NAME}-{engine}", SkipFinalSnapshot=True)


@pytest.fixture(scope="session")
def mysql_access(environment: Environment, instances: None) -> Access:
    return connections.access(environment.settings, environment.session, f"{NAME}-mysql")


@pytest.fixture(scope="session")
def postgres_access(environment: Environment, instances: None) -> Access:
    return connections.access(environment.settings, environment.session, f"{NAME}-postgres")


@pytest.fixture(scope="session")
def tables(client: Callable[[str], Any]) -> Iterator[None]:
    dynamodb = client("dynamodb")
    for name, keys in KEYS.items():
        dynamodb.create_table(
            TableName=f"{NAME}-{name}",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for (key, _), kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    yield
    for name in KEYS:
        dynamodb.delete_table(TableName=f"{NAME}-{name}")


@pytest.fixture(scope="session")
def bucket(client: Callable[[str], Any]) -> str:
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket=f"{NAME}-rawer")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return BUCKET
