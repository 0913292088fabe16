"""What every module keeps to, so that who knows one knows all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.infrastructure.cases import INFRASTRUCTURE

MODULES = sorted(path for path in (INFRASTRUCTURE / "modules").iterdir() if path.is_dir())

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)


def blocks(file: Path, kind: str) -> dict[str, str]:
    """Name -> body of a file's ``variable`` or ``output`` blocks, as ``terraform fmt`` lays them out."""
    found = re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', file.read_text(), re.DOTALL | re.MULTILINE)
    return dict(found)


@each_module
def test_a_module_has_the_files_that_every_module_has(module: Path) -> None:
    expected = {"variables.tf", "outputs.tf", "versions.tf", "README.md"}
    assert expected <= {path.name for path in module.iterdir()}


@each_module
def test_a_readme_names_every_input_and_output(module: Path) -> None:
    readme = (module / "README.md").read_text()
    names = [*blocks(module / "variables.tf", "variable"), *blocks(module / "outputs.tf", "output")]
    assert [name for name in names if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("module", [INFRASTRUCTURE, *MODULES], ids=lambda path: path.name)
def test_every_variable_says_what_it_is_and_of_which_type(module: Path) -> None:
    variables = blocks(module / "variables.tf", "variable")
    assert variables
    for name, body in variables.items():
        assert re.search(r"^  description\s+= ", body, re.MULTILINE), f"{name} has no description"
        assert re.search(r"^  type\s+= (?!any)", body, re.MULTILINE), f"{name} has no precise type"
        null_means_something = re.search(r"^  default\s+= null$", body, re.MULTILINE)
        refuses_null = re.search(r"^  nullable\s+= false$", body, re.MULTILINE)
        assert bool(null_means_something) != bool(refuses_null), (
            f"{name}: null must have a meaning or be refused"
        )


@pytest.mark.parametrize("module", [INFRASTRUCTURE, *MODULES], ids=lambda path: path.name)
def test_every_output_says_what_it_is_and_none_is_secret(module: Path) -> None:
    for name, body in blocks(module / "outputs.tf", "output").items():
        assert re.search(r"^  description\s+= ", body, re.MULTILINE), f"{name} has no description"
        assert "sensitive" not in body, (
            f"{name}: a secret belongs into Secrets Manager, its ARN into the output"
        )


def test_the_description_of_the_environment_knows_of_no_emulator() -> None:
    files = [path for path in INFRASTRUCTURE.rglob("*") if path.is_file() and ".terraform" not in path.parts]
    emulators = re.compile(r"localstack|\bmoto\b|ministack|localhost", re.IGNORECASE)
    assert [str(path) for path in files if emulators.search(path.read_text())] == []


def test_the_lock_file_knows_the_provider_for_every_platform() -> None:
    lock = (INFRASTRUCTURE / ".terraform.lock.hcl").read_text()
    assert 'version     = "5.100.0"' in lock
    # One published archive for each platform that the provider is released for, and its list of checksums.
    assert len(re.findall(r'"zh:[0-9a-f]{64}"', lock)) == 15
