"""Pages of a listing that changes while it is read."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from scripts.local_cloud.providers.paging import TokenError, page


def listed(items: list[str], size: int, between: Callable[[list[str]], None] = lambda _: None) -> list[str]:
    """Everything that a client is shown, page by page; something may happen after the first."""
    shown, token = page(items, str, None, size)
    between(items)
    while token:
        more, token = page(items, str, token, size)
        shown += more
    return shown


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_pages_hold_everything_once_and_the_last_has_no_token(size: int) -> None:
    assert listed(list("abcde"), size) == list("abcde")


def test_whoever_removes_what_was_shown_is_shown_every_other_item() -> None:
    def remove_shown(items: list[str]) -> None:
        del items[:2]

    assert listed(list("abcde"), 2, remove_shown) == list("abcde")


@pytest.mark.parametrize(("gone", "rest"), [("c", "de"), ("b", "cde"), ("bc", "de"), ("abcde", "")])
def test_what_is_removed_between_two_pages_makes_nothing_come_twice(gone: str, rest: str) -> None:
    def remove(items: list[str]) -> None:
        items[:] = [each for each in items if each not in gone]

    first = list("ab")
    found = listed(list("abcde"), 2, remove)
    assert found[:2] == first
    assert len(found) == len(set(found))
    assert set(found[2:]) <= set(rest)
    assert found[2:] == list(rest) or gone == "bc"


def test_what_comes_to_the_front_makes_nothing_come_twice() -> None:
    assert listed(list("abcde"), 2, lambda items: items.insert(0, "new")) == list("abcde")


@pytest.mark.parametrize("token", ["garbage", "!", base64.urlsafe_b64encode(b"[1]").decode(), "bnVsbA=="])
def test_a_token_that_no_page_has_given_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        page(list("abc"), str, token, 1)
