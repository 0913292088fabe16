"""What checks give to the learner's function, and what they take from it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from scripts.labs import removal
from scripts.labs.outcome import NotYetError
from scripts.labs.work import Work

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def mapping(found: object, keys: set[str]) -> dict[str, Any]:
    """What the learner's function returned, which must be a dict with at least these keys."""
    if not isinstance(found, dict) or not keys <= set(found):
        raise NotYetError(
            "The function does not return what is asked for.",
            seen=f"{found!s:.80}",
            expected="a dict with everything that the exercise names",
        )
    return found


def bucket(work: Work) -> str:
    """A bucket of this check's own, empty and removed afterwards; its name."""
    name = work.name("files")
    with suppress(ClientError):
        removal.empty_and_delete(work.session, name)
    region = work.session.region_name
    place: Any = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    work.session.client("s3").create_bucket(Bucket=name, **place)
    work.afterwards(lambda: removal.empty_and_delete(work.session, name))
    return name


def role(work: Work, what: str) -> str:
    """A role that Glue may take to read S3, and to do everything in Glue and in logs; its ARN."""
    iam, name = work.session.client("iam"), work.name(what)
    may = {"Effect": "Allow", "Action": ["glue:*", "logs:*", "s3:Get*", "s3:List*"], "Resource": "*"}
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document)

    def remove() -> None:
        iam.delete_role_policy(RoleName=name, PolicyName="work")
        iam.delete_role(RoleName=name)

    work.afterwards(remove)
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])
