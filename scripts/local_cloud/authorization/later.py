"""Tags of a resource: asked for only where a policy's answer depends on them, since that costs a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from scripts.local_cloud.authorization.asked import Asked
from scripts.local_cloud.providers.moto_backend import identities

#: Service to the other names under which its policies ask for a resource's tags.
_OWN_NAMES = {
    "dynamodb": (),
    "ec2": ("ec2:ResourceTag",),
    "iam": ("iam:ResourceTag",),
    "secretsmanager": ("secretsmanager:ResourceTag",),
}


def known(asked: Asked, account: str, region: str) -> Asked:
    """The same, with the resource's tags; without them where they cannot be had."""
    parts = asked.resource.split(":", 5)
    find = _FINDERS.get(parts[2]) if len(parts) == 6 else None
    if find is None or "*" in parts[5]:
        return asked
    owner = asked.owner or account
    try:
        found = find(_Place(owner, parts[3] or region, asked.resource, parts[5]))
    except ClientError:
        # There is no such resource, so it has no tags: the service itself will say so.
        found = {}
    names = ("aws:ResourceTag", *_OWN_NAMES.get(parts[2], ()))
    keys = {f"{name}/{tag}": (value,) for name in names for tag, value in found.items()}
    if parts[2] == "s3" and "/" in parts[5]:
        names = ("s3:ExistingObjectTag",)
        keys = {f"s3:ExistingObjectTag/{tag}": (value,) for tag, value in found.items()}
    if parts[2] == "rds":
        kind = parts[5].partition(":")[0]
        names = (*names, f"rds:{kind}-tag")
        keys |= {f"rds:{kind}-tag/{tag}": (value,) for tag, value in found.items()}
    answered = {f"{name}/*" for name in names}
    return Asked(
        asked.action, asked.resource, asked.owner, {**asked.context, **keys}, asked.unknown - answered
    )


class _Place:
    """Where a resource lies, and who can be asked about it."""

    def __init__(self, account: str, region: str, arn: str, name: str) -> None:
        self.account, self.region, self.arn, self.name = account, region, arn, name

    def client(self, service: str) -> Any:
        """A client within the local cloud, which is not judged."""
        return getattr(connect_to(aws_access_key_id=self.account, region_name=self.region), service)


def _pairs(tags: Any) -> dict[str, str]:
    return {each["Key"]: each.get("Value") or "" for each in tags or ()}


def _ec2(at: _Place) -> dict[str, str]:
    wanted = [{"Name": "resource-id", "Values": [at.name.rpartition("/")[2]]}]
    return _pairs(at.client("ec2").describe_tags(Filters=wanted)["Tags"])


def _iam(at: _Place) -> dict[str, str]:
    kind, _, name = at.name.partition("/")
    plain = name.rpartition("/")[2]
    if kind in ("user", "role"):
        return identities.tags_of(at.account, kind, plain)
    return _pairs(at.client("iam").list_policy_tags(PolicyArn=at.arn)["Tags"]) if kind == "policy" else {}


def _s3(at: _Place) -> dict[str, str]:
    bucket, slash, key = at.name.partition("/")
    s3 = at.client("s3")
    if slash:
        return _pairs(s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"])
    return _pairs(s3.get_bucket_tagging(Bucket=bucket)["TagSet"])


def _sqs(at: _Place) -> dict[str, str]:
    sqs = at.client("sqs")
    url = sqs.get_queue_url(QueueName=at.name)["QueueUrl"]
    return sqs.list_queue_tags(QueueUrl=url).get("Tags") or {}


def _sns(at: _Place) -> dict[str, str]:
    return _pairs(at.client("sns").list_tags_for_resource(ResourceArn=at.arn)["Tags"])


def _secretsmanager(at: _Place) -> dict[str, str]:
    return _pairs(at.client("secretsmanager").describe_secret(SecretId=at.arn).get("Tags"))


def _dynamodb(at: _Place) -> dict[str, str]:
    table = at.arn.partition("/index/")[0]
    return _pairs(at.client("dynamodb").list_tags_of_resource(ResourceArn=table)["Tags"])


def _kinesis(at: _Place) -> dict[str, str]:
    name = at.name.removeprefix("stream/")
    return _pairs(at.client("kinesis").list_tags_for_stream(StreamName=name)["Tags"])


def _rds(at: _Place) -> dict[str, str]:
    return _pairs(at.client("rds").list_tags_for_resource(ResourceName=at.arn)["TagList"])


def _kms(at: _Place) -> dict[str, str]:
    tags = at.client("kms").list_resource_tags(KeyId=at.arn)["Tags"]
    return {each["TagKey"]: each["TagValue"] for each in tags}


def _logs(at: _Place) -> dict[str, str]:
    group = at.arn.partition(":log-stream:")[0]
    tags: Mapping[str, str] = at.client("logs").list_tags_for_resource(resourceArn=group)["tags"]
    return dict(tags)


_FINDERS: dict[str, Callable[[_Place], dict[str, str]]] = {
    "dynamodb": _dynamodb,
    "ec2": _ec2,
    "iam": _iam,
    "kinesis": _kinesis,
    "kms": _kms,
    "logs": _logs,
    "rds": _rds,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "sqs": _sqs,
}
