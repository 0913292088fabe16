"""Manifests: each mistake is told with file, field and what is expected."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.errors import BadInputError
from scripts.labs import manifest

MISTAKES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("bad_manifests.yaml").read_text()
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a good lab, to be spoilt."""
    copy = tmp_path / "relational"
    shutil.copytree(manifest.LABS / "relational", copy)
    return copy


def spoil(folder: Path, changes: Mapping[str, Any]) -> None:
    """Change fields, named by their place; None takes one away."""
    file = folder / manifest.MANIFEST
    content = yaml.safe_load(file.read_text())
    for place, value in changes.items():
        *way, last = (int(part) if part.isdigit() else part for part in place.split("."))
        at = content
        for part in way:
            at = at[part]
        if value is None:
            del at[last]
        else:
            at[last] = value
    file.write_text(yaml.safe_dump(content))


def test_the_copy_of_a_good_lab_is_good(folder: Path) -> None:
    assert manifest.load(folder) == manifest.find("relational").model_copy(update={"folder": folder})


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_file_field_and_what_is_expected(
    folder: Path, mistake: dict[str, Any]
) -> None:
    spoil(folder, mistake["set"])
    with pytest.raises(BadInputError) as raised:
        manifest.load(folder)
    for each in mistake["said"]:
        assert each in raised.value.what
    assert mistake.get("hint", "README.md shows every field") in raised.value.hint


@pytest.mark.parametrize("content", ["", "- a\n", "7\n"])
def test_a_manifest_that_is_no_mapping_is_told(folder: Path, content: str) -> None:
    (folder / manifest.MANIFEST).write_text(content)
    with pytest.raises(BadInputError, match=r"lab\.yaml: expected a mapping with title, summary"):
        manifest.load(folder)


def test_an_exercise_that_is_there_twice_is_named(folder: Path) -> None:
    content = yaml.safe_load((folder / manifest.MANIFEST).read_text())
    spoil(folder, {"exercises": [*content["exercises"], content["exercises"][0]]})
    with pytest.raises(BadInputError, match="copy-table: an id may be there once only"):
        manifest.load(folder)


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("lab.yaml", "lab.yaml cannot be read"),
        ("story.md", "there is no story.md"),
        ("checks.py", "there is no checks.py"),
        ("solution/where.sql", "there is no where.sql"),
    ],
)
def test_a_missing_file_is_named(folder: Path, gone: str, told: str) -> None:
    (folder / gone).unlink()
    with pytest.raises(BadInputError, match=told):
        manifest.load(folder)


def test_a_missing_check_is_named(folder: Path) -> None:
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace("def check_where(", "def check_whither("))
    with pytest.raises(BadInputError, match=r"there is no function check_where\(work\)"):
        manifest.load(folder)


def test_checks_that_are_not_python_are_told_with_their_line(folder: Path) -> None:
    (folder / "checks.py").write_text("x = 1\ndef check_(:\n")
    with pytest.raises(BadInputError, match=r"checks\.py: line 2: invalid syntax"):
        manifest.load(folder)


def test_a_manifest_is_read_without_running_what_judges(folder: Path) -> None:
    checks = folder / "checks.py"
    checks.write_text(f"raise SystemExit('run')\n{checks.read_text()}")
    manifest.load(folder)


def test_what_is_not_yaml_is_told_with_its_place(folder: Path) -> None:
    (folder / manifest.MANIFEST).write_text("title: [\n")
    with pytest.raises(BadInputError, match=r"lab\.yaml is not YAML: .*line 2"):
        manifest.load(folder)


def test_an_unknown_lab_or_exercise_names_those_that_there_are() -> None:
    with pytest.raises(BadInputError, match=r"There are: .*relational"):
        manifest.find("relation")
    with pytest.raises(BadInputError, match=r"It has: .*group-by"):
        manifest.find("relational").exercise("group")


def test_a_preparation_without_its_function_is_named(folder: Path) -> None:
    (folder / "prepare.py").write_text("def begin(): ...\n")
    with pytest.raises(BadInputError, match=r"prepare\.py: there is no function prepare"):
        manifest.load(folder)
