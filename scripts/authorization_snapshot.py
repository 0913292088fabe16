"""Everything of an account that decides who may do what, asked for with rights to read and kept as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.errors import BadInputError, RemoteError

#: What a user may call at a time without being slowed down by AWS.
_AT_ONCE = 8
_RETRIES = Config(retries={"mode": "standard", "max_attempts": 6})
_SERVICES = ("iam", "s3", "sqs", "sns", "secretsmanager", "kms", "dynamodb", "kinesis", "rds", "sts")

_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
#: What AWS answers where a resource has no such setting, or went while we were reading.
_NONE = {
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "NoSuchBucket",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "NotFound",
    "NotFoundException",
    "ResourceNotFoundException",
}
#: Where IAM's name of a permission is not the API's.
_PERMISSIONS = {
    "list_buckets": "s3:ListAllMyBuckets",
    "get_public_access_block": "s3:GetBucketPublicAccessBlock",
    "get_bucket_ownership_controls": "s3:GetBucketOwnershipControls",
}

Clients = Mapping[str, Any]


def documents(session: boto3.Session) -> dict[str, Any]:
    """Ask AWS for what `scripts.authorization.readers.folder` reads.

    Returns
    -------
    dict
        The parts that it names: users, groups, roles and policies; policies of buckets, queues, topics,
        secrets and keys; S3's blocks and lists; ARNs of what there is.

    Raises
    ------
    RemoteError
        A permission is missing; names it.
    botocore.exceptions.ClientError
        AWS refused a call for another reason.
    """
    clients = {name: session.client(name, config=_RETRIES) for name in _SERVICES}  # type: ignore[call-overload]
    account = _answer(clients["sts"], "get_caller_identity")["Account"]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        buckets = [each["Name"] for each in _pages(clients["s3"], "list_buckets", "Buckets")]
        about_buckets = list(pool.map(lambda name: _about_bucket(clients["s3"], name), buckets))
        policies = dict(_resource_policies(pool, clients))
        plain = [arn for arns in pool.map(lambda ask: ask(clients), _PLAIN) for arn in arns]
    stored = {f"arn:aws:s3:::{name}": found.get("Policy") for name, found in _named(buckets, about_buckets)}
    return {
        **identities(clients["iam"]),
        "AccountId": account,
        "ResourcePolicies": {arn: text for arn, text in (stored | policies).items() if text},
        "PublicAccessBlocks": _part(buckets, about_buckets, "PublicAccessBlockConfiguration"),
        "BucketAcls": _part(buckets, about_buckets, "Acl"),
        "Resources": sorted({*stored, *policies, *plain}),
    }


def identities(iam: Any, kinds: Iterable[str] = ("User", "Role", "Group")) -> dict[str, Any]:
    """Users, roles and groups with their policies: those of the account, and AWS's own that somebody has.

    Parameters
    ----------
    iam
        boto3 client.
    kinds
        Of which kinds.

    Raises
    ------
    RemoteError
        A permission is missing; names it.
    """
    found = _answer(iam, "get_account_authorization_details", Filter=[*kinds, "LocalManagedPolicy"])
    lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    details = {part: list(found.get(part, ())) for part in lists}
    known = {each["Arn"] for each in details["Policies"]}
    holders = [each for part in lists[:3] for each in details[part]]
    attached = {each["PolicyArn"] for one in holders for each in one.get("AttachedManagedPolicies", ())}
    attached |= {one.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") for one in holders} - {None}
    details["Policies"] += [_managed(iam, arn) for arn in sorted(attached - known)]
    return details


def _managed(iam: Any, arn: str) -> dict[str, Any]:
    """One of AWS's own policies, in the form of the account's: there are a thousand, and few are attached."""
    found = _answer(iam, "get_policy", PolicyArn=arn)["Policy"]
    version = _answer(iam, "get_policy_version", PolicyArn=arn, VersionId=found["DefaultVersionId"])
    return {**found, "PolicyVersionList": [version["PolicyVersion"]]}


def _about_bucket(s3: Any, name: str) -> dict[str, Any]:
    """A bucket's policy, block and list; lists count for nothing where the bucket's owner is enforced."""
    found: dict[str, Any] = {}
    for operation in ("get_bucket_policy", "get_public_access_block", "get_bucket_ownership_controls"):
        found |= _answer(s3, operation, Bucket=name)
    rules = found.get("OwnershipControls", {}).get("Rules", ())
    if not any(rule["ObjectOwnership"] == "BucketOwnerEnforced" for rule in rules):
        acl = _answer(s3, "get_bucket_acl", Bucket=name)
        found["Acl"] = {part: acl[part] for part in ("Owner", "Grants") if part in acl}
    return found


def _named(names: Iterable[str], found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from zip(names, found, strict=True)


def _part(names: list[str], found: list[dict[str, Any]], part: str) -> dict[str, Any]:
    return {name: each[part] for name, each in _named(names, found) if part in each}


def _resource_policies(pool: ThreadPoolExecutor, clients: Clients) -> Iterator[tuple[str, str]]:
    """ARN and policy of each queue, topic, secret and key; the policy is empty where it has none."""
    for ask, subjects in (
        (_queue, _pages(clients["sqs"], "list_queues", "QueueUrls")),
        (_topic, _pages(clients["sns"], "list_topics", "Topics")),
        (_secret, _pages(clients["secretsmanager"], "list_secrets", "SecretList")),
        (_key, _pages(clients["kms"], "list_keys", "Keys")),
    ):
        asked: Callable[[Any], tuple[str, str]] = lambda subject, ask=ask: ask(clients, subject)  # type: ignore[misc]  # noqa: E731
        yield from (each for each in pool.map(asked, subjects) if each[0])


def _queue(clients: Clients, url: str) -> tuple[str, str]:
    wanted = ["QueueArn", "Policy"]
    found = _answer(clients["sqs"], "get_queue_attributes", QueueUrl=url, AttributeNames=wanted)
    attributes = found.get("Attributes", {})
    return attributes.get("QueueArn", ""), attributes.get("Policy", "")


def _topic(clients: Clients, topic: Mapping[str, str]) -> tuple[str, str]:
    found = _answer(clients["sns"], "get_topic_attributes", TopicArn=topic["TopicArn"])
    return topic["TopicArn"], found.get("Attributes", {}).get("Policy", "")


def _secret(clients: Clients, secret: Mapping[str, str]) -> tuple[str, str]:
    found = _answer(clients["secretsmanager"], "get_resource_policy", SecretId=secret["ARN"])
    return secret["ARN"], found.get("ResourcePolicy", "")


def _key(clients: Clients, key: Mapping[str, str]) -> tuple[str, str]:
    found = _answer(clients["kms"], "get_key_policy", KeyId=key["KeyArn"], PolicyName="default")
    return key["KeyArn"], found.get("Policy", "")


def _tables(clients: Clients) -> list[str]:
    names = _pages(clients["dynamodb"], "list_tables", "TableNames")
    found = (_answer(clients["dynamodb"], "describe_table", TableName=name) for name in names)
    return [each["Table"]["TableArn"] for each in found if each]


def _streams(clients: Clients) -> list[str]:
    return [each["StreamARN"] for each in _pages(clients["kinesis"], "list_streams", "StreamSummaries")]


def _databases(clients: Clients) -> list[str]:
    found = _pages(clients["rds"], "describe_db_instances", "DBInstances")
    return [each["DBInstanceArn"] for each in found]


_PLAIN: tuple[Callable[[Clients], list[str]], ...] = (_tables, _streams, _databases)


def _pages(client: Any, operation: str, member: str) -> list[Any]:
    return list(_answer(client, operation).get(member, ()))


def _answer(client: Any, operation: str, **arguments: Any) -> dict[str, Any]:
    """The whole answer; empty where there is no such setting."""
    try:
        if client.can_paginate(operation):
            whole: dict[str, Any] = client.get_paginator(operation).paginate(**arguments).build_full_result()
        else:
            whole = getattr(client, operation)(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _NONE:
            return {}
        if code in _DENIED:
            service = client.meta.service_model.service_name
            api = client.meta.method_to_api_mapping[operation]
            permission = _PERMISSIONS.get(operation, f"{service}:{api}")
            raise RemoteError(
                f"AWS does not let you read who may do what: the permission {permission} is missing.",
                "The managed policy SecurityAudit holds nearly all that are needed, ReadOnlyAccess too.",
            ) from error
        raise
    whole.pop("ResponseMetadata", None)
    return whole


def save(answers: Mapping[str, Any], folder: Path) -> Path:
    """Keep answers as a file that `scripts.authorization.readers.folder` reads.

    Raises
    ------
    BadInputError
        It cannot be written there.
    """
    file = folder / "authorization.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(answers, indent=2, sort_keys=True, default=str) + "\n")
    except OSError as error:
        raise BadInputError(f"{folder} cannot be written to: {error.strerror}.") from None
    return file
