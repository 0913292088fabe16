"""What a request to create, restore or modify a DB instance asks for, as the API will show it."""

from __future__ import annotations

import zlib
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.databases.model import Engine
from scripts.local_cloud.providers.framework import Request
from scripts.local_cloud.providers.rds import engines, rules
from scripts.local_cloud.providers.rds.faults import (
    invalid_combination,
    invalid_value,
    not_supported,
    option_group_not_found,
)
from scripts.local_cloud.providers.rds.model import SubnetGroup
from scripts.local_cloud.providers.rds.neighbours import key_arn
from scripts.local_cloud.providers.rds.shapes import CERTIFICATE_AUTHORITY

#: What a request may not ask for, with what the local cloud would have to pretend.
_REFUSED = {
    "AwsBackupRecoveryPointArn": "there is no AWS Backup.",
    "CharacterSetName": "character sets are set by the parameter group.",
    "CustomIamInstanceProfile": "there is no RDS Custom.",
    "DBClusterIdentifier": "there are no DB clusters, only DB instances.",
    "DBClusterSnapshotIdentifier": "there are no DB clusters, only DB instances.",
    "DBSecurityGroups": "EC2-Classic is gone; use VpcSecurityGroupIds.",
    "DBSystemId": "there is no RDS Custom.",
    "Domain": "there is no Active Directory to join.",
    "DomainAuthSecretArn": "there is no Active Directory to join.",
    "DomainFqdn": "there is no Active Directory to join.",
    "EnableCustomerOwnedIp": "there are no Outposts.",
    "EnableIAMDatabaseAuthentication": "the servers cannot verify IAM authentication tokens.",
    "MultiTenant": "there is no Oracle.",
    "NcharCharacterSetName": "there is no Oracle.",
    "ProcessorFeatures": "a laptop's processor cannot be chosen.",
    "ReplicaMode": "there are no read replicas.",
    "TdeCredentialArn": "there is no Oracle or SQL Server.",
    "Timezone": "there is no SQL Server.",
}
_FIXED = {
    "AutomationMode": "full",
    "BackupTarget": "region",
    "CACertificateIdentifier": CERTIFICATE_AUTHORITY,
    "MasterUserAuthenticationType": "password",
    "NetworkType": "IPV4",
}
_MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)
_INSIGHTS_RETENTION = (7, 731, *(month * 31 for month in range(1, 24)))


def refuse_unsupported(engine: Engine, version: str, request: Request) -> None:
    """Whatever could only be pretended is refused, and nothing that is asked for is ignored."""
    for name, reason in _REFUSED.items():
        if request.get(name):
            raise not_supported(f"{name}: {reason}")
    for name, only in _FIXED.items():
        if request.get(name) not in (None, only):
            raise not_supported(f"{name} {request[name]}; only {only} is there.")
    license_model = request.get("LicenseModel")
    if license_model not in (None, engines.LICENSES[engine]):
        raise invalid_combination(f"Invalid license model '{license_model}' for engine {engine}.")
    option_group = request.get("OptionGroupName")
    if option_group not in (None, engines.default_option_group(engine, version)):
        raise option_group_not_found(str(option_group))


def new_settings(
    context: RequestContext,
    resource_id: str,
    engine: Engine,
    version: str,
    request: Request,
    group: SubnetGroup,
    present: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """All settings of a new DB instance.

    Parameters
    ----------
    present
        Settings of the instance that a snapshot was made of.
    """
    backup, maintenance = _default_windows(resource_id)
    settings: dict[str, Any] = {
        "AutoMinorVersionUpgrade": True,
        "BackupRetentionPeriod": 1,
        "CopyTagsToSnapshot": False,
        "DatabaseInsightsMode": "standard",
        "DedicatedLogVolume": False,
        "DeletionProtection": False,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "MonitoringInterval": 0,
        "PerformanceInsightsEnabled": False,
        "PubliclyAccessible": False,
        "PreferredBackupWindow": backup,
        "PreferredMaintenanceWindow": maintenance,
        **(present or {}),
        **rules.storage(engine, request, present or {}),
    }
    settings |= simple_changes(context, engine, version, request, settings)
    settings["MultiAZ"] = bool(request.get("MultiAZ"))
    settings["EngineLifecycleSupport"] = (
        request.get("EngineLifecycleSupport") or settings["EngineLifecycleSupport"]
    )
    settings |= zones(group, request.get("AvailabilityZone"), settings["MultiAZ"])
    return settings


def encryption(context: RequestContext, request: Request) -> dict[str, Any]:
    """``StorageEncrypted`` and the key's ARN."""
    if not request.get("StorageEncrypted"):
        if request.get("KmsKeyId"):
            raise invalid_combination("KmsKeyId can only be given with StorageEncrypted.")
        return {"StorageEncrypted": False}
    key = key_arn(context.account_id, context.region, request.get("KmsKeyId") or "alias/aws/rds")
    return {"StorageEncrypted": True, "KmsKeyId": key}


def simple_changes(
    context: RequestContext, engine: Engine, version: str, request: Request, present: dict[str, Any]
) -> dict[str, Any]:
    """The settings of a request that take effect at once, checked against the present ones."""
    names = (
        "AutoMinorVersionUpgrade",
        "CopyTagsToSnapshot",
        "DedicatedLogVolume",
        "DeletionProtection",
        "PubliclyAccessible",
        "PreferredBackupWindow",
    )
    changes: dict[str, Any] = {name: request[name] for name in names if request.get(name) is not None}
    if request.get("PreferredMaintenanceWindow"):
        changes["PreferredMaintenanceWindow"] = request["PreferredMaintenanceWindow"].lower()
    if request.get("BackupRetentionPeriod") is not None:
        changes["BackupRetentionPeriod"] = rules.retention(request["BackupRetentionPeriod"])
    after = present | changes
    rules.windows(after["PreferredBackupWindow"], after["PreferredMaintenanceWindow"])
    if request.get("MaxAllocatedStorage") is not None:
        limit = rules.autoscaling(request["MaxAllocatedStorage"], present["AllocatedStorage"])
        changes["MaxAllocatedStorage"] = limit if limit > present["AllocatedStorage"] else None
    if request.get("EnableCloudwatchLogsExports"):
        changes["EnabledCloudwatchLogsExports"] = rules.log_exports(
            engine, version, request["EnableCloudwatchLogsExports"]
        )
    return changes | _monitoring(request, present) | _insights(context, request, present)


def _monitoring(request: Request, present: dict[str, Any]) -> dict[str, Any]:
    interval, role = request.get("MonitoringInterval"), request.get("MonitoringRoleArn")
    if interval is None and role is None:
        return {}
    interval = present["MonitoringInterval"] if interval is None else interval
    role = role or present.get("MonitoringRoleArn")
    if interval not in _MONITORING_INTERVALS:
        allowed = ", ".join(map(str, _MONITORING_INTERVALS))
        raise invalid_value(f"Invalid monitoring interval {interval}; expected one of: {allowed}.")
    if interval and not role:
        raise invalid_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    return {"MonitoringInterval": interval, "MonitoringRoleArn": role if interval else None}


def _insights(context: RequestContext, request: Request, present: dict[str, Any]) -> dict[str, Any]:
    mode = request.get("DatabaseInsightsMode")
    changes: dict[str, Any] = {"DatabaseInsightsMode": mode} if mode else {}
    enabled = request.get("EnablePerformanceInsights")
    if enabled is False:
        return changes | {
            "PerformanceInsightsEnabled": False,
            "PerformanceInsightsKMSKeyId": None,
            "PerformanceInsightsRetentionPeriod": None,
        }
    retention = request.get("PerformanceInsightsRetentionPeriod")
    key = request.get("PerformanceInsightsKMSKeyId")
    if not enabled and not present["PerformanceInsightsEnabled"]:
        if retention or key:
            raise invalid_combination(
                "To set PerformanceInsightsRetentionPeriod or PerformanceInsightsKMSKeyId, "
                "enable Performance Insights."
            )
        return changes
    if retention and retention not in _INSIGHTS_RETENTION:
        raise invalid_value(
            f"Invalid Performance Insights retention period {retention}; expected 7, 731 or a multiple of 31."
        )
    held_key = present.get("PerformanceInsightsKMSKeyId")
    return changes | {
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": retention
        or present.get("PerformanceInsightsRetentionPeriod")
        or 7,
        "PerformanceInsightsKMSKeyId": held_key
        if held_key and not key
        else key_arn(context.account_id, context.region, key or "alias/aws/rds"),
    }


def zones(group: SubnetGroup, asked: str | None, multi_az: bool) -> dict[str, Any]:
    """The availability zone, and the standby's for Multi-AZ."""
    covered = sorted(set(group.subnets.values()))
    if asked and multi_az:
        raise invalid_combination(
            "Requesting a specific availability zone is not valid for Multi-AZ instances."
        )
    if asked and asked not in covered:
        raise invalid_combination(
            f"Cannot create a database instance because no subnets in the subnet group {group.name} "
            f"exist in availability zone {asked}."
        )
    zone = asked or covered[0]
    standby = next((other for other in covered if other != zone), None) if multi_az else None
    return {"AvailabilityZone": zone, "SecondaryAvailabilityZone": standby}


def _default_windows(resource_id: str) -> tuple[str, str]:
    """AWS draws them at random from the region's night; here they follow from the resource id."""
    draw = zlib.crc32(resource_id.encode())
    hour, minute = 3 + draw % 6, draw // 6 % 30
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[draw // 180 % 7]
    later = f"{(hour + 2) % 24:02}"
    return (
        f"{hour:02}:{minute:02}-{hour:02}:{minute + 30:02}",
        f"{day}:{later}:{minute:02}-{day}:{later}:{minute + 30:02}",
    )
