"""The Condition element: qualifiers, ``IfExists``, missing keys and several values.

Sources: IAM User Guide, "Condition operators", "Conditions with multiple context keys or values",
"Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from scripts.authorization.model import Request
from scripts.authorization.operators import OPERATORS, Operator, Test
from scripts.authorization.patterns import Resolve, Unresolved
from scripts.authorization.truth import Match, negate

_IF_EXISTS = "ifexists"


class Qualifier(Enum):
    """How several values of a request are counted."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True)
class Condition:
    """One key of a Condition block.

    Attributes
    ----------
    written
        The operator as the policy has it, ``ForAnyValue:StringLikeIfExists``.
    key
        The key as the policy has it.
    values
        The policy's values; any one may match.
    operator
        None for ``Null``, and for an operator that does not exist.
    """

    written: str
    key: str
    values: tuple[str, ...]
    qualifier: Qualifier
    if_exists: bool
    is_null: bool
    operator: Operator | None
    tests: tuple[Test, ...] = field(repr=False, compare=False)
    lookup: str = field(repr=False, compare=False)

    @property
    def is_known(self) -> bool:
        """Whether the operator exists."""
        return self.is_null or self.operator is not None

    def match(self, request: Request) -> Match:
        """Whether the request meets the condition."""
        if not self.is_known:
            return Match.UNKNOWN
        values = request.keys.get(self.lookup)
        if values is None and request.is_unknown(self.lookup):
            return Match.UNKNOWN
        if self.is_null:
            return Match.YES if ("false" if values else "true") in self.values else Match.NO
        return self._of_values(values, request.resolve) if values else self._of_missing()

    def _of_missing(self) -> Match:
        if self.if_exists or self.qualifier is Qualifier.ALL:
            return Match.YES
        if self.qualifier is Qualifier.ANY:
            return Match.NO
        return Match.YES if self.operator and self.operator.negated else Match.NO

    def _of_values(self, values: tuple[str, ...], resolve: Resolve) -> Match:
        if self.qualifier is Qualifier.NONE:
            # AWS asks for a qualifier where a key has several values, and does not say what happens without.
            return self._of_one(values[0], resolve) if len(values) == 1 else Match.UNKNOWN
        # "A null data set, such as an empty string" meets ForAllValues and never ForAnyValue.
        answers = [self._of_one(value, resolve) for value in values if value]
        if self.qualifier is Qualifier.ALL:
            return min(answers, default=Match.YES)
        return max(answers, default=Match.NO)

    def _of_one(self, value: str, resolve: Resolve) -> Match:
        negated = self.operator is not None and self.operator.negated
        answer = Match.NO
        for test in self.tests:
            one = test(value, resolve)
            if isinstance(one, Unresolved):
                # A variable without a value fails to match; what it does to a negated one AWS leaves open.
                one = Match.UNKNOWN if negated or one is Unresolved.UNKNOWN else Match.NO
            if one is Match.YES:
                answer = one
                break
            answer = max(answer, one)
        return negate(answer) if negated else answer


def read_conditions(block: Mapping[str, Mapping[str, object]], *, variables: bool) -> tuple[Condition, ...]:
    """The conditions of a statement, all of which must hold.

    Parameters
    ----------
    block
        ``{operator: {key: value or values}}``.
    variables
        Whether the policy's version has policy variables.
    """
    return tuple(
        _condition(written, key, as_texts(values), variables)
        for written, keys in block.items()
        for key, values in keys.items()
    )


def as_texts(values: object) -> tuple[str, ...]:
    """A policy's value or values as text: JSON's booleans and numbers stand for their spelling."""
    if isinstance(values, Sequence) and not isinstance(values, str):
        return tuple(_text(value) for value in values)
    return (_text(values),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def split_operator(written: str) -> tuple[Qualifier, str, bool]:
    """Qualifier, bare name in lower case, and whether it ends in ``IfExists``."""
    qualifier, name = Qualifier.NONE, written.lower()
    for one in (Qualifier.ALL, Qualifier.ANY):
        if name.startswith(one.value.lower() + ":"):
            qualifier, name = one, name[len(one.value) + 1 :]
    if name.endswith(_IF_EXISTS) and name != _IF_EXISTS:
        return qualifier, name[: -len(_IF_EXISTS)], True
    return qualifier, name, False


def _condition(written: str, key: str, values: tuple[str, ...], variables: bool) -> Condition:
    qualifier, name, if_exists = split_operator(written)
    is_null = name == "null" and not if_exists
    operator = OPERATORS.get(name)
    tests = tuple(operator.prepare(value, variables) for value in values) if operator else ()
    if is_null:
        values = tuple(value.lower() for value in values)
    return Condition(written, key, values, qualifier, if_exists, is_null, operator, tests, key.lower())
