"""JupyterLab on a learner's notebook: on this machine only, no telemetry, the target's keys."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.config import Settings
from scripts.errors import MissingError
from scripts.labs import shell
from scripts.labs.manifest import Lab
from scripts.labs.work import learner_environment
from scripts.labs.workspace import Workspace

#: Nothing of a learner's work is told to anybody: jupysql's and JupyterLab's own reporting is off.
SILENT = {"PLOOMBER_STATS_ENABLED": "false", "PLOOMBER_VERSION_CHECK_DISABLED": "true", "DO_NOT_TRACK": "1"}


def environment(settings: Settings) -> dict[str, str]:
    """Variables of a kernel in which a learner works."""
    return shell.with_tools(learner_environment(settings), settings) | SILENT


def run(lab: Lab, found: Workspace, settings: Settings, *, port: int, browser: bool) -> None:
    """Run JupyterLab on a workspace until it is ended.

    Raises
    ------
    MissingError
        It did not start, or came to an end by itself.
    """
    arguments = [
        sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"{lab.name}.ipynb",
    ]  # fmt: skip
    if not browser:
        arguments.append("--no-browser")
    if os.geteuid() == 0:
        # Nobody but this machine's users can reach it, and in a container there is no other user.
        arguments.append("--allow-root")
    process = subprocess.Popen(arguments, env=environment(settings), cwd=found.folder)
    with _signals_for(process):
        code = process.wait()
    if code > 0:
        raise MissingError(f"JupyterLab ended with code {code}.", "What it said above tells why.")


@contextmanager
def _signals_for(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let Jupyter answer to Ctrl-C, which it hears too and asks about; and end it when we are to end."""
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
