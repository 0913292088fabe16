"""The whole environment through `make` and `lab`, in a run-time folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts.config import ROOT, Settings
from scripts.errors import MissingError, RemoteError
from scripts.local_cloud.lifecycle import LocalCloud

LAB = str(Path(sys.executable).with_name("lab"))

#: Stands before Terraform on PATH and notes each call.
_SHIM = """#!{python} -S
import json, subprocess, sys, time
began = time.time()
code = subprocess.call([{program!r}, *sys.argv[1:]])
with open({calls!r}, "a") as file:
    print(json.dumps([sys.argv[1:], began, time.time()]), file=file)
sys.exit(code)
"""


@dataclass(frozen=True)
class Call:
    """One call of Terraform: its arguments, and when it began and ended (seconds since 1970)."""

    arguments: tuple[str, ...]
    began: float
    ended: float


@dataclass(frozen=True)
class Run:
    """A command that was run: when it began and ended, what it printed, and its calls of Terraform."""

    began: float
    ended: float
    output: str
    calls: tuple[Call, ...]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    def call(self, command: str) -> Call:
        """The call of that Terraform command."""
        return next(call for call in self.calls if command in call.arguments)

    @property
    def of_terraform(self) -> float:
        """Seconds of all calls of Terraform."""
        return sum(call.ended - call.began for call in self.calls)


class Environment:
    """Drives `make` and `lab`, and tells their stages apart by when Terraform is called within.

    Parameters
    ----------
    folder
        Its run-time folder.
    port
        LocalStack's.
    say
        Told each command.
    """

    def __init__(self, folder: Path, port: int, say: Callable[[str], None]) -> None:
        self.settings = Settings(local_dir=folder / "local", gateway_port=port)
        self._folder, self._say = folder, say
        self._calls, self._log = folder / "calls", folder / "log"
        self._programs = folder / "programs"
        self._programs.mkdir(parents=True)
        terraform = shutil.which("terraform")
        if terraform is None:
            raise MissingError("Terraform is not on PATH.", "See `lab setup`.")
        shim = self._programs / "terraform"
        shim.write_text(_SHIM.format(python=sys.executable, program=terraform, calls=str(self._calls)))
        shim.chmod(0o755)

    def run(self, *command: str) -> Run:
        """Run a command to its end.

        Raises
        ------
        RemoteError
            It failed; with the end of what it said.
        """
        self._say(" ".join(Path(part).name if part == LAB else part for part in command))
        self._calls.write_text("")
        with self._log.open("w") as log:
            began = time.time()
            answer = subprocess.run(
                command, cwd=ROOT, env=self._environ(), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True, check=False,
            )  # fmt: skip
            ended = time.time()
        if answer.returncode != 0:
            end = "\n".join(self._log.read_text().splitlines()[-20:])
            raise RemoteError(f"{' '.join(command)} exited {answer.returncode}:\n{end}")
        calls = [json.loads(line) for line in self._calls.read_text().splitlines()]
        noted = tuple(Call(tuple(arguments), start, end) for arguments, start, end in calls)
        return Run(began, ended, answer.stdout, noted)

    @cached_property
    def made(self) -> Run:
        """`make env`, of an environment that is there."""
        self.run("make", "env")  # makes it, where it is not
        return self.run("make", "env")

    @cached_property
    def applied(self) -> Run:
        """The first `make apply`."""
        _ = self.made
        return self.run("make", "apply")

    def remove(self) -> None:
        """Stop and remove everything."""
        LocalCloud(self.settings).remove()

    def _environ(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
        return clean | {
            "LAB_LOCAL_DIR": str(self.settings.local_dir),
            "LAB_SNAPSHOT_DIR": str(self._folder / "snapshots"),
            "LAB_GATEWAY_PORT": str(self.settings.gateway_port),
            "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
        }
