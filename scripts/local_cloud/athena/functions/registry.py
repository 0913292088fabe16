"""Signatures of functions, and which of them a call means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from scripts.local_cloud.athena import types
from scripts.local_cloud.athena.casts import Place, coerce, coercible
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.unanswered import UNANSWERED
from scripts.local_cloud.athena.types import UNKNOWN, Type, common
from scripts.local_cloud.athena.values import Value

if TYPE_CHECKING:
    from sqlglot import exp

    from scripts.local_cloud.athena.expressions import Expressions


@dataclass(frozen=True)
class Signature:
    """One way to call a function.

    Attributes
    ----------
    takes
        Types of the arguments, with the variables ``T E K V U``; the last one may repeat.
    template
        DuckDB's SQL, with ``{0}`` for the first argument; ``{*}`` for all, with commas between.
    """

    name: str
    takes: tuple[Type, ...]
    gives: Type
    template: str
    repeats: bool = False

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.takes))})"


@dataclass
class Call:
    """A call that a function of ours compiles.

    Attributes
    ----------
    arguments
        Syntax trees, for functions that take more than values.
    """

    name: str
    arguments: Sequence[exp.Expression]
    expressions: Expressions
    place: Place
    _values: dict[int, Value] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.arguments)

    def value(self, at: int) -> Value:
        """An argument, compiled."""
        if at not in self._values:
            self._values[at] = self.expressions.compile(self.arguments[at])
        return self._values[at]

    def values(self) -> list[Value]:
        """All of them."""
        return [self.value(at) for at in range(len(self))]

    def as_(self, at: int, kind: Type) -> Value:
        """An argument that must be of a type."""
        value = self.value(at)
        if not coercible(value.type, kind):
            raise self.unexpected(str(kind))
        return coerce(value, kind)

    def word(self, at: int, what: str) -> str:
        """An argument that must be written out as text: what it means is settled before the query runs."""
        value = self.value(at)
        if not isinstance(value.constant, str):
            raise refused(f"{self.name}() with a {what} that is not a literal", self.place)
        return value.constant

    def unexpected(self, expected: str = "") -> QueryFailedError:
        """Athena's error for arguments that do not fit."""
        given = ", ".join(str(each.type) for each in self.values())
        return unexpected(self.name, given, expected, self.place)


Special = Callable[[Call], Value]

SIGNATURES: dict[str, list[Signature]] = {}
#: Functions whose types or SQL are more than a table says, with the fewest and most arguments that they take.
SPECIAL: dict[str, tuple[int, int, Special]] = {}

_VARIABLES = frozenset("TEKVU")
_SHAPE = re.compile(r"(\w+)\((.*)\) (.+)")


def declare(table: Mapping[str, str]) -> None:
    """Add signatures such as ``"split(varchar, varchar) array(varchar)"``, by what does them."""
    for text, template in table.items():
        shape = _SHAPE.fullmatch(text)
        if not shape:
            raise ValueError(text)
        name, takes, gives = shape.groups()
        repeats = takes.endswith("...")
        parts = tuple(_type(each) for each in _split(takes.removesuffix("...")))
        SIGNATURES.setdefault(name, []).append(Signature(name, parts, _type(gives), template, repeats))


def special(name: str, fewest: int, most: int | None = None) -> Callable[[Special], Special]:
    """Decorator: the function compiles calls of `name`."""

    def register(function: Special) -> Special:
        SPECIAL[name] = (fewest, fewest if most is None else most, function)
        return function

    return register


def known(name: str) -> bool:
    """Whether calls of the function are answered at all."""
    return name in SIGNATURES or name in SPECIAL


def resolve(call: Call) -> Value:
    """The call compiled.

    Raises
    ------
    QueryFailedError
        No such function, or not with these arguments.
    """
    if call.name in SPECIAL:
        fewest, most, function = SPECIAL[call.name]
        if not fewest <= len(call) <= most:
            raise call.unexpected()
        return function(call)
    if call.name in UNANSWERED:
        raise refused(f"Function {call.name}()", call.place)
    if call.name not in SIGNATURES:
        raise QueryFailedError("FUNCTION_NOT_FOUND", f"Function '{call.name}' not registered", call.place)
    values = call.values()
    found = [each for each in (_bound(one, values) for one in SIGNATURES[call.name]) if each]
    if not found:
        raise call.unexpected(", ".join(map(str, SIGNATURES[call.name])))
    _, signature, takes, gives = min(found, key=lambda each: each[0])
    coerced = [coerce(value, kind).sql for value, kind in zip(values, takes, strict=True)]
    sql = signature.template.replace("{*}", ", ".join(coerced)).replace("{{", "\0").replace("}}", "\1")
    for at in range(len(coerced)):
        sql = sql.replace("{" + str(at) + "}", f"\2{at}\3")
    for at, each in enumerate(coerced):
        sql = sql.replace(f"\2{at}\3", each)
    return Value(f"({sql.replace(chr(0), '{').replace(chr(1), '}')})", gives)


def unexpected(name: str, given: str, expected: str, place: Place) -> QueryFailedError:
    """Athena's error for arguments that do not fit."""
    wanted = f". Expected: {expected}" if expected else ""
    return QueryFailedError(
        "FUNCTION_NOT_FOUND", f"Unexpected parameters ({given}) for function {name}{wanted}", place
    )


def _bound(signature: Signature, values: Sequence[Value]) -> tuple[int, Signature, list[Type], Type] | None:
    """How far the values are from what the signature takes, and the types that they are brought to."""
    patterns = list(signature.takes)
    if signature.repeats:
        patterns += [patterns[-1]] * (len(values) - len(patterns))
    if len(patterns) != len(values):
        return None
    variables: dict[str, Type] = {}
    for pattern, value in zip(patterns, values, strict=True):
        if not _bind(pattern, value.type, variables):
            return None
    takes = [_filled(each, variables) for each in patterns]
    distance = 0
    for kind, value in zip(takes, values, strict=True):
        if not coercible(value.type, kind):
            return None
        distance += _distance(value.type, kind)
    return distance, signature, takes, _filled(signature.gives, variables)


def _distance(given: Type, wanted: Type) -> int:
    if given.base == wanted.base:
        return 0
    if given.base in types.NUMERIC and wanted.base in types.NUMERIC:
        return types.NUMERIC.index(wanted.base) - types.NUMERIC.index(given.base) + 1
    return 5


def _bind(pattern: Type, given: Type, variables: dict[str, Type]) -> bool:
    if pattern.base in _VARIABLES:
        joint = common(variables.get(pattern.base, UNKNOWN), given)
        if joint is None:
            return False
        variables[pattern.base] = joint
        return True
    if pattern.of and given.base != "unknown":
        return pattern.base == given.base and all(
            _bind(a, b, variables) for a, b in zip(pattern.of, given.of, strict=True)
        )
    return True


def _filled(pattern: Type, variables: Mapping[str, Type]) -> Type:
    if pattern.base in _VARIABLES:
        return variables.get(pattern.base, UNKNOWN)
    if pattern.of:
        return Type(pattern.base, of=tuple(_filled(each, variables) for each in pattern.of))
    return pattern


@cache
def _type(text: str) -> Type:
    text = text.strip()
    if text in _VARIABLES:
        return Type(text)
    base, bracket, inner = text.partition("(")
    if not bracket:
        return types.simple(text, [])
    parts = _split(inner.removesuffix(")"))
    if base in {"decimal", "varchar"}:
        return types.simple(base, [int(each) for each in parts])
    return Type(base, of=tuple(_type(each) for each in parts))


def _split(text: str) -> list[str]:
    """At the commas that are in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [each.strip() for each in parts if each.strip()]
