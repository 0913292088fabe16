"""Work in a process group of its own and in a role's name, started and ended from within LocalStack."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts import aws
from scripts.config import LOCAL_KEYS, Settings
from scripts.errors import LabError
from scripts.local_cloud.glue.output import Output

#: What the process gets of LocalStack's environment.
_PASSED_ON = {"PATH", "LANG", "TZDIR"}
#: Seconds that it gets to end when it is asked to.
_GRACE = 10.0
_CONFIG = Config(connect_timeout=10, read_timeout=120, retries={"mode": "standard", "max_attempts": 3})

Keys = dict[str, str]


class State(StrEnum):
    """How work ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    STOPPED = "STOPPED"


@dataclass(frozen=True)
class Outcome:
    """How work ended, and why."""

    state: State
    message: str = ""


@dataclass(frozen=True)
class Place:
    """Whose work it is, and where it is done.

    Attributes
    ----------
    settings
        Of the local cloud.
    folder
        The work's files; made for it, and removed with it.
    role_arn
        In whose name everything is done, in a session of that name.
    session_policy
        What the session may do at most, where that is less than the role may.
    """

    settings: Settings
    folder: Path
    role_arn: str
    session_name: str
    account_id: str
    region: str
    session_policy: str | None = None


class Work(ABC):
    """Work under way; `work` is called once, `stop` by whoever wants."""

    def __init__(self, place: Place, timeout: float | None = None) -> None:
        self.place = place
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: State | None = None
        self._lock = threading.Lock()

    @abstractmethod
    def command(self, keys: Keys) -> tuple[list[str], dict[str, str]]:
        """What Python is started with, and more of its environment; all that it needs is fetched before."""

    @abstractmethod
    def log_streams(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Group and stream of what it prints, and of what it says of errors."""

    @property
    def report(self) -> Path:
        """The file in which the process says more than by its exit code."""
        return self.place.folder / "report"

    def failure(self, code: int) -> str:
        """Why it failed, when it has."""
        if code < 0:
            name = signal.Signals(-code).name
            return f"The process was ended by {name}: by somebody, or by the system when memory ran out."
        return f"Command failed with exit code {code}"

    def work(self, started: Callable[[], None], done: Callable[[], None] = lambda: None) -> Outcome:
        """Run to the end.

        Parameters
        ----------
        started
            Called when the process runs.
        done
            Called when it has ended, while its files are there.
        """
        try:
            shutil.rmtree(self.place.folder, ignore_errors=True)
            self.place.folder.mkdir(mode=0o700, parents=True)
            outcome = self._run(started)
            done()
        except LabError as missing:
            return Outcome(State.FAILED, " ".join(str(missing).split("\n")))
        except (ClientError, BotoCoreError, OSError) as refused:
            return Outcome(State.FAILED, str(refused))
        finally:
            self._sweep()
            shutil.rmtree(self.place.folder, ignore_errors=True)
        return outcome

    def stop(self, state: State = State.STOPPED) -> None:
        """End the work, which then counts as stopped (or timed out)."""
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

    def client(self, service: str, keys: Keys) -> Any:
        """A client of the local cloud."""
        return self._session.client(service, region_name=self.place.region, config=_CONFIG, **keys)

    @cached_property
    def _session(self) -> Any:
        # One for all clients: each new one reads botocore's descriptions of services again.
        return aws.session(self.place.settings, secure=True)

    def _run(self, started: Callable[[], None]) -> Outcome:
        keys = self._assume()
        arguments, more = self.command(keys)
        with self._lock:
            if self._ending:
                return Outcome(self._ending)
            process = self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**self._environment(keys), **more},
                cwd=self.place.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # A group of its own, so that all of it can be ended.
                start_new_session=True,
            )
        started()
        logs = self.client("logs", keys)
        printing = [
            Output(pipe, logs, group, stream)
            for pipe, (group, stream) in zip(
                (process.stdout, process.stderr), self.log_streams(), strict=True
            )
            if pipe
        ]
        for each in printing:
            each.start()
        overtime = threading.Timer(self._timeout or 0, self.stop, [State.TIMEOUT])
        overtime.daemon = True
        if self._timeout:
            overtime.start()
        code = process.wait()
        overtime.cancel()
        self._sweep()
        # Who reads the outcome finds all that was printed.
        for each in printing:
            each.finish()
        for each in printing:
            each.join()
        return self._outcome(code)

    def _outcome(self, code: int) -> Outcome:
        if self._ending is State.TIMEOUT:
            return Outcome(State.TIMEOUT, "Job has exceeded the timeout limit")
        if self._ending:
            return Outcome(self._ending)
        return Outcome(State.FAILED, self.failure(code)) if code else Outcome(State.SUCCEEDED)

    def _assume(self) -> Keys:
        # LocalStack takes the account from the key's id.
        owner = LOCAL_KEYS | {"aws_access_key_id": self.place.account_id}
        limited = {"Policy": self.place.session_policy} if self.place.session_policy else {}
        given = self.client("sts", owner).assume_role(
            RoleArn=self.place.role_arn,
            RoleSessionName=self.place.session_name,
            DurationSeconds=43200,
            **limited,
        )["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def _environment(self, keys: Keys) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name in _PASSED_ON},
            **{name.upper(): value for name, value in keys.items()},
            "AWS_DEFAULT_REGION": self.place.region,
            "AWS_REGION": self.place.region,
            "AWS_ENDPOINT_URL": self.place.settings.secure_endpoint_url or "",
            "AWS_CA_BUNDLE": str(self.place.settings.authority_file),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "HOME": str(self.place.folder),
            "TMPDIR": str(self.place.folder),
            "TZ": "UTC",
            "PYTHONUNBUFFERED": "1",
        }

    def _sweep(self) -> None:
        """End whatever is left of the group; only once, as its number may be another's later."""
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
