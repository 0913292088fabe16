"""Authorization: whether the source's role may read what is in S3, judged from the account's own policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from scripts import authorization_snapshot
from scripts.authorization import Account, Outcome, Request, summary
from scripts.authorization.readers.folder import read_documents
from scripts.doctor import layer
from scripts.doctor.layer import Layer
from scripts.doctor.storage import Place
from scripts.reachability.answer import Answer
from scripts.reachability.model import Endpoint

if TYPE_CHECKING:
    import boto3

NAME = "authorization"

#: What AWS answers where a bucket has no such setting.
_NONE = {"NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration", "NoSuchBucket"}

_OUTCOMES = {
    Outcome.ALLOWED: layer.Outcome.OK,
    Outcome.CANNOT_BE_JUDGED: layer.Outcome.NOT_JUDGED,
}


def judge(session: boto3.Session, instance: str, place: Place, answer: Answer) -> Layer:
    """Whether an instance's role may get an object, or list a bucket.

    Parameters
    ----------
    instance
        Id of the instance that asks.
    place
        The bucket, and the key in it where one is meant.
    answer
        The network's answer: how its packets come to S3 decides which address a policy sees.

    Raises
    ------
    RemoteError, botocore.exceptions.ClientError
        AWS does not show its policies to whoever asks.
    """
    role = role_of(session, instance)
    if role is None:
        return Layer(
            NAME,
            layer.Outcome.FAILED,
            f"{instance} has no instance profile",
            "Without a role it has no credentials, so S3 takes it for anybody.",
            f"Give it one: aws ec2 associate-iam-instance-profile --instance-id {instance} "
            "--iam-instance-profile Name=NAME",
        )
    account = account_of(session, place)
    action = "s3:GetObject" if place.key else "s3:ListBucket"
    resource = f"arn:aws:s3:::{place.bucket}" + (f"/{place.key}" if place.key else "")
    principal = f"arn:aws:sts::{account.account_id}:assumed-role/{role}/{instance}"
    context = context_of(answer)
    request = account.request(principal, action, resource, context)
    return _layer(account, request, role, context)


def _layer(account: Account, request: Request, role: str, context: Mapping[str, tuple[str, ...]]) -> Layer:
    decision = account.judge(request.principal, request.action, request.resource, context)
    keys = ", ".join(f"{key} {', '.join(values)}" for key, values in context.items())
    outcome = _OUTCOMES.get(decision.outcome, layer.Outcome.FAILED)
    step = ""
    if outcome is layer.Outcome.FAILED:
        step = (
            f"Allow {request.action} on {request.resource} to the role {role}, or to the address that it "
            "comes with, in the role's policy or the bucket's; a Deny must go or except it."
        )
    return Layer(
        NAME,
        outcome,
        summary(decision, request),
        f"Judged for the role {role} with {keys}, from the account's policies.",
        step,
    )


def role_of(session: boto3.Session, instance: str) -> str | None:
    """Name of the role that an instance has; None where it has none."""
    found: Any = session.client("ec2").describe_instances(InstanceIds=[instance])
    profile = found["Reservations"][0]["Instances"][0].get("IamInstanceProfile")
    if not profile:
        return None
    name = profile["Arn"].rpartition("/")[2]
    roles = session.client("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
    return roles[0]["RoleName"] if roles else None


def account_of(session: boto3.Session, place: Place) -> Account:
    """What the account says of its roles and one bucket."""
    s3 = session.client("s3")
    policy = _asked(lambda: s3.get_bucket_policy(Bucket=place.bucket)["Policy"])
    block = _asked(lambda: s3.get_public_access_block(Bucket=place.bucket)["PublicAccessBlockConfiguration"])
    return read_documents(
        {
            **authorization_snapshot.identities(session.client("iam"), ("Role",)),
            "AccountId": session.client("sts").get_caller_identity()["Account"],
            "ResourcePolicies": {f"arn:aws:s3:::{place.bucket}": policy} if policy else {},
            "PublicAccessBlocks": {place.bucket: block} if block else {},
        }
    )


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NONE:
            raise
        return None


def context_of(answer: Answer) -> Mapping[str, tuple[str, ...]]:
    """Condition keys that follow from the way that packets take to S3."""
    keys: dict[str, tuple[str, ...]] = {"aws:SecureTransport": ("true",)}
    path = next(iter(answer.paths), None)
    hops = path.forward if path else ()
    endpoint = next((each.component for each in hops if isinstance(each.component, Endpoint)), None)
    if path and endpoint:
        # Over an endpoint AWS sees the private address, and gives it another key.
        keys["aws:SourceVpce"] = (endpoint.id,)
        keys["aws:SourceVpc"] = (endpoint.vpc,)
        keys["aws:VpcSourceIp"] = (str(path.forward[0].header.source),)
    elif path and path.back:
        # Answers go to the address that the request came with.
        keys["aws:SourceIp"] = (str(path.back[0].header.destination),)
    return keys
