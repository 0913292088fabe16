"""Calls of functions, aggregates and window functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from scripts.local_cloud.athena import literals
from scripts.local_cloud.athena.casts import Place
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions import registry
from scripts.local_cloud.athena.functions.aggregates import AGGREGATES, finish, string_agg
from scripts.local_cloud.athena.functions.windows import WINDOWS
from scripts.local_cloud.athena.types import INTEGER, UNKNOWN
from scripts.local_cloud.athena.values import Value

if TYPE_CHECKING:
    from scripts.local_cloud.athena.expressions import Expressions
from scripts.local_cloud.athena.expression_base import ExpressionBase

#: Of a window's frame, in their order.
_BOUNDS = ("UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING")


class Calls(ExpressionBase):
    """The part of the compiler that knows functions."""

    def _called(self, name: str, arguments: Sequence[exp.Expression], place: Place) -> Value:
        return registry.resolve(registry.Call(name, list(arguments), cast("Expressions", self), place))

    def _function(self, node: exp.Anonymous) -> Value:
        name = node.name.lower()
        if name in AGGREGATES:
            return self._aggregate(node)
        if name in WINDOWS:
            raise QueryFailedError(
                "MISSING_OVER", f"Window function {name} must have an OVER clause", self.place(node)
            )
        if name == "grouping":
            columns = ", ".join(self.compile(each).sql for each in node.expressions)
            return Value(f"CAST(grouping({columns}) AS INTEGER)", INTEGER)
        return self._called(name, node.expressions, self.place(node))

    def _aggregate(
        self, node: exp.Expression, condition: str = "", over: str | None = None, nulls: str = ""
    ) -> Value:
        if not self._aggregates and over is None:
            raise QueryFailedError(
                "EXPRESSION_NOT_SCALAR",
                (
                    f"{self._clause} cannot contain aggregations, window functions or grouping "
                    f"operations: [{node.sql('trino').lower()}]"
                ),
                self.place(node),
            )
        inner = type(self)(
            self.queries, self.scope, "An argument of an aggregate", aggregates=over is not None
        )
        if isinstance(node, exp.GroupConcat):
            return self._listagg(node, inner, condition, over)
        arguments = list(node.expressions)
        distinct, order = False, ""
        if arguments and isinstance(arguments[-1], exp.Order) and arguments[-1].this is not None:
            order = f" ORDER BY {inner.order(arguments[-1])}"
            arguments[-1] = arguments[-1].this
        if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
            distinct, arguments = True, list(arguments[0].expressions)
            if any(map(inner.is_star, arguments)):
                raise QueryFailedError("", "mismatched input '*'", self.place(node))
        name = node.name.lower()
        if over is not None and (distinct or order):
            what = "DISTINCT in window function parameters" if distinct else "Window function with ORDER BY"
            raise QueryFailedError("NOT_SUPPORTED", f"{what} is not supported", self.place(node))
        if order and name not in {"array_agg"}:
            raise refused(f"ORDER BY within {name}()", self.place(node))
        if distinct and name in {"map_agg", "approx_distinct", "approx_percentile"}:
            raise refused(f"DISTINCT within {name}()", self.place(node))
        value = registry.resolve(registry.Call(name, arguments, cast("Expressions", inner), self.place(node)))
        return Value(
            finish(value.sql, distinct=distinct, order=order + nulls, condition=condition, over=over),
            value.type,
        )

    def _listagg(self, node: exp.GroupConcat, inner: Calls, condition: str, over: str | None) -> Value:
        this, order, distinct = node.this, "", False
        if not isinstance(this, exp.Order):
            raise QueryFailedError(
                "", "mismatched input: listagg() needs WITHIN GROUP (ORDER BY ...)", self.place(node)
            )
        order, this = f" ORDER BY {inner.order(this)}", this.this
        if isinstance(this, exp.Distinct):
            distinct, this = True, this.expressions[0]
        separator = node.args.get("separator")
        mark = inner.compile(separator) if separator else literals.string("")
        cut_off = isinstance(node.args.get("on_overflow"), exp.OverflowTruncateBehavior)
        value = string_agg(inner.compile(this), mark, self.place(node), cut_off=cut_off)
        return Value(
            finish(value.sql, distinct=distinct, order=order, condition=condition, over=over), value.type
        )

    def _filtered(self, node: exp.Filter, over: str | None = None) -> Value:
        if not isinstance(node.this, exp.GroupConcat) and node.this.name.lower() not in AGGREGATES:
            raise QueryFailedError(
                "FUNCTION_NOT_AGGREGATE", "Filter is only valid for aggregation functions", self.place(node)
            )
        condition = type(self)(self.queries, self.scope, "FILTER", aggregates=False)
        return self._aggregate(node.this, condition.boolean(node.expression.this, "Filter expression"), over)

    def _window(self, node: exp.Window) -> Value:
        if self._clause in {"WHERE clause", "GROUP BY clause", "JOIN clause"}:
            raise QueryFailedError(
                "EXPRESSION_NOT_SCALAR",
                (
                    f"{self._clause} cannot contain aggregations, window functions or grouping "
                    f"operations: [{node.sql('trino').lower()}]"
                ),
                self.place(node),
            )
        over = self.window(node)
        this, nulls = node.this, ""
        if isinstance(this, exp.IgnoreNulls | exp.RespectNulls):
            nulls = " IGNORE NULLS" if isinstance(this, exp.IgnoreNulls) else ""
            this = this.this
        if isinstance(this, exp.Filter):
            return self._filtered(this, over)
        if isinstance(this, exp.GroupConcat) or this.name.lower() not in {*AGGREGATES, *WINDOWS}:
            raise QueryFailedError(
                "FUNCTION_NOT_WINDOW", f"'{this.name.lower()}' is not a window function", self.place(node)
            )
        return self._aggregate(this, over=over, nulls=nulls)

    def window(self, node: exp.Window) -> str:
        """SQL of what follows OVER, without brackets."""
        parts = []
        alias = node.args.get("alias")
        if alias is not None:
            if alias.name.lower() not in self.scope.windows:
                raise QueryFailedError(
                    "INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {alias.name}", self.place(node)
                )
            parts.append(self.scope.windows[alias.name.lower()])
        if by := node.args.get("partition_by"):
            parts.append(f"PARTITION BY {', '.join(self.compile(each).sql for each in by)}")
        if node.args.get("order"):
            parts.append(f"ORDER BY {self.order(node.args['order'])}")
        if spec := node.args.get("spec"):
            order = node.args.get("order")
            # The window that is named may have what the rows are ordered by.
            self._check_frame(spec, 1 if alias else len(order.expressions) if order else 0)
            parts.append(self._frame(spec))
        return " ".join(parts)

    def _check_frame(self, spec: exp.WindowSpec, keys: int) -> None:
        """The bounds of a frame stand in their order, and are counted along what the rows are ordered by."""
        kind = spec.args["kind"].upper()
        bounds = []
        for end in ("start", "end"):
            bound, side = spec.args.get(end) or "CURRENT ROW", spec.args.get(f"{end}_side") or ""
            bounds.append(f"UNBOUNDED {side}" if bound == "UNBOUNDED" else side or "CURRENT ROW")
        first, last = map(_BOUNDS.index, bounds)
        wrong = ""
        if bounds[0] == _BOUNDS[-1]:
            wrong = f"Window frame start cannot be {_BOUNDS[-1]}"
        elif bounds[1] == _BOUNDS[0]:
            wrong = f"Window frame end cannot be {_BOUNDS[0]}"
        elif first > last:
            wrong = f"Window frame starting from {bounds[0]} cannot end with {bounds[1]}"
        if wrong:
            raise QueryFailedError("INVALID_WINDOW_FRAME", wrong, self.place(spec))
        counted = kind == "RANGE" and {"PRECEDING", "FOLLOWING"} & set(bounds)
        if not keys and (counted or kind == "GROUPS"):
            of = "RANGE PRECEDING or FOLLOWING" if counted else kind
            raise QueryFailedError(
                "MISSING_ORDER_BY", f"Window frame of type {of} requires ORDER BY", self.place(spec)
            )
        if counted and keys > 1:
            raise QueryFailedError(
                "INVALID_ORDER_BY",
                "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY "
                f"(actual: {keys})",
                self.place(spec),
            )

    def _frame(self, spec: exp.WindowSpec) -> str:
        if spec.args.get("exclude"):
            raise refused("EXCLUDE in a window's frame", self.place(spec))
        ends = []
        for end in ("start", "end"):
            bound = spec.args.get(end)
            side = spec.args.get(f"{end}_side")
            limit = str(bound or "CURRENT ROW")
            if isinstance(bound, exp.Expression):
                value = self.compile(bound)
                if value.type == UNKNOWN or (isinstance(value.constant, int) and value.constant < 0):
                    raise QueryFailedError(
                        "INVALID_WINDOW_FRAME",
                        "Window frame offset value must not be negative or null",
                        self.place(bound),
                    )
                limit = value.sql
            ends.append(f"{limit} {side or ''}".strip())
        return f"{spec.args['kind'].upper()} BETWEEN {ends[0]} AND {ends[1]}"

    def order(self, node: exp.Order) -> str:
        """SQL of an ORDER BY; NULLs come last in Trino, whichever the direction."""
        return ", ".join(f"{self.sorted_by(each.this).sql} {direction(each)}" for each in node.expressions)


def direction(node: exp.Ordered) -> str:
    """The direction, and where NULLs go."""
    first = bool(node.args.get("nulls_first"))
    return f"{'DESC' if node.args.get('desc') else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"
