"""Wildcards against a slow oracle: fnmatch and a search field by field."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scripts.authorization.patterns import (
    Pattern,
    Shape,
    Unresolved,
    Variable,
    compiled,
    parse,
    parse_resource,
)

TEXTS = st.text(alphabet="ab:/*?.[", max_size=12)


def _matches(pattern: str, value: str) -> bool:
    """Oracle: recursion over single characters."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return _matches(pattern[1:], value) or (bool(value) and _matches(pattern, value[1:]))
    return bool(value) and pattern[0] in {"?", value[0]} and _matches(pattern[1:], value[1:])


@given(TEXTS, TEXTS)
def test_a_glob_matches_what_its_characters_match_one_by_one(pattern: str, value: str) -> None:
    found = compiled(Shape.GLOB, parse(pattern, variables=False)).fullmatch(value)
    assert (found is not None) == _matches(pattern, value)


def test_many_stars_are_soon_done_with() -> None:
    pattern = "arn:aws:s3:::shop/" + "*a" * 30 + "*b"
    expression = compiled(Shape.RESOURCE, parse_resource(pattern, variables=False))
    assert expression.fullmatch("arn:aws:s3:::shop/" + "a" * 1000) is None
    assert expression.fullmatch("arn:aws:s3:::shop/" + "a" * 1000 + "b")


FIELDS = st.lists(st.text(alphabet="ab*?", max_size=4), min_size=6, max_size=6)


@given(FIELDS, st.lists(st.text(alphabet="ab", max_size=4), min_size=6, max_size=6))
def test_an_arn_condition_matches_field_by_field(pattern: list[str], value: list[str]) -> None:
    expression = compiled(Shape.ARN, parse(":".join(pattern), variables=False))
    expected = all(_matches(one, other) for one, other in zip(pattern, value, strict=True))
    assert (expression.fullmatch(":".join(value)) is not None) == expected


@given(FIELDS, st.lists(st.text(alphabet="ab", max_size=4), min_size=6, max_size=6))
def test_a_resource_matches_whatever_its_fields_match(pattern: list[str], value: list[str]) -> None:
    expression = compiled(Shape.RESOURCE, parse_resource(":".join(pattern), variables=False))
    if all(_matches(one, other) for one, other in zip(pattern, value, strict=True)):
        assert expression.fullmatch(":".join(value))


@given(st.text(alphabet="ab*?.+$", max_size=6))
def test_a_variables_value_is_plain_text(value: str) -> None:
    pattern = Pattern(Shape.GLOB, parse("x/${aws:username}/*", variables=True))
    assert pattern.match(f"x/{value}/y", lambda _: value)
    assert re.escape(value) in compiled(Shape.GLOB, ("x/", value)).pattern.replace("x/", "", 1)


def test_a_variable_with_a_default_is_taken_apart() -> None:
    assert parse("${aws:UserName, 'a b'}", variables=True) == (Variable("aws:username", "a b"),)
    assert parse("${aws:userid}", variables=True) == (Variable("aws:userid", None),)


def test_a_pattern_says_why_a_variable_has_no_value() -> None:
    pattern = Pattern(Shape.GLOB, parse("${aws:username}", variables=True))
    assert pattern.match("x", lambda _: Unresolved.MISSING) is Unresolved.MISSING
