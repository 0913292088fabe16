"""Reads a pattern's text from left to right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.local_cloud.filter_patterns.model import InvalidPatternError

#: What a term or value may hold without quotation marks.
_BARE = re.compile(r"\w+")
_INVALID = re.compile(r"[^\w\s]+")
#: Parentheses within parentheses; the longest pattern could hold more than Python's stack.
_DEEPEST = 50


class Scanner:
    """A position in a text.

    Parameters
    ----------
    text
        The pattern, without the brackets around it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        #: Regular expressions read so far.
        self.expressions = 0
        self._depth = 0

    @property
    def done(self) -> bool:
        """Whether nothing but space is left."""
        self.skip_space()
        return self._at >= len(self._text)

    @property
    def next(self) -> str:
        """The character that comes next, space or not; empty at the end."""
        return self._text[self._at : self._at + 1]

    def skip_space(self) -> bool:
        """Go past space; whether there was any."""
        start = self._at
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at > start

    def accept(self, *tokens: str) -> str | None:
        """The first of the tokens that comes next, after space; it is read."""
        self.skip_space()
        for token in tokens:
            if self._text.startswith(token, self._at):
                self._at += len(token)
                return token
        return None

    def keyword(self, *words: str) -> str | None:
        """As `accept`, for whole words in any case."""
        self.skip_space()
        found = _BARE.match(self._text, self._at)
        if found and found.group().upper() in words:
            self._at = found.end()
            return found.group().upper()
        return None

    def read(self, pattern: re.Pattern[str]) -> str | None:
        """What the pattern matches right here; it is read."""
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found.group()

    def quoted(self) -> str | None:
        r"""A text in quotation marks, ``\"`` and ``\\`` replaced; None when none begins here.

        Raises
        ------
        InvalidPatternError
            It does not end.
        """
        if self.next != '"':
            return None
        characters: list[str] = []
        at = self._at + 1
        while at < len(self._text) and self._text[at] != '"':
            if self._text[at] == "\\" and self._text[at + 1 : at + 2] in ('"', "\\"):
                at += 1
            characters.append(self._text[at])
            at += 1
        if at >= len(self._text):
            raise self.error()
        self._at = at + 1
        return "".join(characters)

    def expression(self) -> str | None:
        """The regular expression between two ``%``; None when none begins here."""
        if self.next != "%":
            return None
        end = self._text.find("%", self._at + 1)
        if end < 0:
            raise self.error()
        found = self._text[self._at + 1 : end]
        self._at = end + 1
        self.expressions += 1
        return found

    @contextmanager
    def nested(self) -> Iterator[None]:
        """What is read meanwhile stands in parentheses.

        Raises
        ------
        InvalidPatternError
            There are too many within each other.
        """
        if self._depth >= _DEEPEST:
            raise InvalidPatternError("Invalid filter pattern")
        self._depth += 1
        yield
        self._depth -= 1

    def error(self) -> InvalidPatternError:
        """What AWS says of a text that cannot go on as it does here."""
        found = _INVALID.match(self._text, self._at)
        if found:
            return InvalidPatternError(f"Invalid character(s) in term '{found.group()}'")
        return InvalidPatternError("Invalid filter pattern")
