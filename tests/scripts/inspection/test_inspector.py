"""`lab inspect` at the command line, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import cli
from scripts.errors import BadInputError
from scripts.inspection import inspector
from scripts.inspection.inspector import Files
from tests.scripts.inspection.environments import lab
from tests.scripts.inspection.test_plan import shown

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `lab inspect` with arguments; gives its exit code."""
    monkeypatch.setenv("LAB_LOCAL_DIR", str(tmp_path / ".local"))
    monkeypatch.delenv("LAB_TARGET", raising=False)

    def call(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["lab", "inspect", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return code if isinstance(code, int) else 0

    return call


def test_a_plan_in_a_file_is_listed_and_drawn(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(shown()))
    files = {kind: tmp_path / f"drawing.{kind}" for kind in ("svg", "png", "html")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    assert run("--from-plan", str(plan), "--json", *options) == 0
    answer = capsys.readouterr()
    marks = {each["address"]: each["mark"] for each in json.loads(answer.out)["resources"]}
    assert marks["aws_subnet.new"] == "create"
    assert marks["aws_s3_bucket.old"] == "destroy"
    for path in files.values():
        assert f"Written: {path}" in answer.err
    assert files["png"].read_bytes().startswith(b"\x89PNG")
    assert "+ aws_subnet.new" in files["svg"].read_text()
    assert files["html"].read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan.json"], "Say: lab inspect --from-plan plan.json"),
        (["--dark"], "--dark goes with --png"),
        (["--from-plan", "missing.json"], "missing.json cannot be read"),
    ],
)
def test_bad_input_is_refused_saying_what_was_expected(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(*arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), ("{", "is not JSON"), ("[1]", "no Terraform plan"), ("\x00", "is not JSON")],
)
def test_a_file_that_is_no_plan_is_refused_by_name(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInputError, match=said) as caught:
        inspector.read_plan(file)
    assert str(file) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.tfplan"
    file.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(BadInputError, match="is not JSON"):
        inspector.read_plan(file)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "such" / "folder.svg"
    with pytest.raises(BadInputError, match=r"folder\.svg cannot be written: No such file or directory"):
        inspector.write(lab(2), Files(svg=nowhere))


def test_only_the_files_that_are_asked_for_are_written(tmp_path: Path) -> None:
    wanted = tmp_path / "dark.png"
    assert inspector.write(lab(2), Files(png=wanted, dark=True)) == [wanted]
    assert [path.name for path in tmp_path.iterdir()] == ["dark.png"]
