"""The process of a run ends with whoever started it, with all that it has started."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil

from scripts.local_cloud.glue.process import reason

PARENT = """
import subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-m", "scripts.local_cloud.glue.process", *sys.argv[1:]],
    stdin=subprocess.PIPE, start_new_session=True,
)
print(child.pid, flush=True)
child.wait()
"""
SCRIPT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
print(child.pid, flush=True)
time.sleep(3600)
"""


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_nothing_of_a_run_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-c", PARENT, str(script), str(tmp_path / "report")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pids = [int(parent.stdout.readline()), int(parent.stdout.readline())]
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 120
    while not all(gone(pid) for pid in pids):
        assert time.monotonic() < deadline, "the run outlives its parent"
        time.sleep(0.05)


def test_a_reason_is_one_line_without_the_stack_of_java() -> None:
    error = RuntimeError(
        "An error occurred.\n: java.sql.SQLException: refused\n\tat com.x.Y(Z.java:1)\n\tat b"
    )
    assert reason(error) == "RuntimeError: An error occurred. : java.sql.SQLException: refused"
