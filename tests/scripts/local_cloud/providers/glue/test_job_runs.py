"""Job runs: each is a process that does what the script says, in the role's name; here without Spark."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from scripts import aws
from scripts.config import Settings
from scripts.errors import ExitCode
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import Cloud, own_settings
from tests.scripts.local_cloud.providers.glue.conftest import (
    ENDED,
    EVERYTHING,
    SLEEP,
    SLEEP_IN_PAIRS,
    Jobs,
    new_role,
    process_of,
)
from tests.waiting import wait_for

LAB = Path(sys.executable).with_name("lab")


def test_a_script_runs_with_its_arguments_in_its_role_and_what_it_prints_is_logged(jobs: Jobs) -> None:
    jobs.make(
        "import sys, boto3\nprint(sys.argv[1:])\nprint(boto3.client('sts').get_caller_identity()['Arn'])\n"
        "print('so far', file=sys.stderr)\n",
        DefaultArguments={"--one": "1", "--two": "2"},
    )
    run = jobs.start(two="zwei")
    found = jobs.until(run, *ENDED)
    assert found["JobRunState"] == "SUCCEEDED", found
    assert found["Arguments"] == {"--two": "zwei"}
    assert {"StartedOn", "CompletedOn", "ExecutionTime", "LastModifiedOn"} <= set(found)
    said = jobs.printed(run)
    assert "'--one', '1', '--two', 'zwei'" in said
    assert f"'--JOB_NAME', '{jobs.name}'" in said
    assert f"assumed-role/{jobs.role.rpartition('/')[2]}/GlueJobRunnerSession" in said
    assert "so far" in jobs.printed(run, "error")
    assert [each["Id"] for each in jobs.glue.get_job_runs(JobName=jobs.name)["JobRuns"]] == [run]


def test_a_script_imports_the_files_that_it_is_given(jobs: Jobs) -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("packed/__init__.py", "WORD = 'packed'")
    for key, body in (("plain.py", b"WORD = 'plain'"), ("packed-1.0-py3-none-any.whl", wheel.getvalue())):
        jobs.client("s3").put_object(Bucket=jobs.bucket, Key=f"{jobs.name}/{key}", Body=body)
    files = [f"s3://{jobs.bucket}/{jobs.name}/{key}" for key in ("plain.py", "packed-1.0-py3-none-any.whl")]
    jobs.make(
        "import packed, plain\nprint(packed.WORD, plain.WORD)\n",
        DefaultArguments={"--extra-py-files": ",".join(files)},
    )
    run = jobs.start()
    assert jobs.until(run, *ENDED)["JobRunState"] == "SUCCEEDED", jobs.printed(run, "error")
    assert "packed plain" in jobs.printed(run)


def test_a_script_that_fails_says_why_and_is_tried_again(jobs: Jobs) -> None:
    jobs.make("raise ValueError('no rows\\nat all')\n", MaxRetries=1)
    run = jobs.start()
    found = jobs.until(run, *ENDED)
    assert (found["JobRunState"], found["ErrorMessage"]) == ("FAILED", "ValueError: no rows at all")
    again = jobs.until(f"{run}_attempt_1", *ENDED)
    assert (again["JobRunState"], again["Attempt"], again["PreviousRunId"]) == ("FAILED", 1, run)
    assert "Traceback" in jobs.printed(run, "error")
    assert len(jobs.glue.get_job_runs(JobName=jobs.name)["JobRuns"]) == 2


def test_a_run_is_stopped_with_its_process_and_only_so_many_run_at_once(cloud: Cloud, jobs: Jobs) -> None:
    jobs.make(SLEEP)
    run = jobs.start()
    with pytest.raises(jobs.glue.exceptions.ConcurrentRunsExceededException):
        jobs.start()
    jobs.until(run, "RUNNING")
    process = wait_for(lambda: process_of(cloud.settings, run))
    answer = jobs.glue.batch_stop_job_run(JobName=jobs.name, JobRunIds=[run, "jr_none"])
    assert [each["JobRunId"] for each in answer["SuccessfulSubmissions"]] == [run]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert jobs.until(run, *ENDED)["JobRunState"] == "STOPPED"
    assert not process.is_running()
    answer = jobs.glue.batch_stop_job_run(JobName=jobs.name, JobRunIds=[run])
    assert answer["Errors"][0]["JobRunId"] == run


def test_a_run_beyond_those_that_may_go_on_waits_for_its_turn_where_the_job_queues_them(jobs: Jobs) -> None:
    jobs.make(SLEEP, JobRunQueuingEnabled=True)
    first, second, third = jobs.start(), jobs.start(), jobs.start()
    jobs.until(first, "RUNNING")
    assert [jobs.get(each)["JobRunState"] for each in (second, third)] == ["WAITING", "WAITING"]
    with pytest.raises(jobs.glue.exceptions.ConcurrentRunsExceededException):
        jobs.glue.start_job_run(JobName=jobs.name, JobRunQueuingEnabled=False)

    def stop(*runs: str) -> None:
        answer = jobs.glue.batch_stop_job_run(JobName=jobs.name, JobRunIds=list(runs))
        assert [each["JobRunId"] for each in answer["SuccessfulSubmissions"]] == list(runs)

    stop(second)
    assert jobs.get(second)["JobRunState"] == "STOPPED"
    stop(first)
    jobs.until(third, "RUNNING")
    stop(third)
    jobs.until(third, "STOPPED")
    assert jobs.get(second)["JobRunState"] == "STOPPED"


def test_a_run_may_no_more_than_the_policy_of_its_session_allows(jobs: Jobs) -> None:
    jobs.make(f"import boto3\nboto3.client('s3').put_object(Bucket='{jobs.bucket}', Key='x', Body=b'x')\n")
    logged = {"Effect": "Allow", "Action": ["logs:*", "s3:GetObject"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [logged]})
    run = jobs.glue.start_job_run(JobName=jobs.name, ExecutionRoleSessionPolicy=policy)["JobRunId"]
    found = jobs.until(run, *ENDED)
    assert found["JobRunState"] == "FAILED"
    assert "no session policy allows the s3:PutObject action" in found["ErrorMessage"]


def test_a_run_whose_connection_is_gone_fails(jobs: Jobs) -> None:
    jobs.make("print(1)", Connections={"Connections": ["none-of-ours"]})
    found = jobs.until(jobs.start(), *ENDED)
    assert (found["JobRunState"], found["ErrorMessage"]) == (
        "FAILED",
        "Connection none-of-ours not found.",
    )


def test_a_killed_process_is_a_failed_run(cloud: Cloud, jobs: Jobs) -> None:
    jobs.make(SLEEP)
    run = jobs.start()
    jobs.until(run, "RUNNING")
    wait_for(lambda: process_of(cloud.settings, run)).kill()
    found = jobs.until(run, *ENDED)
    assert found["JobRunState"] == "FAILED"
    assert "SIGKILL" in found["ErrorMessage"]


def test_a_run_may_what_its_role_may(jobs: Jobs, make_role: Callable[..., str]) -> None:
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{jobs.bucket}/*"}
    script = f"import boto3\nboto3.client('s3').put_object(Bucket='{jobs.bucket}', Key='x', Body=b'x')\n"
    jobs.make(script, Role=make_role(read))
    found = jobs.until(jobs.start(), *ENDED)
    assert found["JobRunState"] == "FAILED"
    assert "s3:PutObject" in found["ErrorMessage"]


def test_a_role_that_does_not_trust_glue_or_a_script_that_is_not_there_fails_the_run(
    jobs: Jobs, make_role: Callable[..., str], role: str
) -> None:
    jobs.make("print(1)", Role=make_role(service="lambda.amazonaws.com"))
    assert "for Glue Service" in jobs.until(jobs.start(), *ENDED)["ErrorMessage"]
    command = {"Name": "pythonshell", "ScriptLocation": f"s3://{jobs.bucket}/none.py"}
    jobs.glue.update_job(JobName=jobs.name, JobUpdate={"Role": role, "Command": command})
    found = jobs.until(jobs.start(), *ENDED)
    assert (found["JobRunState"], "404" in found["ErrorMessage"]) == ("FAILED", True)


def test_what_cannot_be_run_is_refused(jobs: Jobs) -> None:
    with pytest.raises(jobs.glue.exceptions.EntityNotFoundException, match="due to missing metadata"):
        jobs.start()
    jobs.make("", Command={"Name": "gluestreaming", "ScriptLocation": "s3://b/k"}, MaxCapacity=2.0)
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        jobs.start()
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        jobs.glue.get_job_bookmark(JobName=jobs.name)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"--additional-python-modules": "polars==1.0"}, "--additional-python-modules .*--extra-py-files"),
        ({"--datalake-formats": "iceberg", "--conf": "spark.x=1"}, "--datalake-formats .*; --conf "),
        ({"--enable-glue-datacatalog": ""}, "--enable-glue-datacatalog"),
        ({"--job-bookmark-option": "job-bookmark-enable"}, "--job-bookmark-option job-bookmark-enable"),
        ({"--job-language": "scala"}, "--job-language scala"),
    ],
)
def test_an_argument_that_cannot_be_honoured_is_refused_by_name(
    jobs: Jobs, arguments: dict[str, str], said: str
) -> None:
    jobs.make("print(1)", DefaultArguments=arguments)
    with pytest.raises(ClientError, match=rf"UnsupportedOperation.* cannot honour {said}"):
        jobs.start()
    assert jobs.glue.get_job_runs(JobName=jobs.name)["JobRuns"] == []


def test_an_argument_that_changes_nothing_for_the_script_lets_it_run(jobs: Jobs) -> None:
    given = {
        "--enable-metrics": "true",
        "--enable-auto-scaling": "true",
        "--job-bookmark-option": "job-bookmark-disable",
        "--enable-glue-datacatalog": "false",
        "--job-language": "python",
    }
    jobs.make("print(1)", DefaultArguments=given)
    assert jobs.until(jobs.start(), *ENDED)["JobRunState"] == "SUCCEEDED"


def family(settings: Settings, run: str) -> list[psutil.Process]:
    """The process of a run, and the one that it has started."""
    process: psutil.Process = wait_for(lambda: process_of(settings, run))
    wait_for(process.children)
    return [process, *process.children(recursive=True)]


def ended(process: psutil.Process) -> bool:
    """Whether it is gone; where nobody reaps orphans, their entries stay."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def sleeper(settings: Settings) -> Jobs:
    """A job that sleeps, in a local cloud of the test's own."""
    session = aws.session(settings)
    session.client("s3").create_bucket(Bucket="ending")
    jobs = Jobs(session.client, "ending", "sleeper", new_role(session.client("iam"), EVERYTHING))
    jobs.make(SLEEP_IN_PAIRS)
    return jobs


def test_nothing_of_a_run_is_left_when_localstack_is_killed() -> None:
    with own_settings() as settings:
        localstack = LocalStack(settings)
        try:
            life = localstack.start()
            jobs = sleeper(settings)
            run = jobs.start()
            jobs.until(run, "RUNNING")
            sleepers = family(settings, run)
            os.kill(life.pid, signal.SIGKILL)
            wait_for(lambda: all(ended(each) for each in sleepers))
        finally:
            localstack.stop()


def test_nothing_of_a_run_is_left_when_the_local_cloud_is_stopped_and_who_waits_for_it_is_told() -> None:
    with own_settings() as settings:
        cloud = LocalCloud(settings)
        cloud.localstack.start()
        try:
            jobs = sleeper(settings)
            with subprocess.Popen(
                [LAB, "glue", "run", "sleeper"], env=variables(settings), stderr=subprocess.PIPE, text=True
            ) as lab:
                (run,) = wait_for(lambda: jobs.glue.get_job_runs(JobName="sleeper")["JobRuns"])
                jobs.until(run["Id"], "RUNNING")
                sleepers = family(settings, run["Id"])
                cloud.down()
                _, said = lab.communicate()
            assert lab.returncode == ExitCode.MISSING
            assert "Error: The local cloud does not answer.\n" in said
            assert said.endswith("Start it: make apply\n")
            wait_for(lambda: all(ended(each) for each in sleepers))
            # The next life knows nothing of it, and nothing is in its way.
            cloud.localstack.start()
            again = sleeper(settings)
            assert again.glue.get_job_runs(JobName="sleeper")["JobRuns"] == []
            again.until(again.start(), "RUNNING")
        finally:
            cloud.localstack.stop()


def variables(settings: Settings) -> dict[str, str]:
    """Of a shell in which `lab` speaks of this local cloud."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
    return clean | {
        "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port),
    }


def test_a_run_that_takes_too_long_times_out_with_its_processes(
    cloud: Cloud, jobs: Jobs, overlong: tuple[str, str]
) -> None:
    name, run = overlong
    jobs = replace(jobs, name=name)
    sleepers = [] if jobs.get(run)["JobRunState"] in ENDED else family(cloud.settings, run)
    found = jobs.until(run, *ENDED)
    assert (found["JobRunState"], found["Timeout"]) == ("TIMEOUT", 1)
    assert found["ErrorMessage"] == "Job has exceeded the timeout limit"
    assert all(ended(each) for each in sleepers)
    assert process_of(cloud.settings, run) is None
