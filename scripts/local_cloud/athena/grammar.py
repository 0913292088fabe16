"""Words of a statement, one after the other: for what sqlglot does not parse as Athena does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.local_cloud.athena.dialect import position
from scripts.local_cloud.athena.errors import QueryFailedError

_BLANK = r"\s+|--[^\n]*|/\*.*?\*/"
_OTHERS = r"(?P<word>[A-Za-z_$][\w$]*)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>.)"
#: Statements that Hive's grammar reads, where double quotes hold text as single ones do; Trino's reads the
#: others, where they hold names, and where a backslash is a letter.
_OF_HIVE = re.compile(
    r"(?:ALTER|MSCK|DESC|DESCRIBE|DROP\s+(?!VIEW)|CREATE\s+(?:EXTERNAL|DATABASE|SCHEMA)"
    r"|SHOW\s+(?!CREATE\s+VIEW))\b",
    re.IGNORECASE,
)
_BLANKS = re.compile(_BLANK, re.DOTALL)
_HIVE = re.compile(
    rf"{_BLANK}|(?P<string>'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<name>`(?:[^`]|``)*`)|{_OTHERS}",
    re.DOTALL,
)
_TRINO = re.compile(
    rf"{_BLANK}|(?P<string>'(?:[^']|'')*')|(?P<name>`(?:[^`]|``)*`|\"(?:[^\"]|\"\")*\")|{_OTHERS}",
    re.DOTALL,
)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """The words of a statement, by its grammar, without blanks and comments."""
    start = 0
    while blank := _BLANKS.match(text, start):
        start = blank.end()
    grammar = _HIVE if _OF_HIVE.match(text, start) else _TRINO
    return (found for found in grammar.finditer(text) if found.lastgroup)


@dataclass(frozen=True)
class Word:
    """A token, with where it stands."""

    kind: str
    text: str
    start: int
    end: int


def without_data(query: str) -> tuple[str, bool]:
    """What CREATE TABLE AS is made of without ``WITH [NO] DATA`` at its end, and whether rows are meant."""
    ending = re.search(r"\bWITH\s+(NO\s+)?DATA\s*$", query, re.IGNORECASE)
    return (query[: ending.start()], not ending[1]) if ending else (query, True)


def several(text: str) -> bool:
    """Whether there is more than one statement: a semicolon that something other than a comment follows."""
    words = [found[0] for found in _tokens(text)]
    while words and words[-1] == ";":
        words.pop()
    return ";" in words


def has_placeholder(text: str) -> bool:
    """Whether a ``?`` stands for a parameter."""
    return any(found[0] == "?" for found in _tokens(text))


class Reader:
    """Reads a text word by word.

    Parameters
    ----------
    text
        A whole statement.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = [
            Word(found.lastgroup or "", found[0], found.start(), found.end()) for found in _tokens(text)
        ]
        self._at = 0

    @property
    def next(self) -> Word:
        """The word that is read next."""
        if self._at < len(self._words):
            return self._words[self._at]
        return Word("end", "<EOF>", len(self.text), len(self.text))

    def seek(self, wanted: Sequence[tuple[str, ...]]) -> bool:
        """Go to where the first of these come next, if they ever do."""
        while self.next.kind != "end":
            if any(self.is_(*words) for words in wanted):
                return True
            self._at += 1
        return False

    def words(self) -> str:
        """What has not been read, in capitals, with a blank between each two words."""
        return " ".join(each.text.upper() for each in self._words[self._at :])

    def fail(self, expecting: str = "") -> QueryFailedError:
        """Athena's error for a word that may not stand there."""
        wanted = f". Expecting: {expecting}" if expecting else ""
        return QueryFailedError(
            "", f"mismatched input '{self.next.text}'{wanted}", position(self.text, self.next.start)
        )

    def is_(self, *words: str) -> bool:
        """Whether these words come next."""
        ahead = self._words[self._at : self._at + len(words)]
        return len(ahead) == len(words) and all(
            a.text.upper() == b for a, b in zip(ahead, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        """Read these words where they come next."""
        if self.is_(*words):
            self._at += len(words)
            return True
        return False

    def need(self, *words: str) -> None:
        """Read these words, which must come next."""
        for each in words:
            if not self.take(each):
                raise self.fail(f"'{each}'")

    def name(self) -> str:
        """A name, in lower case."""
        word = self.next
        if word.kind not in {"word", "name"}:
            raise self.fail("identifier")
        self._at += 1
        if word.kind == "name":
            return word.text[1:-1].replace(word.text[0] * 2, word.text[0]).lower()
        return word.text.lower()

    def string(self) -> str:
        """Text in quotes."""
        word = self.next
        if word.kind != "string":
            raise self.fail("string")
        self._at += 1
        inner = word.text[1:-1]
        if word.text[0] == "'":
            inner = inner.replace("''", "'")
        return re.sub(r"\\(u[0-9A-Fa-f]{4}|[0-7]{3}|.)", _unescaped, inner)

    def literal(self) -> str:
        """Text, a number or a word, as text."""
        if self.next.kind == "string":
            return self.string()
        sign = "-" if self.take("-") else ""
        word = self.next
        if word.kind not in {"number", "word"}:
            raise self.fail("literal")
        self._at += 1
        return sign + word.text

    def properties(self) -> dict[str, str]:
        """``('a' = 'b', ...)``, or names on the left and literals or arrays on the right."""
        found: dict[str, str] = {}
        self.need("(")
        while True:
            key = self.string() if self.next.kind == "string" else self.name()
            self.need("=")
            found[key] = self._property()
            if not self.take(","):
                break
        self.need(")")
        return found

    def _property(self) -> str:
        if self.take("ARRAY"):
            self.need("[")
            items = []
            while not self.take("]"):
                items.append(self.literal())
                self.take(",")
            return "\x00".join(items)
        return self.literal()

    def type(self) -> str:
        """A Hive type, as the catalog writes it."""
        base = self.next.text.lower()
        if self.next.kind != "word":
            raise self.fail("a type")
        self._at += 1
        if self.take("<"):
            parts = []
            while True:
                if base == "struct":
                    field = self.name()
                    self.need(":")
                    parts.append(f"{field}:{self.type()}")
                else:
                    parts.append(self.type())
                if not self.take(","):
                    break
            self.need(">")
            return f"{base}<{','.join(parts)}>"
        if self.take("("):
            numbers = [self.literal()]
            while self.take(","):
                numbers.append(self.literal())
            self.need(")")
            return f"{base}({','.join(numbers)})"
        return base

    def end(self) -> None:
        """Nothing comes after, but a semicolon."""
        self.take(";")
        if self.next.kind != "end":
            raise self.fail("<EOF>")

    def rest(self) -> str:
        """What has not been read, in its place: blanks stand for what has."""
        start = self.next.start
        self._at = len(self._words)
        before = re.sub(r"[^\n]", " ", self.text[:start])
        return (before + self.text[start:]).rstrip().removesuffix(";")

    def bracketed(self) -> str:
        """What stands in brackets, in its place."""
        self.need("(")
        start, depth = self.next.start, 1
        while depth:
            word = self.next
            if word.kind == "end":
                raise self.fail("')'")
            depth += {"(": 1, ")": -1}.get(word.text, 0)
            self._at += 1
        end = self._words[self._at - 1].start
        return re.sub(r"[^\n]", " ", self.text[:start]) + self.text[start:end]


def _unescaped(found: re.Match[str]) -> str:
    given = found[1]
    if given[0] == "u" and len(given) == 5:
        return chr(int(given[1:], 16))
    if len(given) == 3:
        return chr(int(given, 8))
    return {"t": "\t", "n": "\n", "r": "\r"}.get(given, given if given in "\\'\"" else "\\" + given)
