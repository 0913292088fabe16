"""The one Terraform wrapper: runs it for one target, and tells what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from scripts.config import Settings
from scripts.errors import BadInputError, RemoteError
from scripts.terraform_events import Event, read
from scripts.terraform_program import Program, environment, find
from scripts.terraform_state import PATIENCE, StateFile, read_state, resources_in_state, texts

#: Terraform's own default of 10 leaves most of an apply waiting: the provider polls, it does not compute.
PARALLELISM = 30


@dataclass(frozen=True)
class Plan:
    """A saved plan.

    Attributes
    ----------
    file
        Terraform's own file of it.
    changes
        Whether there is something to change.
    destroy
        Whether it destroys everything.
    """

    file: Path
    changes: bool
    destroy: bool = False


#: Told each thing that Terraform says of its work, as it says it.
Hear = Callable[[Event], None]


class Terraform:
    """Terraform for one target's state.

    Parameters
    ----------
    settings
        The target; its ``terraform_dir`` holds state and provider.
    variables
        Values that stand above the target's variable file, by name.
    say
        Told, in a sentence, what was put right by itself.
    """

    def __init__(
        self,
        settings: Settings,
        variables: Mapping[str, Any] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._state = StateFile(settings.state_file)
        self._say = say
        self._variables = {"name": settings.name, "region": settings.region, **(variables or {})}

    @cached_property
    def program(self) -> Program:
        """The Terraform that is used."""
        return find()

    def init(self) -> None:
        """Install the provider and point the backend at the target's state, which is mended if it is torn."""
        self._settings.terraform_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.mend()
        path = f"-backend-config=path={self._settings.state_file}"
        answer = self._run("init", "-reconfigure", path, capture=True)
        if answer.returncode != 0:
            raise RemoteError(
                f"terraform init failed:\n{(answer.stderr or answer.stdout).strip()}",
                "Without access to registry.terraform.io: run `terraform providers mirror FOLDER` in "
                "infrastructure/ where there is access, and name a copy of that folder in TF_PLUGIN_MIRROR.",
            )

    @contextmanager
    def planned(
        self, *, destroy: bool = False, quiet: bool = False, hear: Hear | None = None
    ) -> Iterator[Plan]:
        """A plan, as long as it is needed: its file holds values that no other file should.

        Parameters
        ----------
        destroy
            Everything that there is, instead of what is described.
        quiet
            Show nothing.
        hear
            Told what Terraform says, which then shows nothing itself.

        Raises
        ------
        RemoteError
            Terraform reported an error, which has been shown or told; where ``quiet``, it is in the message.
        """
        file = self._settings.terraform_dir / f"{os.getpid()}.tfplan"
        arguments = ["-detailed-exitcode", f"-out={file}", *self._variable_arguments()]
        if destroy:
            arguments.append("-destroy")
        try:
            arguments.append(f"-parallelism={PARALLELISM}")
            detail = "; its message is above."
            if hear:
                code = self._tell(hear, "plan", *arguments)
            else:
                answer = self._run("plan", *arguments, capture=quiet)
                code = answer.returncode
                if quiet:
                    detail = f":\n{answer.stderr.strip()}"
            if code not in (0, 2):
                raise RemoteError(f"terraform plan failed{detail}")
            yield Plan(file, changes=code == 2, destroy=destroy)
        finally:
            file.unlink(missing_ok=True)

    def apply_plan(self, plan: Plan, hear: Hear) -> None:
        """Carry out what was planned, and nothing else; ``hear`` is told what Terraform says meanwhile.

        Raises
        ------
        RemoteError
            Terraform reported an error, which has been told, or was killed.
        """
        command = "destroy" if plan.destroy else "apply"
        self._state.begin()
        with self._state.kept():
            code = self._tell(hear, "apply", f"-parallelism={PARALLELISM}", str(plan.file))
        if code < 0:
            # At once, so that nobody's own `tflocal` finds a torn state.
            self.mend()
            raise RemoteError(
                f"terraform {command} was killed by {signal.Signals(-code).name}.",
                f"Run `make {command}` again: it looks for what was made and not written down.",
            )
        self._state.finish()
        if code != 0:
            raise RemoteError(
                f"terraform {command} failed; its message is above.",
                f"What was made is in the state: repair the cause and run `make {command}` again.",
            )

    def check_format(self) -> None:
        """Raise BadInputError naming the files that ``terraform fmt`` would change."""
        answer = self._run("fmt", "-check", "-recursive", capture=True)
        if answer.returncode != 0:
            raise BadInputError(
                f"Not formatted, or not Terraform:\n{(answer.stdout + answer.stderr).strip()}",
                "Format them: make format",
            )

    def validate(self) -> None:
        """Raise BadInputError with what ``terraform validate`` finds wrong; touches no state."""
        with tempfile.TemporaryDirectory(prefix="lab-validate-") as folder:
            apart = {"TF_DATA_DIR": folder}
            answer = self._run("init", "-backend=false", capture=True, environ=apart)
            if answer.returncode == 0:
                answer = self._run("validate", capture=True, environ=apart)
        if answer.returncode != 0:
            raise BadInputError(f"terraform validate failed:\n{(answer.stdout + answer.stderr).strip()}")

    def outputs(self) -> dict[str, Any]:
        """Values of the root module's outputs; empty when nothing is applied."""
        answer = self._run("output", "-json", capture=True)
        if answer.returncode != 0:
            raise RemoteError(f"terraform output failed:\n{answer.stderr.strip()}")
        return {name: output["value"] for name, output in json.loads(answer.stdout or "{}").items()}

    def show_plan(self, plan: Plan) -> dict[str, Any]:
        """A plan in the shape of ``terraform show -json``."""
        answer = self._run("show", "-json", str(plan.file), capture=True)
        if answer.returncode != 0:
            raise RemoteError(f"terraform show failed:\n{answer.stderr.strip()}")
        shown: dict[str, Any] = json.loads(answer.stdout)
        return shown

    def plan_text(self, plan: Plan) -> str:
        """A plan whole, in the colours that Terraform has for it; sensitive values are not in it."""
        answer = self._run("show", str(plan.file), capture=True, colour=True)
        if answer.returncode != 0:
            raise RemoteError(f"terraform show failed:\n{answer.stderr.strip()}")
        return answer.stdout

    def resources(self) -> list[str]:
        """Addresses of the managed resources in the state."""
        return resources_in_state(self._settings.state_file)

    def known_texts(self) -> set[str]:
        """Every text in the state's resources: ids, names, ARNs and URLs among them."""
        return {
            text
            for resource in read_state(self._settings.state_file)["resources"]
            for text in texts(resource)
        }

    def mend(self) -> None:
        """Put right the state that a killed Terraform left, and say so; see `StateFile.mend`."""
        if mended := self._state.mend():
            self._say(str(mended))

    @property
    def unfinished(self) -> bool:
        """Whether the last apply or destroy was killed, so that the state may not know what it made."""
        return self._state.unfinished

    def recovered(self) -> None:
        """What was made and not written down has been dealt with."""
        self._state.finish()

    def _variable_arguments(self) -> list[str]:
        chosen = [f"-var-file={self._settings.var_file}"]
        for name, value in self._variables.items():
            text = value if isinstance(value, str) else json.dumps(value)
            chosen.append(f"-var={name}={text}")
        return chosen

    def _run(
        self,
        command: str,
        *arguments: str,
        capture: bool = False,
        colour: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        coloured = colour or (sys.stderr.isatty() and not capture)
        line = self._line(command, *([] if coloured else ["-no-color"]), *arguments)
        with subprocess.Popen(
            line,
            env=environment(self._settings) | dict(environ or {}),
            stdin=subprocess.DEVNULL,
            # Terraform's talk is for people: standard output belongs to the one result of a command.
            stdout=subprocess.PIPE if capture else sys.stderr,
            stderr=subprocess.PIPE if capture else None,
            text=True,
        ) as process:
            output, errors = _outcome(process)
        return subprocess.CompletedProcess(line, process.returncode, output, errors)

    def _tell(self, hear: Hear, command: str, *arguments: str) -> int:
        """Run a command that speaks in events, tell each of them, and return its exit code."""
        # A file, not a pipe: a Terraform whose `lab` was killed has nobody who reads, and ends its work.
        with (
            tempfile.TemporaryFile() as spoken,
            subprocess.Popen(
                self._line(command, "-json", *arguments),
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=spoken,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            _listen(process, spoken, hear)
        return process.returncode

    def _line(self, command: str, *arguments: str) -> list[str]:
        asking = ["-input=false", f"-lock-timeout={PATIENCE:.0f}s"] if command in _ASKING else []
        return [
            str(self.program.path), f"-chdir={self._settings.infrastructure}", command, *asking, *arguments
        ]  # fmt: skip


def _outcome(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for Terraform to end, also through Ctrl-C: it gets that too, and needs time to write its state."""
    interrupted = False
    while True:
        try:
            output, errors = process.communicate()
            break
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return output, errors


def _listen(process: subprocess.Popen[bytes], spoken: BinaryIO, hear: Hear) -> None:
    """Tell what Terraform says until it has ended; through Ctrl-C as `_outcome`."""
    heard, interrupted = 0, False
    while True:
        try:
            # Asked first: what it said before its end is read after it.
            ended = process.poll() is not None
            size = os.fstat(spoken.fileno()).st_size
            # The file's own position is where Terraform writes.
            for line in os.pread(spoken.fileno(), size - heard, heard).splitlines(keepends=True):
                if ended or line.endswith(b"\n"):
                    hear(read(line.decode(errors="replace")))
                    # Afterwards: told twice, when Ctrl-C comes in between, is better than never.
                    heard += len(line)
            if ended:
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
        except KeyboardInterrupt:
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt


_ASKING = frozenset({"init", "plan", "apply"})

#: Seconds between two looks at what Terraform has said.
_LOOK = 0.1
