"""JupyterLab on a learner's notebook: it starts, for who has its token, on this machine alone, and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import urllib3

from scripts.labs import manifest
from scripts.labs.desk import Desk
from tests.bench.environment import LAB
from tests.conftest import free_port
from tests.scripts.conftest import Environment
from tests.scripts.labs.conftest import variables

RELATIONAL = manifest.find("relational")

#: For a start on a machine that has much else to do.
PATIENCE_SECONDS = 240


def served(home: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What Jupyter noted of its server, once it answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None, "it ended"
        assert time.monotonic() < deadline, "it did not start in time"
        for file in home.glob("**/jpserver-*.json"):
            try:
                found: dict[str, Any] = json.loads(file.read_text())
                urllib3.request("GET", f"{found['url']}api", retries=False, timeout=5)
            except (ValueError, urllib3.exceptions.HTTPError):
                continue
            else:
                return found
        time.sleep(0.1)


def test_the_notebook_is_served_to_who_has_the_token_on_this_machine_and_ends(
    seeded: Environment, tmp_path: Path
) -> None:
    desk = Desk(seeded.settings, seeded.session, tmp_path / "workspace")
    desk.start(RELATIONAL, "mysql", force=False, say=print)
    (desk.required(RELATIONAL).folder / "connections.ini").unlink()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LAB_WORKSPACE": str(desk.home),
        **variables(seeded.settings),
    }
    port = free_port()
    process = subprocess.Popen(
        [LAB, "notebook", "relational", "--no-browser", "--port", str(port)], env=environment
    )
    try:
        server = served(tmp_path, process)
        assert server["hostname"] == "127.0.0.1"
        book = f"{server['url']}api/contents/relational.ipynb"
        assert urllib3.request("GET", book).status == 403
        answer = urllib3.request("GET", book, headers={"Authorization": f"token {server['token']}"})
        assert answer.status == 200
        assert answer.json()["content"]["cells"][0]["source"].startswith(f"# {RELATIONAL.title}")
        # What the notebook connects with is there again.
        assert (desk.required(RELATIONAL).folder / "connections.ini").is_file()
        listening = [
            each.laddr.ip
            for each in psutil.Process(server["pid"]).net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        ]
        assert set(listening) == {"127.0.0.1"}
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        assert not psutil.pid_exists(server["pid"])
    finally:
        for each in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else ():
            each.kill()
        process.kill()
        process.wait()
        desk.reset(RELATIONAL)
