# ruff: noqa: S608  (SQL is what is made here)
"""What every part of the compiler of queries needs; ORDER BY, LIMIT and OFFSET."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlglot import exp

from scripts.local_cloud.athena.calls import direction
from scripts.local_cloud.athena.compiled import Column, Query
from scripts.local_cloud.athena.dialect import place as place_of
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.expressions import Expressions
from scripts.local_cloud.athena.lake import Lake
from scripts.local_cloud.athena.scans import Scan
from scripts.local_cloud.athena.scopes import Scope
from scripts.local_cloud.athena.values import Value

if TYPE_CHECKING:
    from scripts.local_cloud.athena.queries import Queries


class QueryBase:
    """Compiles one text.

    Parameters
    ----------
    text
        Of the query, for the places in messages.
    database
        Where tables without one are looked for.
    lake
        Catalog and files.
    parameters
        What stands for each ``?``, as SQL.
    """

    def __init__(
        self,
        text: str,
        database: str,
        lake: Lake,
        began: datetime,
        parameters: Sequence[str] = (),
        shared: QueryBase | None = None,
    ) -> None:
        self.text, self.database, self.lake, self.began = text, database, lake, began
        self.parameters = list(parameters)
        self._numbers: itertools.count[int] = itertools.count(1)
        if shared:
            self._numbers = shared._numbers
        self.scans: list[Scan] = shared.scans if shared else []
        self._places: list[int] = []
        self._tables: Mapping[str, Query] = {}

    def fresh(self, letter: str) -> str:
        """A name in DuckDB's SQL that nothing has yet."""
        return f"{letter}{next(self._numbers)}"

    def expressions(self, scope: Scope, clause: str = "", *, aggregates: bool = True) -> Expressions:
        """What compiles the expressions of a place in the query."""
        return Expressions(cast("Queries", self), scope, clause, aggregates=aggregates)

    def query(
        self, node: exp.Expression, outer: Scope | None, tables: Mapping[str, Query] | None = None
    ) -> Query:
        """A query, within the scope of another or on its own; see `Queries`."""
        raise NotImplementedError

    def table_of_with(self, name: str) -> Query | None:
        """What WITH called by that name."""
        return self._tables.get(name)

    def _arranged(self, node: exp.Expression, query: Query, outer: Scope | None) -> Query:
        """A query with ORDER BY, LIMIT and OFFSET of what is around it."""
        if not any(node.args.get(key) for key in ("order", "limit", "offset")):
            return query
        alias = self.fresh("r")
        fields = query.fields(alias, ())
        items = [
            (Column(each.name, each.type, each.alias, each.named), Value(field.sql, each.type))
            for each, field in zip(query.columns, fields, strict=True)
        ]
        scope = Scope(fields, outer)
        sql = (
            f"SELECT * FROM ({query.sql}) AS "
            f"{alias}{self._order(node, scope, items)}{self._limit(node, scope)}"
        )
        return Query(sql, query.columns)

    def _order(self, node: exp.Expression, scope: Scope, items: Sequence[tuple[Column, Value]]) -> str:
        order = node.args.get("order")
        if not order:
            return ""
        names: dict[str, Value] = {column.name.lower(): value for column, value in items if column.named}
        within = Scope(scope.fields, scope.outer, names, windows=scope.windows)
        expressions = self.expressions(within, "ORDER BY clause")
        columns = {value.sql: column.alias for column, value in items}
        parts = []
        for each in order.expressions:
            if isinstance(each.this, exp.Literal) and not each.this.is_string:
                sql = f'"{items[self._ordinal(each.this, len(items), "ORDER BY")][0].alias}"'
            else:
                value = expressions.sorted_by(each.this)
                sql = f'"{columns[value.sql]}"' if value.sql in columns else value.sql
                if node.args.get("distinct") and isinstance(node, exp.Select) and value.sql not in columns:
                    raise QueryFailedError(
                        "EXPRESSION_NOT_IN_DISTINCT",
                        "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                        place_of(each.this, self.text),
                    )
            parts.append(f"{sql} {direction(each)}")
        return f" ORDER BY {', '.join(parts)}"

    def _ordinal(self, node: exp.Literal, count: int, clause: str) -> int:
        if not node.this.isdigit() or not 1 <= int(node.this) <= count:
            raise QueryFailedError(
                "INVALID_COLUMN_REFERENCE",
                f"{clause} position {node.this} is not in select list",
                place_of(node, self.text),
            )
        return int(node.this) - 1

    def _limit(self, node: exp.Expression, scope: Scope) -> str:
        sql = ""
        for key in ("limit", "offset"):
            clause: Any = node.args.get(key)
            if clause is None:
                continue
            if isinstance(clause, exp.Fetch):
                options = clause.args.get("limit_options")
                if options and (options.args.get("percent") or options.args.get("with_ties")):
                    raise refused("FETCH with these options", place_of(clause, self.text))
                count: Any = clause.args.get("count") or exp.Literal.number(1)
            else:
                count = clause.expression
            if isinstance(count, exp.Var | exp.Column) and count.name.lower() == "all":
                continue
            value = self.expressions(Scope(), key.upper(), aggregates=False).compile(count)
            if not isinstance(value.constant, int):
                raise QueryFailedError(
                    "TYPE_MISMATCH", f"{key.upper()} must be a whole number", place_of(clause, self.text)
                )
            sql += f" {key.upper()} {value.constant}"
        return sql
