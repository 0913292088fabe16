# ruff: noqa: S608  (SQL is what is made here)
"""Queries within expressions, and parameters."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from scripts.local_cloud.athena.arithmetic import compared
from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.compiled import Query
from scripts.local_cloud.athena.dialect import parse
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.expressions import Expressions
from scripts.local_cloud.athena.scopes import Scope
from scripts.local_cloud.athena.set_operations import SetOperations
from scripts.local_cloud.athena.types import BOOLEAN, Type, common, row
from scripts.local_cloud.athena.values import Value


class Subqueries(SetOperations):
    """The part of the compiler that expressions ask for queries."""

    def scalar(self, around: Expressions, node: exp.Expression) -> Value:
        """A query that stands for one value."""
        around.check_query(node)
        found = self.query(node.this if isinstance(node, exp.Subquery) else node, around.scope)
        if isinstance(node, exp.Subquery):
            found = self._arranged(node, found, around.scope)
        if len(found.columns) != 1:
            raise QueryFailedError(
                "NOT_SUPPORTED",
                "Multiple columns returned by subquery are not yet supported",
                around.place(node),
            )
        return Value(f"({found.sql})", found.columns[0].type)

    def contained(self, around: Expressions, node: exp.In) -> Value:
        """``x IN (SELECT ...)``."""
        around.check_query(node)
        value = around.compile(node.this)
        inner = node.args["query"]
        found = self.query(inner.this if isinstance(inner, exp.Subquery) else inner, around.scope)
        if value.type.base == "row":
            return self._row_contained(value, found, around, node)
        if len(found.columns) != 1:
            kinds = ", ".join(str(each.type) for each in found.columns)
            raise QueryFailedError(
                "TYPE_MISMATCH",
                "Value expression and result of subquery must be of the same type: "
                f"{value.type} vs row({kinds})",
                around.place(node),
            )
        kind = self._comparable(value.type, found.columns[0].type, "=", around, node)
        return Value(
            f"({coerce(value, kind).sql} IN ({self.as_types(found, [kind], [self.fresh('c')])}))", BOOLEAN
        )

    def _row_contained(self, value: Value, found: Query, around: Expressions, node: exp.In) -> Value:
        """Three-valued, field by field, where DuckDB calls NULL fields equal."""
        alias = self.fresh("r")
        fields = found.fields(alias, ())
        parts = ", ".join(f"field{at} := {each.sql}" for at, each in enumerate(fields))
        each = Value(f"struct_pack({parts})", row([("", field.type) for field in fields]))
        same = compared("=", value, each, around.place(node)).sql
        rows = f"SELECT 1 FROM ({found.sql}) AS {alias}"
        return Value(
            f"CASE WHEN EXISTS ({rows} WHERE {same}) THEN true "
            f"WHEN EXISTS ({rows} WHERE {same} IS NULL) THEN NULL ELSE false END",
            BOOLEAN,
        )

    def quantified(self, around: Expressions, sign: str, node: Any) -> Value:
        """``x > ALL (SELECT ...)``."""
        around.check_query(node)
        value = around.compile(node.this)
        inner: Any = node.expression.this
        found = self.query(inner.this if isinstance(inner, exp.Subquery) else inner, around.scope)
        if len(found.columns) != 1:
            raise refused("A comparison with rows", around.place(node))
        kind = self._comparable(value.type, found.columns[0].type, sign, around, node)
        word = "ANY" if isinstance(node.expression, exp.Any) else "ALL"
        return Value(
            f"({coerce(value, kind).sql} {sign} {word} ({self.as_types(found, [kind], [self.fresh('c')])}))",
            BOOLEAN,
        )

    def _comparable(
        self, left: Type, right: Type, sign: str, around: Expressions, node: exp.Expression
    ) -> Type:
        compared(sign, Value("NULL", left), Value("NULL", right), around.place(node))
        kind = common(left, right)
        if kind is None or kind.of:
            raise refused(f"Comparison of {left} with a query", around.place(node))
        return kind

    def parameter(self, around: Expressions, node: exp.Placeholder) -> Value:
        """What stands for a ``?``."""
        if node.meta.get("start") not in self._places:
            raise refused("A parameter here", around.place(node))
        at = self._places.index(node.meta["start"])
        given = self.parameters[at]
        inner = type(self)(given, self.database, self.lake, self.began)
        return inner.expressions(Scope(), "EXECUTE", aggregates=False).compile(
            parse(f"SELECT {given}").expressions[0]
        )
