"""Users and roles of the shared local cloud, made for one module each, and clients of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import Cloud

ACCOUNT = "000000000000"
_numbers = count(1)


@dataclass(frozen=True)
class Credentials:
    """An access key, and whose it is."""

    key_id: str
    secret: str
    token: str | None = None
    name: str = ""

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:user/{self.name}"

    @staticmethod
    def of(given: dict[str, Any]) -> Credentials:
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


@dataclass
class People:
    """Makes users and roles, and signs as them."""

    cloud: Cloud
    iam: Any
    ended: ExitStack
    prefix: str = field(default_factory=lambda: f"who{next(_numbers)}")

    def client(self, service: str, who: Credentials, *, endpoint_url: str | None = None, **more: Any) -> Any:
        """A boto3 client that knows nothing of the local cloud but its address."""
        config = Config(
            retries={"max_attempts": 0}, s3={"addressing_style": "path"}, proxies={}, **more.pop("config", {})
        )
        made: Any = boto3.client(  # type: ignore[call-overload]
            service,
            region_name="us-east-1",
            endpoint_url=endpoint_url or self.cloud.endpoint_url,
            aws_access_key_id=who.key_id,
            aws_secret_access_key=who.secret,
            aws_session_token=who.token,
            config=config,
            **more,
        )
        return made

    def user(self, *statements: dict[str, Any], **more: Any) -> Credentials:
        """A new user with an inline policy of these statements, where there are any."""
        name = f"{self.prefix}-{next(_numbers)}"
        self.iam.create_user(UserName=name, **more)
        self.ended.callback(self.iam.delete_user, UserName=name)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        self.ended.callback(self._delete_key, name, key["AccessKeyId"])
        who = Credentials(key["AccessKeyId"], key["SecretAccessKey"], None, name)
        if statements:
            self.may(who, *statements)
        return who

    def may(self, who: Credentials, *statements: dict[str, Any], policy: str = "inline") -> None:
        """Give a user an inline policy, in place of an earlier one of the name."""
        self.iam.put_user_policy(UserName=who.name, PolicyName=policy, PolicyDocument=document(*statements))
        self.ended.callback(self._delete_policy, who.name, policy)

    def role(self, trusted: Any, *statements: dict[str, Any]) -> str:
        """ARN of a new role."""
        name = f"{self.prefix}-role-{next(_numbers)}"
        trust = {"Effect": "Allow", "Principal": trusted, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*statements))
            self.ended.callback(self.iam.delete_role, RoleName=name)
            self.ended.callback(self.iam.delete_role_policy, RoleName=name, PolicyName="inline")
        else:
            self.ended.callback(self.iam.delete_role, RoleName=name)
        arn: str = made["Arn"]
        return arn

    def _delete_key(self, name: str, key_id: str) -> None:
        if key_id in {each["AccessKeyId"] for each in self._keys(name)}:
            self.iam.delete_access_key(UserName=name, AccessKeyId=key_id)

    def _keys(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return found

    def _delete_policy(self, name: str, policy: str) -> None:
        if policy in self.iam.list_user_policies(UserName=name)["PolicyNames"]:
            self.iam.delete_user_policy(UserName=name, PolicyName=policy)


def document(*statements: dict[str, Any]) -> str:
    """A policy's text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """An Allow of an identity policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A Deny of an identity policy."""
    return allow(action, resource, **more) | {"Effect": "Deny"}


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, int, str]:
    """Code, HTTP status and message of the error that a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response: Any = caught.value.response
    return (
        response["Error"]["Code"],
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Message"],
    )


@pytest.fixture(scope="module")
def people(cloud: Cloud, client: Callable[[str], Any]) -> Iterator[People]:
    """Whoever is made goes with the module."""
    with ExitStack() as ended:
        yield People(cloud, client("iam"), ended)


@pytest.fixture(scope="module")
def bucket(client: Callable[[str], Any]) -> Iterator[str]:
    """A bucket with ``csv/ratings.csv`` and ``images/one.png``."""
    s3 = client("s3")
    name = f"judged-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    for key in ("csv/ratings.csv", "images/one.png"):
        s3.put_object(Bucket=name, Key=key, Body=b"1,2,3\n")
    yield name
    held = s3.list_object_versions(Bucket=name)
    for each in (*held.get("Versions", ()), *held.get("DeleteMarkers", ())):
        s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
    # On a busy machine the client asks twice, and the second time there is none.
    with suppress(s3.exceptions.NoSuchBucket):
        s3.delete_bucket(Bucket=name)
