"""Policies are refused when they are written, as AWS refuses them, whoever writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localstack.aws.api import RequestContext

from scripts.authorization import validation
from scripts.authorization.faults import DocumentKind, MalformedPolicyError
from scripts.authorization.policies import PolicyKind, read_policy
from scripts.authorization.public_access import read_public_access_block
from scripts.authorization.truth import Match
from scripts.local_cloud.authorization import resources
from scripts.local_cloud.authorization.callers import Caller
from scripts.local_cloud.authorization.gateway import WRITING
from scripts.local_cloud.providers.framework import error

_KINDS = {
    "CreatePolicy": DocumentKind.MANAGED,
    "CreatePolicyVersion": DocumentKind.MANAGED,
    "PutUserPolicy": DocumentKind.USER,
    "PutGroupPolicy": DocumentKind.GROUP,
    "PutRolePolicy": DocumentKind.ROLE,
    "CreateRole": DocumentKind.TRUST,
    "UpdateAssumeRolePolicy": DocumentKind.TRUST,
    "AssumeRole": DocumentKind.SESSION,
    "GetFederationToken": DocumentKind.SESSION,
    "PutBucketPolicy": DocumentKind.S3,
    "CreateQueue": DocumentKind.SQS,
    "SetQueueAttributes": DocumentKind.SQS,
    "CreateTopic": DocumentKind.SNS,
    "SetTopicAttributes": DocumentKind.SNS,
    "PutResourcePolicy": DocumentKind.SECRETSMANAGER,
    "CreateKey": DocumentKind.KMS,
    "PutKeyPolicy": DocumentKind.KMS,
}
_PARAMETERS = ("PolicyDocument", "AssumeRolePolicyDocument", "Policy", "ResourcePolicy")


def check(context: RequestContext, caller: Caller | None) -> None:
    """Refuse a malformed or a public policy.

    Parameters
    ----------
    context
        Of a request that is parsed.
    caller
        Who writes it; None for the root user.

    Raises
    ------
    CommonServiceException
        As AWS words it.
    """
    service, operation = context.service.service_name, context.operation.name
    if (service, operation) not in WRITING:
        return
    request: Mapping[str, Any] = context.service_request or {}
    bucket = str(request.get("Bucket", ""))
    for text in _documents(request):
        try:
            validation.validate(
                text, _KINDS[operation], resource=f"arn:aws:s3:::{bucket}" if service == "s3" else ""
            )
        except MalformedPolicyError as malformed:
            raise error(malformed.code, malformed.message) from malformed
        if service == "s3":
            _refuse_public(bucket, text, caller, context.account_id)


def _documents(request: Mapping[str, Any]) -> Iterator[str]:
    attributes = request.get("Attributes")
    if isinstance(attributes, Mapping):
        yield from filter(None, [attributes.get("Policy")])
    elif request.get("AttributeName") == "Policy":
        yield from filter(None, [request.get("AttributeValue")])
    elif "AttributeName" not in request:
        yield from (text for name in _PARAMETERS if (text := request.get(name)))


def _refuse_public(bucket: str, text: str, caller: Caller | None, account: str) -> None:
    found = resources.bucket(bucket)
    if found is None or not found.public_access_block:
        return
    block = read_public_access_block(found.public_access_block)
    if block.refuses_policy(read_policy(text, bucket, PolicyKind.RESOURCE)) is Match.NO:
        return
    who = caller.principal.arn if caller else f"arn:aws:iam::{account}:root"
    raise error(
        "AccessDenied",
        f'User: {who} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::{bucket}" '
        "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        403,
    )
