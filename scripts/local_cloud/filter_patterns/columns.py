"""Patterns of columns in space-delimited messages: ``[ip, user, ..., status = 4*, bytes > 100]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scripts.local_cloud.filter_patterns.conditions import (
    OPERATORS,
    Predicate,
    combined,
    comparison,
)
from scripts.local_cloud.filter_patterns.expressions import check_count
from scripts.local_cloud.filter_patterns.model import FilterPattern, InvalidPatternError, Match
from scripts.local_cloud.filter_patterns.scanner import Scanner

_NAME = re.compile(r"[\w-]+")
#: Text in brackets or quotation marks is one column, without them; one that is not closed is a word.
_COLUMN = re.compile(r'\[(?P<bracket>[^\]]*)\](?!\S)|"(?P<quote>(?:\\.|[^"\\])*)"(?!\S)|(?P<word>\S+)')
_SELECTOR = re.compile(r"\$([\w-]+)")


@dataclass(frozen=True)
class _Column:
    """One column: its name, if it has one, and the condition on its text."""

    name: str | None
    condition: Predicate[str]


class ColumnPattern(FilterPattern):
    """Names and conditions of the columns, all of them; ``...`` stands for any number."""

    def __init__(self, text: str) -> None:
        self._before: list[_Column] = []
        self._after: list[_Column] | None = None
        scanner = Scanner(text)
        while True:
            if scanner.accept("...", "…"):
                if self._after is not None:
                    raise InvalidPatternError("Invalid filter pattern")
                self._after = []
            else:
                target = self._before if self._after is None else self._after
                target.append(_column(scanner))
            if not scanner.accept(","):
                break
        if not scanner.done:
            raise scanner.error()
        check_count(scanner.expressions)
        named = [column.name for column in (*self._before, *(self._after or ())) if column.name]
        if len(set(named)) < len(named):
            raise InvalidPatternError("Invalid filter pattern")
        self._names = set(named)

    def match(self, message: str) -> Match | None:
        """See `FilterPattern`."""
        texts = split(message)
        spare = len(texts) - len(self._before) - len(self._after or ())
        if spare < 0 or (spare and self._after is None):
            return None
        hidden = [_Column(None, lambda _text: True)] * spare
        columns = [*self._before, *hidden, *(self._after or ())]
        if not all(column.condition(text) for column, text in zip(columns, texts, strict=True)):
            return None
        extracted = {
            f"${column.name or place}": text
            for place, (column, text) in enumerate(zip(columns, texts, strict=True), start=1)
        }
        return Match(extracted, extracted.get)

    def check_selector(self, selector: str) -> None:
        """See `FilterPattern`."""
        found = _SELECTOR.fullmatch(selector)
        if found is None or not (found.group(1) in self._names or found.group(1).isdigit()):
            raise InvalidPatternError(f"Invalid selector: {selector}")


def split(message: str) -> list[str]:
    """The columns of a message."""
    found = []
    for column in _COLUMN.finditer(message):
        kind = column.lastgroup or "word"
        found.append(column.group(kind))
    return found


def _column(scanner: Scanner) -> _Column:
    names: list[str] = []

    def leaf(scanner: Scanner) -> Predicate[str]:
        scanner.skip_space()
        name = scanner.read(_NAME)
        operator = scanner.accept(*OPERATORS) if name else None
        if name is not None:
            names.append(name)
        if operator is None:
            return lambda _text: True
        return comparison(scanner, operator)

    condition = combined(scanner, leaf)
    if len(set(names)) > 1:
        # A condition on another column stands in that column's own place.
        raise InvalidPatternError("Invalid filter pattern")
    return _Column(names[0] if names else None, condition)
