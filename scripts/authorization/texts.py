"""The values of an Action or Resource element, ready to be matched with a request."""

from __future__ import annotations

import re
from functools import cached_property

from scripts.authorization.model import Request
from scripts.authorization.patterns import Pattern, Unresolved, Wildcard, expression
from scripts.authorization.truth import Match, negate


class Texts:
    """Values sorted by what they cost: plain ones, those with wildcards (one expression), and variables.

    The expression is made when it is first needed: of all policies that are attached, few are ever asked.
    """

    def __init__(self, patterns: tuple[Pattern, ...], *, negated: bool) -> None:
        self._negated = negated
        self._moving = tuple(one for one in patterns if one.fixed is None)
        fixed = [(one.shape, one.fixed) for one in patterns if one.fixed is not None]
        self._all = any(parts == (Wildcard.ANY,) for _, parts in fixed)
        self._wild = [(shape, parts) for shape, parts in fixed if not _is_plain(parts)]
        self._plain = frozenset("".join(map(str, parts)) for _, parts in fixed if _is_plain(parts))

    @cached_property
    def _expression(self) -> re.Pattern[str] | None:
        if not self._wild:
            return None
        return re.compile(
            "|".join(f"(?:{expression(shape, parts)})" for shape, parts in self._wild), re.DOTALL
        )

    def match(self, value: str, request: Request) -> Match:
        """Whether one of the texts matches; the opposite for ``NotAction`` and ``NotResource``."""
        answer = Match.NO
        if self._all or value in self._plain or (self._expression and self._expression.fullmatch(value)):
            answer = Match.YES
        elif self._moving:
            answer = max(self._variable(one, value, request) for one in self._moving)
        return negate(answer) if self._negated else answer

    def _variable(self, pattern: Pattern, value: str, request: Request) -> Match:
        found = pattern.match(value, request.resolve)
        if not isinstance(found, Unresolved):
            return found
        # As in conditions: a variable without a value fails to match; negated, AWS leaves it open.
        return Match.UNKNOWN if self._negated or found is Unresolved.UNKNOWN else Match.NO


def _is_plain(parts: tuple[str | Wildcard, ...]) -> bool:
    return not any(isinstance(part, Wildcard) for part in parts)
