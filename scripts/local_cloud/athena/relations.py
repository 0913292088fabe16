# ruff: noqa: S608  (SQL is what is made here)
"""What stands in FROM: tables, views, queries, UNNEST, and their joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from scripts.local_cloud.athena import information
from scripts.local_cloud.athena.arithmetic import compared
from scripts.local_cloud.athena.casts import Place, coerce
from scripts.local_cloud.athena.compiled import Column, Query
from scripts.local_cloud.athena.dialect import place as place_of
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.expressions import Expressions
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.scans import Scan
from scripts.local_cloud.athena.scopes import Field, Scope
from scripts.local_cloud.athena.tables import Table
from scripts.local_cloud.athena.types import BIGINT, VARCHAR, Type, common, member
from scripts.local_cloud.athena.values import Value

if TYPE_CHECKING:
    from scripts.local_cloud.athena.queries import Queries

#: Names of the account's own catalog.
_OWN = ("awsdatacatalog", "hive")


@dataclass
class Source:
    """A FROM clause.

    Attributes
    ----------
    scans
        Tables whose every row must meet the conditions of WHERE.
    """

    sql: str
    fields: list[Field]
    scans: list[Scan] = field(default_factory=list)

    def prune(self, conjuncts: Sequence[str]) -> None:
        """Conditions that every row meets."""
        for each in self.scans:
            each.prune(conjuncts)


class Relations:
    """Compiles the relations of one text."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def source(self, node: exp.Select, outer: Scope | None) -> Source:
        """The FROM clause of a SELECT, with its joins."""
        clause = node.args.get("from_")
        if clause is None:
            return Source("", [])
        found = self._joined(self._relation(clause.this, [], outer), node.args.get("joins") or [], outer)
        return Source(f" FROM {found.sql}", found.fields, found.scans)

    def _joined(self, left: Source, joins: Sequence[exp.Join], outer: Scope | None) -> Source:
        for each in joins:
            left = self._join(left, each, outer)
        return left

    def _place(self, node: exp.Expression) -> Place:
        return place_of(node, self._queries.text)

    def _join(self, left: Source, join: exp.Join, outer: Scope | None) -> Source:
        side, kind = join.side.upper(), join.kind.upper()
        if join.method:
            what = f"{join.method.capitalize()} join not supported"
            raise QueryFailedError("NOT_SUPPORTED", what, self._place(join))
        if kind not in {"", "INNER", "CROSS"} and not (kind == "OUTER" and side):
            raise QueryFailedError("", f"mismatched input '{kind}'", self._place(join))
        lateral = isinstance(join.this, exp.Unnest)
        if lateral and side not in {"", "LEFT"}:
            raise refused(f"{side} JOIN of UNNEST", self._place(join))
        right = self._relation(join.this, left.fields, outer)
        fields = [*left.fields, *right.fields]
        on, using = join.args.get("on"), join.args.get("using")
        word = f"{side} JOIN" if side else "JOIN"
        # Of a join by a comma, sqlglot tells nothing but the relation.
        crossed = kind == "CROSS" or set(join.args) == {"this"}
        if crossed == bool(on or using):
            wrong = "CROSS JOIN takes no ON or USING" if crossed else f"{word} needs ON or USING"
            raise QueryFailedError("", f"mismatched input: {wrong}", self._place(join))
        if using:
            return self._using(left, right, side, [each.name.lower() for each in using], self._place(join))
        scans = [
            *([] if side in {"RIGHT", "FULL"} else left.scans),
            *([] if side in {"LEFT", "FULL"} else right.scans),
        ]
        if on is None:
            return Source(
                f"{left.sql} JOIN {'LATERAL ' if lateral else ''}{right.sql} ON true", fields, scans
            )
        conditions = Expressions(self._queries, Scope(fields, outer), "JOIN clause", aggregates=False)
        parts: list[Any] = list(on.flatten()) if isinstance(on, exp.And) else [on]
        conjuncts = [conditions.boolean(each, "JOIN ON clause") for each in parts]
        if lateral and not (isinstance(on, exp.Boolean) and on.this):
            raise QueryFailedError(
                "NOT_SUPPORTED",
                "JOIN involving UNNEST is only supported with condition ON TRUE",
                self._place(join),
            )
        if not side:
            Source("", [], scans).prune(conjuncts)
        sql = f"{left.sql} {word} {'LATERAL ' if lateral else ''}{right.sql} ON {' AND '.join(conjuncts)}"
        return Source(sql, fields, scans)

    def _using(self, left: Source, right: Source, side: str, names: Sequence[str], place: Place) -> Source:
        merged, conditions = [], []
        for name in names:
            a = Scope(left.fields).find([name], place)
            b = Scope(right.fields).find([name], place)
            conditions.append(compared("=", a, b, place).sql)
            kind = common(a.type, b.type) or a.type
            first, second = coerce(a, kind).sql, coerce(b, kind).sql
            shown = {"RIGHT": second, "FULL": f"coalesce({first}, {second})"}.get(side, first)
            merged.append(Field((), name, kind, shown))
        rest = [each for each in (*left.fields, *right.fields) if each.name not in names]
        scans = [
            *([] if side in {"RIGHT", "FULL"} else left.scans),
            *([] if side in {"LEFT", "FULL"} else right.scans),
        ]
        sql = f"{left.sql} {side} JOIN {right.sql} ON {' AND '.join(conditions)}"
        return Source(sql, [*merged, *rest], scans)

    def _relation(self, node: exp.Expression, before: Sequence[Field], outer: Scope | None) -> Source:
        for key in ("sample", "pivots", "version", "when", "hints", "changes", "rows_from", "partition"):
            if node.args.get(key):
                raise refused(f"{key.upper()} of a relation", self._place(node))
        if isinstance(node, exp.Table):
            return self._joined(self._table(node), node.args.get("joins") or [], outer)
        if isinstance(node, exp.Unnest):
            return self._unnest(node, before, outer)
        if isinstance(node, exp.Values):
            return self._aliased(self._queries.query(node, outer), node)
        if isinstance(node, exp.Subquery):
            if isinstance(node.this, exp.Table):
                return self._joined(
                    self._relation(node.this, before, outer), node.args.get("joins") or [], outer
                )
            # A query in FROM sees no columns of its neighbours.
            return self._joined(
                self._aliased(self._queries.query(node, outer), node), node.args.get("joins") or [], outer
            )
        raise refused(f"{node.key.upper()} in FROM", self._place(node))

    def _aliased(self, query: Query, node: exp.Expression, relation: tuple[str, ...] = ()) -> Source:
        given = node.args.get("alias")
        headings = self._headings(node, [], len(query.columns))
        alias = self._queries.fresh("r")
        known = (given.name.lower(),) if given and given.name else relation
        return Source(f"({query.sql}) AS {alias}", query.fields(alias, known, headings))

    def _headings(self, node: exp.Expression, more: Sequence[str], count: int) -> list[str]:
        """The names that a relation's alias gives to its columns, as written; none where it gives none."""
        given = node.args.get("alias")
        columns = given.args.get("columns") if given else None
        if not columns:
            return []
        names = [*(each.name for each in columns), *more]
        if len(names) != count:
            raise QueryFailedError(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(names)} entries but "
                f"'{node.alias}' has {count} columns available",
                self._place(node),
            )
        return names

    # --- Tables

    def _table(self, node: exp.Table) -> Source:
        if not isinstance(node.this, exp.Identifier):
            raise refused("A table function", self._place(node))
        name, database, catalog = node.name.lower(), node.db.lower(), node.catalog.lower()
        if catalog and catalog not in _OWN:
            raise QueryFailedError(
                "CATALOG_NOT_FOUND", f"Catalog '{catalog}' does not exist", self._place(node)
            )
        if not database and (query := self._queries.table_of_with(name)):
            return self._aliased(query, node, (name,))
        database = database or self._queries.database
        if database == "information_schema":
            return self._aliased(
                information.query(self._queries, name, self._place(node)), node, (database, name)
            )
        if not database:
            raise QueryFailedError(
                "MISSING_SCHEMA_NAME",
                "Schema must be specified when session schema is not set",
                self._place(node),
            )
        if name.endswith("$partitions"):
            table = self.table(database, name.removesuffix("$partitions"), self._place(node))
            return self._aliased(information.partitions(self._queries, table), node, (database, name))
        table = self.table(database, name, self._place(node))
        if table.view:
            return self._aliased(self._view(table), node, (database, name))
        return self._scan(table, node)

    def table(self, database: str, name: str, place: Place) -> Table:
        """A table of the catalog.

        Raises
        ------
        QueryFailedError
            There is none.
        """
        try:
            record = self._queries.lake.glue("GetTable", DatabaseName=database, Name=name)["Table"]
        except LakeError as why:
            if why.code != "EntityNotFoundException":
                raise
            try:
                self._queries.lake.glue("GetDatabase", Name=database)
            except LakeError as missing:
                if missing.code != "EntityNotFoundException":
                    raise
                raise QueryFailedError(
                    "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", place
                ) from missing
            raise QueryFailedError(
                "TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{name}' does not exist", place
            ) from why
        return Table.of(record, database)

    def _view(self, table: Table) -> Query:
        from scripts.local_cloud.athena.queries import Queries  # noqa: PLC0415  (they need each other)

        inner = Queries(
            table.view, table.database, self._queries.lake, self._queries.began, shared=self._queries
        )
        found = inner.compiled()
        if len(found.columns) != len(table.columns):
            raise QueryFailedError(
                "INVALID_VIEW",
                (
                    f"View 'awsdatacatalog.{table.database}.{table.name}' is stale or in invalid "
                    f"state: column count mismatch"
                ),
            )
        columns = [
            Column(name, each.type, each.alias)
            for (name, _), each in zip(table.columns, found.columns, strict=True)
        ]
        return Query(found.sql, columns)

    def _scan(self, table: Table, node: exp.Table) -> Source:
        given = node.args.get("alias")
        relation = (given.name.lower(),) if given and given.name else (table.database, table.name)
        alias = self._queries.fresh("r")
        whole: list[tuple[str, Type]] = [*table.columns, *table.keys]
        scan = Scan(
            table, alias, {name: self._queries.fresh("c") for name, _ in [*whole, ("$path", VARCHAR)]}
        )
        headings = self._headings(node, [], len(whole)) or [name for name, _ in whole]
        fields = [
            Field(relation, heading.lower(), kind, f'{alias}."{scan.columns[name]}"', heading=heading)
            for heading, (name, kind) in zip(headings, whole, strict=True)
        ]
        fields.append(Field(relation, "$path", VARCHAR, f'{alias}."{scan.columns["$path"]}"', hidden=True))
        self._queries.scans.append(scan)
        return Source(f"({scan.marker}) AS {alias}", fields, [scan])

    # --- UNNEST

    def _unnest(self, node: exp.Unnest, before: Sequence[Field], outer: Scope | None) -> Source:
        expressions = Expressions(self._queries, Scope(before, outer), "UNNEST", aggregates=False)
        given = node.args.get("alias")
        offset = node.args.get("offset")
        relation = (given.name.lower(),) if given and given.name else ()
        lists: list[str] = []
        columns: list[tuple[str, Type]] = []
        lengths: list[str] = []
        for each in node.expressions:
            value = expressions.compile(each)
            lengths.append(
                f"coalesce(len({value.sql}), 0)"
                if value.type.base == "array"
                else f"CASE WHEN {value.sql} IS NULL THEN 0 ELSE cardinality({value.sql}) END"
            )
            columns += self._unnested(value, lists, each)
        if offset:
            longest = lengths[0] if len(lengths) == 1 else f"greatest({', '.join(lengths)})"
            lists.append(f"unnest(range(1, CAST({longest} AS BIGINT) + 1))")
            columns.append((f"u{len(lists) - 1}", BIGINT))
        alias, inside = self._queries.fresh("r"), self._queries.fresh("r")
        aliases = [self._queries.fresh("c") for _ in columns]
        made = ", ".join(f"{each} AS u{at}" for at, each in enumerate(lists))
        shown = ", ".join(
            f'{inside}.{sql} AS "{name}"' for (sql, _), name in zip(columns, aliases, strict=True)
        )
        ordinality = [offset.name] if isinstance(offset, exp.Identifier) else []
        headings = self._headings(node, ordinality, len(columns)) or [""] * len(columns)
        fields = [
            Field(relation, heading.lower(), kind, f'{alias}."{sql}"', heading=heading)
            for heading, (_, kind), sql in zip(headings, columns, aliases, strict=True)
        ]
        return Source(f"(SELECT {shown} FROM (SELECT {made}) AS {inside}) AS {alias}", fields)

    def _unnested(self, value: Value, lists: list[str], node: exp.Expression) -> list[tuple[str, Type]]:
        """The columns that an array or a map becomes; adds what makes them to the lists."""
        kind, at = value.type, len(lists)
        if kind.base == "map":
            lists += [f"unnest(map_keys({value.sql}))", f"unnest(map_values({value.sql}))"]
            return [(f"u{at}", kind.of[0]), (f"u{at + 1}", kind.of[1])]
        if kind.base != "array":
            raise QueryFailedError("TYPE_MISMATCH", f"Cannot unnest type: {kind}", self._place(node))
        lists.append(f"unnest({value.sql})")
        if kind.element.base == "row":
            return [(f"u{at}.{member(kind.element, n)}", each) for n, each in enumerate(kind.element.of)]
        return [(f"u{at}", kind.element)]
