"""The life of a root module that knows nothing of us: applied, planned again, destroyed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = ".terraform.lock.hcl"
#: In a module's copy: its first plan, in the shape of ``terraform show -json``.
PLAN_FILE = "planned.json"


@dataclass(frozen=True)
class Step:
    """One run of Terraform.

    Attributes
    ----------
    command
        ``apply``, ``plan``, ``show`` or ``destroy``.
    code
        Its exit code; of ``plan`` 2 when there is something to change.
    said
        Everything that it printed.
    """

    command: str
    code: int
    said: str


class Terraform:
    """Terraform in copies of root modules, which share one installation of the provider.

    Parameters
    ----------
    folder
        Where the copies go.
    environment
        Of every run; its ``TF_DATA_DIR`` is the shared installation.
    lock_file
        The provider's version and hashes.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], lock_file: Path) -> None:
        self._folder = folder
        self._environment = environment
        self._lock_file = lock_file

    def copy(self, module: Path) -> Path:
        """A copy of the module's files, in which its state will lie."""
        copy = self._folder / module.name
        copy.mkdir()
        for file in module.glob("*.tf"):
            shutil.copy(file, copy)
        shutil.copy(self._lock_file, copy / LOCK_FILE)
        return copy

    def install(self, copy: Path) -> Step:
        """Install the provider for all copies."""
        return self._run(copy, "init")

    def live(self, copy: Path, before_the_end: Callable[[], None], *, keep_plan: bool = False) -> list[Step]:
        """Apply, plan again and destroy; what was applied in part is destroyed too."""
        steps = self._plan_and_apply(copy) if keep_plan else [self._run(copy, "apply", "-auto-approve")]
        if steps[-1].code == 0:
            steps.append(self._run(copy, "plan", "-detailed-exitcode"))
        before_the_end()
        return [*steps, self._run(copy, "destroy", "-auto-approve")]

    def _plan_and_apply(self, copy: Path) -> list[Step]:
        """What an apply does, with its plan kept."""
        steps = [self._run(copy, "plan", "-out=planned")]
        if steps[-1].code == 0:
            steps.append(self._run(copy, "show", "-json", "planned"))
            (copy / PLAN_FILE).write_text(steps[-1].said)
            steps.append(self._run(copy, "apply", "planned"))
        return steps

    def _run(self, copy: Path, command: str, *arguments: str) -> Step:
        answer = subprocess.run(
            ["terraform", f"-chdir={copy}", command, "-no-color", *_input(command), *arguments],
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Step(command, answer.returncode, answer.stdout)


def _input(command: str) -> list[str]:
    """No questions; ``show`` has none and does not know the argument."""
    return [] if command == "show" else ["-input=false"]
