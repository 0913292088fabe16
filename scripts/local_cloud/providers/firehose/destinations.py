"""Destinations in S3: as they are asked for, checked, and described with AWS's defaults."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from scripts.errors import BadInputError
from scripts.local_cloud.delivery import naming, processing
from scripts.local_cloud.providers.firehose.store import DESTINATION_ID
from scripts.local_cloud.providers.framework import error

_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")
_BUCKET = re.compile(r"arn:[^:]+:s3:::[\w.-]{1,255}")
_FIREHOSE = "firehose.amazonaws.com"
#: What S3DestinationDescription has of the extended description.
_PLAIN = (
    "RoleARN",
    "BucketARN",
    "Prefix",
    "ErrorOutputPrefix",
    "BufferingHints",
    "CompressionFormat",
    "EncryptionConfiguration",
    "CloudWatchLoggingOptions",
)
_DEFAULTS: dict[str, Any] = {
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "UNCOMPRESSED",
    "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
    "CloudWatchLoggingOptions": {"Enabled": False},
    "ProcessingConfiguration": {"Enabled": False, "Processors": []},
    "S3BackupMode": "Disabled",
    "CustomTimeZone": "UTC",
}


def shown(extended: dict[str, Any]) -> dict[str, Any]:
    """A destination as DescribeDeliveryStream lists it."""
    return {
        "DestinationId": DESTINATION_ID,
        "ExtendedS3DestinationDescription": extended,
        "S3DestinationDescription": {key: extended[key] for key in _PLAIN if key in extended},
    }


def described(given: dict[str, Any]) -> dict[str, Any]:
    """What a request asks for; what it leaves out is there with AWS's defaults."""
    configuration = {key: value for key, value in given.items() if key != "S3BackupConfiguration"}
    if backup := given.get("S3BackupConfiguration"):
        configuration["S3BackupDescription"] = _backup(backup)
    return {
        **_DEFAULTS,
        **configuration,
        "BufferingHints": {**_DEFAULTS["BufferingHints"], **(given.get("BufferingHints") or {})},
    }


def _backup(given: dict[str, Any]) -> dict[str, Any]:
    hints = {**_DEFAULTS["BufferingHints"], **(given.get("BufferingHints") or {})}
    return {
        **{key: _DEFAULTS[key] for key in _PLAIN if key in _DEFAULTS},
        **given,
        "BufferingHints": hints,
    }


def updated(before: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """The destination with what an update names; the rest stays as it is."""
    update = dict(update)
    if backup := update.pop("S3BackupUpdate", None):
        update["S3BackupDescription"] = {**before.get("S3BackupDescription", _backup({})), **backup}
    hints = {**before["BufferingHints"], **(update.get("BufferingHints") or {})}
    return {**before, **update, "BufferingHints": hints}


def check(destination: dict[str, Any]) -> None:
    """AWS's rules, and what can be delivered here.

    Raises
    ------
    CommonServiceException
        A value that AWS refuses, or that the local cloud cannot carry out.
    """
    _check_settings(destination)
    _check_what_can_be_done(destination)
    if destination["S3BackupMode"] == "Enabled":
        if "S3BackupDescription" not in destination:
            raise _invalid("S3BackupConfiguration must be given when S3BackupMode is Enabled.")
        _check_settings(destination["S3BackupDescription"])
    elif destination["S3BackupMode"] != "Disabled":
        raise _invalid(f"S3BackupMode '{destination['S3BackupMode']}' must be Enabled or Disabled.")


def _check_settings(destination: dict[str, Any]) -> None:
    if not _BUCKET.fullmatch(destination.get("BucketARN") or ""):
        raise _invalid(f"BucketARN '{destination.get('BucketARN')}' is not the ARN of a bucket.")
    hints = destination["BufferingHints"]
    if not 1 <= hints["SizeInMBs"] <= 128:
        raise _invalid(f"SizeInMBs {hints['SizeInMBs']} must be from 1 to 128.")
    if not 0 <= hints["IntervalInSeconds"] <= 900:
        raise _invalid(f"IntervalInSeconds {hints['IntervalInSeconds']} must be from 0 to 900.")
    compression = destination["CompressionFormat"]
    if compression in {"Snappy", "HADOOP_SNAPPY"}:
        raise _unsupported(f"compress as {compression}")
    if compression not in processing.COMPRESSIONS:
        raise _invalid(f"CompressionFormat '{compression}' is not known.")
    logging = destination["CloudWatchLoggingOptions"]
    if logging.get("Enabled") and not (logging.get("LogGroupName") and logging.get("LogStreamName")):
        raise _invalid("LogGroupName and LogStreamName must be given when CloudWatch logging is enabled.")
    try:
        naming.check(destination)
    except BadInputError as broken:
        raise _invalid(str(broken)) from broken
    _check_role(destination.get("RoleARN") or "")


def _check_what_can_be_done(destination: dict[str, Any]) -> None:
    if (destination.get("DataFormatConversionConfiguration") or {}).get("Enabled"):
        raise _unsupported("convert records to Parquet or ORC")
    if (destination.get("DynamicPartitioningConfiguration") or {}).get("Enabled"):
        raise _unsupported("partition dynamically")
    configuration = destination["ProcessingConfiguration"]
    if configuration.get("Enabled"):
        for processor in configuration.get("Processors") or ():
            if processor["Type"] not in processing.PROCESSORS:
                raise _unsupported(f"run the processor {processor['Type']}")


def check_source_role(role_arn: str) -> None:
    """Firehose can assume the role that reads the source.

    Raises
    ------
    CommonServiceException
        AWS's error for a role that is not there, or does not trust Firehose.
    """
    _check_role(role_arn)


def _check_role(role_arn: str) -> None:
    arn = _ROLE.fullmatch(role_arn)
    if arn is None:
        raise _invalid(f"RoleARN '{role_arn}' is not the ARN of a role.")
    account_id, name = arn.groups()
    iam = connect_to(aws_access_key_id=account_id, region_name="us-east-1").iam
    try:
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    except ClientError as missing:
        raise _not_assumable(role_arn) from missing
    statements = trust["Statement"] if isinstance(trust["Statement"], list) else [trust["Statement"]]
    if not any(_trusts_firehose(statement) for statement in statements):
        raise _not_assumable(role_arn)


def _trusts_firehose(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = principal.get("Service") or [] if isinstance(principal, dict) else principal or []
    named = [services] if isinstance(services, str) else services
    return statement.get("Effect") == "Allow" and bool({_FIREHOSE, "*"}.intersection(named))


def _not_assumable(role_arn: str) -> Exception:
    return _invalid(f"Firehose is unable to assume role {role_arn}. Please check the role provided.")


def _invalid(message: str) -> Exception:
    return error("InvalidArgumentException", message)


def _unsupported(what: str) -> Exception:
    return error("UnsupportedOperation", f"The local cloud's Firehose cannot {what}; on AWS it would.")
