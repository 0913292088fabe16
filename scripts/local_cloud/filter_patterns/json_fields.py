"""Patterns of JSON conditions: ``{ $.user.id = 1 && ($.status > 399 || $.error EXISTS) }``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scripts.local_cloud.filter_patterns.conditions import (
    OPERATORS,
    Predicate,
    ValuePredicate,
    combined,
    comparison,
)
from scripts.local_cloud.filter_patterns.expressions import check_count
from scripts.local_cloud.filter_patterns.model import FilterPattern, InvalidPatternError, Match
from scripts.local_cloud.filter_patterns.scanner import Scanner

#: One step: ``.name``, ``.*``, ``[3]``, ``[*]``, ``['a name']``, with or without a dot before the bracket.
_STEP = re.compile(
    r"""\.?\[\s*(?:(?P<index>\d+)|(?P<each>\*)|'(?P<single>[^']*)'|"(?P<double>[^"]*)")\s*\]
      | \.(?:(?P<any>\*)|(?P<name>[\w-]+))""",
    re.VERBOSE,
)
_ANY = object()
_MISSING = object()
_Step = str | int | object


class _Number(str):
    """A JSON number as it was written, so that ``4*`` can be compared with it."""

    __slots__ = ()


@dataclass(frozen=True)
class Selector:
    """A way from the root of a JSON document to values in it.

    Attributes
    ----------
    text
        As it is written, such as ``$.users[0].id``.
    """

    text: str
    steps: tuple[_Step, ...]

    def nodes(self, document: Any) -> Iterator[Any]:
        """What the way leads to; more than one where it has a wildcard."""
        yield from _walk(document, self.steps)

    def texts(self, document: Any) -> Iterator[str]:
        """The values among them, as text: objects, arrays and null are none."""
        for node in self.nodes(document):
            if isinstance(node, bool):
                yield "true" if node else "false"
            elif isinstance(node, str):
                yield str(node)


class JsonPattern(FilterPattern):
    """A condition on the fields of a message that is a JSON document.

    A condition on a field that the message lacks, or that is an object or an array, is not met; not by ``!=``
    either.
    """

    def __init__(self, text: str) -> None:
        scanner = Scanner(text)
        self._selectors: list[Selector] = []
        self._condition: Predicate[Any] = combined(scanner, self._leaf)
        if not scanner.done:
            raise scanner.error()
        check_count(scanner.expressions)

    def match(self, message: str) -> Match | None:
        """See `FilterPattern`."""
        try:
            document = json.loads(message, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
        except (ValueError, RecursionError):
            return None
        if not self._condition(document):
            return None
        extracted = {item.text: text for item in self._selectors for text in item.texts(document)}
        return Match(extracted, lambda selector: next(_selector(selector).texts(document), None))

    def check_selector(self, selector: str) -> None:
        """See `FilterPattern`."""
        _selector(selector)

    def _leaf(self, scanner: Scanner) -> Predicate[Any]:
        selector = read_selector(scanner)
        self._selectors.append(selector)
        if scanner.keyword("NOT"):
            if not scanner.keyword("EXISTS"):
                raise scanner.error()
            return lambda document: not any(True for _ in selector.nodes(document))
        if scanner.keyword("EXISTS"):
            return lambda document: any(True for _ in selector.nodes(document))
        if scanner.keyword("IS"):
            literals = {"NULL": None, "TRUE": True, "FALSE": False}
            word = scanner.keyword(*literals)
            if word is None:
                raise scanner.error()
            literal = literals[word]
            return lambda document: any(node is literal for node in selector.nodes(document))
        operator = scanner.accept(*OPERATORS)
        if operator is None:
            raise scanner.error()
        return _any_value(selector, comparison(scanner, operator))


def read_selector(scanner: Scanner) -> Selector:
    """The selector that comes next.

    Raises
    ------
    InvalidPatternError
        None does.
    """
    if not scanner.accept("$"):
        raise scanner.error()
    text, steps = "$", []
    while (step := scanner.read(_STEP)) is not None:
        text += step
        steps.append(_step(step))
    if not steps or steps.count(_ANY) > 1:
        raise scanner.error()
    return Selector(text, tuple(steps))


@lru_cache(maxsize=512)
def _selector(text: str) -> Selector:
    scanner = Scanner(text)
    found = read_selector(scanner)
    if not scanner.done:
        raise InvalidPatternError(f"Invalid selector: {text}")
    return found


def _step(text: str) -> _Step:
    found = _STEP.fullmatch(text)
    parts = found.groupdict() if found else {}
    if parts.get("index") is not None:
        return int(parts["index"])
    if parts.get("each") or parts.get("any"):
        return _ANY
    return next(parts[kind] for kind in ("name", "single", "double") if parts.get(kind) is not None)


def _walk(node: Any, steps: tuple[_Step, ...]) -> Iterator[Any]:
    if not steps:
        yield node
        return
    step, rest = steps[0], steps[1:]
    if step is _ANY:
        children = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
        for child in children:
            yield from _walk(child, rest)
        return
    child = _MISSING
    if isinstance(step, int):
        if isinstance(node, list) and step < len(node):
            child = node[step]
    elif isinstance(node, dict):
        child = node.get(step, _MISSING)
    if child is not _MISSING:
        yield from _walk(child, rest)


def _any_value(selector: Selector, condition: ValuePredicate) -> Predicate[Any]:
    return lambda document: any(condition(text) for text in selector.texts(document))
