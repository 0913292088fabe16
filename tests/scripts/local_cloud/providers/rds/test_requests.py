"""What CreateDBInstance refuses before it makes anything, and the groups that an instance lies in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scripts.local_cloud.providers.rds.conftest import PASSWORD, Network, create, exists, refused


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"Engine": "oracle-ee"}, "InvalidParameterValue", "Invalid DB engine"),
        ({"EngineVersion": "9.9"}, "InvalidParameterCombination", "Cannot find version 9.9 for mysql"),
        ({"DBInstanceClass": "db.huge"}, "InvalidParameterValue", "Invalid DB Instance class"),
        ({"DBInstanceIdentifier": "bad--name"}, "InvalidParameterValue", "not a valid identifier"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue", "shorter than 8"),
        ({"MasterUserPassword": "x" * 42}, "InvalidParameterValue", "longer than 41"),
        ({"MasterUserPassword": "has a space"}, "InvalidParameterValue", "printable ASCII"),
        ({"MasterUserPassword": "at@sign-here"}, "InvalidParameterValue", "printable ASCII"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination", "ManageMasterUserPassword"),
        ({"MasterUsername": "rdsadmin"}, "InvalidParameterValue", "reserved word"),
        (
            {"Engine": "postgres", "EngineVersion": "16", "MasterUsername": "admin"},
            "InvalidParameterValue",
            "MasterUsername admin cannot be used as it is a reserved word used by the engine",
        ),
        ({"MasterUsername": "a" * 17}, "InvalidParameterValue", "MasterUsername"),
        ({"DBName": "1st"}, "InvalidParameterValue", "must begin with a letter"),
        ({"Port": 80}, "InvalidParameterValue", "port"),
        ({"BackupRetentionPeriod": 36}, "InvalidParameterValue", "between 0 and 35"),
        ({"AllocatedStorage": 5}, "InvalidParameterValue", "Invalid storage size"),
        ({"PreferredBackupWindow": "3-4"}, "InvalidParameterValue", "backup window"),
        ({"EnableCloudwatchLogsExports": ["postgresql"]}, "InvalidParameterCombination", "log types"),
        ({"DBSubnetGroupName": "nowhere"}, "DBSubnetGroupNotFoundFault", "nowhere"),
        ({"DBParameterGroupName": "nowhere"}, "DBParameterGroupNotFound", "nowhere"),
        (
            {"DBParameterGroupName": "default.mysql8.4"},
            "InvalidParameterCombination",
            "DBParameterGroupFamily mysql8.4 cannot be used",
        ),
        ({"OptionGroupName": "nowhere"}, "OptionGroupNotFoundFault", "nowhere"),
        ({"VpcSecurityGroupIds": ["sg-00000000"]}, "InvalidParameterValue", "sg-00000000"),
        ({"AvailabilityZone": "us-east-1f"}, "InvalidParameterCombination", "us-east-1f"),
        (
            {"StorageEncrypted": True, "KmsKeyId": "alias/nothing"},
            "KMSKeyNotAccessibleFault",
            "alias/nothing",
        ),
        ({"EnableIAMDatabaseAuthentication": True}, "InvalidParameterCombination", "authentication tokens"),
        ({"DBClusterIdentifier": "cluster"}, "InvalidParameterCombination", "no DB clusters"),
        ({"MonitoringInterval": 60}, "InvalidParameterCombination", "MonitoringRoleARN"),
        ({"Tags": [{"Key": "aws:mine", "Value": "x"}]}, "InvalidParameterValue", "reserved"),
    ],
)
def test_a_wrong_request_gets_awss_error_and_makes_nothing(
    rds: Any, network: Network, changes: dict[str, Any], code: str, words: str
) -> None:
    request = {"MasterUserPassword": PASSWORD, "name": "never", **changes}
    name = request.pop("DBInstanceIdentifier", request.pop("name"))
    request.pop("name", None)
    found, message = refused(lambda **given: create(rds, network, name, **given), **request)
    assert (found, words in message) == (code, True), message
    assert not exists(rds, "never")


def test_a_security_group_of_another_vpc_is_refused(rds: Any, network: Network) -> None:
    code, message = refused(
        lambda: create(
            rds, network, "never", MasterUserPassword=PASSWORD, VpcSecurityGroupIds=[network.foreign_group_id]
        )
    )
    assert code == "InvalidParameterCombination"
    assert message.startswith("The DB instance and EC2 security group are in different VPCs.")


def test_an_operation_that_is_not_offered_is_refused_in_awss_shape(rds: Any) -> None:
    code, message = refused(rds.describe_db_clusters)
    assert code == "UnsupportedOperation"
    assert "rds:DescribeDBClusters" in message


class TestSubnetGroups:
    def test_a_group_reads_back_what_was_asked_for(self, rds: Any, network: Network) -> None:
        group = rds.describe_db_subnet_groups(DBSubnetGroupName="SHARED")["DBSubnetGroups"][0]
        assert group["VpcId"] == network.vpc_id
        assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == set(network.subnets)
        assert {subnet["SubnetAvailabilityZone"]["Name"] for subnet in group["Subnets"]} == {
            "us-east-1a",
            "us-east-1b",
        }

    def test_one_zone_is_not_enough(self, rds: Any, network: Network) -> None:
        code, message = refused(
            rds.create_db_subnet_group,
            DBSubnetGroupName="narrow",
            DBSubnetGroupDescription="One zone",
            SubnetIds=[network.subnets[0]],
        )
        assert code == "DBSubnetGroupDoesNotCoverEnoughAZs"
        assert "us-east-1a" in message

    def test_a_subnet_that_is_not_there_is_named(self, rds: Any, network: Network) -> None:
        code, message = refused(
            rds.create_db_subnet_group,
            DBSubnetGroupName="ghost",
            DBSubnetGroupDescription="Not there",
            SubnetIds=[network.subnets[0], "subnet-00000000"],
        )
        assert (code, "subnet-00000000" in message) == ("InvalidParameterValue", True)

    def test_a_name_is_given_once(self, rds: Any, network: Network) -> None:
        code, _ = refused(
            rds.create_db_subnet_group,
            DBSubnetGroupName="Shared",
            DBSubnetGroupDescription="Again",
            SubnetIds=list(network.subnets),
        )
        assert code == "DBSubnetGroupAlreadyExists"

    def test_a_group_in_use_stays(self, rds: Any, network: Network, mysql: str) -> None:
        code, message = refused(rds.delete_db_subnet_group, DBSubnetGroupName="shared")
        assert code == "InvalidDBSubnetGroupStateFault"
        assert "still using it" in message

    def test_a_deleted_group_is_gone(self, rds: Any, network: Network) -> None:
        rds.create_db_subnet_group(
            DBSubnetGroupName="brief", DBSubnetGroupDescription="Brief", SubnetIds=list(network.subnets)
        )
        rds.delete_db_subnet_group(DBSubnetGroupName="brief")
        code, _ = refused(rds.describe_db_subnet_groups, DBSubnetGroupName="brief")
        assert code == "DBSubnetGroupNotFoundFault"
