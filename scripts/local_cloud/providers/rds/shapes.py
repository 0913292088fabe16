"""Records as the API shows them."""

from __future__ import annotations

from typing import Any

from scripts.local_cloud.databases.model import ServerNotFoundError
from scripts.local_cloud.providers.rds.engines import LICENSES, default_option_group
from scripts.local_cloud.providers.rds.model import (
    RESTING,
    DBInstance,
    DBSnapshot,
    RdsStore,
    SubnetGroup,
    arn,
)
from scripts.local_cloud.providers.rds.tasks import servers

#: Route 53's hosted zone of the DB instances' names in us-east-1.
HOSTED_ZONE = "Z2R2ITUGPM61AM"
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"


def status(instance: DBInstance) -> str:
    """``DBInstanceStatus``, by the server's process and not by what was last known of it.

    An instance whose disk is full is ``storage-full``, also where its server ended for that; one whose server
    ended otherwise is ``rebooting``, for it is started again (`supervision`).
    """
    if instance.status not in RESTING:
        return instance.status
    try:
        found = servers().status(instance.resource_id)
    except ServerNotFoundError:
        found = None
    if found and found.disk_full and (found.alive or instance.status != "incompatible-parameters"):
        return "storage-full"
    if found and found.alive:
        return "available"
    if instance.status == "available":
        return "rebooting" if found and found.wanted == "running" else "failed"
    return instance.status


def db_instance(store: RdsStore, instance: DBInstance) -> dict[str, Any]:
    """The ``DBInstance`` shape."""
    shape: dict[str, Any] = {
        "DBInstanceIdentifier": instance.identifier,
        "DBInstanceClass": instance.instance_class,
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "DBInstanceStatus": status(instance),
        "MasterUsername": instance.master_username,
        "DbInstancePort": 0,
        "DbiResourceId": instance.resource_id,
        "DBInstanceArn": instance.arn,
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": group, "Status": "active"} for group in instance.security_groups
        ],
        "DBParameterGroups": [
            {
                "DBParameterGroupName": instance.parameter_group,
                "ParameterApplyStatus": instance.parameter_status,
            }
        ],
        "OptionGroupMemberships": [
            {
                "OptionGroupName": default_option_group(instance.engine, instance.engine_version),
                "Status": "in-sync",
            }
        ],
        "DBSubnetGroup": subnet_group(instance.account_id, instance.region, subnet_group_of(store, instance)),
        "PendingModifiedValues": dict(instance.pending),
        "LicenseModel": LICENSES[instance.engine],
        "CertificateDetails": {"CAIdentifier": CERTIFICATE_AUTHORITY},
        "CACertificateIdentifier": CERTIFICATE_AUTHORITY,
        "ReadReplicaDBInstanceIdentifiers": [],
        "DomainMemberships": [],
        "AssociatedRoles": [],
        "CustomerOwnedIpEnabled": False,
        "ActivityStreamStatus": "stopped",
        "BackupTarget": "region",
        "NetworkType": "IPV4",
        "IAMDatabaseAuthenticationEnabled": False,
        "IsStorageConfigUpgradeAvailable": False,
        "MultiTenant": False,
        "TagList": tag_list(instance.tags),
        **instance.settings,
    }
    if instance.database:
        shape["DBName"] = instance.database
    if instance.created:
        shape["InstanceCreateTime"] = instance.created
    if instance.address:
        shape["Endpoint"] = {
            "Address": instance.address.host,
            "Port": instance.address.port,
            "HostedZoneId": HOSTED_ZONE,
        }
    if instance.secret:
        shape["MasterUserSecret"] = {
            "SecretArn": instance.secret.arn,
            "SecretStatus": instance.secret.status,
            "KmsKeyId": instance.secret.kms_key,
        }
    return shape


def subnet_group_of(store: RdsStore, instance: DBInstance) -> SubnetGroup:
    """The subnet group that an instance lies in; it cannot be deleted while the instance is there."""
    return store.subnet_groups[instance.subnet_group]


def subnet_group(account_id: str, region: str, group: SubnetGroup) -> dict[str, Any]:
    """The ``DBSubnetGroup`` shape."""
    return {
        "DBSubnetGroupName": group.name,
        "DBSubnetGroupDescription": group.description,
        "VpcId": group.vpc_id,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": subnet_id,
                "SubnetAvailabilityZone": {"Name": zone},
                "SubnetOutpost": {},
                "SubnetStatus": "Active",
            }
            for subnet_id, zone in group.subnets.items()
        ],
        "DBSubnetGroupArn": arn(account_id, region, "subgrp", group.name),
        "SupportedNetworkTypes": ["IPV4"],
    }


def db_snapshot(account_id: str, region: str, snapshot: DBSnapshot) -> dict[str, Any]:
    """The ``DBSnapshot`` shape."""
    return {
        **snapshot.shape,
        "DBSnapshotIdentifier": snapshot.identifier,
        "DBSnapshotArn": arn(account_id, region, "snapshot", snapshot.identifier),
        "DbiResourceId": snapshot.resource_id,
        "Status": snapshot.status,
        "PercentProgress": 100 if snapshot.status == "available" else 0,
        "SnapshotType": "manual",
        "SnapshotTarget": "region",
        "TagList": tag_list(snapshot.tags),
    }


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as the API lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
