"""The whole environment, applied once by the command line as a user would, and shared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3
import pytest

from scripts import aws, connections
from scripts.config import ROOT, Settings
from scripts.connections import Access
from tests.conftest import own_settings

LAB = Path(sys.executable).with_name("lab")


@dataclass(frozen=True)
class Environment:
    """A local cloud of the tests' own, driven through `lab`."""

    settings: Settings

    @cached_property
    def session(self) -> boto3.Session:
        """boto3 session of it."""
        return aws.session(self.settings)

    def access(self, identifier: str) -> Access:
        """How its master user connects to a DB instance."""
        return connections.access(self.settings, self.session, identifier)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `lab` with these arguments."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
        return subprocess.Popen(
            [str(LAB), *arguments],
            cwd=ROOT,
            env=clean
            | {
                "LAB_LOCAL_DIR": str(self.settings.local_dir),
                "LAB_GATEWAY_PORT": str(self.settings.gateway_port),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lab(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `lab` with these arguments; fails with everything it said unless it exits as expected."""
        process = self.start(*arguments)
        output, errors = process.communicate()
        said = f"lab {' '.join(arguments)} exited {process.returncode}\n{output}\n{errors}"
        assert process.returncode == expect, said
        assert "Traceback (most recent call last)" not in errors, said
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


@pytest.fixture(scope="session")
def environment() -> Iterator[Environment]:
    """Nothing but settings yet: the first test applies, as a user would from a fresh clone."""
    with own_settings() as settings:
        made = Environment(settings)
        try:
            yield made
        finally:
            made.lab("clean")
