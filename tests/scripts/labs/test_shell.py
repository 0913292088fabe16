"""A learner's commands: what they print comes back, they end in time, and `aws` speaks to the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.config import Settings
from scripts.labs import shell
from scripts.labs.outcome import NotYetError
from scripts.labs.work import learner_environment
from tests.conftest import Cloud


def _file(folder: Path, text: str) -> Path:
    file = folder / "answer.sh"
    file.write_text(text)
    return file


def _ran(folder: Path, text: str, seconds: float = 120) -> shell.Ran:
    settings = Settings(local_dir=folder / ".local")
    environment = shell.with_tools(learner_environment(settings), settings)
    return shell.run(_file(folder, text), environment=environment, seconds=seconds)


def test_what_is_printed_and_what_is_complained_of_are_told_apart(tmp_path: Path) -> None:
    ran = _ran(tmp_path, "echo one\necho two >&2\n")
    assert (ran.printed, ran.errors) == ("one\n", "two\n")


def test_a_command_that_fails_is_told_in_its_own_words_also_within_a_pipe(tmp_path: Path) -> None:
    with pytest.raises(NotYetError, match="ended with code 2") as caught:
        _ran(tmp_path, "(echo lost the key >&2; exit 2) | cat\n")
    assert caught.value.seen == "lost the key"


def test_a_command_without_end_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(NotYetError, match="was stopped after 1 seconds"):
        _ran(tmp_path, "sleep 600 & sleep 600\n", seconds=1)


def test_output_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotYetError, match="prints without end"):
        _ran(tmp_path, "head -c 200000 /dev/zero | tr '\\0' x\n")


def test_a_command_that_waits_for_input_finds_none(tmp_path: Path) -> None:
    assert _ran(tmp_path, "read answer || echo nobody there\n").printed == "nobody there\n"


@pytest.mark.parametrize("program", ["aws", "awslocal"])
def test_aws_speaks_to_the_target_by_either_name(program: str, cloud: Cloud, tmp_path: Path) -> None:
    environment = shell.with_tools(learner_environment(cloud.settings), cloud.settings)
    text = f"{program} rds describe-db-engine-versions --engine mysql --query 'DBEngineVersions[0].Engine'\n"
    ran = shell.run(_file(tmp_path, text), environment=environment, seconds=300)
    assert ran.printed.strip() == '"mysql"'
