"""A learner's shell commands: bash in a process of its own, with a time limit; `aws` is the target's."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.config import Settings
from scripts.labs.outcome import NotYetError

#: What a command may print, in characters.
OUTPUT_LIMIT = 100_000

_SHOWN = 600


@dataclass(frozen=True)
class Ran:
    """What a command printed, on standard output and on standard error."""

    printed: str
    errors: str


def tools(settings: Settings) -> Path:
    """A folder for the head of PATH in which `aws` and `awslocal` are the same: both speak to the target.

    The AWS CLI's first version has addresses of its own for some services, whatever `AWS_ENDPOINT_URL` says.
    """
    programs = Path(sys.executable).parent
    real = programs / ("awslocal" if settings.target == "local" else "aws")
    folder = (settings.local_dir if settings.target == "local" else settings.aws_dir) / "labs" / "bin"
    text = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(real))} "$@"\n'
    for name in ("aws", "awslocal"):
        file = folder / name
        if not file.is_file() or file.read_text() != text:
            folder.mkdir(parents=True, exist_ok=True)
            partial = folder / f"{name}.{os.getpid()}"
            partial.write_text(text)
            partial.chmod(0o755)
            partial.replace(file)
    return folder


def with_tools(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Variables of a process that runs a learner's commands."""
    path = [str(tools(settings)), str(Path(sys.executable).parent), environment.get("PATH", os.defpath)]
    return {**environment, "PATH": os.pathsep.join(path), "AWS_PAGER": ""}


def run(file: Path, *, environment: Mapping[str, str], seconds: float) -> Ran:
    """Run a file of commands, and wait for it.

    Raises
    ------
    NotYetError
        It failed (in its own words), it took too long, it printed without end, or there is no bash.
    """
    try:
        process = subprocess.Popen(
            ["bash", "-o", "pipefail", str(file)],
            cwd=file.parent,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError:
        raise NotYetError("Commands are run by bash, which is not on PATH.", expected="bash") from None
    try:
        printed, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        process.communicate()
        raise NotYetError(
            f"The command was stopped after {seconds:g} seconds.",
            seen="a command that goes on, or waits for input",
            expected="a command that ends",
        ) from None
    except BaseException:
        _end(process)
        process.wait()
        raise
    if process.returncode != 0:
        raise NotYetError(
            f"The command ended with code {process.returncode}.",
            seen=_shown(errors or printed),
            expected="a command that ends with 0",
        )
    if len(printed) > OUTPUT_LIMIT:
        raise NotYetError("The command prints without end.", seen=_shown(printed), expected="far less")
    return Ran(printed, errors)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _shown(text: str) -> str:
    return " ".join(text.split())[-_SHOWN:]
