"""What expressions come to: as Terraform evaluates them where all is known, never more than is certain."""

from __future__ import annotations

from typing import Any

import hcl2
import pytest

from scripts.declarations.values.code import literal, parts
from scripts.declarations.values.expressions import evaluate
from scripts.declarations.values.unknown import UNKNOWN, Partly

KEY = Partly(("arn:aws:kms:us-east-1:111111111111:key/", None))
NAMES: dict[str, Any] = {
    "local": {
        "name": "lab",
        "ports": [80, 443],
        "tags": {"b": "two", "a": "one"},
        "users": {"ana": {"groups": ["x", "y"]}, "ben": {"groups": ["x"]}},
        "key": KEY,
        "later": UNKNOWN,
        "some": ["a", UNKNOWN],
        "nothing": None,
    }
}


def _value(text: str) -> Any:
    tree = hcl2.parses_to_tree(f"x = {text}\n")
    (attribute,) = (each for each in tree.iter_subtrees() if each.data == "attribute")
    return evaluate(parts(attribute)[-1], lambda name: NAMES.get(name, UNKNOWN))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a-${local.name}-1"', "a-lab-1"),
        ('"user/$${aws:username}"', "user/${aws:username}"),
        (r'"a\tb"', "a\tb"),
        ('"${local.ports[1]}"', 443),
        ("local.ports[0] + 1", 81),
        ('local.tags["a"]', "one"),
        ("local.users.ana.groups", ["x", "y"]),
        ("values(local.tags)", ["one", "two"]),
        ("keys(local.users)", ["ana", "ben"]),
        ("values(local.users)[*].groups", [["x", "y"], ["x"]]),
        ("flatten([[1], [[2]], 3])", [1, 2, 3]),
        ('toset(["b", "a", "b"])', ["a", "b"]),
        ('[for n in local.ports : "p${n}"]', ["p80", "p443"]),
        ('[for k, v in local.tags : "${k}=${v}"]', ["a=one", "b=two"]),
        ('[for k, v in local.users : k if contains(v.groups, "y")]', ["ana"]),
        ("{ for k, v in local.tags : v => k }", {"one": "a", "two": "b"}),
        ('{ a = 1, "b" = 2, (local.name) = 3 }', {"a": 1, "b": 2, "lab": 3}),
        ("length(local.ports) == 2 ? local.name : local.later", "lab"),
        ('coalesce(local.nothing, "", "x")', "x"),
        ("merge({ a = 1 }, { a = 2 })", {"a": 2}),
        ("concat([1], [2, 3])", [1, 2, 3]),
        ('split("-", "a-b")', ["a", "b"]),
        ("!(1 == 2) && true", True),
        ("-local.ports[0]", -80),
        ("local.nothing[*].x", []),
        ('replace("a.b", ".", "-")', "a-b"),
        ('join("/", ["a", "b"])', "a/b"),
    ],
)
def test_known_values_are_worked_out_as_terraform_does(text: str, value: Any) -> None:
    assert _value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "local.later",
        "local.missing",
        '"a-${local.later}"',
        "local.later ? 1 : 2",
        "[for x in local.later : x]",
        "[for x in local.some : x if x == 1]",
        "toset(local.some)",
        'contains(local.some, "b")',
        "local.later == 1",
        "local.ports[9]",
        "coalesce(local.later, 1)",
        'cidrsubnet("10.0.0.0/16", 8, 1)',
        "concat(local.users...)",
        '"${local.ports}-1"',
        'split("/", local.key)',
        'replace("a", "/a/", "b")',
        "[for i, n in local.ports : i][0]",
    ],
)
def test_what_is_not_certain_stays_unknown(text: str) -> None:
    assert _value(text) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('split(":", local.key)[4]', "111111111111"),
        ('split(":", local.key)[5]', Partly(("key/", None))),
        ('"${local.key}/*"', Partly(("arn:aws:kms:us-east-1:111111111111:key/", None, "/*"))),
        ("false && local.later", False),
        ("local.later || true", True),
        ("length(local.some)", 2),
        ("local.some[0]", "a"),
        ('[for x in local.some : "${x}"]', ["a", UNKNOWN]),
    ],
)
def test_what_is_known_of_something_is_kept(text: str, value: Any) -> None:
    assert _value(text) == value


def test_a_text_with_a_template_is_no_literal() -> None:
    tree = hcl2.parses_to_tree('x = "a"\ny = "a${b}"\n')
    attributes = sorted(
        (e for e in tree.iter_subtrees() if e.data == "attribute"), key=lambda e: str(e.children[0])
    )
    assert [literal(parts(each)[-1]) for each in attributes] == ["a", None]
