"""Policies of resources, and S3's blocks of public access, of a plan."""

from __future__ import annotations

import re

from scripts.authorization.policies import PolicyKind
from scripts.authorization.public_access import PublicAccessBlock
from scripts.authorization.readers.plan_resources import Collected, PlannedResource, planned_policy

_QUEUE_URL = re.compile(
    r"https?://(?:sqs\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.)?[^/]*/(?:.*/)?(\d{12})/([^/]+)"
)

#: Resource types that hold the policy of another resource: attribute with its ARN, name or URL.
_RESOURCE_POLICIES = {
    "aws_s3_bucket_policy": "bucket",
    "aws_sqs_queue_policy": "queue_url",
    "aws_sns_topic_policy": "arn",
    "aws_secretsmanager_secret_policy": "secret_arn",
    "aws_kms_key_policy": "key_id",
    "aws_dynamodb_resource_policy": "resource_arn",
    "aws_kinesis_resource_policy": "resource_arn",
}
#: Resource types that may hold their own.
_OWN_POLICIES = ("aws_sqs_queue", "aws_sns_topic", "aws_secretsmanager_secret", "aws_kms_key")


def collect_resource_policy(found: Collected, resource: PlannedResource) -> None:
    """Take the policy of a bucket, queue, topic, secret, key, table or stream."""
    if resource.type in _RESOURCE_POLICIES:
        attribute = _RESOURCE_POLICIES[resource.type]
        if attribute in resource.unknown:
            found.unknowns.append(f"{resource.address}.{attribute} is known only after it is applied")
            return
        arn = _resource_arn(found, resource, resource.text(attribute))
        found.resource_policies[arn] = planned_policy(found, resource, arn, PolicyKind.RESOURCE)
    elif resource.type in _OWN_POLICIES and resource.text("policy"):
        arn = resource.text("arn") or _named_arn(found, resource)
        if arn:
            found.resource_policies.setdefault(arn, planned_policy(found, resource, arn, PolicyKind.RESOURCE))


def _resource_arn(found: Collected, resource: PlannedResource, value: str) -> str:
    if value.startswith("arn:"):
        return value
    where = f"{found.region}:{found.account_id}"
    if resource.type == "aws_s3_bucket_policy":
        return f"arn:{found.partition}:s3:::{value}"
    if resource.type == "aws_kms_key_policy":
        return f"arn:{found.partition}:kms:{where}:key/{value}"
    queue = _QUEUE_URL.fullmatch(value)
    if queue:
        return f"arn:{found.partition}:sqs:{queue['region'] or found.region}:{queue[2]}:{queue[3]}"
    return value


def _named_arn(found: Collected, resource: PlannedResource) -> str:
    services = {"aws_sqs_queue": "sqs", "aws_sns_topic": "sns"}
    name = resource.text("name")
    if resource.type not in services or not name:
        return ""
    return f"arn:{found.partition}:{services[resource.type]}:{found.region}:{found.account_id}:{name}"


def collect_public_access(found: Collected, resource: PlannedResource) -> None:
    """Take the settings of a bucket or of the account."""
    if resource.type not in {"aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"}:
        return
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    block = PublicAccessBlock(**{name: bool(resource.values.get(name)) for name in names})
    if resource.type == "aws_s3_account_public_access_block":
        found.account_block = block
    elif resource.text("bucket"):
        found.blocks[f"arn:{found.partition}:s3:::{resource.text('bucket')}"] = block
    else:
        found.unknowns.append(f"{resource.address}.bucket is known only after it is applied")
