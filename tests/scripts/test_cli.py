"""The command line in this process, without a local cloud: what it refuses, and how it says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import cli
from scripts.errors import ExitCode

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `lab` with arguments; gives its exit code."""
    monkeypatch.setenv("LAB_LOCAL_DIR", str(tmp_path / ".local"))
    monkeypatch.delenv("LAB_TARGET", raising=False)

    def call(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["lab", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return code if isinstance(code, int) else 0

    return call


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--target", "azure", "status"], ExitCode.BAD_INPUT, "local, aws"),
        (["--target", "aws", "up"], ExitCode.BAD_INPUT, "Leave TARGET out"),
        (["--target", "aws", "status"], ExitCode.BAD_INPUT, "about the local cloud"),
        (["launch"], ExitCode.BAD_INPUT, "launch"),
        (["seed", "sakila"], ExitCode.BAD_INPUT, "rentio, classicmodels, dynamodb, s3"),
        (["seed", "--scale", "0"], ExitCode.BAD_INPUT, "from 1 to 1000"),
        (["seed", "--scale", "many"], ExitCode.BAD_INPUT, "valid integer"),
        (["seed", "--seed", "-1"], ExitCode.BAD_INPUT, "-1"),
        (["seed", "--into", "mysql"], ExitCode.BAD_INPUT, "goes with --dump"),
        (["seed", "--dump", "missing.sql"], ExitCode.BAD_INPUT, "missing.sql"),
        (["seed", "rentio", "--dump", "x.sql"], ExitCode.BAD_INPUT, "not both"),
        (["seed", "--dump", "x.sql", "--into", "oracle"], ExitCode.BAD_INPUT, "mysql, postgres"),
        (["seed"], ExitCode.MISSING, "make apply"),
    ],
)
def test_bad_input_gets_its_exit_code_and_what_was_expected(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert run(*arguments) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


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


def test_clean_removes_what_is_ours_and_keeps_what_is_not(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".local" / "log").mkdir(parents=True)
    (tmp_path / ".local" / "notes.txt").write_text("mine")
    assert run("clean") == ExitCode.DONE
    assert [path.name for path in (tmp_path / ".local").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_written_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAB_LOCAL_DIR", str(tmp_path / "file" / ".local"))
    assert run("up") == ExitCode.MISSING
    assert "cannot be written" in capsys.readouterr().err
