"""One run of a job: its script fetched in the job's role, run in a process group of its own, and ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts import aws
from scripts.config import Settings
from scripts.errors import LabError
from scripts.local_cloud.glue import spark
from scripts.local_cloud.glue.output import Output

#: What the process gets of LocalStack's environment.
_PASSED_ON = {"PATH", "LANG", "TZDIR"}
#: Seconds that a script gets to end when it is asked to.
_GRACE = 10.0
_CONFIG = Config(connect_timeout=10, read_timeout=120, retries={"mode": "standard", "max_attempts": 3})

OUTPUT_GROUP, ERROR_GROUP = "/aws-glue/jobs/output", "/aws-glue/jobs/error"


class State(StrEnum):
    """How a run ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    STOPPED = "STOPPED"


@dataclass(frozen=True)
class Order:
    """What is to be run.

    Attributes
    ----------
    run_id
        Name of its log streams and of its folder.
    script
        ``s3://`` of the script.
    arguments
        What the script is called with, by name with the hyphens.
    role_arn
        In whose name everything is done.
    units
        Data processing units; None for a script without Spark.
    timeout
        Seconds.
    """

    run_id: str
    script: str
    arguments: Mapping[str, str]
    role_arn: str
    account_id: str
    region: str
    units: float | None
    timeout: float


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and why."""

    state: State
    message: str = ""


@dataclass
class Run:
    """A run under way; `work` is called once, `stop` by whoever wants."""

    settings: Settings
    order: Order
    _process: subprocess.Popen[bytes] | None = None
    _ending: State | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """Its files; gone when it has ended."""
        return self.settings.local_dir / "glue" / self.order.run_id

    def work(self, started: Callable[[], None]) -> Outcome:
        """Run to the end.

        Parameters
        ----------
        started
            Called when the script's process runs.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True)
            return self._work(started)
        except LabError as missing:
            return Outcome(State.FAILED, " ".join(str(missing).split("\n")))
        except (ClientError, BotoCoreError, OSError) as refused:
            return Outcome(State.FAILED, str(refused))
        finally:
            self._sweep()
            shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self, state: State = State.STOPPED) -> None:
        """End the run, which then counts as stopped (or timed out)."""
        with self._lock:
            self._ending = self._ending or state
            process = self._process
        if process:
            _signal(process, signal.SIGTERM)
            last = threading.Timer(_GRACE, self._insist)
            last.daemon = True
            last.start()

    def kill(self) -> None:
        """End it at once, with LocalStack."""
        with self._lock:
            self._ending = self._ending or State.STOPPED
        self._sweep()

    def _work(self, started: Callable[[], None]) -> Outcome:
        keys = self._assume()
        script = self._fetch(keys)
        environment = self._environment(keys)
        if self.order.units is not None:
            installation = spark.Installation.find(self.settings.local_dir / "glue")
            size = spark.Size.of(self.order.units)
            trust = self.settings.local_dir / "authority" / "ca.pem"
            environment |= spark.environment(installation, size, self.folder, trust)
        with self._lock:
            if self._ending:
                return Outcome(self._ending)
            process = self._process = self._launch(script, environment)
        started()
        logs = self._client("logs", keys)
        printing = [
            Output(pipe, logs, group, self.order.run_id)
            for pipe, group in ((process.stdout, OUTPUT_GROUP), (process.stderr, ERROR_GROUP))
            if pipe
        ]
        for each in printing:
            each.start()
        overtime = threading.Timer(self.order.timeout, self.stop, [State.TIMEOUT])
        overtime.daemon = True
        overtime.start()
        code = process.wait()
        overtime.cancel()
        # What it has started must not hold the pipes open.
        self._sweep()
        for each in printing:
            each.join(60)
        return self._outcome(code)

    def _outcome(self, code: int) -> Outcome:
        if self._ending is State.TIMEOUT:
            return Outcome(State.TIMEOUT, "Job has exceeded the timeout limit")
        if self._ending:
            return Outcome(self._ending)
        if code == 0:
            return Outcome(State.SUCCEEDED)
        report = self.folder / "report"
        if report.is_file() and (said := report.read_text()):
            return Outcome(State.FAILED, said)
        if code < 0:
            name = signal.Signals(-code).name
            return Outcome(
                State.FAILED,
                f"The job's process was ended by {name}; whoever sent it, or the system when memory ran out.",
            )
        return Outcome(State.FAILED, f"Command failed with exit code {code}")

    def _assume(self) -> dict[str, str]:
        # LocalStack takes the account from the key's id.
        owner = aws.LOCAL_KEYS | {"aws_access_key_id": self.order.account_id}
        sts = self._client("sts", owner)
        given = sts.assume_role(
            RoleArn=self.order.role_arn, RoleSessionName="GlueJobRunnerSession", DurationSeconds=43200
        )["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def _client(self, service: str, keys: dict[str, str]) -> Any:
        session: Any = aws.session(self.settings)
        return session.client(service, region_name=self.order.region, config=_CONFIG, **keys)

    def _fetch(self, keys: dict[str, str]) -> Path:
        """The script, and the modules that it wants beside it."""
        s3 = self._client("s3", keys)
        scripts = self.folder / "script"
        scripts.mkdir()
        for address in filter(None, self.order.arguments.get("--extra-py-files", "").split(",")):
            place = urlsplit(address.strip())
            s3.download_file(place.netloc, place.path.lstrip("/"), str(scripts / Path(place.path).name))
        place = urlsplit(self.order.script)
        script = scripts / Path(place.path).name
        s3.download_file(place.netloc, place.path.lstrip("/"), str(script))
        return script

    def _environment(self, keys: dict[str, str]) -> dict[str, str]:
        modules = sorted(str(each) for each in (self.folder / "script").glob("*.zip"))
        return {
            **{name: value for name, value in os.environ.items() if name in _PASSED_ON},
            **{name.upper(): value for name, value in keys.items()},
            "AWS_DEFAULT_REGION": self.order.region,
            "AWS_REGION": self.order.region,
            "AWS_ENDPOINT_URL": self.settings.endpoint_url or "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "TZ": "UTC",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join(modules),
            "PYSPARK_PYTHON": sys.executable,
        }

    def _launch(self, script: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        arguments = [text for pair in self.order.arguments.items() for text in pair if text]
        command = [sys.executable, "-m", f"{__package__}.process", str(script), str(self.folder / "report")]
        return subprocess.Popen(
            [*command, *arguments],
            env=environment,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own, so that all of it can be ended.
            start_new_session=True,
        )

    def _sweep(self) -> None:
        """End whatever is left of the process's group; only once, as its number may be another's later."""
        with self._lock:
            process, self._process = self._process, None
        if process:
            _signal(process, signal.SIGKILL)

    def _insist(self) -> None:
        with self._lock:
            process = self._process
        if process:
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        # Gone, or (macOS) nothing of it is left but what waits to be reaped.
        return
