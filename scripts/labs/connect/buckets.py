"""Judges the cure of a bucket policy: applied, and tried with requests that a user without rights signs."""

from __future__ import annotations

import ipaddress
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from scripts.authorization import PolicyKind, PolicySet, Principal, Request, judge, read_policy
from scripts.labs.connect import principals
from scripts.labs.outcome import NotYetError, require
from scripts.labs.removal import empty_and_delete
from scripts.labs.work import Work

_READ = "csv/ratings.csv"
_OTHER = "images/logo.png"

#: AWS's own answer to the question from which address one comes.
_MY_ADDRESS = "https://checkip.amazonaws.com"


def check_bucket_policy(work: Work) -> None:
    policy = _document(work)
    s3: Any = work.session.client("s3")
    bucket, address = work.name("raw"), _address(work)
    arn, keys = principals.user(work)
    make_bucket(work, bucket)
    for key in (_READ, _OTHER):
        s3.put_object(Bucket=bucket, Key=key, Body=b"customerNumber,productCode,rating\n")
    reader = principals.client(work, "s3", keys)
    principals.refusal(lambda: reader.head_object(Bucket=bucket, Key=_READ))
    text = json.dumps(policy)
    for word, meant in (("BUCKET", bucket), ("ADDRESS", address), ("READER", arn)):
        text = re.sub(rf"\b{word}\b", meant, text)
    try:
        s3.put_bucket_policy(Bucket=bucket, Policy=text)
    except ClientError as error:
        raise NotYetError(
            "S3 does not take the policy.",
            seen=str(error),
            expected="a policy of known elements and actions, and not for everybody",
        ) from None
    try:
        reader.get_object(Bucket=bucket, Key=_READ)
        reader.head_object(Bucket=bucket, Key=_READ)
    except ClientError as error:
        raise NotYetError(
            f"The pipeline still gets {error.response['ResponseMetadata']['HTTPStatusCode']} for {_READ}.",
            seen=str(error),
            expected="the object, at the pipeline's address",
        ) from None
    _nothing_else(reader, bucket)
    _nobody_elsewhere(s3.get_bucket_policy(Bucket=bucket)["Policy"], bucket, address, arn)


def _document(work: Work) -> dict[str, Any]:
    """The policy as the learner wrote it."""
    lines = [line for line in work.answer.text.splitlines() if not line.lstrip().startswith("#")]
    try:
        found = json.loads("\n".join(lines))
    except ValueError as error:
        raise NotYetError(
            "The policy is not JSON.", seen=str(error), expected="a document in braces, as in the stub"
        ) from None
    if not isinstance(found, dict):
        raise NotYetError("The policy is not a document.", seen=type(found).__name__, expected="braces")
    return found


def _address(work: Work) -> str:
    """The address that requests of this machine come from."""
    if work.settings.target == "local":
        return "127.0.0.1"
    with urllib.request.urlopen(_MY_ADDRESS, timeout=10) as answer:
        return str(answer.read().decode().strip())


def make_bucket(work: Work, bucket: str) -> None:
    """A bucket of this check's own; gone when it is over."""
    s3: Any = work.session.client("s3")
    region = work.settings.region
    s3.create_bucket(
        Bucket=bucket,
        **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}),
    )
    work.afterwards(lambda: empty_and_delete(work.session, bucket))


def _nothing_else(reader: Any, bucket: str) -> None:
    """See that the pipeline may do no more than it needs."""
    attempts: tuple[tuple[Callable[[], object], str, str], ...] = (
        (
            lambda: reader.get_object(Bucket=bucket, Key=_OTHER),
            "Other objects than those under csv/ can be read.",
            f"{_OTHER} was read",
        ),
        (
            lambda: reader.put_object(Bucket=bucket, Key="csv/new.csv", Body=b""),
            "More than reading is allowed.",
            "an object was written under csv/",
        ),
        (
            lambda: reader.delete_object(Bucket=bucket, Key=_READ),
            "More than reading is allowed.",
            "an object was deleted",
        ),
        (
            lambda: reader.list_objects_v2(Bucket=bucket),
            "The bucket can be listed.",
            "its keys were told",
        ),
    )
    for attempt, condition, seen in attempts:
        try:
            attempt()
        except ClientError:
            continue
        raise NotYetError(condition, seen=seen, expected="what HeadObject and GetObject need, under csv/")


def _nobody_elsewhere(policy: str, bucket: str, address: str, arn: str) -> None:
    """See who else may read, by the rules with which AWS judges: nobody can ask from all addresses."""
    here = int(ipaddress.ip_address(address))
    for other in (here ^ 1, here ^ 2**8, here ^ 2**24, here ^ 2**31):
        asked = Request(
            Principal.from_arn(arn),
            "s3:GetObject",
            f"arn:aws:s3:::{bucket}/{_READ}",
            context={"aws:SourceIp": (str(ipaddress.ip_address(other)),)},
        )
        decision = judge(asked, PolicySet(resource=(read_policy(policy, bucket, PolicyKind.RESOURCE),)))
        require(
            not decision.allowed,
            "Whoever comes from another address can read too.",
            seen=f"{ipaddress.ip_address(other)} is let in",
            expected="one address, alone or as a network of one",
        )
