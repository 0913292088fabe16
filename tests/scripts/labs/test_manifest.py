"""Manifests: each mistake is told with file, field and what is expected."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.errors import BadInputError
from scripts.labs import manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a good lab, to be spoilt."""
    copy = tmp_path / "relational"
    shutil.copytree(manifest.LABS / "relational", copy)
    return copy


def spoil(folder: Path, **changes: Any) -> None:
    file = folder / manifest.MANIFEST
    content = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(content | changes))


def test_the_copy_of_a_good_lab_is_good(folder: Path) -> None:
    assert manifest.load(folder) == manifest.find("relational").model_copy(update={"folder": folder})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"minutes": "soon"}, "lab.yaml: minutes: "),
        ({"minutes": 0}, "lab.yaml: minutes: "),
        ({"titel": "x"}, "lab.yaml: titel: "),
        ({"objectives": []}, "lab.yaml: objectives: "),
        ({"needs": {"services": ["rds"], "engines": ["oracle"]}}, "lab.yaml: needs.engines.0: "),
        ({"needs": {"services": ["rds"], "own_tables": ["a; drop"]}}, "lab.yaml: needs.own_tables.0: "),
        ({"needs": {"services": ["rds"], "setup": "../x.sql"}}, "lab.yaml: needs.setup: "),
        ({"needs": {"services": ["rds"], "together": True}}, "setup and together want engines"),
        (
            {"needs": {"services": ["rds"], "engines": ["mysql"], "dataset": "rentio", "setup": "no.sql"}},
            "needs.setup: there is no no.sql",
        ),
        ({"exercises": []}, "lab.yaml: exercises: "),
        ({"exercises": [{"id": "Select"}]}, "lab.yaml: exercises.0.id: "),
        ({"name": "other"}, "name"),
    ],
)
def test_a_wrong_field_is_named(folder: Path, changes: dict[str, Any], told: str) -> None:
    spoil(folder, **changes)
    with pytest.raises(BadInputError, match=re.escape(told)):
        manifest.load(folder)


def test_an_exercise_that_is_there_twice_is_named(folder: Path) -> None:
    content = yaml.safe_load((folder / manifest.MANIFEST).read_text())
    spoil(folder, exercises=[*content["exercises"], content["exercises"][0]])
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


def test_what_is_not_yaml_is_told_with_its_place(folder: Path) -> None:
    (folder / manifest.MANIFEST).write_text("title: [\n")
    with pytest.raises(BadInputError, match=r"lab\.yaml is not YAML: .*line 2"):
        manifest.load(folder)


def test_an_unknown_lab_or_exercise_names_those_that_there_are() -> None:
    with pytest.raises(BadInputError, match=r"There are: .*relational"):
        manifest.find("relation")
    with pytest.raises(BadInputError, match=r"It has: .*group-by"):
        manifest.find("relational").exercise("group")
