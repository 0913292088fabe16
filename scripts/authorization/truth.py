"""Three-valued logic: what cannot be known must never turn into a yes."""

from __future__ import annotations

from enum import IntEnum


class Match(IntEnum):
    """Kleene's three values, ordered so that ``min`` is AND, ``max`` is OR and :func:`negate` is NOT."""

    NO = 0
    UNKNOWN = 1
    YES = 2


#: ``Match`` by number: indexing a tuple costs a tenth of calling the enum.
_BY_NUMBER = (Match.NO, Match.UNKNOWN, Match.YES)


def negate(match: Match) -> Match:
    """Kleene NOT."""
    return _BY_NUMBER[2 - match]


def of(answer: bool) -> Match:
    """A certain answer."""
    return Match.YES if answer else Match.NO
