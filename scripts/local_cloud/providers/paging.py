"""Pages of a listing, and the tokens between them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class TokenError(Exception):
    """A token that no page has given."""


def page(
    items: Sequence[T], key: Callable[[T], str], token: str | None, size: int
) -> tuple[list[T], str | None]:
    """The page that a token asks for, the first one without, and the token of the next if there is one.

    A token names the item that comes next, and the one before: whoever removes what a page has shown, or adds
    to the front meanwhile, is shown every other item once.

    Parameters
    ----------
    key
        Unique among the items.

    Raises
    ------
    TokenError
        It is no token of ours.
    """
    start = _start([key(each) for each in items], token) if token else 0
    end = start + size
    shown = list(items[start:end])
    if end >= len(items):
        return shown, None
    told = json.dumps([end, key(items[end - 1]), key(items[end])])
    return shown, base64.urlsafe_b64encode(told.encode()).decode()


def _start(keys: Sequence[str], token: str) -> int:
    try:
        at, before, here = json.loads(base64.urlsafe_b64decode(token))
        return keys.index(here) if here in keys else keys.index(before) + 1 if before in keys else int(at)
    except (ValueError, TypeError) as why:
        raise TokenError from why
