"""The documentation says what the code says; `make docs` repairs what fails here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from scripts.cli import app
from scripts.config import ROOT
from scripts.documentation import commands, markdown, modules, pages, services
from scripts.errors import BadInputError
from scripts.local_cloud import fidelity
from scripts.local_cloud.localstack import SERVICES

STALE = "stale: run `make docs` and commit what it wrote"


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, str]]:
    return fidelity.tables()


@pytest.fixture(scope="module")
def command() -> Any:
    return typer.main.get_command(app)


def test_the_modules_tables_are_those_of_the_code() -> None:
    made = pages.of_modules(ROOT)
    assert len(made) == 1 + len(list((ROOT / "infrastructure" / "modules").iterdir()))
    assert pages.stale(ROOT, made) == [], STALE


def test_the_table_of_services_is_that_of_the_providers(tables: dict[str, dict[str, str]]) -> None:
    assert pages.stale(ROOT, pages.of_services(tables)) == [], STALE


def test_the_command_reference_is_that_of_the_commands(command: Any) -> None:
    assert pages.stale(ROOT, pages.of_commands(command)) == [], STALE


def test_every_service_of_ours_is_there_with_every_operation(tables: dict[str, dict[str, str]]) -> None:
    assert set(tables) == set(SERVICES)
    assert tables["rds"]["CreateDBInstance"] == "real"
    assert tables["ec2"]["RunInstances"] == "simulated"
    assert tables["rds"]["CreateDBCluster"] == "refused"


def test_every_command_that_is_not_hidden_is_in_the_reference(command: Any) -> None:
    text = commands.document(command)
    for name, each in command.commands.items():
        assert (f"### lab {name}\n" in text) is not each.hidden
    assert "`--target <str>`" in text
    assert "[env var: LAB_TARGET]" in text


def test_operations_are_listed_and_refused_ones_counted() -> None:
    text = services.document({"b": {"Do": "real", "Be": "simulated", "Un": "refused"}, "a": {"Do": "real"}})
    assert "| [b](#b) | 1 | 1 | 1 |" in text
    assert "**Real**: `Do`" in text
    assert "<summary>Refused: 1</summary>" in text
    assert text.index("## a") < text.index("## b")


def test_types_defaults_and_descriptions_are_written_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text(
        'variable "a" {\n  description = <<-EOT\n    One <b>\n    or a|b.\n  EOT\n  type = map(object({\n'
        "    n = optional(number, 1)\n  }))\n  default = { x = { n = 2 }, y = {} }\n}\n"
        'variable "b" {\n  description = "Two \\"quoted\\"."\n  type = string\n}\n'
        'variable "c" {\n  description = "Three."\n  type = list(string)\n  default = ["x", "${1}"]\n}\n'
        'variable "d" {\n  description = "Four."\n  type = bool\n  default = null\n}\n'
    )
    (tmp_path / "outputs.tf").write_text('output "o" {\n  description = "Out."\n  value = 1\n}\n')
    lines = modules.tables(tmp_path).splitlines()
    assert lines[4].startswith("| `a` | One &lt;b> or a\\|b. | `map(object({")
    assert lines[4].endswith("| `{ x = { n = 2 }, y = {} }` |")
    assert lines[5] == '| `b` | Two "quoted". | `string` | required |'
    assert lines[6].endswith('`["x", "${1}"]` |')
    assert lines[7].endswith("| `bool` | `null` |")
    assert lines[-1] == "| `o` | Out. |"


def test_a_section_is_replaced_between_its_marks_and_nothing_else_is_touched() -> None:
    begin, end = "<!-- it: made by `make docs` -->", "<!-- end of it -->"
    document = f"before\n{begin}\nold\n{end}\nafter\n"
    made = markdown.with_section(document, "it", r"new \1", "README.md")
    assert made == f"before\n{begin}\n\nnew \\1\n\n{end}\nafter\n"
    assert markdown.with_section(made, "it", r"new \1", "README.md") == made


@pytest.mark.parametrize("document", ["", "<!-- end of it -->", "<!-- it: made by `make docs` -->\n" * 2])
def test_a_document_without_its_marks_is_refused_and_named(document: str) -> None:
    with pytest.raises(BadInputError, match=r"README\.md must hold these lines"):
        markdown.with_section(document, "it", "new", "README.md")


def test_only_what_is_stale_is_written(tmp_path: Path) -> None:
    (tmp_path / "same.md").write_text("same")
    wanted = {Path("same.md"): "same", Path("docs/other.md"): "other"}
    assert pages.write(tmp_path, wanted) == [Path("docs/other.md")]
    assert (tmp_path / "docs" / "other.md").read_text() == "other"
    assert pages.stale(tmp_path, wanted) == []
