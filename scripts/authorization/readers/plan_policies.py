"""Policies of resources, and S3's blocks of public access, of a plan."""

from __future__ import annotations

import re

from scripts.authorization.policies import Policy, PolicyKind, unknown_policy
from scripts.authorization.public_access import PublicAccessBlock
from scripts.authorization.readers.documents import stored_policy
from scripts.authorization.readers.plan_resources import Collected, PlannedResource, planned_policy

_QUEUE_URL = re.compile(
    r"https?://(?:sqs\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.)?[^/]*/(?:.*/)?(\d{12})/([^/]+)"
)

#: Resource types that hold the policy of another resource: its service, and the attribute that names it.
_RESOURCE_POLICIES = {
    "aws_s3_bucket_policy": ("s3", "bucket"),
    "aws_sqs_queue_policy": ("sqs", "queue_url"),
    "aws_sns_topic_policy": ("sns", "arn"),
    "aws_secretsmanager_secret_policy": ("secretsmanager", "secret_arn"),
    "aws_kms_key_policy": ("kms", "key_id"),
    "aws_dynamodb_resource_policy": ("dynamodb", "resource_arn"),
    "aws_kinesis_resource_policy": ("kinesis", "resource_arn"),
}
#: Resource types that may hold their own policy, and their services.
_OWN_POLICIES = {
    "aws_kms_key": "kms",
    "aws_s3_bucket": "s3",
    "aws_secretsmanager_secret": "secretsmanager",
    "aws_sns_topic": "sns",
    "aws_sqs_queue": "sqs",
}


def collect_resource_policy(found: Collected, resource: PlannedResource) -> None:
    """Take the policy of a bucket, queue, topic, secret, key, table or stream."""
    if resource.type in _RESOURCE_POLICIES:
        service, attribute = _RESOURCE_POLICIES[resource.type]
        arn = ""
        if attribute not in resource.unknown:
            arn = _resource_arn(found, resource, resource.text(attribute))
        _place(
            found, service, arn, planned_policy(found, resource, arn or resource.address, PolicyKind.RESOURCE)
        )
    elif resource.type in _OWN_POLICIES:
        _collect_own_policy(found, resource)


def _collect_own_policy(found: Collected, resource: PlannedResource) -> None:
    service = _OWN_POLICIES[resource.type]
    arn = resource.text("arn") or _named_arn(found, resource)
    name = arn or resource.address
    if resource.text("policy") or {"policy"} <= resource.configured & resource.unknown:
        _place(found, service, arn, planned_policy(found, resource, name, PolicyKind.RESOURCE), own=True)
    elif resource.type == "aws_kms_key":
        _place(found, service, arn, _default_key_policy(found, name), own=True)


def _place(found: Collected, service: str, arn: str, policy: Policy, *, own: bool = False) -> None:
    """Give a policy to its resource; where that is not known, to every one of the service that it may be of.

    S3 takes no policy that names another bucket, so that the text of a bucket policy says whose it is.
    """
    if arn:
        # A policy that is a resource of its own has the last word over an argument.
        if not own or arn not in found.resource_policies:
            found.resource_policies[arn] = policy
        return
    why = f"which resource of {service} {policy.name} is for is known only after it is applied"
    found.unknowns.append(why)
    placed = policy if service == "s3" else unknown_policy(policy.name, PolicyKind.RESOURCE, why)
    found.unplaced.append((service, placed))


def _default_key_policy(found: Collected, name: str) -> Policy:
    """The policy that KMS gives a key that is made without one: it delegates to the account."""
    root = f"arn:{found.partition}:iam::{found.account_id}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "Enable IAM User Permissions", **statement}]}
    return stored_policy(document, name, PolicyKind.RESOURCE)


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
    """ARN of a resource whose ARN follows from its name."""
    name = resource.text("bucket" if resource.type == "aws_s3_bucket" else "name")
    services = {"aws_sqs_queue": "sqs", "aws_sns_topic": "sns"}
    if name and resource.type == "aws_s3_bucket":
        return f"arn:{found.partition}:s3:::{name}"
    if name and resource.type in services:
        return f"arn:{found.partition}:{services[resource.type]}:{found.region}:{found.account_id}:{name}"
    return ""


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
        found.unplaced_block = found.unplaced_block.joined(block)
