"""Contract: Step Functions with Glue and Athena, as AWS documents its optimised integrations.

A state machine of one task, on a script without Spark, so that each takes seconds.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Cloud
from tests.waiting import wait_for

GLUE = "arn:aws:states:::glue:startJobRun.sync"
ATHENA = "arn:aws:states:::athena:startQueryExecution.sync"


@dataclass(frozen=True)
class Place:
    """A role that may everything here, a bucket, and clients."""

    client: Callable[[str], Any]
    role: str
    bucket: str
    name: str

    def job(self, script: str) -> str:
        """A job without Spark that runs a script."""
        name = f"{self.name}-{uuid.uuid4().hex[:6]}"
        self.client("s3").put_object(Bucket=self.bucket, Key=f"{name}.py", Body=script.encode())
        command = {
            "Name": "pythonshell",
            "PythonVersion": "3.9",
            "ScriptLocation": f"s3://{self.bucket}/{name}.py",
        }
        self.client("glue").create_job(Name=name, Role=self.role, Command=command)
        return name

    def start(self, resource: str, parameters: dict[str, Any], **state: Any) -> str:
        """An execution of a state machine of this one task; its ARN."""
        task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **state}
        machine = self.client("stepfunctions").create_state_machine(
            name=f"{self.name}-{uuid.uuid4().hex[:6]}",
            definition=json.dumps({"StartAt": "Task", "States": {"Task": task}}),
            roleArn=self.role,
        )["stateMachineArn"]
        started = self.client("stepfunctions").start_execution(stateMachineArn=machine)
        return str(started["executionArn"])

    def end(self, execution: str) -> dict[str, Any]:
        """The execution when it has ended."""

        def ended() -> Any:
            found = self.client("stepfunctions").describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        found: dict[str, Any] = wait_for(ended)
        return found


@pytest.fixture(scope="module")
def place(cloud: Cloud, client: Callable[[str], Any]) -> Iterator[Place]:
    name = f"machines-{uuid.uuid4().hex[:8]}"
    services = ["glue.amazonaws.com", "states.amazonaws.com"]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    actions = ["athena:*", "glue:*", "iam:PassRole", "logs:*", "s3:*"]
    may = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    role = client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    client("iam").put_role_policy(
        RoleName=name,
        PolicyName="it",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    client("s3").create_bucket(Bucket=name)
    yield Place(client, role, name, name)
    bucket = cloud.session.resource("s3").Bucket(name)
    bucket.objects.all().delete()
    bucket.delete()
    client("iam").delete_role_policy(RoleName=name, PolicyName="it")
    client("iam").delete_role(RoleName=name)


def test_a_job_is_waited_for_and_its_run_is_the_output(place: Place) -> None:
    job = place.job("print('done')")
    ended = place.end(place.start(GLUE, {"JobName": job}))
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    output = json.loads(ended["output"])
    assert (output["JobName"], output["JobRunState"]) == (job, "SUCCEEDED")


def test_a_job_that_fails_fails_its_task_and_says_why(place: Place) -> None:
    job = place.job("raise ValueError('the figures differ')")
    ended = place.end(place.start(GLUE, {"JobName": job}))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(ended["cause"])
    assert cause["JobRunState"] == "FAILED"
    assert "the figures differ" in cause["ErrorMessage"]


def test_a_job_that_is_not_there_is_an_error_of_glue(place: Place) -> None:
    ended = place.end(place.start(GLUE, {"JobName": "nobody"}))
    assert (ended["status"], ended["error"]) == ("FAILED", "Glue.EntityNotFoundException")


def test_stopping_an_execution_stops_its_run(place: Place) -> None:
    job = place.job("import time\ntime.sleep(3600)")
    execution = place.start(GLUE, {"JobName": job})
    glue = place.client("glue")
    wait_for(
        lambda: any(run["JobRunState"] == "RUNNING" for run in glue.get_job_runs(JobName=job)["JobRuns"])
    )
    place.client("stepfunctions").stop_execution(executionArn=execution)
    wait_for(lambda: glue.get_job_runs(JobName=job)["JobRuns"][0]["JobRunState"] == "STOPPED")


def test_a_task_that_times_out_stops_its_run(place: Place) -> None:
    job = place.job("import time\ntime.sleep(3600)")
    ended = place.end(place.start(GLUE, {"JobName": job}, TimeoutSeconds=3))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    glue = place.client("glue")
    wait_for(lambda: glue.get_job_runs(JobName=job)["JobRuns"][0]["JobRunState"] == "STOPPED")


def _query(place: Place, sql: str) -> dict[str, Any]:
    location = {"OutputLocation": f"s3://{place.bucket}/results/"}
    return {"QueryString": sql, "ResultConfiguration": location}


def test_a_query_is_waited_for_and_its_execution_is_the_output(place: Place) -> None:
    ended = place.end(place.start(ATHENA, _query(place, "SELECT 6 * 7 AS answer")))
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    execution = json.loads(ended["output"])["QueryExecution"]
    assert execution["Status"]["State"] == "SUCCEEDED"
    results = place.end(
        place.start(
            "arn:aws:states:::athena:getQueryResults", {"QueryExecutionId": execution["QueryExecutionId"]}
        )
    )
    rows = json.loads(results["output"])["ResultSet"]["Rows"]
    assert rows[1]["Data"][0]["VarCharValue"] == "42"


def test_a_query_that_fails_fails_its_task_and_says_why(place: Place) -> None:
    ended = place.end(place.start(ATHENA, _query(place, "SELECT nothing FROM nowhere")))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["QueryExecution"]["Status"]["State"] == "FAILED"


def test_a_query_without_sync_is_only_started(place: Place) -> None:
    ended = place.end(place.start(ATHENA.removesuffix(".sync"), _query(place, "SELECT 1")))
    assert set(json.loads(ended["output"])) == {"QueryExecutionId"}


def test_what_athena_refuses_is_an_error_of_athena(place: Place) -> None:
    ended = place.end(place.start(ATHENA, {**_query(place, "SELECT 1"), "WorkGroup": "nobody"}))
    assert (ended["status"], ended["error"]) == ("FAILED", "Athena.InvalidRequestException")
