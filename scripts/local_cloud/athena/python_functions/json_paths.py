"""JSON as it is written, and what lies under a path."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from scripts.local_cloud.athena.python_functions.refusal import Refusal, argument


class Number(float):
    """A number that keeps its text."""

    text = ""


def _number(text: str) -> Number:
    found = Number(text)
    found.text = text
    return found


def _constant(word: str) -> Any:
    raise ValueError(word)


class Members(tuple[tuple[str, Any], ...]):
    """An object as it is written: its members in their order, with those that come twice."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_constant)
AS_WRITTEN = json.JSONDecoder(parse_float=_number, parse_constant=_constant, object_pairs_hook=Members)


@lru_cache(maxsize=256)
def _path(path: str) -> tuple[str, ...]:
    steps: list[str] = []
    rest = path.removeprefix("$")
    if rest == path:
        raise argument(f"Invalid JSON path: '{path}'")
    while rest:
        found = re.match(r"\.([\w:]+)|\[(\w+)\]|\[\"((?:[^\"\\]|\\[\"\\])*)\"\]", rest)
        if not found:
            if re.search(r"\.\.|[*?@!(]", rest):
                raise Refusal(
                    f"NOT_SUPPORTED: The JSON path '{path}' is not read by the local cloud; on AWS it may be"
                )
            raise argument(f"Invalid JSON path: '{path}'")
        name, bare, quoted = found.groups()
        steps.append(name or bare or re.sub(r"\\(.)", r"\1", quoted))
        rest = rest[found.end() :]
    return tuple(steps)


MISSING = object()
_SPACE = re.compile(r"[ \t\n\r]*")


def at_path(text: str, path: str) -> Any:
    """What lies under a path, as Trino streams it: the first of equal keys, and no look at what follows."""
    steps = _path(path)
    try:
        at = _skipped(text, 0)
        for step in steps:
            opening = text[at : at + 1]
            found = (
                _member(text, at, step)
                if opening == "{"
                else _element(text, at, step)
                if opening == "["
                else None
            )
            if found is None:
                return MISSING
            at = found
        return _value(text, at)[0]
    except ValueError:
        return MISSING


def _skipped(text: str, at: int) -> int:
    """The place after white space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value here, and the place after it."""
    value, end = AS_WRITTEN.raw_decode(text, at)
    if isinstance(value, int | float) and text[end : end + 1].isalnum():
        raise ValueError(text[at : end + 1])
    return value, end


def _member(text: str, at: int, name: str) -> int | None:
    """Where the value of a member begins; nothing where there is none."""
    at = _skipped(text, at + 1)
    while text[at : at + 1] == '"':
        key, at = scanstring(text, at + 1)
        at = _skipped(text, at)
        if text[at : at + 1] != ":":
            return None
        at = _skipped(text, at + 1)
        if key == name:
            return at
        at = _skipped(text, _value(text, at)[1])
        if text[at : at + 1] != ",":
            return None
        at = _skipped(text, at + 1)
    return None


def _element(text: str, at: int, step: str) -> int | None:
    """Where an element of an array begins; nothing where there is none."""
    index = int(step) if re.fullmatch(r"[0-9]+", step) else -1
    at = _skipped(text, at + 1)
    if index < 0 or text[at : at + 1] == "]":
        return None
    for _ in range(index):
        at = _skipped(text, _value(text, at)[1])
        if text[at : at + 1] != ",":
            return None
        at = _skipped(text, at + 1)
    return at
