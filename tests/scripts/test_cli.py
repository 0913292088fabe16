"""The command line in this process, without a local cloud: what it refuses, and how it says so."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.config import ROOT
from scripts.errors import ExitCode
from scripts.local_cloud import lifecycle
from tests.scripts.conftest import Run


def test_status_of_a_cloud_that_was_never_started_says_how_to_start_it(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("status") == ExitCode.NO
    assert "not started; run `make apply`" in capsys.readouterr().out


def test_status_as_json_is_one_document(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--json") == ExitCode.NO
    parts = json.loads(capsys.readouterr().out)
    assert parts[0]["name"] == "localstack"
    assert {part["kind"] for part in parts} == {"real", "simulated"}


def test_what_was_never_started_can_be_stopped_and_destroyed(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("down") == ExitCode.DONE
    assert run("destroy") == ExitCode.DONE
    assert "nothing of the environment exists" in capsys.readouterr().err


def test_clean_refuses_while_the_state_of_aws_holds_resources(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_AWS_DIR", str(tmp_path / "aws"))
    (tmp_path / "aws").mkdir()
    state = '{"resources": [{"mode": "managed", "type": "aws_nat_gateway", "name": "this"}]}'
    (tmp_path / "aws" / "terraform.tfstate").write_text(state)
    assert run("clean") == ExitCode.BAD_INPUT
    assert "make destroy TARGET=aws" in capsys.readouterr().err


def test_clean_removes_what_is_ours_and_keeps_and_names_what_is_not(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".local" / "log").mkdir(parents=True)
    (tmp_path / ".local" / "notes.txt").write_text("mine")
    assert run("clean") == ExitCode.DONE
    assert [path.name for path in (tmp_path / ".local").iterdir()] == ["notes.txt"]
    assert capsys.readouterr().err.endswith("stays: notes.txt.\n")
    (tmp_path / ".local" / "notes.txt").unlink()
    assert run("clean") == ExitCode.DONE
    assert capsys.readouterr().err == f"{tmp_path / '.local'} is removed.\n"


def test_what_nobody_foresaw_is_told_in_a_sentence_and_its_trace_is_kept_for_whoever_repairs_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(lifecycle, "LocalCloud", fault)
    assert run("status") == ExitCode.REMOTE
    said = capsys.readouterr().err
    log = tmp_path / ".local" / "log" / "crash.log"
    assert "This should not happen: ZeroDivisionError: a fault" in said
    assert str(log) in said
    assert "Traceback" not in said
    assert "Traceback (most recent call last)" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_full_disk_anywhere_is_told_as_such(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(*_: object) -> None:
        with open("/dev/full", "w", buffering=1) as full:  # noqa: PTH123 - the kernel's own full disk
            full.write("a line\n")

    monkeypatch.setattr(lifecycle, "LocalCloud", write)
    assert run("status") == ExitCode.MISSING
    assert "No space is left" in capsys.readouterr().err


def test_ctrl_c_gets_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        # Another thread can keep Python from looking for signals at once.
        for _ in range(6_000):
            time.sleep(0.01)

    monkeypatch.setattr(lifecycle, "LocalCloud", interrupted)
    # A shell has whatever it starts in the background ignore this signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert run("status") == ExitCode.MISSING
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        # (PYTHON=true: the environment that these tests run in is not set up anew.)
        (["status", "TARGET=azure", "PYTHON=true"], "expected one of: local, aws"),
        (["seed", "SCALE=many", "PYTHON=true"], "valid integer"),
        (["up", "TARGET=aws", "PYTHON=true"], "Leave TARGET out"),
        (["status", "PYTHON=python2.99"], "python2.99"),
        (["launch"], "No rule to make target"),
    ],
)
def test_a_wrong_variable_of_make_is_told_and_fails(arguments: list[str], said: str, tmp_path: Path) -> None:
    environment = {**os.environ, "LAB_LOCAL_DIR": str(tmp_path / ".local"), "MAKEFLAGS": ""}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_that_is_too_old_can_read_the_set_up_far_enough_to_be_told_so() -> None:
    source = (ROOT / "scripts" / "bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 7))
    old = "import runpy, sys; sys.version_info = (3, 8, 10, 'final', 0); sys.argv = ['bootstrap.py']; "
    old += f"runpy.run_path({str(ROOT / 'scripts' / 'bootstrap.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.MISSING
    assert "Python 3.8.10 is too old; 3.11 or newer is needed" in done.stderr
    assert "PYTHON=python3.12" in done.stderr
