"""Glue jobs: started, waited for, and what they printed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from scripts.analytics import names, waiting
from scripts.errors import RemoteError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

ENDED = frozenset({"SUCCEEDED", "FAILED", "ERROR", "TIMEOUT", "STOPPED", "EXPIRED"})


#: Seconds after which a run that is in the same state is told of again.
_AGAIN = 30


@dataclass(frozen=True)
class Run:
    """One run of a job.

    Attributes
    ----------
    job, id
        Name of the job, and the run's own id.
    state
        As Glue calls it.
    seconds
        That it ran.
    error
        Why it failed; empty where it did not.
    arguments
        That were given to this run.
    log_groups
        Where its output is, each in a stream of the run's id; of errors last.
    """

    job: str
    id: str
    state: str
    seconds: int
    error: str
    arguments: Mapping[str, str]
    log_groups: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        """Whether it did what it was to do."""
        return self.state == "SUCCEEDED"

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more."""
        return self.state in ENDED


def find(session: boto3.Session, text: str, prefix: str) -> str:
    """Name of the job that is meant, see `names.find`."""
    glue = session.client("glue")
    known = [name for page in _pages(glue, "list_jobs") for name in page["JobNames"]]
    return names.find(text, known, prefix, "job")


def run(session: boto3.Session, job: str, arguments: Mapping[str, str], say: Callable[[str], None]) -> Run:
    """Start a job and wait until it has ended; each of its states is said, and how long it has been at it.

    Raises
    ------
    RemoteError
        It runs already as often as it may.
    """
    glue = session.client("glue")
    try:
        started = glue.start_job_run(JobName=job, Arguments=dict(arguments))["JobRunId"]
    except glue.exceptions.ConcurrentRunsExceededException:
        raise _busy(session, job) from None
    say(f"{job}: run {started}")
    began = time.monotonic()

    def said(run: Run) -> str:
        passed = time.monotonic() - began
        lasting = f" for {passed - passed % _AGAIN:.0f} s" if passed >= _AGAIN and not run.ended else ""
        return f"{job}: {run.state.lower()}{lasting}"

    going_on = (
        f"run {started} of {job}",
        f"What it prints: lab glue logs {job} --run {started}\nStop it: {_stop(job, started)}",
    )
    return waiting.until(lambda: look(session, job, started), lambda run: run.ended, said, say, going_on)


def _stop(job: str, run_id: str) -> str:
    return f"awslocal glue batch-stop-job-run --job-name {job} --job-run-ids {run_id}"


def _busy(session: boto3.Session, job: str) -> RemoteError:
    last = latest(session, job)
    run_id = last.id if last else "ID"
    return RemoteError(
        f"{job} runs already, and no more of its runs may go on at once.",
        f"Wait until run {run_id} has ended, or stop it: {_stop(job, run_id)}",
    )


def look(session: boto3.Session, job: str, run_id: str) -> Run:
    """A run as it is now."""
    return _run(session.client("glue").get_job_run(JobName=job, RunId=run_id)["JobRun"])


def latest(session: boto3.Session, job: str) -> Run | None:
    """The run that was started last; None where the job has never run."""
    found = session.client("glue").get_job_runs(JobName=job, MaxResults=1)["JobRuns"]
    return _run(found[0]) if found else None


def log(session: boto3.Session, run: Run) -> Iterator[str]:
    """What a run printed: its output, then its errors, line by line."""
    return _printed(session, run, run.log_groups)


def output(session: boto3.Session, run: Run) -> Iterator[str]:
    """What a run printed to its standard output: not what Spark and Java say of themselves."""
    return _printed(session, run, run.log_groups[:1])


def figures(lines: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """What a run tells of itself: the last line of its output that is a JSON object, and the other lines.

    Returns
    -------
    tuple
        Nothing, and all lines, where no line is one.
    """
    for at in range(len(lines) - 1, -1, -1):
        try:
            told = json.loads(lines[at])
        except ValueError:
            continue
        if isinstance(told, dict):
            return told, [*lines[:at], *lines[at + 1 :]]
    return {}, list(lines)


def _printed(session: boto3.Session, run: Run, groups: Sequence[str]) -> Iterator[str]:
    logs: Any = session.client("logs")
    for group in groups:
        where: dict[str, Any] = {"logGroupName": group, "logStreamName": run.id, "startFromHead": True}
        try:
            token = ""
            while True:
                page = logs.get_log_events(**where, **({"nextToken": token} if token else {}))
                yield from (each["message"].rstrip("\n") for each in page["events"])
                if page["nextForwardToken"] == token:
                    break
                token = page["nextForwardToken"]
        except logs.exceptions.ResourceNotFoundException:
            # Nothing was printed there.
            continue


def _run(found: Any) -> Run:
    group = str(found.get("LogGroupName") or "/aws-glue/jobs").rstrip("/")
    return Run(
        job=found["JobName"],
        id=found["Id"],
        state=found["JobRunState"],
        seconds=int(found.get("ExecutionTime") or 0),
        error=found.get("ErrorMessage") or "",
        arguments=found.get("Arguments") or {},
        log_groups=(f"{group}/output", f"{group}/error"),
    )


def _pages(glue: GlueClient, operation: str) -> Iterator[Any]:
    token = ""
    while True:
        page: Any = getattr(glue, operation)(**({"NextToken": token} if token else {}))
        yield page
        if not (token := page.get("NextToken", "")):
            return
