"""Regular expressions between ``%``: the subset that CloudWatch Logs knows."""

from __future__ import annotations

import re

from scripts.local_cloud.filter_patterns.model import InvalidPatternError

_SYMBOLS = set(":_#=@/;,-")
_OPERATORS = set("^$?[]{}|*+.")
#: After a backslash: an operator, a class of characters, or a character by its number (``\x28``).
_ESCAPED = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[sSdDwW]|[^0-9A-Za-z\s])")
#: Python reads these as possessive or lazy; the language has neither.
_DOUBLED = re.compile(r"(?<!\\)[*+?}][*+?{]")
#: JSON and column patterns may hold so many.
LIMIT = 2


def compile_expression(text: str) -> re.Pattern[str]:
    """The compiled expression; it is searched for, and matches ASCII classes only.

    Raises
    ------
    InvalidPatternError
        It holds what the language has not: parentheses, space, other symbols.
    """
    at = 0
    while at < len(text):
        character = text[at]
        escaped = _ESCAPED.match(text, at)
        if escaped:
            at = escaped.end()
        elif (character.isascii() and character.isalnum()) or character in _SYMBOLS | _OPERATORS:
            at += 1
        else:
            raise InvalidPatternError(f"Invalid character(s) in term '{character}'")
    if not text or _DOUBLED.search(text):
        raise InvalidPatternError("Invalid filter pattern")
    try:
        return re.compile(text, re.ASCII)
    except re.error:
        raise InvalidPatternError("Invalid filter pattern") from None


def check_count(expressions: int) -> None:
    """Raise InvalidPatternError where a JSON or column pattern holds too many expressions."""
    if expressions > LIMIT:
        raise InvalidPatternError(f"A filter pattern can contain at most {LIMIT} regular expressions")
