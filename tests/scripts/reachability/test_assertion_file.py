"""A file of assertions is read whole, or refused with the place and what is expected there."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.config import ROOT
from scripts.errors import BadInputError
from scripts.reachability.assertion_file import read

GOOD = """\
endpoints:
  internet: {internet: true}
  web: {instance: "{name}-web"}
  bucket: {service: s3}
must:
  - from: [internet]
    to: web
    port: [80, 443]
    because: It is a web server.
must_not:
  - {from: web, to: internet, port: 22, because: It calls nobody.}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reachability.yaml"


def test_the_projects_own_file_is_read() -> None:
    found = read(ROOT / "infrastructure" / "reachability.yaml", "sourcelab")
    assert found.endpoints["mysql"].value == "sourcelab-mysql"
    said = {str(each) for each in found.connections}
    assert "bastion must reach postgres on port 5432" in said
    assert "internet must not reach mysql on port 3306" in said


def test_every_pair_of_ends_and_every_port_is_a_connection_with_its_line(file: Path) -> None:
    file.write_text(GOOD)
    found = read(file, "lab")
    assert [(str(each), each.line) for each in found.connections] == [
        ("internet must reach web on port 80", 6),
        ("internet must reach web on port 443", 6),
        ("web must not reach internet on port 22", 11),
    ]
    assert found.endpoints["web"].value == "lab-web"
    assert found.connections[0].because == "It is a web server."


@pytest.mark.parametrize(
    ("old", "new", "line", "expected"),
    [
        ("must:\n", "musst:\n", 5, "unknown key 'musst'"),
        ("must_not:\n", "must:\n", 10, "'must' twice"),
        ("endpoints:\n", "must_not: []\nendpoints:\n", 11, "'must_not' twice"),
        ("internet: true", "internet: false", 2, "true"),
        ("internet: true", "internet: 'true'", 2, "true"),
        ("internet: true", "internet: true, instance: web", 2, "exactly one of"),
        ("{service: s3}", "{}", 4, "exactly one of"),
        ("service: s3", "service: sqs", 4, "s3 or dynamodb"),
        ("service: s3", "queue: s3", 4, "unknown key 'queue'"),
        ('"{name}-web"', '"{prefix}-web"', 3, "unknown placeholder {prefix}"),
        ('"{name}-web"', '"{name!r}-web"', 3, "unknown placeholder {name!r}"),
        ('"{name}-web"', "{name}", 3, "in quotes"),
        ('"{name}-web"', "17", 3, "text"),
        ("to: web", "to: wbe", 7, "'wbe'"),
        ("to: web", "too: web", 7, "unknown key 'too'"),
        ("to: web", "to: internet", 6, "on both sides"),
        ("from: [internet]", "from: []", 6, "empty list"),
        ("from: [internet]", "from: [bucket]", 6, "calls nobody"),
        ("from: [internet]\n    to: web", "from: internet\n    to: bucket", 6, "both are outside"),
        ("[80, 443]", "[80, 0]", 8, "from 1 to 65535"),
        ("[80, 443]", "65536", 8, "from 1 to 65535"),
        ("[80, 443]", "'80'", 8, "from 1 to 65535"),
        ("[80, 443]", "0x50", 8, "from 1 to 65535"),
        ("[80, 443]", "80-90", 8, "from 1 to 65535"),
        ("[80, 443]", "[[80]]", 8, "from 1 to 65535"),
        ("[80, 443]", "[]", 8, "empty list"),
        ("[80, 443]", "", 8, "nothing"),
        ("    because: It is a web server.\n", "", 6, "no because"),
        ("It is a web server.", "''", 9, "text"),
        ("from: web, to: internet, port: 22", "from: internet, to: web, port: 80", 11, "line 6 says"),
        ("  - {from: web", "  {from: web", 11, "a list of connections"),
        ("because: It is", "because: [It is", 10, "not YAML"),
    ],
)  # fmt: skip
def test_what_is_not_as_described_is_refused_with_its_line(
    file: Path, old: str, new: str, line: int, expected: str
) -> None:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadInputError) as refused:
        read(file, "lab")
    assert f"{file}, line {line}:" in str(refused.value)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b"# nothing\n", "is empty"),
        (b"- a\n", "keys and values"),
        (b"must: []\n", "has no endpoints"),
        (b"endpoints: {}\nmust: []\n", "is empty"),
        (b"endpoints: {web: {instance: web}}\n", "asserts nothing"),
        (b"endpoints: \xff\xfe", "not UTF-8"),
        (b"endpoints: \x07", "not YAML"),
        (b"endpoints: *nowhere", "not YAML"),
    ],
)
def test_a_file_that_says_nothing_is_refused(file: Path, content: bytes, expected: str) -> None:
    file.write_bytes(content)
    with pytest.raises(BadInputError, match=expected):
        read(file, "lab")


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(BadInputError, match=r"reachability\.yaml cannot be read: No such file"):
        read(file, "lab")
