"""Roles that a call hands to a service: to pass one needs ``iam:PassRole`` on it.

Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.local_cloud.authorization.asked import Asked, Call
from scripts.local_cloud.authorization.rules.iam import role_arn
from scripts.local_cloud.authorization.rules.named import values
from scripts.local_cloud.providers.moto_backend import identities

#: Service, operation: parameters that hold a role (name or ARN), and to whom it is passed.
_PASSED: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("ec2", "CreateFlowLogs"): (("DeliverLogsPermissionArn",), "vpc-flow-logs.amazonaws.com"),
    ("glue", "CreateCrawler"): (("Role",), "glue.amazonaws.com"),
    ("glue", "UpdateCrawler"): (("Role",), "glue.amazonaws.com"),
    ("glue", "CreateJob"): (("Role",), "glue.amazonaws.com"),
    ("glue", "UpdateJob"): (("JobUpdate.Role",), "glue.amazonaws.com"),
    ("glue", "CreateSession"): (("Role",), "glue.amazonaws.com"),
    ("rds", "AddRoleToDBInstance"): (("RoleArn",), "rds.amazonaws.com"),
    ("rds", "CreateDBInstance"): (("MonitoringRoleArn",), "monitoring.rds.amazonaws.com"),
    ("rds", "ModifyDBInstance"): (("MonitoringRoleArn",), "monitoring.rds.amazonaws.com"),
    ("rds", "StartExportTask"): (("IamRoleArn",), "export.rds.amazonaws.com"),
    ("lambda", "CreateFunction"): (("Role",), "lambda.amazonaws.com"),
    ("lambda", "UpdateFunctionConfiguration"): (("Role",), "lambda.amazonaws.com"),
    ("stepfunctions", "CreateStateMachine"): (("roleArn",), "states.amazonaws.com"),
    ("stepfunctions", "UpdateStateMachine"): (("roleArn",), "states.amazonaws.com"),
    ("events", "PutRule"): (("RoleArn",), "events.amazonaws.com"),
    ("events", "PutTargets"): (("Targets[].RoleArn",), "events.amazonaws.com"),
    ("logs", "PutSubscriptionFilter"): (("roleArn",), "logs.amazonaws.com"),
    ("logs", "PutDestination"): (("roleArn",), "logs.amazonaws.com"),
    ("cloudwatch", "PutMetricStream"): (("RoleArn",), "streams.metrics.cloudwatch.amazonaws.com"),
    ("s3", "PutBucketReplication"): (("ReplicationConfiguration.Role",), "s3.amazonaws.com"),
    ("iam", "AddRoleToInstanceProfile"): (("RoleName",), "ec2.amazonaws.com"),
}
_LATER = frozenset({"aws:ResourceTag/*", "iam:ResourceTag/*", "iam:AssociatedResourceArn"})
_PROFILES = ("RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation")
_FIREHOSE = ("CreateDeliveryStream", "UpdateDestination")


def asked(call: Call) -> Iterator[Asked]:
    """The roles that a call passes."""
    paths, service = _PASSED.get((call.service, call.operation), ((), ""))
    roles = [value for path in paths for value in values(call.request, path)]
    if call.service == "ec2" and call.operation in _PROFILES:
        service, roles = "ec2.amazonaws.com", list(_of_profile(call))
    elif call.service == "firehose" and call.operation in _FIREHOSE:
        service, roles = "firehose.amazonaws.com", list(_anywhere(call.request, "RoleARN"))
    for role in dict.fromkeys(filter(None, roles)):
        arn = role if role.startswith("arn:") else role_arn(call.account, role.rpartition("/")[2])
        yield Asked("iam:PassRole", arn, "", {"iam:PassedToService": (service,)}, _LATER)


def _of_profile(call: Call) -> Iterator[str]:
    profile: Any = call.request.get("IamInstanceProfile") or {}
    name = profile.get("Name") or profile.get("Arn", "").rpartition("/")[2]
    if name:
        yield from identities.roles_of_profile(call.account, name)


def _anywhere(held: Any, name: str) -> Iterator[str]:
    if isinstance(held, Mapping):
        for key, value in held.items():
            if key == name and isinstance(value, str):
                yield value
            else:
                yield from _anywhere(value, name)
    elif isinstance(held, list | tuple):
        for each in held:
            yield from _anywhere(each, name)
