"""Wildcards and policy variables: how AWS matches the texts of a policy with those of a request.

Sources: IAM User Guide, "Resource" (wildcards in ARN segments), "Condition operators" (ARN operators),
"Policy elements: variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache

from scripts.authorization.truth import Match, of


class Wildcard(Enum):
    """The two characters that stand for others."""

    ANY = "*"
    ONE = "?"


class Unresolved(Enum):
    """Why a variable has no value."""

    MISSING = "the request does not have the key"
    UNKNOWN = "the key is not known"


@dataclass(frozen=True)
class Variable:
    """``${key}`` or ``${key, 'default'}``."""

    key: str
    default: str | None


Part = str | Wildcard | Variable
Parts = tuple[Part, ...]
#: Gives a variable's value.
Resolve = Callable[[Variable], str | Unresolved]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULTED = re.compile(r"\s*([^,]+?)\s*,\s*'(.*)'\s*")
_ARN_FIELDS = 6


def parse(text: str, *, variables: bool, wildcards: bool = True) -> Parts:
    """Take a policy's text apart.

    Parameters
    ----------
    variables
        False for policies of version 2008-10-17, where ``${...}`` is plain text.
    wildcards
        False for operators that compare whole values.
    """
    parts: list[Part] = []
    position = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        parts += _plain(text[position : found.start()], wildcards)
        parts.append(_variable(found[1]))
        position = found.end()
    parts += _plain(text[position:], wildcards)
    return tuple(parts)


def _plain(text: str, wildcards: bool) -> list[Part]:
    if not wildcards:
        return [text] if text else []
    pieces = re.split(r"([*?])", text)
    return [Wildcard(piece) if piece in {"*", "?"} else piece for piece in pieces if piece]


def _variable(body: str) -> Part:
    if body in {"*", "?", "$"}:
        return body
    defaulted = _DEFAULTED.fullmatch(body)
    return Variable(defaulted[1].lower(), defaulted[2]) if defaulted else Variable(body.strip().lower(), None)


def parse_resource(text: str, *, variables: bool) -> Parts:
    """Take a Resource apart: variables count only behind the fifth colon, short ARNs are completed."""
    if text == "*":
        return (Wildcard.ANY,)
    fields = text.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS:
        return parse(text + ":*" * (_ARN_FIELDS - len(fields)), variables=False)
    head = ":".join(fields[:-1]) + ":"
    return parse(head, variables=False) + parse(fields[-1], variables=variables)


def glob_expression(parts: tuple[str | Wildcard, ...]) -> str:
    """Regular expression of plain text with wildcards.

    What stands between two ``*`` is taken at its first place, once and for all: another place cannot help,
    and to try them all would take ever longer with each further ``*``.
    """
    pieces = [""]
    for part in parts:
        if part is not Wildcard.ANY:
            pieces[-1] += re.escape(part) if isinstance(part, str) else "."
        elif pieces[-1] or len(pieces) == 1:
            pieces.append("")
    first, *between = pieces
    if not between:
        return first
    return first + "".join(f"(?>.*?{piece})" for piece in between[:-1]) + ".*" + between[-1]


def arn_expression(parts: tuple[str | Wildcard, ...], *, last_crosses: bool) -> str:
    """Regular expression of an ARN whose colon-separated fields are matched one by one.

    Parameters
    ----------
    last_crosses
        True for Resource: a ``*`` that ends a field may run over colons. False for condition operators: no
        wildcard leaves its field. The sixth field has colons of its own, which every wildcard may match.
    """
    pieces: list[str] = []
    colons = 0
    for number, part in enumerate(parts):
        if colons >= _ARN_FIELDS - 1:
            return "".join(pieces) + glob_expression(parts[number:])
        if isinstance(part, str):
            colons += part.count(":")
            pieces.append(re.escape(part))
            continue
        following = parts[number + 1] if number + 1 < len(parts) else ":"
        ends_field = isinstance(following, str) and following.startswith(":")
        one = "." if last_crosses and ends_field and part is Wildcard.ANY else "[^:]"
        pieces.append(one + "*" if part is Wildcard.ANY else one)
    return "".join(pieces)


class Shape(Enum):
    """How a text of a policy is to be matched."""

    EXACT = "exact"
    IGNORE_CASE = "ignore case"
    GLOB = "glob"
    RESOURCE = "resource"
    ARN = "arn"


def expression(shape: Shape, parts: tuple[str | Wildcard, ...]) -> str:
    """The regular expression of a text without variables."""
    if parts != (Wildcard.ANY,) and shape in {Shape.RESOURCE, Shape.ARN}:
        return arn_expression(parts, last_crosses=shape is Shape.RESOURCE)
    return glob_expression(parts)


@lru_cache(maxsize=8192)
def compiled(shape: Shape, parts: tuple[str | Wildcard, ...]) -> re.Pattern[str]:
    """The expression of a text whose variables are replaced; kept, as a principal asks the same again."""
    flags = re.DOTALL | re.IGNORECASE if shape is Shape.IGNORE_CASE else re.DOTALL
    return re.compile(expression(shape, parts), flags)


@dataclass(frozen=True)
class Pattern:
    """A text of a policy, ready to be matched."""

    shape: Shape
    parts: Parts

    @cached_property
    def fixed(self) -> tuple[str | Wildcard, ...] | None:
        """The parts, where no variable is among them."""
        found = tuple(part for part in self.parts if not isinstance(part, Variable))
        return found if len(found) == len(self.parts) else None

    def match(self, value: str, resolve: Resolve) -> Match | Unresolved:
        """Whether a value of the request matches, or why that has no answer."""
        if self.fixed is not None:
            return of(self._expression.fullmatch(value) is not None)
        filled: list[str | Wildcard] = []
        for part in self.parts:
            replaced = resolve(part) if isinstance(part, Variable) else part
            if isinstance(replaced, Unresolved):
                return replaced
            filled.append(replaced)
        return of(compiled(self.shape, tuple(filled)).fullmatch(value) is not None)

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return compiled(self.shape, self.fixed or ())
