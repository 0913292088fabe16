"""The catalogue of bad input: each case its exit code, what was expected, and no trace."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import cli
from tests.scripts.conftest import Run

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("bad_input.yaml").read_text())


def _name(case: dict[str, Any]) -> str:
    return " ".join([*(f"{key}={value}" for key, value in case.get("env", {}).items()), case["lab"]])


def _make(folder: Path, files: dict[str, str | None]) -> None:
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_bad_input_gets_its_exit_code_and_what_was_expected(
    run: Run,
    case: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _make(tmp_path, case.get("files", {}))
    for name, value in case.get("env", {}).items():
        monkeypatch.setenv(name, value.replace("{tmp}", str(tmp_path)))
    code = run(*(part.replace("{tmp}", str(tmp_path)) for part in shlex.split(case["lab"])))
    captured = capfd.readouterr()
    said = " ".join(captured.err.replace("│", " ").split())
    assert case["said"] in said, captured.err
    assert code == case["code"], captured.err
    assert "Traceback" not in captured.err
    assert "This should not happen" not in captured.err
    assert captured.out == ""


def test_no_command_is_missing_from_the_catalogue() -> None:
    commands = {
        command.name or command.callback.__name__
        for command in cli.app.registered_commands
        if not command.hidden and command.callback
    }
    groups = {group.name for group in cli.app.registered_groups}
    tried = {word for case in CASES for word in shlex.split(case["lab"])}
    assert commands | groups <= tried
    assert len(CASES) >= 60
