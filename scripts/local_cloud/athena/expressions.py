"""Expressions: from sqlglot's tree to DuckDB's SQL with a Trino type for every part.

What has no entry in `FORMS` is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from scripts.local_cloud.athena import arithmetic, literals
from scripts.local_cloud.athena.casts import Place, coerce, coercible, explicit
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions import registry
from scripts.local_cloud.athena.functions.collections import with_key
from scripts.local_cloud.athena.functions.moments import at_time_zone, part
from scripts.local_cloud.athena.rendering import text
from scripts.local_cloud.athena.scopes import dereferenced
from scripts.local_cloud.athena.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    JSON,
    TIMESTAMP,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    Type,
    array,
    common,
    duckdb,
    row,
)
from scripts.local_cloud.athena.values import Value, failing, null, quoted
from scripts.local_cloud.athena.zones import zone_named

if TYPE_CHECKING:
    pass
from scripts.local_cloud.athena.calls import Calls
from scripts.local_cloud.athena.expression_base import FORMS

_SIGNS: dict[type[exp.Expression], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}
_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip


class Expressions(Calls):
    """Compiles the expressions of one place in a query."""

    def _column(self, node: exp.Column) -> Value:
        if isinstance(node.this, exp.Star):
            raise QueryFailedError("", "mismatched input '*'", self.place(node))
        return self.scope.find([each.name.lower() for each in node.parts], self.place(node))

    def _identifier(self, node: exp.Identifier) -> Value:
        return self.scope.find([node.name.lower()], self.place(node))

    def _dot(self, node: exp.Dot) -> Value:
        names: list[str] = []
        inner: Any = node
        while isinstance(inner, exp.Dot) and isinstance(inner.expression, exp.Identifier):
            names.insert(0, inner.expression.name.lower())
            inner = inner.this
        if isinstance(inner, exp.Dot):
            raise refused("A call after a dot", self.place(node))
        if isinstance(inner, exp.Column):
            parts = [each.name.lower() for each in inner.parts]
            return self.scope.find([*parts, *names], self.place(node))
        if isinstance(inner, exp.Identifier):
            return self.scope.find([inner.name.lower(), *names], self.place(node))
        return dereferenced(self.compile(inner), names, self.place(node))

    def _literal(self, node: exp.Literal) -> Value:
        return literals.string(node.this) if node.is_string else literals.number(node.this)

    def _paren(self, node: exp.Paren) -> Value:
        value = self.compile(node.this)
        return Value(f"({value.sql})", value.type, value.constant)

    def _neg(self, node: exp.Neg) -> Value:
        if isinstance(node.this, exp.Literal) and node.this.name == "9223372036854775808":
            return Value("CAST('-9223372036854775808' AS BIGINT)", BIGINT, -(2**63))
        return arithmetic.negated(self.compile(node.this), self.place(node))

    def _arithmetic(self, node: Any) -> Value:
        return arithmetic.apply(
            _SIGNS[type(node)], self.compile(node.this), self.compile(node.expression), self.place(node)
        )

    def _comparison(self, node: Any) -> Value:
        sign = _COMPARISONS[type(node)]
        if isinstance(node.expression, exp.Any | exp.All):
            return self.queries.quantified(self, sign, node)
        return arithmetic.compared(
            sign, self.compile(node.this), self.compile(node.expression), self.place(node)
        )

    def _distinct_from(self, node: Any) -> Value:
        a, b = self.compile(node.this), self.compile(node.expression)
        kind = common(a.type, b.type)
        if kind is None:
            raise QueryFailedError(
                "TYPE_MISMATCH", f"Cannot check if {a.type} is distinct from {b.type}", self.place(node)
            )
        word = "IS NOT DISTINCT FROM" if isinstance(node, exp.NullSafeEQ) else "IS DISTINCT FROM"
        return Value(f"({coerce(a, kind).sql} {word} {coerce(b, kind).sql})", BOOLEAN)

    def _connected(self, node: exp.Connector) -> Value:
        word = "AND" if isinstance(node, exp.And) else "OR"
        what = f"Each side of {word}"
        return Value(
            f"({self.boolean(node.this, what)} {word} {self.boolean(node.expression, what)})", BOOLEAN
        )

    def _not(self, node: exp.Not) -> Value:
        return Value(f"(NOT {self.boolean(node.this, 'Value of logical NOT expression')})", BOOLEAN)

    def _is(self, node: exp.Is) -> Value:
        if not isinstance(node.expression, exp.Null):
            raise QueryFailedError(
                "",
                f"mismatched input '{node.expression.sql()}'. Expecting: 'DISTINCT', 'NOT', 'NULL'",
                self.place(node),
            )
        return Value(f"({self.compile(node.this).sql} IS NULL)", BOOLEAN)

    def _between(self, node: exp.Between) -> Value:
        if node.args.get("symmetric"):
            raise refused("BETWEEN SYMMETRIC", self.place(node))
        value, place = self.compile(node.this), self.place(node)
        low = arithmetic.compared(">=", value, self.compile(node.args["low"]), place)
        high = arithmetic.compared("<=", value, self.compile(node.args["high"]), place)
        return Value(f"({low.sql} AND {high.sql})", BOOLEAN)

    def _in(self, node: exp.In) -> Value:
        if node.args.get("query") is not None:
            return self.queries.contained(self, node)
        if node.args.get("unnest") or node.args.get("field"):
            raise refused("IN over something else than a list or a query", self.place(node))
        if not node.expressions:
            raise QueryFailedError("", "mismatched input ')': IN needs a value at least", self.place(node))
        value, place = self.compile(node.this), self.place(node)
        found = [arithmetic.compared("=", value, self.compile(each), place).sql for each in node.expressions]
        return Value(f"({' OR '.join(found)})", BOOLEAN)

    def _like(self, node: exp.Expression) -> Value:
        escape, letter = "", ""
        like = node
        if isinstance(node, exp.Escape):
            letter = node.expression.name
            if len(letter) != 1:
                raise QueryFailedError(
                    "INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character"
                )
            escape, like = f" ESCAPE {quoted(letter)}", node.this
        a, b = self.compile(like.this), self.compile(like.expression)
        for each, which in ((a, "Left"), (b, "Pattern")):
            if each.type.base not in {"varchar", "unknown"}:
                raise QueryFailedError(
                    "TYPE_MISMATCH",
                    f"{which} side of LIKE expression must evaluate to a varchar (actual: {each.type})",
                    self.place(node),
                )
        pattern = coerce(b, VARCHAR).sql
        if escape:
            pattern = _escaped(pattern, letter)
        sql = f"({coerce(a, VARCHAR).sql} LIKE {pattern}{escape})"
        return Value(f"(NOT {sql})" if like.args.get("negate") else sql, BOOLEAN)

    def _case(self, node: exp.Case) -> Value:
        subject = self.compile(node.this) if node.this else None
        conditions, results = [], []
        for each in node.args["ifs"]:
            if subject:
                conditions.append(
                    arithmetic.compared("=", subject, self.compile(each.this), self.place(node)).sql
                )
            else:
                conditions.append(self.boolean(each.this, "CASE WHEN clause"))
            results.append(self.compile(each.args["true"]))
        default = node.args.get("default")
        results.append(self.compile(default) if default else Value("NULL", UNKNOWN))
        return self._chosen(conditions, results, self.place(node))

    def _if(self, node: exp.If) -> Value:
        otherwise = node.args.get("false")
        results = [
            self.compile(node.args["true"]),
            self.compile(otherwise) if otherwise else Value("NULL", UNKNOWN),
        ]
        return self._chosen([self.boolean(node.this, "IF condition")], results, self.place(node))

    def _chosen(self, conditions: Sequence[str], results: Sequence[Value], place: Place) -> Value:
        kind: Type = UNKNOWN
        for each in results:
            joint = common(kind, each.type)
            if joint is None:
                raise QueryFailedError(
                    "TYPE_MISMATCH",
                    "All CASE results must be the same type or coercible to a common type. "
                    "Cannot find common type "
                    f"between {kind} and {each.type}, all types (without duplicates): [{kind}, {each.type}]",
                    place,
                )
            kind = joint
        branches = zip(conditions, results, strict=False)
        sql = " ".join(f"WHEN {met} THEN {coerce(each, kind).sql}" for met, each in branches)
        return Value(f"CASE {sql} ELSE {coerce(results[-1], kind).sql} END", kind)

    def _cast(self, node: exp.Cast) -> Value:
        place = self.place(node)
        if node.args.get("format"):
            raise QueryFailedError("", "mismatched input 'FORMAT'", place)
        target = literals.data_type(node.args["to"], place)
        inner = node.this
        trying = isinstance(node, exp.TryCast)
        if target.base == "decimal" and self._is_prefixed(inner, "decimal"):
            return literals.number(inner.this.strip().removeprefix("+"), whole_too=False)
        if isinstance(inner, exp.Literal) and inner.is_string and target.base == "timestamp with time zone":
            return literals.zoned(inner.this, place)
        if target.base in {"date", "time", "timestamp"} and self._is_prefixed(inner, target.base):
            literals.check_moment(inner.this, target, place)
        value = explicit(self.compile(inner), target, place)
        return Value(f"TRY({value.sql})", value.type) if trying else value

    def _is_prefixed(self, node: exp.Expression, word: str) -> bool:
        """Whether it is text after the name of its type, which sqlglot makes a cast like any other."""
        if not (isinstance(node, exp.Literal) and node.is_string and "start" in node.meta):
            return False
        return self.queries.text[: node.meta["start"]].rstrip().lower().endswith(word)

    def _interval(self, node: exp.Interval) -> Value:
        return literals.interval(node, self.place(node))

    def _extract(self, node: exp.Extract) -> Value:
        field = node.this.name.lower()
        found = part(field, self.compile(node.expression))
        if found is None:
            raise QueryFailedError(
                "TYPE_MISMATCH", f"Cannot extract {field.upper()} from this value", self.place(node)
            )
        return found

    def _at_time_zone(self, node: exp.AtTimeZone) -> Value:
        zone = node.args["zone"]
        if not isinstance(zone, exp.Literal):
            raise refused("AT TIME ZONE with a zone that is not a literal", self.place(node))
        return at_time_zone(self.compile(node.this), zone_named(zone.this))

    def _today(self, node: exp.CurrentDate) -> Value:
        return Value(f"DATE '{self.queries.began:%Y-%m-%d}'", DATE)

    def _timestamp(self, node: exp.Expression) -> Value:
        if node.this:
            raise refused("A precision of the current time", self.place(node))
        if isinstance(node, exp.CurrentTimestamp):
            return self.now()
        return Value(f"TIMESTAMP '{self.queries.began:%Y-%m-%d %H:%M:%S.%f}'", TIMESTAMP)

    def _array(self, node: exp.Array) -> Value:
        values = [self.compile(each) for each in node.expressions]
        kind: Type = UNKNOWN
        for each in values:
            joint = common(kind, each.type)
            if joint is None:
                raise QueryFailedError(
                    "TYPE_MISMATCH", f"All ARRAY elements must be the same type: {kind}", self.place(node)
                )
            kind = joint
        inner = ", ".join(null(kind) if each.type == UNKNOWN else coerce(each, kind).sql for each in values)
        return Value(f"CAST([{inner}] AS {duckdb(array(kind))})", array(kind))

    def _bracket(self, node: exp.Bracket) -> Value:
        if len(node.expressions) != 1:
            raise QueryFailedError("", "mismatched input ','", self.place(node))
        value, index, place = self.compile(node.this), self.compile(node.expressions[0]), self.place(node)
        if value.type.base == "map":
            both = with_key(value, index)
            if both is None:
                raise QueryFailedError(
                    "TYPE_MISMATCH", f"Cannot use {index.type} for subscript of {value.type}", place
                )
            value, key = both
            why = f"'INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || {text(key.sql, key.type)}"
            kind = value.type.of[1]
            return Value(
                f"CASE WHEN NOT map_contains({value.sql}, {key.sql}) THEN {failing(why, kind)} "
                f"ELSE {value.sql}[{key.sql}] END", kind
            )  # fmt: skip
        if (
            value.type.base == "row"
            and isinstance(index.constant, int)
            and 0 < index.constant <= len(value.type.of)
        ):
            return Value(
                f"struct_extract_at({value.sql}, {index.constant})", value.type.of[index.constant - 1]
            )
        if value.type.base != "array" or not coercible(index.type, BIGINT):
            raise QueryFailedError(
                "TYPE_MISMATCH", f"Cannot use {index.type} for subscript of {value.type}", place
            )
        at, kind = coerce(index, BIGINT).sql, value.type.element
        name = "'INVALID_FUNCTION_ARGUMENT: "
        long = (
            f"{name}Array subscript must be less than or equal to array length: ' || {at} || ' "
            f"> ' || len({value.sql})"
        )
        zero = f"{name}SQL array indices start at 1'"
        negative = f"{name}Array subscript is negative: ' || {at}"
        return Value(
            f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN {at} = 0 THEN "
            f"{failing(zero, kind)} "
            f"WHEN {at} < 0 THEN {failing(negative, kind)} WHEN {at} > len({value.sql}) THEN "
            f"{failing(long, kind)} "
            f"ELSE list_extract({value.sql}, {at}) END",
            kind,
        )

    def _pipes(self, node: exp.DPipe) -> Value:
        a, b = self.compile(node.this), self.compile(node.expression)
        if "array" in {a.type.base, b.type.base}:
            return self.joined([a, b], self.place(node))
        if a.type.base == b.type.base == "varbinary":
            return Value(f"({a.sql} || {b.sql})", VARBINARY)
        for each in (a, b):
            if each.type.base not in {"varchar", "unknown"}:
                raise registry.unexpected(
                    "concat", f"{a.type}, {b.type}", "concat(varchar, varchar)", self.place(node)
                )
        return Value(f"({coerce(a, VARCHAR).sql} || {coerce(b, VARCHAR).sql})", VARCHAR)

    def _tuple(self, node: exp.Tuple) -> Value:
        values = [self.compile(each) for each in node.expressions]
        parts = ", ".join(f"field{at} := {each.sql}" for at, each in enumerate(values))
        return Value(f"struct_pack({parts})", row([("", each.type) for each in values]))

    def _trim(self, node: exp.Trim) -> Value:
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(
            (node.args.get("position") or "").upper(), "trim"
        )
        arguments = [node.this, *([node.expression] if node.expression else [])]
        return self._called(name, arguments, self.place(node))

    def _position(self, node: exp.StrPosition) -> Value:
        return self._called("strpos", [node.this, node.args["substr"]], self.place(node))

    def _substring(self, node: exp.Substring) -> Value:
        arguments = [node.args.get(each) for each in ("this", "start", "length")]
        return self._called("substr", [each for each in arguments if each], self.place(node))

    def _json(self, node: exp.ParseJSON) -> Value:
        return Value(f"lab_json_parse({quoted(node.this.name)})", JSON)

    def _unicode(self, node: exp.UnicodeString) -> Value:
        return literals.unicode_string(node.name, self.place(node))

    def _hex(self, node: exp.HexString) -> Value:
        if len("".join(node.name.split())) % 2:
            raise QueryFailedError(
                "", "Binary literal must contain an even number of digits", self.place(node)
            )
        return Value(f"unhex({quoted(node.name)})", VARBINARY)

    def _parameter(self, node: exp.Placeholder) -> Value:
        return self.queries.parameter(self, node)

    def _subquery(self, node: exp.Expression) -> Value:
        return self.queries.scalar(self, node)

    def _exists(self, node: exp.Exists) -> Value:
        self.check_query(node)
        return Value(f"EXISTS ({self.queries.query(node.this, self.scope).sql})", BOOLEAN)


def _escaped(pattern: str, letter: str) -> str:
    """A pattern of LIKE, of which every letter that escapes stands before one that it can escape."""
    code = rf"\x{{{ord(letter):x}}}"
    whole = quoted(f"(?s)([^{code}]|{code}[%_{code}])*")
    why = quoted(
        "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the escape character "
        "itself"
    )
    return (
        f"CASE WHEN {pattern} IS NULL OR regexp_full_match({pattern}, {whole}) THEN {pattern} "
        f"ELSE {failing(why, VARCHAR)} END"
    )


def _boolean(expressions: Expressions, node: Any) -> Value:
    return Value("true" if node.this else "false", BOOLEAN)


#: Operators that other dialects have.
_FOREIGN: dict[type[exp.Expression], str] = {
    exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "^", exp.BitwiseNot: "~",
    exp.BitwiseLeftShift: "<<", exp.BitwiseRightShift: ">>", exp.IntDiv: "DIV", exp.Slice: ":",
    exp.RegexpLike: "RLIKE", exp.SimilarTo: "SIMILAR", exp.JSONExtract: "->", exp.JSONExtractScalar: "->>",
    exp.Struct: "{",
}  # fmt: skip


def _foreign(expressions: Expressions, node: Any) -> Value:
    raise QueryFailedError("", f"mismatched input '{_FOREIGN[type(node)]}'", expressions.place(node))


def _null(expressions: Expressions, node: Any) -> Value:
    return Value("NULL", UNKNOWN)


def _star(expressions: Expressions, node: Any) -> Value:
    raise QueryFailedError("", "mismatched input '*'", expressions.place(node))


_FORMS: dict[type[exp.Expression], Callable[[Expressions, Any], Value]] = {
    exp.Column: Expressions._column,
    exp.Identifier: Expressions._identifier,
    exp.Dot: Expressions._dot,
    exp.Literal: Expressions._literal,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Star: _star,
    exp.Paren: Expressions._paren,
    exp.Neg: Expressions._neg,
    **dict.fromkeys(_SIGNS, Expressions._arithmetic),
    **dict.fromkeys(_COMPARISONS, Expressions._comparison),
    **dict.fromkeys(_FOREIGN, _foreign),
    exp.NullSafeEQ: Expressions._distinct_from,
    exp.NullSafeNEQ: Expressions._distinct_from,
    exp.And: Expressions._connected,
    exp.Or: Expressions._connected,
    exp.Not: Expressions._not,
    exp.Is: Expressions._is,
    exp.Between: Expressions._between,
    exp.In: Expressions._in,
    exp.Like: Expressions._like,
    exp.Escape: Expressions._like,
    exp.Case: Expressions._case,
    exp.If: Expressions._if,
    exp.Cast: Expressions._cast,
    exp.TryCast: Expressions._cast,
    exp.Interval: Expressions._interval,
    exp.Extract: Expressions._extract,
    exp.AtTimeZone: Expressions._at_time_zone,
    exp.CurrentDate: Expressions._today,
    exp.CurrentTimestamp: Expressions._timestamp,
    exp.Localtimestamp: Expressions._timestamp,
    exp.Array: Expressions._array,
    exp.Bracket: Expressions._bracket,
    exp.DPipe: Expressions._pipes,
    exp.Tuple: Expressions._tuple,
    exp.Trim: Expressions._trim,
    exp.StrPosition: Expressions._position,
    exp.Substring: Expressions._substring,
    exp.ParseJSON: Expressions._json,
    exp.UnicodeString: Expressions._unicode,
    exp.HexString: Expressions._hex,
    exp.Placeholder: Expressions._parameter,
    exp.Subquery: Expressions._subquery,
    exp.Select: Expressions._subquery,
    exp.Exists: Expressions._exists,
    exp.Anonymous: Expressions._function,
    exp.GroupConcat: Expressions._aggregate,
    exp.Filter: Expressions._filtered,
    exp.Window: Expressions._window,
}
FORMS.update(_FORMS)
