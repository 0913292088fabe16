"""Why RDS is not Moto's: each defect as it is in the Moto that is pinned.

When one of these fails, Moto has changed; what we do in its place may then be looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    """Plain Moto's RDS, in this process."""
    with mock_aws():
        yield boto3.client("rds", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def _instance(moto: Any, name: str, **changes: Any) -> dict[str, Any]:
    request = {
        "DBInstanceIdentifier": name,
        "Engine": "mysql",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20,
        "MasterUsername": "labadmin",
        "MasterUserPassword": "Correct-Horse-9",
        **changes,
    }
    answer = moto.create_db_instance(**{key: value for key, value in request.items() if value is not None})
    created: dict[str, Any] = answer["DBInstance"]
    return created


def test_moto_gives_every_instance_the_same_resource_id(moto: Any) -> None:
    assert _instance(moto, "one")["DbiResourceId"] == _instance(moto, "two")["DbiResourceId"]


def test_motos_managed_password_is_a_constant(moto: Any) -> None:
    created = _instance(moto, "managed", MasterUserPassword=None, ManageMasterUserPassword=True)
    secrets = boto3.client(
        "secretsmanager", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    answer = secrets.get_secret_value(SecretId=created["MasterUserSecret"]["SecretArn"])
    assert json.loads(answer["SecretString"]) == {"username": "admin", "password": "P@55w0rd!"}


def test_moto_changes_at_once_what_should_wait(moto: Any) -> None:
    _instance(moto, "eager")
    moto.modify_db_instance(DBInstanceIdentifier="eager", AllocatedStorage=40, ApplyImmediately=False)
    eager = moto.describe_db_instances(DBInstanceIdentifier="eager")["DBInstances"][0]
    assert eager["AllocatedStorage"] == 40


def test_moto_deletes_without_asking_for_a_final_snapshot(moto: Any) -> None:
    _instance(moto, "careless")
    moto.delete_db_instance(DBInstanceIdentifier="careless", SkipFinalSnapshot=False)
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        moto.describe_db_instances(DBInstanceIdentifier="careless")


def test_moto_accepts_families_and_parameters_that_nobody_has(moto: Any) -> None:
    moto.create_db_parameter_group(
        DBParameterGroupName="odd", DBParameterGroupFamily="mysql99", Description="odd"
    )
    moto.modify_db_parameter_group(
        DBParameterGroupName="odd",
        Parameters=[{"ParameterName": "nonsense", "ParameterValue": "1", "ApplyMethod": "immediate"}],
    )


def test_moto_deletes_a_parameter_group_in_use(moto: Any) -> None:
    moto.create_db_parameter_group(
        DBParameterGroupName="used", DBParameterGroupFamily="mysql8.0", Description="used"
    )
    _instance(moto, "user", DBParameterGroupName="used")
    moto.delete_db_parameter_group(DBParameterGroupName="used")


def test_moto_makes_no_network_interface(moto: Any) -> None:
    ec2 = boto3.client("ec2", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    before = len(ec2.describe_network_interfaces()["NetworkInterfaces"])
    _instance(moto, "aloof")
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == before


@pytest.mark.parametrize("operation", ["reset_db_parameter_group", "download_db_log_file_portion"])
def test_moto_lacks_an_operation(moto: Any, operation: str) -> None:
    request = {
        "reset_db_parameter_group": {"DBParameterGroupName": "odd", "ResetAllParameters": True},
        "download_db_log_file_portion": {"DBInstanceIdentifier": "one", "LogFileName": "error.log"},
    }[operation]
    with pytest.raises(NotImplementedError):
        getattr(moto, operation)(**request)


def test_moto_takes_the_family_of_a_major_version_to_be_the_engines_name(moto: Any) -> None:
    created = _instance(moto, "major", Engine="postgres", EngineVersion="16")
    [group] = created["DBParameterGroups"]
    assert group["DBParameterGroupName"] == "default.postgres"


def test_moto_does_not_find_default_groups_when_an_instance_is_changed(moto: Any) -> None:
    _instance(moto, "plain")
    with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
        moto.modify_db_instance(DBInstanceIdentifier="plain", DBParameterGroupName="default.mysql8.0")


def test_moto_lists_an_export_twice_that_is_switched_on_again(moto: Any) -> None:
    _instance(moto, "exports", EnableCloudwatchLogsExports=["error"])
    changed = moto.modify_db_instance(
        DBInstanceIdentifier="exports", CloudwatchLogsExportConfiguration={"EnableLogTypes": ["error"]}
    )["DBInstance"]
    assert changed["EnabledCloudwatchLogsExports"] == ["error", "error"]
