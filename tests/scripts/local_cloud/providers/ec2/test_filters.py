from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.aws.api import CommonServiceException

from scripts.local_cloud.providers.ec2.filters import matching, page

ITEMS: list[dict[str, Any]] = [
    {"Id": "one", "On": True, "Size": 8, "Groups": [{"Id": "a"}, {"Id": "b"}], "Tags": []},
    {"Id": "two", "On": False, "Size": 80, "Groups": [], "Tags": [{"Key": "Name", "Value": "x*y"}]},
    {"Id": "three", "On": True, "At": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
]
PATHS = {"id": "Id", "on": "On", "size": "Size", "group-id": "Groups[].Id", "at": "At"}


def ids(*filters: tuple[str, list[str]]) -> list[str]:
    asked = [{"Name": name, "Values": values} for name, values in filters]
    return [item["Id"] for item in matching(ITEMS, asked, PATHS)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], ["one", "two", "three"]),
        ([("id", ["one", "three"])], ["one", "three"]),
        ([("on", ["true"])], ["one", "three"]),
        ([("size", ["8"])], ["one"]),
        ([("group-id", ["b"])], ["one"]),
        ([("id", ["t*"])], ["two", "three"]),
        ([("id", ["t?o"])], ["two"]),
        ([("on", ["true"]), ("size", ["8"])], ["one"]),
        ([("tag:Name", ["x*"])], ["two"]),
        ([("tag:Name", [r"x\*y"])], ["two"]),
        ([("tag:Name", [r"\*"])], []),
        ([("tag-key", ["Name"])], ["two"]),
        ([("at", ["2026-01-02*"])], ["three"]),
        ([("id", ["ONE"])], []),
        ([("id", ["[ot]*"])], []),
    ],
)
def test_a_filter_matches_any_of_its_values_and_all_filters_must_match(
    filters: list[tuple[str, list[str]]], expected: list[str]
) -> None:
    assert ids(*filters) == expected


def test_an_unknown_filter_is_an_invalid_parameter() -> None:
    with pytest.raises(CommonServiceException, match="'colour' is invalid") as refused:
        ids(("colour", ["red"]))
    assert refused.value.code == "InvalidParameterValue"


@given(st.lists(st.integers(), max_size=30), st.integers(1, 12))
def test_pages_put_together_are_the_whole_and_none_is_too_long(numbers: list[int], size: int) -> None:
    items = [{"Id": number} for number in numbers]
    seen: list[dict[str, Any]] = []
    token = None
    while True:
        shown, token = page(items, size, token)
        assert len(shown) <= size
        seen += shown
        if token is None:
            break
    assert seen == items


def test_a_token_that_was_never_given_is_refused() -> None:
    with pytest.raises(CommonServiceException) as refused:
        page(ITEMS, 1, "never-given")
    assert refused.value.code == "InvalidNextToken"
