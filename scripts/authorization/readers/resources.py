"""Policies of resources, from the answers of the services that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.authorization.policies import Policy, PolicyKind
from scripts.authorization.public_access import PublicAccessBlock, read_public_access_block
from scripts.authorization.readers.documents import stored_policy

Found = tuple[str, Policy] | None


def resource_policy(arn: str, document: str | Mapping[str, Any]) -> Policy:
    """The policy of any resource; its name is the resource's ARN."""
    return stored_policy(document, arn, PolicyKind.RESOURCE)


def bucket_policy(bucket: str, answer: Mapping[str, Any]) -> tuple[str, Policy]:
    """Bucket's ARN and policy, from S3's ``GetBucketPolicy``."""
    arn = f"arn:aws:s3:::{bucket}"
    return arn, resource_policy(arn, answer["Policy"])


def queue_policy(answer: Mapping[str, Any]) -> Found:
    """Queue's ARN and policy, from SQS's ``GetQueueAttributes``; None where it has none."""
    return _of_attributes(answer["Attributes"], "QueueArn")


def topic_policy(answer: Mapping[str, Any]) -> Found:
    """Topic's ARN and policy, from SNS's ``GetTopicAttributes``; None where it has none."""
    return _of_attributes(answer["Attributes"], "TopicArn")


def secret_policy(answer: Mapping[str, Any]) -> Found:
    """Secret's ARN and policy, from Secrets Manager's ``GetResourcePolicy``; None where it has none."""
    document = answer.get("ResourcePolicy")
    return (answer["ARN"], resource_policy(answer["ARN"], document)) if document else None


def key_policy(arn: str, answer: Mapping[str, Any]) -> tuple[str, Policy]:
    """Key's ARN and policy, from KMS's ``GetKeyPolicy``."""
    return arn, resource_policy(arn, answer["Policy"])


def public_access_block(answer: Mapping[str, Any]) -> PublicAccessBlock:
    """The settings of S3's ``GetPublicAccessBlock``."""
    return read_public_access_block(answer["PublicAccessBlockConfiguration"])


def _of_attributes(attributes: Mapping[str, str], key: str) -> Found:
    document = attributes.get("Policy")
    return (attributes[key], resource_policy(attributes[key], document)) if document else None
