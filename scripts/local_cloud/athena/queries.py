# ruff: noqa: S608  (SQL is what is made here)
"""Queries: SELECT, VALUES, set operations and WITH, to DuckDB's SQL with a name and type for every column."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from scripts.local_cloud.athena.arithmetic import compared
from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.dialect import parse
from scripts.local_cloud.athena.dialect import place as place_of
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.expressions import Expressions, direction
from scripts.local_cloud.athena.lake import Lake
from scripts.local_cloud.athena.relations import Relations
from scripts.local_cloud.athena.scans import Scan
from scripts.local_cloud.athena.scopes import Field, Scope
from scripts.local_cloud.athena.types import BOOLEAN, UNKNOWN, Type, common
from scripts.local_cloud.athena.values import Value, null


@dataclass(frozen=True)
class Column:
    """A column of a query.

    Attributes
    ----------
    name
        As the result shows it; ``_col0`` and so on where the query gives none.
    alias
        In DuckDB's SQL.
    """

    name: str
    type: Type
    alias: str
    named: bool = True


@dataclass(frozen=True)
class Query:
    """A compiled query."""

    sql: str
    columns: Sequence[Column]

    def fields(self, alias: str, relation: tuple[str, ...], names: Sequence[str] = ()) -> list[Field]:
        """The columns, of the query as a relation with this alias in DuckDB."""
        shown = [each.name.lower() if each.named else "" for each in self.columns]
        shown = list(names) or shown
        return [
            Field(relation, name, each.type, f'{alias}."{each.alias}"')
            for name, each in zip(shown, self.columns, strict=True)
        ]


#: What may stand in a SELECT, by sqlglot's name.
_PARTS = {
    "expressions", "from_", "joins", "laterals", "where", "group", "having", "windows", "order", "limit",
    "offset", "distinct", "with_", "kind", "hint", "operation_modifiers", "match",
}  # fmt: skip


class Queries:
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
        shared: Queries | None = None,
    ) -> None:
        self.text, self.database, self.lake, self.began = text, database, lake, began
        self.parameters = list(parameters)
        self._numbers: itertools.count[int] = itertools.count(1)
        if shared:
            self._numbers = shared._numbers
        self.scans: list[Scan] = shared.scans if shared else []
        self._places: list[int] = []
        self._tables: Mapping[str, Query] = {}
        self.relations = Relations(self)

    def fresh(self, letter: str) -> str:
        """A name in DuckDB's SQL that nothing has yet."""
        return f"{letter}{next(self._numbers)}"

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
            names = [column.name.lower() for column in each.args["alias"].args.get("columns") or []]
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

    def table_of_with(self, name: str) -> Query | None:
        """What WITH called by that name."""
        return self._tables.get(name)

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

    # --- SELECT

    def _select(self, node: exp.Select, outer: Scope | None) -> Query:
        for key, value in node.args.items():
            if value and key not in _PARTS:
                raise refused(f"{key.strip('_').upper()} in SELECT", place_of(node, self.text))
        if node.args.get("match") or node.args.get("laterals"):
            raise refused("This relation", place_of(node, self.text))
        source = self.relations.source(node, outer)
        scope = Scope(source.fields, outer)
        where = node.args.get("where")
        condition = ""
        if where:
            conditions = Expressions(self, scope, "WHERE clause", aggregates=False)
            parts: list[Any] = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
            conjuncts = [conditions.boolean(each, "WHERE clause") for each in parts]
            source.prune(conjuncts)
            condition = f" WHERE {' AND '.join(conjuncts)}"
        scope = Scope(source.fields, outer, windows=self._windows(node, scope))
        items = self._items(node, scope)
        group = self._group(node, scope, items)
        having = node.args.get("having")
        having_sql = (
            f" HAVING {Expressions(self, scope, 'HAVING clause').boolean(having.this, 'HAVING clause')}"
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
            inside = Expressions(self, Scope(scope.fields, scope.outer, windows=found))
            found[each.this.name.lower()] = inside.window(each)
        return found

    def _items(self, node: exp.Select, scope: Scope) -> list[tuple[Column, Value]]:
        expressions = Expressions(self, scope, "SELECT clause")
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
                    add(field.name, Value(field.sql, field.type))
            elif isinstance(each, exp.Alias):
                add(each.alias.lower(), expressions.compile(each.this))
            else:
                name = each.name.lower() if isinstance(each, exp.Column | exp.Dot) else ""
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
        expressions = Expressions(self, scope, "GROUP BY clause", aggregates=False)

        def one(each: exp.Expression) -> str:
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

        if group.args.get("all"):
            raise refused("GROUP BY ALL", place_of(group, self.text))
        parts = [*group.expressions]
        for key in ("rollup", "cube", "grouping_sets"):
            parts += group.args.get(key) or []
        return f" GROUP BY {', '.join(map(one, parts))}" if parts else " GROUP BY ()"

    def _ordinal(self, node: exp.Literal, count: int, clause: str) -> int:
        if not node.this.isdigit() or not 1 <= int(node.this) <= count:
            raise QueryFailedError(
                "INVALID_COLUMN_REFERENCE",
                f"{clause} position {node.this} is not in select list",
                place_of(node, self.text),
            )
        return int(node.this) - 1

    def _order(self, node: exp.Expression, scope: Scope, items: Sequence[tuple[Column, Value]]) -> str:
        order = node.args.get("order")
        if not order:
            return ""
        names: dict[str, Value] = {column.name.lower(): value for column, value in items if column.named}
        within = Scope(scope.fields, scope.outer, names, windows=scope.windows)
        expressions = Expressions(self, within, "ORDER BY clause")
        columns = {value.sql: column.alias for column, value in items}
        parts = []
        for each in order.expressions:
            if isinstance(each.this, exp.Literal) and not each.this.is_string:
                sql = f'"{items[self._ordinal(each.this, len(items), "ORDER BY")][0].alias}"'
            else:
                value = expressions.compile(each.this)
                sql = f'"{columns[value.sql]}"' if value.sql in columns else value.sql
            parts.append(f"{sql} {direction(each)}")
        return f" ORDER BY {', '.join(parts)}"

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
                count: Any = clause.args.get("count")
            else:
                count = clause.expression
            if isinstance(count, exp.Column) and count.name.lower() == "all":
                continue
            value = Expressions(self, Scope(), key.upper(), aggregates=False).compile(count)
            if not isinstance(value.constant, int):
                raise QueryFailedError(
                    "TYPE_MISMATCH", f"{key.upper()} must be a whole number", place_of(clause, self.text)
                )
            sql += f" {key.upper()} {value.constant}"
        return sql

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

    def _set_operation(self, node: exp.SetOperation, outer: Scope | None) -> Query:
        if any(node.args.get(key) for key in ("by_name", "side", "kind", "on")):
            raise refused("A set operation by name", place_of(node, self.text))
        sides = [self.query(node.this, outer), self.query(node.expression, outer)]
        word = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}[type(node)]
        if len(sides[0].columns) != len(sides[1].columns):
            raise QueryFailedError(
                "TYPE_MISMATCH",
                (
                    f"{word} query has different number of fields: {len(sides[0].columns)}, "
                    f"{len(sides[1].columns)}"
                ),
                place_of(node, self.text),
            )
        kinds = []
        for at, (a, b) in enumerate(zip(sides[0].columns, sides[1].columns, strict=True), 1):
            kind = common(a.type, b.type)
            if kind is None:
                raise QueryFailedError(
                    "TYPE_MISMATCH",
                    f"column {at} in {word} query has incompatible types: {a.type}, {b.type}",
                    place_of(node, self.text),
                )
            kinds.append(kind)
        aliases = [self.fresh("c") for _ in kinds]
        parts = [self.as_types(each, kinds, aliases) for each in sides]
        every = "" if node.args.get("distinct") else " ALL"
        columns = [
            Column(each.name, kind, alias, each.named)
            for each, kind, alias in zip(sides[0].columns, kinds, aliases, strict=True)
        ]
        # In brackets: INTERSECT binds more closely than UNION, and each side may have its own order.
        return self._arranged(node, Query(f"({parts[0]}) {word}{every} ({parts[1]})", columns), outer)

    def as_types(self, query: Query, kinds: Sequence[Type], aliases: Sequence[str]) -> str:
        """SQL of the query with its columns brought to these types and names."""
        alias = self.fresh("r")
        shown = ", ".join(
            f'{coerce(Value(field.sql, field.type), kind).sql} AS "{name}"'
            for field, kind, name in zip(query.fields(alias, ()), kinds, aliases, strict=True)
        )
        return f"SELECT {shown} FROM ({query.sql}) AS {alias}"

    def _values(self, node: exp.Values, outer: Scope | None) -> Query:
        expressions = Expressions(self, Scope(outer=outer), "VALUES", aggregates=False)
        rows = []
        for each in node.expressions:
            cells = each.expressions if isinstance(each, exp.Tuple) else [each]
            rows.append([expressions.compile(cell) for cell in cells])
        kinds: list[Type] = [UNKNOWN] * len(rows[0])
        for row in rows:
            if len(row) != len(kinds):
                raise QueryFailedError(
                    "TYPE_MISMATCH", "Values rows have mismatched sizes", place_of(node, self.text)
                )
            for at, cell in enumerate(row):
                joint = common(kinds[at], cell.type)
                if joint is None:
                    raise QueryFailedError(
                        "TYPE_MISMATCH",
                        f"Values rows have mismatched types: {kinds[at]} vs {cell.type}",
                        place_of(node, self.text),
                    )
                kinds[at] = joint
        aliases = [self.fresh("c") for _ in kinds]
        text = ", ".join(
            "("
            + ", ".join(
                coerce(cell, kind).sql if kind != UNKNOWN else null(kind)
                for cell, kind in zip(row, kinds, strict=True)
            )
            + ")"
            for row in rows
        )
        names = ", ".join(f'"{each}"' for each in aliases)
        columns = [
            Column(f"_col{at}", kind, alias, named=False)
            for at, (kind, alias) in enumerate(zip(kinds, aliases, strict=True))
        ]
        return Query(f"SELECT * FROM (VALUES {text}) AS {self.fresh('r')}({names})", columns)

    # --- Queries within expressions

    def scalar(self, around: Expressions, node: exp.Expression) -> Value:
        """A query that stands for one value."""
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
        value = around.compile(node.this)
        inner = node.args["query"]
        found = self.query(inner.this if isinstance(inner, exp.Subquery) else inner, around.scope)
        if value.type.base == "row" or len(found.columns) != 1:
            raise refused("IN of rows", around.place(node))
        kind = self._comparable(value.type, found.columns[0].type, "=", around, node)
        return Value(
            f"({coerce(value, kind).sql} IN ({self.as_types(found, [kind], [self.fresh('c')])}))", BOOLEAN
        )

    def quantified(self, around: Expressions, sign: str, node: Any) -> Value:
        """``x > ALL (SELECT ...)``."""
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
        inner = Queries(given, self.database, self.lake, self.began)
        return Expressions(inner, Scope(), "EXECUTE", aggregates=False).compile(
            parse(f"SELECT {given}").expressions[0]
        )
