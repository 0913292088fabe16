"""Filters and pages of the describe operations: pure functions on what the API would show.

Moto knows a part of the documented filters, overlooks others in silence and has errors of its own for the
rest; here a filter is either in an operation's table or refused as AWS refuses it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import jmespath  # type: ignore[import-untyped]

from scripts.local_cloud.providers.framework import error

Item = dict[str, Any]
#: A filter's name to where its value is in an item: a JMESPath expression.
Paths = Mapping[str, str]

_TAG_SETS = ("Tags", "TagSet")


def matching(items: Iterable[Item], filters: Sequence[Mapping[str, Any]] | None, paths: Paths) -> list[Item]:
    """The items that satisfy every filter; a filter is satisfied by any of its values.

    Raises
    ------
    CommonServiceException
        ``InvalidParameterValue`` for a filter that the operation does not have.
    """
    tests = [_test(each, paths) for each in filters or ()]
    return [item for item in items if all(test(item) for test in tests)]


def page(items: Sequence[Item], max_results: int | None, token: str | None) -> tuple[list[Item], str | None]:
    """One page of the items, and the token of the next.

    Raises
    ------
    CommonServiceException
        ``InvalidNextToken`` for a token that we did not give.
    """
    start = _offset(token) if token else 0
    if not max_results:
        return list(items[start:]), None
    end = start + max_results
    following = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return list(items[start:end]), following


def _offset(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error):
        raise error("InvalidNextToken", f"The token '{token}' is invalid.") from None


def _test(each: Mapping[str, Any], paths: Paths) -> Callable[[Item], bool]:
    name = each.get("Name") or "null"
    patterns = [_pattern(value) for value in each.get("Values") or ()]
    values = _reader(name, paths)

    def test(item: Item) -> bool:
        return any(pattern.fullmatch(text) for text in values(item) for pattern in patterns)

    return test


def _reader(name: str, paths: Paths) -> Callable[[Item], list[str]]:
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda item: [tag["Value"] for tag in _tags(item) if tag["Key"] == key]
    if name == "tag-key":
        return lambda item: [tag["Key"] for tag in _tags(item)]
    if name == "tag-value":
        return lambda item: [tag["Value"] for tag in _tags(item)]
    if name not in paths:
        raise error("InvalidParameterValue", f"The filter '{name}' is invalid")
    expression = jmespath.compile(paths[name])
    return lambda item: _texts(expression.search(item))


def _tags(item: Item) -> list[dict[str, str]]:
    for name in _TAG_SETS:
        if item.get(name):
            tags: list[dict[str, str]] = item[name]
            return tags
    return []


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, datetime):
        return [value.strftime("%Y-%m-%dT%H:%M:%S.000Z")]
    return [str(value)]


@lru_cache(maxsize=1024)
def _pattern(value: str) -> re.Pattern[str]:
    r"""``*`` and ``?`` are wild; a backslash makes the next character plain."""
    parts = []
    characters = iter(value)
    for character in characters:
        if character == "\\":
            parts.append(re.escape(next(characters, "\\")))
        else:
            parts.append({"*": ".*", "?": "."}.get(character) or re.escape(character))
    return re.compile("".join(parts), re.DOTALL)
