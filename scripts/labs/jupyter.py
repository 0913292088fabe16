"""JupyterLab on a learner's notebook: on this machine only, no telemetry, the target's keys."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.config import Settings
from scripts.labs import shell, workspace
from scripts.labs.manifest import Lab
from scripts.labs.work import learner_environment

#: Nothing of a learner's work is told to anybody: jupysql's and JupyterLab's own reporting is off.
SILENT = {"PLOOMBER_STATS_ENABLED": "false", "PLOOMBER_VERSION_CHECK_DISABLED": "true", "DO_NOT_TRACK": "1"}


def environment(settings: Settings) -> dict[str, str]:
    """Variables of a kernel in which a learner works."""
    return shell.with_tools(learner_environment(settings), settings) | SILENT


def run(lab: Lab, home: Path, settings: Settings) -> int:
    """Run JupyterLab until it is ended; answers its exit code.

    Raises
    ------
    MissingError
        The lab is not started.
    """
    found = workspace.required(lab, home)
    arguments = [
        sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", f"{lab.name}.ipynb",
    ]  # fmt: skip
    process = subprocess.Popen(arguments, env=environment(settings), cwd=found.folder)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Jupyter hears Ctrl-C too, and ends in its own time.
        return process.wait()
