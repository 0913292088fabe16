"""What every part of the compiler of expressions needs: the scope, the place, conditions, lambdas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from scripts.local_cloud.athena.casts import Place, coerce, coercible, explicit
from scripts.local_cloud.athena.dialect import place as place_of
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions import registry
from scripts.local_cloud.athena.scopes import Scope
from scripts.local_cloud.athena.types import (
    BOOLEAN,
    TIMESTAMP_TZ,
    Type,
    array,
    common,
)
from scripts.local_cloud.athena.values import Value

if TYPE_CHECKING:
    from scripts.local_cloud.athena.queries import Queries


#: What compiles each kind of node; any other is refused.
FORMS: dict[type[exp.Expression], Callable[[Any, Any], Value]] = {}


class ExpressionBase:
    """Compiles the expressions of one place in a query.

    Parameters
    ----------
    queries
        Compiles queries within expressions; knows the text, the parameters and the moment of the query.
    aggregates
        Whether aggregates may stand here; what they are called where they may not.
    """

    def __init__(self, queries: Queries, scope: Scope, clause: str = "", *, aggregates: bool = True) -> None:
        self.queries = queries
        self.scope = scope
        self._clause = clause
        self._aggregates = aggregates

    def compile(self, node: exp.Expression) -> Value:
        """The expression, with its type."""
        form = FORMS.get(type(node))
        if form is None:
            raise refused(f"{node.key.upper()} in an expression", self.place(node))
        return form(self, node)

    def boolean(self, node: exp.Expression, what: str) -> str:
        """A condition."""
        value = self.compile(node)
        if not coercible(value.type, BOOLEAN):
            raise QueryFailedError(
                "TYPE_MISMATCH", f"{what} must evaluate to a boolean (actual: {value.type})", self.place(node)
            )
        return coerce(value, BOOLEAN).sql

    def sorted_by(self, node: exp.Expression) -> Value:
        """What ORDER BY sorts by."""
        value = self.compile(node)
        if value.type.base in {"map", "json"}:
            raise QueryFailedError(
                "TYPE_MISMATCH",
                f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY",
                self.place(node),
            )
        return value

    def place(self, node: exp.Expression) -> Place:
        """Where the node stands in the query."""
        return place_of(node, self.queries.text)

    def fresh(self, letter: str) -> str:
        """A name for a parameter, that no function around has: the same of the same expression elsewhere."""
        return f"_{letter}{self.scope.depth}"

    def now(self) -> Value:
        """When the query began."""
        return Value(f"TIMESTAMPTZ '{self.queries.began:%Y-%m-%d %H:%M:%S.%f}+00'", TIMESTAMP_TZ)

    def check_query(self, node: exp.Expression) -> None:
        """A query may not stand in every place."""
        if self._clause == "Lambda":
            raise QueryFailedError(
                "NOT_SUPPORTED", "Lambda expression cannot contain subqueries", self.place(node)
            )

    def is_star(self, node: exp.Expression) -> bool:
        """Whether it is ``*``."""
        return isinstance(node, exp.Star)

    def cast(self, value: Value, target: Type, place: Place) -> Value:
        """CAST."""
        return explicit(value, target, place)

    def lambda_body(self, node: exp.Expression, given: Sequence[Value], name: str, place: Place) -> Value:
        """The body of a function whose parameters stand for what is given."""
        if not isinstance(node, exp.Lambda) or len(node.expressions) != len(given):
            raise registry.unexpected(name, "...", f"a function of {len(given)}", place)
        names = [each.name.lower() for each in node.expressions]
        inner = type(self)(
            self.queries, self.scope.within(dict(zip(names, given, strict=True))), "Lambda", aggregates=False
        )
        return inner.compile(node.this)

    def joined(self, values: Sequence[Value], place: Place) -> Value:
        """Arrays, or elements and arrays, one after the other."""
        kind: Type | None = next(each.type for each in values if each.type.base == "array")
        for each in values:
            other = each.type if each.type.base == "array" else array(each.type)
            kind = common(kind, other) if kind else None
        if kind is None:
            given = ", ".join(str(each.type) for each in values)
            raise registry.unexpected("concat", given, "", place)
        parts: list[str] = []
        for each in values:
            whole = (
                coerce(each, kind).sql if each.type.base == "array" else f"[{coerce(each, kind.element).sql}]"
            )
            parts.append(whole)
        missing = " OR ".join(f"{each} IS NULL" for each in parts)
        sql = parts[0]
        for part_sql in parts[1:]:
            sql = f"list_concat({sql}, {part_sql})"
        return Value(f"CASE WHEN NOT ({missing}) THEN {sql} END", kind)
