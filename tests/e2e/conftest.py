"""The whole environment, applied once by the command line as a user would, and shared."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TextIO

import boto3
import psutil
import pytest

from scripts import aws, connections
from scripts.config import ROOT, Settings
from scripts.connections import Access
from scripts.local_cloud.databases.model import ServerStatus
from scripts.local_cloud.lifecycle import LocalCloud
from tests.conftest import own_settings

LAB = Path(sys.executable).with_name("lab")


@dataclass(frozen=True)
class Running:
    """A `lab` that was started."""

    process: subprocess.Popen[str]
    output: TextIO
    errors: TextIO

    def end(self, expect: int) -> subprocess.CompletedProcess[str]:
        """Wait for its end; fails with everything it said unless it exits as expected."""
        code = self.process.wait()
        texts = []
        for file in (self.output, self.errors):
            file.seek(0)
            texts.append(file.read())
            file.close()
        said = f"{self.process.args} exited {code}\n{texts[0]}\n{texts[1]}"
        assert code == expect, said
        assert "Traceback (most recent call last)" not in texts[1], said
        return subprocess.CompletedProcess(self.process.args, code, *texts)


@dataclass(frozen=True)
class Environment:
    """A local cloud of the tests' own, driven through `lab`."""

    settings: Settings
    started: list[Running] = field(default_factory=list)

    @cached_property
    def session(self) -> boto3.Session:
        """boto3 session of it."""
        return aws.session(self.settings)

    def server(self, identifier: str) -> ServerStatus:
        """The database server behind a DB instance."""
        servers = LocalCloud(self.settings).servers()
        (found,) = (each for each in servers if each.identifier == identifier)
        return found

    def kill_server(self, identifier: str) -> int:
        """End the server of a DB instance by SIGKILL; the pid that it had."""
        pid = self.server(identifier).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_back(self, identifier: str, former: int) -> bool:
        """Whether a DB instance is available on another process than the one that was killed.

        Its status alone does not tell: for a moment it is the one of before.
        """
        rds = self.session.client("rds")
        (instance,) = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        available: bool = instance["DBInstanceStatus"] == "available"
        return available and self.server(identifier).pid not in (None, former)

    def access(self, identifier: str) -> Access:
        """How its master user connects to a DB instance."""
        return connections.access(self.settings, self.session, identifier)

    @property
    def variables(self) -> dict[str, str]:
        """Of a shell in which `lab` speaks of this environment."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
        return clean | {
            "LAB_LOCAL_DIR": str(self.settings.local_dir),
            "LAB_GATEWAY_PORT": str(self.settings.gateway_port),
            "LAB_SNAPSHOT_DIR": str(self.settings.snapshot_dir),
        }

    def start(self, *arguments: str) -> Running:
        """Start `lab` with these arguments."""
        # Files, since a pipe that nobody reads fills and stops whoever writes into it.
        output, errors = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")  # noqa: SIM115
        process = subprocess.Popen(
            [str(LAB), *arguments],
            cwd=ROOT,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            text=True,
        )
        started = Running(process, output, errors)
        self.started.append(started)
        return started

    def remove(self) -> None:
        """End what still runs, after a test that failed in the middle, and remove the local cloud."""
        for each in self.started:
            if each.process.poll() is None:
                for member in psutil.Process(each.process.pid).children():
                    member.kill()
                each.process.kill()
                each.process.wait()
        self.lab("clean")

    def lab(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `lab` with these arguments; fails with everything it said unless it exits as expected."""
        return self.start(*arguments).end(expect)


@pytest.fixture(scope="session")
def environment() -> Iterator[Environment]:
    """Nothing but settings yet: the first test applies, as a user would from a fresh clone."""
    with own_settings() as settings:
        made = Environment(settings)
        try:
            yield made
        finally:
            made.remove()
