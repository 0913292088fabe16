# ruff: noqa: S608  (SQL is what is made here)
"""Queries: SELECT and WITH, to DuckDB's SQL with a name and type for every column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from scripts.local_cloud.athena.compiled import Column, Query
from scripts.local_cloud.athena.dialect import parse
from scripts.local_cloud.athena.dialect import place as place_of
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.relations import Relations
from scripts.local_cloud.athena.scopes import Field, Scope
from scripts.local_cloud.athena.subqueries import Subqueries
from scripts.local_cloud.athena.types import UNKNOWN
from scripts.local_cloud.athena.values import Value, null

#: What may stand in a SELECT, by sqlglot's name.
_PARTS = {
    "expressions", "from_", "joins", "laterals", "where", "group", "having", "windows", "order", "limit",
    "offset", "distinct", "with_", "kind", "hint", "operation_modifiers", "match",
}  # fmt: skip
#: What other dialects have there, by sqlglot's name.
_FOREIGN = {
    "sort": "SORT", "cluster": "CLUSTER", "distribute": "DISTRIBUTE", "locks": "FOR", "into": "INTO",
    "connect": "CONNECT", "prewhere": "PREWHERE",
}  # fmt: skip


class Queries(Subqueries):
    """Compiles one text."""

    def compiled(self) -> Query:
        """The whole text."""
        tree = parse(self.text)
        # By where they stand: clauses are not compiled in the order in which they are written.
        self._places = sorted(each.meta["start"] for each in tree.find_all(exp.Placeholder))
        if (used := len(self._places)) != len(self.parameters):
            raise QueryFailedError(
                "INVALID_PARAMETER_USAGE",
                f"Incorrect number of parameters: expected {used} but found {len(self.parameters)}",
                (1, 1),
            )
        return self.query(tree, None)

    def query(
        self, node: exp.Expression, outer: Scope | None, tables: Mapping[str, Query] | None = None
    ) -> Query:
        """A query, within the scope of another or on its own.

        Parameters
        ----------
        tables
            Of WITH, by name.
        """
        known = dict(tables if tables is not None else self._tables)
        before, self._tables = self._tables, known
        try:
            clause = node.args.get("with_")
            with_sql = self._with(clause, outer, known) if clause else ""
            found = self._body(node, outer)
            return Query(with_sql + found.sql, found.columns)
        finally:
            self._tables = before

    def _with(self, clause: exp.With, outer: Scope | None, known: dict[str, Query]) -> str:
        if clause.args.get("recursive"):
            raise refused("WITH RECURSIVE", place_of(clause, self.text))
        made = []
        for each in clause.expressions:
            found = self.query(each.this, outer, known)
            names = [column.name for column in each.args["alias"].args.get("columns") or []]
            alias = self.fresh("w")
            made.append(f"{alias} AS ({found.sql})")
            if names and len(names) != len(found.columns):
                raise QueryFailedError(
                    "MISMATCHED_COLUMN_ALIASES",
                    (
                        f"Column alias list has {len(names)} entries but relation has "
                        f"{len(found.columns)} columns"
                    ),
                )
            columns = [
                Column(
                    names[at] if names else column.name,
                    column.type,
                    column.alias,
                    bool(names) or column.named,
                )
                for at, column in enumerate(found.columns)
            ]
            known[each.alias.lower()] = Query(f"SELECT * FROM {alias}", columns)
            self._tables = known
        return f"WITH {', '.join(made)} "

    def _body(self, node: exp.Expression, outer: Scope | None) -> Query:
        if isinstance(node, exp.Select):
            return self._select(node, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer)
        if isinstance(node, exp.Subquery):
            inner = self.query(node.this, outer)
            return self._arranged(node, inner, outer)
        if isinstance(node, exp.Values):
            return self._arranged(node, self._values(node, outer), outer)
        raise refused(f"{node.key.upper()} as a query", place_of(node, self.text))

    def _select(self, node: exp.Select, outer: Scope | None) -> Query:
        for key, value in node.args.items():
            if value and key not in _PARTS:
                if key in _FOREIGN:
                    raise QueryFailedError(
                        "", f"mismatched input '{_FOREIGN[key]}'", place_of(node, self.text)
                    )
                raise refused(f"{key.strip('_').upper()} in SELECT", place_of(node, self.text))
        if node.args.get("match") or node.args.get("laterals"):
            raise refused("This relation", place_of(node, self.text))
        source = Relations(self).source(node, outer)
        scope = Scope(source.fields, outer)
        where = node.args.get("where")
        condition = ""
        if where:
            conditions = self.expressions(scope, "WHERE clause", aggregates=False)
            parts: list[Any] = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
            conjuncts = [conditions.boolean(each, "WHERE clause") for each in parts]
            source.prune(conjuncts)
            condition = f" WHERE {' AND '.join(conjuncts)}"
        scope = Scope(source.fields, outer, windows=self._windows(node, scope))
        items = self._items(node, scope)
        group = self._group(node, scope, items)
        having = node.args.get("having")
        having_sql = (
            f" HAVING {self.expressions(scope, 'HAVING clause').boolean(having.this, 'HAVING clause')}"
            if having
            else ""
        )
        distinct = ""
        if node.args.get("distinct"):
            if node.args["distinct"].args.get("on"):
                raise refused("DISTINCT ON", place_of(node, self.text))
            distinct = "DISTINCT "
        shown = ", ".join(
            f'{value.sql if value.type != UNKNOWN else null(UNKNOWN)} AS "{column.alias}"'
            for column, value in items
        )
        sql = f"SELECT {distinct}{shown}{source.sql}{condition}{group}{having_sql}"
        sql += self._order(node, scope, items) + self._limit(node, scope)
        return Query(sql, [column for column, _ in items])

    def _windows(self, node: exp.Select, scope: Scope) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in node.args.get("windows") or []:
            inside = self.expressions(Scope(scope.fields, scope.outer, windows=found))
            found[each.this.name.lower()] = inside.window(each)
        return found

    def _items(self, node: exp.Select, scope: Scope) -> list[tuple[Column, Value]]:
        expressions = self.expressions(scope, "SELECT clause")
        items: list[tuple[Column, Value]] = []

        def add(name: str, value: Value) -> None:
            shown = name or f"_col{len(items)}"
            items.append((Column(shown, value.type, self.fresh("c"), bool(name)), value))

        for each in node.expressions:
            if isinstance(each, exp.Star) or (
                isinstance(each, exp.Column) and isinstance(each.this, exp.Star)
            ):
                relation = (
                    tuple(part.name.lower() for part in each.parts[:-1])
                    if isinstance(each, exp.Column)
                    else ()
                )
                for field in self._starred(relation, scope, each):
                    add(field.heading or field.name, Value(field.sql, field.type))
            elif isinstance(each, exp.Alias):
                add(each.alias, expressions.compile(each.this))
            else:
                name = each.name if isinstance(each, exp.Column | exp.Dot) else ""
                add(name, expressions.compile(each))
        return items

    def _starred(self, relation: tuple[str, ...], scope: Scope, node: exp.Expression) -> list[Field]:
        star = node if isinstance(node, exp.Star) else node.this
        if any(star.args.values()):
            raise refused("* with exceptions", place_of(node, self.text))
        found = [
            each
            for each in scope.fields
            if not each.hidden and (not relation or each.relation[-len(relation) :] == relation)
        ]
        if not found:
            what = (
                f"Unable to resolve reference {'.'.join(relation)}"
                if relation
                else "SELECT * not allowed in queries without FROM clause"
            )
            raise QueryFailedError("SYNTAX_ERROR", what, place_of(node, self.text))
        return found

    def _group(self, node: exp.Select, scope: Scope, items: Sequence[tuple[Column, Value]]) -> str:
        group = node.args.get("group")
        if not group:
            return ""
        expressions = self.expressions(scope, "GROUP BY clause", aggregates=False)

        def one(each: exp.Expression) -> str:
            if isinstance(each, exp.Rollup | exp.Cube) and not each.expressions:
                raise QueryFailedError("", "mismatched input 'WITH'", place_of(group, self.text))
            if isinstance(each, exp.Rollup | exp.Cube):
                return f"{each.key.upper()} ({', '.join(map(one, each.expressions))})"
            if isinstance(each, exp.GroupingSets):
                return f"GROUPING SETS ({', '.join(map(one, each.expressions))})"
            if isinstance(each, exp.Tuple):
                return f"({', '.join(map(one, each.expressions))})"
            if isinstance(each, exp.Paren):
                return f"({one(each.this)})"
            if isinstance(each, exp.Literal) and not each.is_string:
                return items[self._ordinal(each, len(items), "GROUP BY")][1].sql
            return expressions.compile(each).sql

        if group.args.get("all") and not group.expressions:
            raise refused("GROUP BY ALL", place_of(group, self.text))
        if group.args.get("all") is False:
            raise refused("GROUP BY DISTINCT", place_of(group, self.text))
        parts = [*group.expressions]
        for key in ("rollup", "cube", "grouping_sets"):
            parts += group.args.get(key) or []
        return f" GROUP BY {', '.join(map(one, parts))}" if parts else " GROUP BY ()"
