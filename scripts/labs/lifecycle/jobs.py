"""Judges how a job is run, on one that a check makes: a script without Spark, which is quick."""

from __future__ import annotations

from typing import Any

from scripts.labs.lifecycle import given
from scripts.labs.lifecycle.given import mapping
from scripts.labs.outcome import require
from scripts.labs.work import Work

#: Succeeds on one day alone; any other, and the default, is an error that names the day.
_SCRIPT = """
import sys

day = sys.argv[sys.argv.index("--day") + 1]
if day != "2004-11-24":
    raise LookupError(f"there is no order of {day}")
"""
_ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"}
#: What lab.yaml says; on AWS a run takes a minute or two.
_SECONDS = 300


def check_run_job(work: Work) -> None:
    name = _job(work)
    for day in ("2004-11-24", "2004-11-31"):
        _judge(work, name, day)


def _judge(work: Work, name: str, day: str) -> None:
    before = {run["Id"] for run in _runs(work, name)}
    found = mapping(work.call("run_job", name, {"--day": day}, seconds=_SECONDS).result, {"state", "error"})
    new = [run for run in _runs(work, name) if run["Id"] not in before]
    require(
        len(new) == 1,
        "One call does not start one run.",
        seen=f"{len(new)} runs",
        expected="one run of the job for each call",
    )
    (run,) = new
    require(
        run.get("Arguments") == {"--day": day},
        "The run did not get the arguments.",
        seen=str(run.get("Arguments") or "none"),
        expected="those that the function is called with, given to the run",
    )
    require(
        found["state"] in _ENDED,
        "The function comes back before the run has ended.",
        seen=str(found["state"]),
        expected="the state in which the run ended",
    )
    require(
        found["state"] == run["JobRunState"],
        "state is not how the run ended.",
        seen=f"{found['state']} for a run that is {run['JobRunState']}",
        expected="the run's own state",
    )
    said = run.get("ErrorMessage")
    require(
        found["error"] == said,
        "error is not what the run says." if said else "error is something although the run succeeded.",
        seen=f"{found['error']!s:.80}",
        expected="the run's own message" if said else "None",
    )


def _job(work: Work) -> str:
    name, bucket, glue = work.name("job"), given.bucket(work), work.session.client("glue")
    work.session.client("s3").put_object(Bucket=bucket, Key="job.py", Body=_SCRIPT.encode())
    where = f"s3://{bucket}/job.py"
    glue.delete_job(JobName=name)
    glue.create_job(
        Name=name,
        Role=given.role(work, "job"),
        Command={"Name": "pythonshell", "ScriptLocation": where, "PythonVersion": "3.9"},
        DefaultArguments={"--day": "no day"},
        MaxCapacity=0.0625,
        Timeout=10,
    )
    work.afterwards(lambda: _remove(glue, name))
    return name


def _remove(glue: Any, name: str) -> None:
    """With what an answer that does not wait has left running."""
    running = [
        run["Id"]
        for run in glue.get_job_runs(JobName=name)["JobRuns"]
        if run["JobRunState"] in ("STARTING", "RUNNING")
    ]
    if running:
        glue.batch_stop_job_run(JobName=name, JobRunIds=running)
    glue.delete_job(JobName=name)


def _runs(work: Work, name: str) -> list[dict[str, Any]]:
    pages: Any = work.session.client("glue").get_paginator("get_job_runs").paginate(JobName=name)
    return [run for page in pages for run in page["JobRuns"]]
