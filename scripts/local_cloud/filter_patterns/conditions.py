"""Conditions on one value, and their combination with ``&&``, ``||`` and parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from scripts.local_cloud.filter_patterns.expressions import compile_expression
from scripts.local_cloud.filter_patterns.scanner import Scanner

Subject = TypeVar("Subject")
Predicate = Callable[[Subject], bool]
#: On the text of a value; whether it is a JSON number does not matter.
ValuePredicate = Callable[[str], bool]

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
#: A value without quotation marks: letters and digits, and what numbers and addresses are written with.
_VALUE = re.compile(r"[\w.*+\-]+")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}
OPERATORS = ("!=", *_ORDER, "=")


def number(text: str) -> float | None:
    """The number that a text is; None when it is none."""
    return float(text) if NUMBER.fullmatch(text) else None


def comparison(scanner: Scanner, operator: str) -> ValuePredicate:
    """The condition that a value, read from the pattern, makes with an operator.

    Raises
    ------
    InvalidPatternError
        No value follows, or one that the operator does not take.
    """
    scanner.skip_space()
    if operator in _ORDER:
        literal = scanner.read(_VALUE)
        limit = number(literal or "")
        if limit is None:
            raise scanner.error()
        compare = _ORDER[operator]
        return lambda text: (value := number(text)) is not None and compare(value, limit)
    equal = _equality(scanner)
    return equal if operator == "=" else lambda text: not equal(text)


def combined(scanner: Scanner, leaf: Callable[[Scanner], Predicate[Subject]]) -> Predicate[Subject]:
    """An expression: parentheses bind before ``&&``, and that before ``||``."""
    alternatives = [_conjunction(scanner, leaf)]
    while scanner.accept("||"):
        alternatives.append(_conjunction(scanner, leaf))
    return (
        alternatives[0] if len(alternatives) == 1 else lambda subject: any(x(subject) for x in alternatives)
    )


def _conjunction(scanner: Scanner, leaf: Callable[[Scanner], Predicate[Subject]]) -> Predicate[Subject]:
    parts = [_primary(scanner, leaf)]
    while scanner.accept("&&"):
        parts.append(_primary(scanner, leaf))
    if len(parts) == 1:
        return parts[0]
    return lambda subject: all(holds(subject) for holds in parts)


def _primary(scanner: Scanner, leaf: Callable[[Scanner], Predicate[Subject]]) -> Predicate[Subject]:
    if not scanner.accept("("):
        return leaf(scanner)
    with scanner.nested():
        inner = combined(scanner, leaf)
    if not scanner.accept(")"):
        raise scanner.error()
    return inner


def _equality(scanner: Scanner) -> ValuePredicate:
    if (expression := scanner.expression()) is not None:
        searched = compile_expression(expression)
        return lambda text: searched.search(text) is not None
    quoted = scanner.quoted()
    if quoted is not None:
        return _wildcard(quoted)
    bare = scanner.read(_VALUE)
    if bare is None:
        raise scanner.error()
    wanted = number(bare)
    if wanted is not None:
        return lambda text: number(text) == wanted
    return _wildcard(bare)


def _wildcard(text: str) -> ValuePredicate:
    """``*`` stands for any text at either end of a value; elsewhere it is itself."""
    if text == "*":
        return lambda _value: True
    open_start, open_end = text.startswith("*"), text.endswith("*")
    wanted = text[1 if open_start else 0 : -1 if open_end else None]
    if open_start and open_end:
        return lambda value: wanted in value
    if open_start:
        return lambda value: value.endswith(wanted)
    if open_end:
        return lambda value: value.startswith(wanted)
    return lambda value: value == wanted
