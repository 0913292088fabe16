"""Roles, a bucket and a database for jobs and crawlers of the shared local cloud."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

BUCKET = "gluelab-lake"
#: Seconds: what takes two may take a hundred on a machine that is busy with everything else.
LIMIT = 600


@pytest.fixture
def name() -> str:
    return f"n{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def glue(client: Callable[[str], Any]) -> Any:
    return client("glue")


@pytest.fixture(scope="session")
def bucket(client: Callable[[str], Any]) -> str:
    client("s3").create_bucket(Bucket=BUCKET)
    return BUCKET


@pytest.fixture(scope="session")
def make_role(client: Callable[[str], Any]) -> Callable[..., str]:
    """``make_role(statement, ...)``: a role that trusts Glue; its ARN."""

    def make(*statements: dict[str, Any], service: str = "glue.amazonaws.com") -> str:
        iam, name = client("iam"), f"glue-{uuid.uuid4().hex[:8]}"
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        version = "2012-10-17"
        role = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": version, "Statement": [trust]}),
        )
        if statements:
            policy = json.dumps({"Version": version, "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=policy)
        return str(role["Role"]["Arn"])

    return make


@pytest.fixture(scope="session")
def role(make_role: Callable[..., str]) -> str:
    """A role that may do everything in Glue, S3 and CloudWatch Logs."""
    return make_role({"Effect": "Allow", "Action": ["glue:*", "s3:*", "logs:*"], "Resource": "*"})


def wait_for(what: Callable[[], Any]) -> Any:
    """The first true answer."""
    deadline = time.monotonic() + LIMIT
    while not (answer := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return answer
