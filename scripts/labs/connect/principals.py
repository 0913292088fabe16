"""Users, roles and sessions of IAM that a check makes for its requests; gone when it is over."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.labs import removal
from scripts.labs.outcome import NotYetError
from scripts.labs.work import Work

#: Arguments of a boto3 client: key, secret and, of a session, its token.
Keys = dict[str, str]

#: How long AWS may take until a key, a role or a policy is known everywhere; seconds.
_KNOWN_SECONDS = 60


def client(work: Work, service: str, keys: Keys) -> Any:
    """A client of a service that signs with these keys."""
    session: Any = work.session
    return session.client(service, **keys)


def document(effect: str, action: str, resource: str = "*") -> str:
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def user(work: Work, policy: str | None = None) -> tuple[str, Keys]:
    """A user of this check's own: its ARN, and its keys."""
    iam: Any = work.session.client("iam")
    name = work.name("pipeline")
    _forget(removal.delete_user, iam, name)
    arn: str = iam.create_user(UserName=name)["User"]["Arn"]
    work.afterwards(lambda: _forget(removal.delete_user, iam, name))
    if policy is not None:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    _known(lambda: client(work, "sts", keys).get_caller_identity())
    return arn, keys


def role(work: Work, policy: str) -> str:
    """A role of this check's own, which the account may take; its ARN."""
    iam: Any = work.session.client("iam")
    name = work.name("visitor")
    account = work.session.client("sts").get_caller_identity()["Account"]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
    }
    _forget(removal.delete_role, iam, name)
    arn: str = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    work.afterwards(lambda: _forget(removal.delete_role, iam, name))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    return arn


def session(work: Work, arn: str, seconds: int) -> Keys | None:
    """Keys of a session of a role; None where none may be so short, as on AWS under 15 minutes."""
    # The client would refuse a short one, without asking.
    sts: Any = work.session.client("sts", config=Config(parameter_validation=False))

    def take() -> Any:
        return sts.assume_role(RoleArn=arn, RoleSessionName="lab", DurationSeconds=seconds)["Credentials"]

    try:
        found = _known(take)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def wait_until_ended(work: Work, keys: Keys) -> None:
    """Wait until a session's time is over."""
    sts = client(work, "sts", keys)
    end = time.monotonic() + _KNOWN_SECONDS
    while time.monotonic() < end:
        try:
            sts.get_caller_identity()
        except ClientError as error:
            if "Expired" in error.response["Error"]["Code"]:
                return
            raise
        time.sleep(0.1)
    raise NotYetError("A session that was to end does not end.", expected="the check again, later")


def refusal(attempt: Any) -> str:
    """What AWS says of a request that it must refuse."""
    try:
        attempt()
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    raise NotYetError(
        "AWS allows what the check must see refused.",
        seen="a user without permissions may do everything",
        expected="authorization in force (LAB_AUTHORIZATION=on at the start of the local cloud)",
    )


def _forget(remove: Any, iam: Any, name: str) -> None:
    try:
        remove(iam, name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise


_NOT_YET = {"InvalidClientTokenId", "AccessDenied", "InvalidAccessKeyId"}


def _known(attempt: Any) -> Mapping[str, Any]:
    """Try until AWS knows who asks."""
    end = time.monotonic() + _KNOWN_SECONDS
    while True:
        try:
            found: Mapping[str, Any] = attempt()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_YET or time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            return found
