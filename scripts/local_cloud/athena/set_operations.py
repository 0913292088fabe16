# ruff: noqa: S608  (SQL is what is made here)
"""UNION, INTERSECT, EXCEPT and VALUES."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.compiled import Column, Query
from scripts.local_cloud.athena.dialect import place as place_of
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.query_base import QueryBase
from scripts.local_cloud.athena.scopes import Scope
from scripts.local_cloud.athena.types import UNKNOWN, Type, common
from scripts.local_cloud.athena.values import Value, null


class SetOperations(QueryBase):
    """The part of the compiler that joins queries of the same columns."""

    def _set_operation(self, node: exp.SetOperation, outer: Scope | None) -> Query:
        if any(node.args.get(key) for key in ("by_name", "side", "kind", "on")):
            raise refused("A set operation by name", place_of(node, self.text))
        for each in (node.this, node.expression):
            if not isinstance(each, exp.Subquery) and any(map(each.args.get, ("order", "limit", "offset"))):
                raise QueryFailedError(
                    "", "mismatched input: ORDER BY, OFFSET and LIMIT come last", place_of(each, self.text)
                )
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
        expressions = self.expressions(Scope(outer=outer), "VALUES", aggregates=False)
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
