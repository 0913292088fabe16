r"""Patterns of terms: ``ERROR -"timed out"``, ``?WARN ?ERROR``, ``%[45]\d\d%``."""

from __future__ import annotations

import re
from collections.abc import Callable

from scripts.local_cloud.filter_patterns.expressions import compile_expression
from scripts.local_cloud.filter_patterns.model import FilterPattern, InvalidPatternError, Match
from scripts.local_cloud.filter_patterns.scanner import Scanner

_Found = Callable[[str], bool]
_WORD = re.compile(r"\w+")


class TermPattern(FilterPattern):
    """All plain terms, none of those with ``-``; where there are only ``?`` terms, any of them.

    A term is found anywhere in a message, also within a word; upper and lower case differ. Beside a plain or
    a ``-`` term AWS takes no notice of ``?`` terms.
    """

    structured = False

    def __init__(self, text: str) -> None:
        wanted: dict[str, list[_Found]] = {"": [], "-": [], "?": []}
        scanner = Scanner(text)
        while not scanner.done:
            kind = scanner.accept("-", "?") or ""
            scanner.skip_space()
            wanted[kind].append(_term(scanner))
            if scanner.next and not scanner.skip_space():
                raise scanner.error()
        self._all, self._none, self._any = wanted[""], wanted["-"], wanted["?"]
        if self._all or self._none:
            self._any = []

    def match(self, message: str) -> Match | None:
        """See `FilterPattern`."""
        matched = (
            all(found(message) for found in self._all)
            and not any(found(message) for found in self._none)
            and (not self._any or any(found(message) for found in self._any))
        )
        return Match() if matched else None

    def check_selector(self, selector: str) -> None:
        """No message has fields here."""
        raise InvalidPatternError(f"Invalid metric transformation: {selector} needs a JSON or column pattern")


def _term(scanner: Scanner) -> _Found:
    if (expression := scanner.expression()) is not None:
        searched = compile_expression(expression)
        return lambda message: searched.search(message) is not None
    term = scanner.quoted()
    if term is None:
        term = scanner.read(_WORD)
    if term is None:
        raise scanner.error()
    return lambda message: term in message
