"""Functions that take functions: https://trino.io/docs/current/functions/lambda.html."""

from __future__ import annotations

from scripts.local_cloud.athena.casts import coerce, coercible
from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.functions.registry import Call, special
from scripts.local_cloud.athena.types import BOOLEAN, Type, array, common, duckdb, map_of, row
from scripts.local_cloud.athena.values import Value, failing, quoted


def _array(call: Call, at: int = 0) -> Value:
    value = call.value(at)
    if value.type.base != "array":
        raise call.unexpected()
    return value


def _map(call: Call) -> Value:
    value = call.value(0)
    if value.type.base != "map":
        raise call.unexpected()
    return value


def _body(call: Call, at: int, *given: Value) -> Value:
    return call.expressions.lambda_body(call.arguments[at], list(given), call.name, call.place)


def _condition(call: Call, at: int, *given: Value) -> str:
    body = _body(call, at, *given)
    if not coercible(body.type, BOOLEAN):
        raise call.unexpected()
    return coerce(body, BOOLEAN).sql


@special("transform", 2)
def _transform(call: Call) -> Value:
    value, one = _array(call), call.expressions.fresh("x")
    body = _body(call, 1, Value(one, value.type.element))
    return Value(f"list_transform({value.sql}, lambda {one}: {body.sql})", array(body.type))


@special("filter", 2)
def _filter(call: Call) -> Value:
    value, one = _array(call), call.expressions.fresh("x")
    kept = _condition(call, 1, Value(one, value.type.element))
    return Value(f"list_filter({value.sql}, lambda {one}: {kept})", value.type)


def _match(call: Call) -> Value:
    """Three-valued: NULL where what is known does not settle it."""
    value, one = _array(call), call.expressions.fresh("x")
    met = _condition(call, 1, Value(one, value.type.element))
    if call.name == "all_match":
        met = f"NOT ({met})"
    answers = f"list_transform({value.sql}, lambda {one}: {met})"
    any_of = (
        f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN list_contains({answers}, true) THEN true "
        f"WHEN len({answers}) <> list_count({answers}) THEN NULL ELSE false END"
    )
    return Value(f"({any_of})" if call.name == "any_match" else f"(NOT {any_of})", BOOLEAN)


for _name in ("any_match", "all_match", "none_match"):
    special(_name, 2)(_match)


@special("reduce", 4)
def _reduce(call: Call) -> Value:
    value, state = _array(call), call.value(1)
    sum_, one = call.expressions.fresh("s"), call.expressions.fresh("x")
    body = _body(call, 2, Value(sum_, state.type), Value(one, value.type.element))
    kind = common(state.type, body.type)
    if kind is None:
        raise call.unexpected()
    body = _body(call, 2, Value(sum_, kind), Value(one, value.type.element))
    if body.type != kind:
        raise refused("reduce() whose state changes its type", call.place)
    # DuckDB reduces to the type of the elements: both travel together, in one row.
    pair = f"struct_pack(s := {coerce(state, kind).sql}, x := CAST(NULL AS {duckdb(value.type.element)}))"
    folded, step = call.expressions.fresh("a"), call.expressions.fresh("b")
    inner = _body(call, 2, Value(f"{folded}.s", kind), Value(f"{step}.x", value.type.element))
    again = f"struct_pack(s := {coerce(inner, kind).sql}, x := {step}.x)"
    pairs = (
        f"list_transform({value.sql}, lambda {one}: struct_pack(s := CAST(NULL AS "
        f"{duckdb(kind)}), x := {one}))"
    )
    reduced = f"list_reduce(list_prepend({pair}, {pairs}), lambda {folded}, {step}: {again})"
    done = _body(call, 3, Value(f"({reduced}).s", kind))
    return Value(f"CASE WHEN {value.sql} IS NOT NULL THEN {done.sql} END", done.type)


@special("zip", 2, 5)
def _zip(call: Call) -> Value:
    values = [_array(call, at) for at in range(len(call))]
    one = call.expressions.fresh("z")
    kind = row([("", each.type.element) for each in values])
    parts = ", ".join(f"field{at} := {one}[{at + 1}]" for at in range(len(values)))
    missing = " OR ".join(f"{each.sql} IS NULL" for each in values)
    zipped = f"list_zip({', '.join(each.sql for each in values)})"
    return Value(
        f"CASE WHEN NOT ({missing}) THEN list_transform({zipped}, lambda {one}: struct_pack({parts})) END",
        array(kind),
    )


@special("zip_with", 3)
def _zip_with(call: Call) -> Value:
    a, b, one = _array(call), _array(call, 1), call.expressions.fresh("z")
    body = _body(call, 2, Value(f"{one}[1]", a.type.element), Value(f"{one}[2]", b.type.element))
    zipped = f"list_zip({a.sql}, {b.sql})"
    return Value(
        f"CASE WHEN {a.sql} IS NOT NULL AND {b.sql} IS NOT NULL THEN "
        f"list_transform({zipped}, lambda {one}: {body.sql}) END",
        array(body.type),
    )


def _over_entries(value: Value, one: str, key: str, item: str) -> str:
    pair = f"struct_pack(k := {key}, v := {item})"
    return f"list_transform(map_entries({value.sql}), lambda {one}: {pair})"


def _both(value: Value, one: str) -> tuple[Value, Value]:
    return Value(f"{one}.key", value.type.of[0]), Value(f"{one}.value", value.type.of[1])


@special("map_filter", 2)
def _map_filter(call: Call) -> Value:
    value, one = _map(call), call.expressions.fresh("e")
    kept = _condition(call, 1, *_both(value, one))
    sql = f"map_from_entries(list_filter(map_entries({value.sql}), lambda {one}: {kept}))"
    return Value(f"CASE WHEN {value.sql} IS NOT NULL THEN {sql} END", value.type)


@special("transform_values", 2)
def _transform_values(call: Call) -> Value:
    value, one = _map(call), call.expressions.fresh("e")
    body = _body(call, 1, *_both(value, one))
    sql = f"map_from_entries({_over_entries(value, one, f'{one}.key', body.sql)})"
    return Value(f"CASE WHEN {value.sql} IS NOT NULL THEN {sql} END", map_of(value.type.of[0], body.type))


@special("transform_keys", 2)
def _transform_keys(call: Call) -> Value:
    value, one = _map(call), call.expressions.fresh("e")
    body = _body(call, 1, *_both(value, one))
    kind: Type = map_of(body.type, value.type.of[1])
    twice = quoted("INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed")
    keys = f"list_transform(map_entries({value.sql}), lambda {one}: {body.sql})"
    made = f"map_from_entries({_over_entries(value, one, body.sql, f'{one}.value')})"
    return Value(
        f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN list_unique({keys}) <> len({keys}) "
        f"THEN {failing(twice, kind)} ELSE {made} END",
        kind,
    )
