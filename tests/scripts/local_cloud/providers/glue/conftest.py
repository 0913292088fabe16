"""Roles, a bucket and a database for jobs and crawlers of the shared local cloud."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psutil
import pytest

from scripts.config import Settings
from scripts.local_cloud.localstack import LocalStack
from tests.waiting import wait_for

BUCKET = "gluelab-lake"
#: Seconds: what takes two may take a hundred on a machine that is busy with everything else.
LIMIT = 600
ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}
EVERYTHING = {"Effect": "Allow", "Action": ["glue:*", "s3:*", "logs:*"], "Resource": "*"}

SLEEP = "import time\nprint('asleep', flush=True)\ntime.sleep(3600)\n"
#: A job's script with a process of its own, which must end with it.
SLEEP_IN_PAIRS = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import time; time.sleep(3600)"])
"""


@dataclass(frozen=True)
class Jobs:
    """Makes jobs of scripts."""

    client: Callable[[str], Any]
    bucket: str
    name: str
    role: str

    @property
    def glue(self) -> Any:
        return self.client("glue")

    def make(self, script: str, **more: Any) -> str:
        self.client("s3").put_object(Bucket=self.bucket, Key=f"{self.name}.py", Body=script.encode())
        where = f"s3://{self.bucket}/{self.name}.py"
        command = {"Name": "pythonshell", "ScriptLocation": where, "PythonVersion": "3.9"}
        given = {"Role": self.role, "Command": command, "MaxCapacity": 0.0625, **more}
        given = {name: value for name, value in given.items() if value is not None}
        self.glue.create_job(Name=self.name, **given)
        return self.name

    def start(self, **arguments: str) -> str:
        given = {f"--{name}": value for name, value in arguments.items()}
        return str(self.glue.start_job_run(JobName=self.name, Arguments=given)["JobRunId"])

    def get(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.glue.get_job_run(JobName=self.name, RunId=run)["JobRun"]
        return found

    def until(self, run: str, *states: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            found = self.get(run)
            return found if found["JobRunState"] in states else None

        found: dict[str, Any] = wait_for(reached, LIMIT)
        return found

    def printed(self, run: str, kind: str = "output") -> str:
        found = self.client("logs").get_log_events(logGroupName=f"/aws-glue/jobs/{kind}", logStreamName=run)[
            "events"
        ]
        return "\n".join(each["message"] for each in found)


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


def new_role(
    iam: Any, *statements: dict[str, Any], service: str = "glue.amazonaws.com", path: str = "/"
) -> str:
    """A role that trusts Glue, or another service; its ARN."""
    name = f"glue-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    version = "2012-10-17"
    role = iam.create_role(
        RoleName=name,
        Path=path,
        AssumeRolePolicyDocument=json.dumps({"Version": version, "Statement": [trust]}),
    )
    if statements:
        policy = json.dumps({"Version": version, "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=policy)
    return str(role["Role"]["Arn"])


@pytest.fixture(scope="session")
def make_role(client: Callable[[str], Any]) -> Callable[..., str]:
    """``make_role(statement, ...)``: `new_role` in the shared local cloud."""
    return partial(new_role, client("iam"))


@pytest.fixture(scope="session")
def role(make_role: Callable[..., str]) -> str:
    """A role that may do everything in Glue, S3 and CloudWatch Logs."""
    return make_role(EVERYTHING)


@pytest.fixture
def jobs(client: Callable[[str], Any], bucket: str, name: str, role: str) -> Jobs:
    return Jobs(client, bucket, name, role)


@pytest.fixture(scope="session", autouse=True)
def overlong(client: Callable[[str], Any], bucket: str, role: str) -> tuple[str, str]:
    """Job and run that take longer than a minute, the least that Glue knows: other tests run meanwhile."""
    glue = client("glue")
    client("s3").put_object(Bucket=bucket, Key="overlong.py", Body=SLEEP_IN_PAIRS.encode())
    command = {"Name": "pythonshell", "ScriptLocation": f"s3://{bucket}/overlong.py"}
    glue.create_job(Name="overlong", Role=role, Command=command, MaxCapacity=0.0625, Timeout=1)
    return "overlong", glue.start_job_run(JobName="overlong")["JobRunId"]


def process_of(settings: Settings, work: str) -> psutil.Process | None:
    """The process of a job run or a crawl, found as anybody would who lists what runs."""
    found = LocalStack(settings).running()
    parent = found.process() if found else None
    assert parent is not None
    for child in parent.children():
        try:
            if any(work in part for part in child.cmdline()):
                return child
        except psutil.Error:
            continue
    return None
