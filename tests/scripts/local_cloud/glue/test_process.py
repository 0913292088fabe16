"""The process of a run ends with whoever started it, with all that it has started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.local_cloud.glue.process import reason
from tests.waiting import gone, wait_for

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


def test_nothing_of_a_run_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-c", PARENT, str(script), str(tmp_path / "report")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pids = [int(parent.stdout.readline()), int(parent.stdout.readline())]
    parent.kill()
    parent.wait()
    wait_for(lambda: all(gone(pid) for pid in pids))


def test_a_reason_is_one_line_without_the_stack_of_java() -> None:
    error = RuntimeError(
        "An error occurred.\n: java.sql.SQLException: refused\n\tat com.x.Y(Z.java:1)\n\tat b"
    )
    assert reason(error) == "RuntimeError: An error occurred. : java.sql.SQLException: refused"


def test_a_jobs_reason_does_not_tell_of_the_proxy_that_its_java_asks() -> None:
    error = RuntimeError("Socket fail to connect to 127.20.0.2:3306. SOCKS: Connection refused")
    assert reason(error) == "RuntimeError: Socket fail to connect to 127.20.0.2:3306. Connection refused"
