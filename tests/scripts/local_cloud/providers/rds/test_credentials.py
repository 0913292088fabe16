"""The master password: given, managed in Secrets Manager, and rotated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pymysql
import pytest

from tests.scripts.local_cloud.providers.rds.conftest import (
    PASSWORD,
    describe,
    managed_password,
    query_mysql,
    query_postgres,
    refused,
    wait,
)

Client = Callable[[str], Any]


def test_a_managed_password_is_random_strong_and_opens_the_server(
    rds: Any, client: Client, mysql: str
) -> None:
    # Moto's is always admin / P@55w0rd!
    instance = describe(rds, mysql)
    secret = instance["MasterUserSecret"]
    assert secret["SecretStatus"] == "active"
    assert secret["KmsKeyId"].startswith("arn:aws:kms:")
    described = client("secretsmanager").describe_secret(SecretId=secret["SecretArn"])
    assert described["Name"].startswith("rds!db-")
    assert described["OwningService"] == "rds"
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"]}
    assert tags["aws:rds:primaryDBInstanceArn"] == instance["DBInstanceArn"]
    password = managed_password(client, instance)
    assert len(password) == 28
    assert query_mysql(instance, password, "SELECT 1") == 1


@pytest.mark.parametrize("way", ["RotateSecret", "ModifyDBInstance"])
def test_rotation_changes_the_secret_and_the_server(rds: Any, client: Client, mysql: str, way: str) -> None:
    instance = describe(rds, mysql)
    secret_arn = instance["MasterUserSecret"]["SecretArn"]
    before = managed_password(client, instance)
    if way == "RotateSecret":
        answer = client("secretsmanager").rotate_secret(SecretId=secret_arn)
        assert answer["ARN"] == secret_arn
    else:
        rds.modify_db_instance(
            DBInstanceIdentifier=mysql, RotateMasterUserPassword=True, ApplyImmediately=True
        )
    assert wait(rds, mysql)["MasterUserSecret"]["SecretStatus"] == "active"
    after = managed_password(client, instance)
    assert after != before
    assert query_mysql(instance, after, "SELECT 1") == 1
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        query_mysql(instance, before, "SELECT 1")
    versions = client("secretsmanager").describe_secret(SecretId=secret_arn)["VersionIdsToStages"]
    if way == "RotateSecret":
        assert versions[answer["VersionId"]] == ["AWSCURRENT"]


def test_the_secret_is_found_by_its_name_too(rds: Any, client: Client, mysql: str) -> None:
    # LocalStack refuses every name that holds an exclamation mark.
    arn = describe(rds, mysql)["MasterUserSecret"]["SecretArn"]
    name = client("secretsmanager").describe_secret(SecretId=arn)["Name"]
    assert client("secretsmanager").get_secret_value(SecretId=name)["ARN"] == arn


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("delete_secret", {"ForceDeleteWithoutRecovery": True}),
        ("put_secret_value", {"SecretString": "mine"}),
        ("update_secret", {"SecretString": "mine"}),
        ("rotate_secret", {"RotationLambdaARN": "arn:aws:lambda:us-east-1:000000000000:function:mine"}),
    ],
)
def test_nobody_else_writes_or_deletes_the_secret(
    rds: Any, client: Client, mysql: str, operation: str, request_: dict[str, Any]
) -> None:
    secrets = client("secretsmanager")
    instance = describe(rds, mysql)
    before = managed_password(client, instance)
    code, message = refused(
        getattr(secrets, operation), SecretId=instance["MasterUserSecret"]["SecretArn"], **request_
    )
    assert (code, "managed by rds" in message) == ("InvalidRequestException", True)
    assert managed_password(client, instance) == before


def test_a_secret_of_ones_own_is_left_to_secrets_manager(client: Client) -> None:
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name="own", SecretString="mine")["ARN"]
    secrets.put_secret_value(SecretId=arn, SecretString="other")
    assert secrets.get_secret_value(SecretId="own")["SecretString"] == "other"
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def test_a_given_password_replaces_the_old_one_whatever_apply_immediately_says(
    rds: Any, postgres: str
) -> None:
    instance = describe(rds, postgres)
    other = "Battery-Staple-7"
    changed = rds.modify_db_instance(DBInstanceIdentifier=postgres, MasterUserPassword=other)["DBInstance"]
    assert changed["PendingModifiedValues"] == {"MasterUserPassword": "****"}
    assert describe(rds, postgres)["DBInstanceStatus"] in ("resetting-master-credentials", "available")
    assert wait(rds, postgres)["PendingModifiedValues"] == {}
    assert query_postgres(instance, other, "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query_postgres(instance, PASSWORD, "SELECT 1")
    rds.modify_db_instance(DBInstanceIdentifier=postgres, MasterUserPassword=PASSWORD)
    wait(rds, postgres)


def test_management_is_switched_on_and_off(rds: Any, client: Client, postgres: str) -> None:
    rds.modify_db_instance(DBInstanceIdentifier=postgres, ManageMasterUserPassword=True)
    instance = wait(rds, postgres)
    assert query_postgres(instance, managed_password(client, instance), "SELECT 1") == 1
    code, _ = refused(rds.modify_db_instance, DBInstanceIdentifier=postgres, MasterUserPassword=PASSWORD)
    assert code == "InvalidParameterCombination"
    rds.modify_db_instance(
        DBInstanceIdentifier=postgres, ManageMasterUserPassword=False, MasterUserPassword=PASSWORD
    )
    assert "MasterUserSecret" not in wait(rds, postgres)
    assert query_postgres(instance, PASSWORD, "SELECT 1") == 1
    gone, _ = refused(
        client("secretsmanager").describe_secret, SecretId=instance["MasterUserSecret"]["SecretArn"]
    )
    assert gone == "ResourceNotFoundException"
