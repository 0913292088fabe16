from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from scripts.errors import MissingError
from scripts.local_cloud import processes
from scripts.local_cloud.databases import launcher, strays
from scripts.local_cloud.databases.launcher import User, servers_user
from scripts.local_cloud.processes import Process

#: Ends on no signal but SIGKILL.
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
STUBBORN += "while True: time.sleep(1)"


@pytest.fixture
def user() -> User:
    return servers_user()


@pytest.fixture
def folder(tmp_path: Path, user: User) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    os.chown(made, *user.owner)
    return made


def _sleep(user: User, folder: Path, seconds: str = "60") -> Process:
    return launcher.launch(["/bin/sleep", seconds], user=user, folder=folder, log=folder.parent / "log")


def test_a_server_is_never_root_has_a_session_of_its_own_and_a_clean_environment(
    user: User, folder: Path
) -> None:
    process = _sleep(user, folder)
    try:
        found = psutil.Process(process.pid)
        assert found.uids().effective != 0
        assert found.gids().effective != 0
        assert os.getsid(process.pid) == process.pid
        assert set(found.environ()) == {"PATH", "HOME", "TMPDIR", "LC_ALL", "TZ"}
        assert processes.alive(process)
    finally:
        assert processes.stop(process, graceful=signal.SIGTERM, timeout=60)
    assert not psutil.pid_exists(process.pid)


def test_a_server_outlives_the_process_that_started_it(user: User, folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from scripts.local_cloud.databases import launcher\n"
        "p = launcher.launch(['/bin/sleep', '60'], user=launcher.servers_user(),"
        " folder=Path('/'), log=Path(sys.argv[1]))\n"
        "print(p.pid, p.started)"
    )
    said = subprocess.check_output([sys.executable, "-c", script, folder.parent / "log"], text=True)
    pid, started = said.split()
    process = Process(int(pid), started)
    assert processes.alive(process)
    processes.stop(process, graceful=signal.SIGTERM, timeout=60)
    assert not processes.alive(process)


def test_a_process_that_does_not_end_is_killed_after_its_time(user: User, folder: Path) -> None:
    log = folder.parent / "log"
    command = ["/usr/bin/env", "python3", "-c", STUBBORN]
    process = launcher.launch(command, user=user, folder=folder, log=log)
    deadline = time.monotonic() + 60
    while "up" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not processes.stop(process, graceful=signal.SIGTERM, timeout=0.2)
    assert not processes.alive(process)


def test_a_process_with_the_same_pid_and_another_start_is_neither_alive_nor_signalled(
    user: User, folder: Path
) -> None:
    process = _sleep(user, folder)
    other = Process(process.pid, f"1{process.started}")
    try:
        assert not processes.alive(other)
        assert processes.stop(other, graceful=signal.SIGKILL, timeout=60)
        assert processes.alive(process)
    finally:
        processes.stop(process, graceful=signal.SIGTERM, timeout=60)


def test_only_servers_are_counted_as_working_in_a_folder(user: User, folder: Path) -> None:
    shell = _sleep(user, folder)
    (folder / "postgres").symlink_to("/bin/sleep")
    log = folder.parent / "log"
    server = launcher.launch(["./postgres", "60"], user=user, folder=folder, log=log)
    try:
        deadline = time.monotonic() + 60
        while not (found := strays.working_in(folder, user.uid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert found == {server: folder}
        assert strays.working_in(folder / "elsewhere", user.uid) == {}
    finally:
        for process in (shell, server):
            processes.stop(process, graceful=signal.SIGTERM, timeout=60)


def test_what_cannot_run_or_fails_is_told_with_its_last_words(user: User, folder: Path) -> None:
    with pytest.raises(MissingError, match="/no/such/program cannot be started"):
        launcher.launch(["/no/such/program"], user=user, folder=folder, log=folder.parent / "log")
    with pytest.raises(MissingError, match="code 3:\nlast words"):
        launcher.run(["/bin/sh", "-c", "echo last words; exit 3"], user=user, folder=folder)
    with pytest.raises(MissingError, match="did not end"):
        launcher.run(["/bin/sleep", "60"], user=user, folder=folder, timeout=0.1)


def test_a_prefix_runs_in_front_of_the_server_and_becomes_it(user: User, folder: Path) -> None:
    process = launcher.launch(
        ["/bin/sleep", "60"],
        user=user,
        folder=folder,
        log=folder.parent / "log",
        prefix=("/usr/bin/env", "INSIDE=1"),
    )
    try:
        deadline = time.monotonic() + 60
        while psutil.Process(process.pid).name() != "sleep" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert psutil.Process(process.pid).environ()["INSIDE"] == "1"
    finally:
        processes.stop(process, graceful=signal.SIGTERM, timeout=60)
