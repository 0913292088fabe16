"""Expressions that choose partitions: ``year > 2020 AND month IN ('1', '2')``.

Moto's reading of them ends at ``!=``, NOT, nested brackets and dates. Here SQL is read by sqlglot, and
evaluated over the partition's values, which are compared as the types of the partition keys say.
Source: Glue API reference, GetPartitions.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

#: What Hive writes for NULL.
_NULL = "__HIVE_DEFAULT_PARTITION__"
_COMPARISONS: dict[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
}
_NUMBERS = {"tinyint", "smallint", "int", "integer", "bigint", "long", "decimal", "float", "double"}


class ExpressionError(Exception):
    """An expression that cannot be read, or speaks of what is no partition key."""


def predicate(text: str, keys: Sequence[Mapping[str, str]]) -> Callable[[Sequence[str]], bool]:
    """Whether a partition, given by its values, is chosen.

    Parameters
    ----------
    keys
        ``PartitionKeys`` of the table.

    Raises
    ------
    ExpressionError
        The expression cannot be read.
    """
    try:
        tree = sqlglot.parse_one(text, dialect="hive")
    except SqlglotError as unreadable:
        raise ExpressionError(f"Unsupported expression '{text}'") from unreadable
    kinds = {each["Name"].lower(): each.get("Type", "string").partition("(")[0] for each in keys}
    places = {each["Name"].lower(): place for place, each in enumerate(keys)}
    # Whatever the values are, a wrong expression is refused.
    _Row(kinds, dict.fromkeys(kinds)).truth(tree)

    def chosen(values: Sequence[str]) -> bool:
        held = {name: values[place] for name, place in places.items() if place < len(values)}
        return _Row(kinds, {**dict.fromkeys(kinds), **held}).truth(tree) is True

    return chosen


class _Row:
    """One partition; truth is SQL's, so that None is neither true nor false."""

    def __init__(self, kinds: Mapping[str, str], values: Mapping[str, str | None]) -> None:
        self._kinds, self._values = kinds, values

    def truth(self, node: exp.Expr) -> bool | None:
        match node:
            case exp.Paren():
                return self.truth(node.this)
            case exp.And():
                return _and(self.truth(node.left), self.truth(node.right))
            case exp.Or():
                return _not(_and(_not(self.truth(node.left)), _not(self.truth(node.right))))
            case exp.Not():
                return _not(self.truth(node.this))
            case exp.Between():
                low = self._compare(operator.ge, node.this, node.args["low"])
                return _and(low, self._compare(operator.le, node.this, node.args["high"]))
            case exp.In():
                found = [self._compare(operator.eq, node.this, each) for each in node.expressions]
                return True if True in found else None if None in found else False
            case exp.Like():
                return self._like(node)
            case exp.Is():
                if not isinstance(node.expression, exp.Null):
                    raise ExpressionError(f"Unsupported expression '{node.sql()}'")
                return self._value(node.this, "string") is None
            case exp.Boolean():
                return bool(node.this)
            case _ if type(node) in _COMPARISONS:
                return self._compare(_COMPARISONS[type(node)], node.this, node.expression)
            case _:
                raise ExpressionError(f"Unsupported expression '{node.sql()}'")

    def _compare(self, compare: Callable[[Any, Any], bool], left: exp.Expr, right: exp.Expr) -> bool | None:
        kind = self._kind(left) or self._kind(right) or "string"
        values = self._value(left, kind), self._value(right, kind)
        return None if None in values else compare(*values)

    def _like(self, node: exp.Like) -> bool | None:
        value, pattern = self._value(node.this, "string"), self._value(node.expression, "string")
        if value is None or pattern is None:
            return None
        parts = {"%": ".*", "_": "."}
        expression = "".join(parts.get(sign, re.escape(sign)) for sign in str(pattern))
        return re.fullmatch(expression, str(value), re.DOTALL) is not None

    def _kind(self, node: exp.Expr) -> str | None:
        return self._kinds.get(node.name.lower()) if isinstance(node, exp.Column) else None

    def _value(self, node: exp.Expr, kind: str) -> Any:
        match node:
            case exp.Column():
                name = node.name.lower()
                if name not in self._kinds:
                    raise ExpressionError(f"Unknown column '{node.name}' in the partition expression")
                held = self._values[name]
                return None if held in (None, _NULL) else _typed(str(held), kind)
            case exp.Literal() | exp.Boolean():
                return _typed(str(node.this).lower() if isinstance(node, exp.Boolean) else node.name, kind)
            case exp.Neg() if isinstance(node.this, exp.Literal):
                return _typed(f"-{node.this.name}", kind)
            case exp.Null():
                return None
            case exp.Paren() | exp.Cast() | exp.TsOrDsToDate() | exp.Date():
                return self._value(node.this, kind)
            case _:
                raise ExpressionError(f"Unsupported expression '{node.sql()}'")


def _typed(text: str, kind: str) -> Any:
    try:
        if kind in _NUMBERS:
            return Decimal(text)
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "timestamp":
            return datetime.fromisoformat(text)
    except (InvalidOperation, ValueError):
        raise ExpressionError(f"'{text}' is not of type {kind}") from None
    return text


def _and(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
