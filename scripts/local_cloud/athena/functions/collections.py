"""Arrays and maps: https://trino.io/docs/current/functions/array.html and map.html."""

from __future__ import annotations

from scripts.local_cloud.athena.casts import coerce
from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.functions.registry import Call, declare, special
from scripts.local_cloud.athena.rendering import cast_text
from scripts.local_cloud.athena.types import (
    BIGINT,
    DATE,
    DAYS,
    INTEGER,
    INTEGERS,
    UNKNOWN,
    VARCHAR,
    YEARS,
    Type,
    array,
    common,
    duckdb,
    map_of,
    row,
)
from scripts.local_cloud.athena.values import Value, failing, null, quoted

declare(
    {
        "contains(array(E), E) boolean": ("CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN "
"list_contains({0}, {1}) AND NOT lab_nan({1}) THEN true "
"WHEN len({0}) <> list_count({0}) THEN NULL ELSE false END"),
        "array_position(array(E), E) bigint": ("CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL "
"WHEN lab_nan({1}) THEN 0 ELSE coalesce(list_position({0}, {1}), 0) END"),
        "array_remove(array(E), E) array(E)": ("CASE WHEN {1} IS NOT NULL THEN list_filter({0}, "
"lambda _r: _r IS DISTINCT FROM {1} OR lab_nan({1})) END"),
        "array_distinct(array(E)) array(E)": "lab_list_distinct({0})",
        "array_union(array(E), array(E)) array(E)": "lab_list_union({0}, {1})",
        "array_except(array(E), array(E)) array(E)": "lab_list_except({0}, {1})",
        "array_intersect(array(E), array(E)) array(E)": "lab_list_intersect({0}, {1})",
        "arrays_overlap(array(E), array(E)) boolean": "lab_lists_overlap({0}, {1})",
        "flatten(array(array(E))) array(E)": "flatten(list_filter({0}, lambda _x: _x IS NOT NULL))",
        "map_keys(map(K, V)) array(K)": "map_keys({0})",
        "map_values(map(K, V)) array(V)": "map_values({0})",
        "split_to_map(varchar, varchar, varchar) map(varchar, varchar)": "lab_split_to_map({0}, {1}, {2})",
        "shuffle(array(E)) array(E)": ("list_transform(list_sort(list_transform({0}, lambda _x: "
"struct_pack(r := random(), v := _x))), lambda _y: _y.v)"),
    }
)  # fmt: skip


def _list(call: Call, at: int = 0) -> Value:
    value = call.value(at)
    if value.type.base == "unknown":
        return coerce(value, array(UNKNOWN))
    if value.type.base != "array":
        raise call.unexpected()
    return value


def _orderable(call: Call, kind: Type) -> None:
    if kind.of or kind.base in {"json", "unknown"} or kind.base == "map":
        raise refused(f"{call.name}() of {kind}", call.place)


@special("array_join", 2, 3)
def _join(call: Call) -> Value:
    value, separator = _list(call), call.as_(1, VARCHAR).sql
    if value.type.element.of:
        raise call.unexpected()
    shown = f"list_transform({value.sql}, lambda _j: {cast_text('_j', value.type.element)})"
    if len(call) == 2:
        return Value(f"lab_joined({shown}, {separator})", VARCHAR)
    other = call.as_(2, VARCHAR).sql
    filled = f"list_transform({shown}, lambda _k: coalesce(_k, {other}))"
    return Value(f"CASE WHEN {other} IS NOT NULL THEN lab_joined({filled}, {separator}) END", VARCHAR)


def _extreme(call: Call) -> Value:
    """NULL where any element is; DuckDB's list_max leaves NULLs out."""
    value = _list(call)
    _orderable(call, value.type.element)
    of = value.sql
    function = f"list_{call.name.removeprefix('array_')}"
    found = f"{function}({of})"
    if value.type.element.base in {"real", "double"}:
        found = f"coalesce({function}(list_filter({of}, lambda _n: NOT isnan(_n))), {found})"
    return Value(f"CASE WHEN len({of}) = list_count({of}) THEN {found} END", value.type.element)


for _name in ("array_max", "array_min"):
    special(_name, 1)(_extreme)


@special("reverse", 1)
def _reverse(call: Call) -> Value:
    value = call.value(0)
    if value.type.base == "array":
        return Value(f"list_reverse({value.sql})", value.type)
    text = call.as_(0, VARCHAR).sql
    return Value(f"array_to_string(list_reverse(string_split({text}, '')), '')", VARCHAR)


@special("slice", 3)
def _slice(call: Call) -> Value:
    value, start, length = _list(call), call.as_(1, BIGINT).sql, call.as_(2, BIGINT).sql
    zero = quoted("INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1")
    less = quoted("INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0")
    first = f"CASE WHEN {start} < 0 THEN len({value.sql}) + {start} + 1 ELSE {start} END"
    return Value(
        f"CASE WHEN {start} = 0 THEN {failing(zero, value.type)} WHEN {length} < 0 THEN "
        f"{failing(less, value.type)} WHEN {value.sql} IS NULL OR {start} IS NULL OR {length} IS NULL "
        f"THEN NULL WHEN ({first}) < 1 OR {length} = 0 THEN CAST([] AS {duckdb(value.type)}) "
        f"ELSE list_slice({value.sql}, {first}, ({first}) + {length} - 1) END",
        value.type,
    )


def with_key(value: Value, key: Value) -> tuple[Value, Value] | None:
    """A map and a key, brought to one type of keys; nothing where there is none."""
    kind = common(value.type.of[0], key.type)
    if kind is None:
        return None
    return coerce(value, map_of(kind, value.type.of[1])), coerce(key, kind)


def element_at(value: Value, index: Value, call: Call) -> Value:
    """NULL where there is no such element."""
    if value.type.base == "map":
        kept, key = with_key(value, index) or (value, index)
        return Value(f"{kept.sql}[{key.sql}]", value.type.of[1])
    zero = quoted("INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1")
    at = call.as_(1, BIGINT).sql
    found = f"list_extract({value.sql}, {at})"
    return Value(
        f"CASE WHEN {at} = 0 THEN {failing(zero, value.type.element)} ELSE {found} END", value.type.element
    )


@special("element_at", 2)
def _element_at(call: Call) -> Value:
    value = call.value(0)
    if value.type.base not in {"array", "map"}:
        raise call.unexpected()
    if value.type.base == "map" and with_key(value, call.value(1)) is None:
        raise call.unexpected()
    return element_at(value, call.value(1), call)


@special("repeat", 2)
def _repeat(call: Call) -> Value:
    value, count = call.value(0), call.as_(1, BIGINT).sql
    less = quoted(
        "INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be greater than or equal to 0"
    )
    more = quoted(
        "INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be less than or equal to 10000"
    )
    kind = array(value.type)
    return Value(
        f"CASE WHEN {count} < 0 THEN {failing(less, kind)} WHEN {count} > 10000 THEN {failing(more, kind)} "
        f"ELSE list_transform(range({count}), lambda _x: {value.sql}) END",
        kind,
    )


@special("sequence", 2, 3)
def _sequence(call: Call) -> Value:
    start, stop = call.value(0), call.value(1)
    if start.type.base in INTEGERS and stop.type.base in INTEGERS:
        first, last = call.as_(0, BIGINT).sql, call.as_(1, BIGINT).sql
        step = (
            call.as_(2, BIGINT).sql if len(call) == 3 else f"CASE WHEN {first} <= {last} THEN 1 ELSE -1 END"
        )
        kind = BIGINT
        wrong = f"({last} - {first}) <> 0 AND (({last} - {first}) > 0) <> (({step}) > 0)"
        return Value(
            _checked(f"({step}) = 0", wrong, f"generate_series({first}, {last}, {step})", kind), array(kind)
        )
    kind = start.type
    if kind.base not in {"date", "timestamp"} or stop.type.base != kind.base:
        raise call.unexpected()
    if len(call) == 3 and call.value(2).type not in (DAYS, YEARS):
        raise call.unexpected()
    if len(call) == 2 and kind != DATE:
        raise call.unexpected()
    first, last = start.sql, stop.sql
    step = (
        call.value(2).sql
        if len(call) == 3
        else f"CASE WHEN {first} <= {last} THEN INTERVAL 1 DAY ELSE INTERVAL '-1 day' END"
    )
    nought = f"({step}) = INTERVAL 0 DAY"
    wrong = f"({last} <> {first}) AND (({last} > {first}) <> (({step}) > INTERVAL 0 DAY))"
    series = f"generate_series(CAST({first} AS TIMESTAMP), CAST({last} AS TIMESTAMP), {step})"
    if len(call) == 3 and call.value(2).type == YEARS:
        # Months are counted from the start, whose day returns after a shorter one.
        start_at, months, one = (
            f"CAST({first} AS TIMESTAMP)",
            f"lab_months({step})",
            call.expressions.fresh("m"),
        )
        count = f"lab_passed_month({start_at}, CAST({last} AS TIMESTAMP)) // ({months}) + 1"
        moved = f"{start_at} + to_months(CAST({one} * ({months}) AS INTEGER))"
        series = f"list_transform(range(CAST({count} AS BIGINT)), lambda {one}: {moved})"
    return Value(_checked(nought, wrong, f"CAST({series} AS {duckdb(kind)}[])", kind), array(kind))


def _checked(nought: str, wrong: str, series: str, kind: Type) -> str:
    why = quoted(
        "INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if "
        "step is greater than zero otherwise stop should be less than or equal to start"
    )
    long = quoted(
        "INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries"
    )
    zero = quoted("INVALID_FUNCTION_ARGUMENT: step must not be zero")
    return (
        f"CASE WHEN {nought} THEN {failing(zero, array(kind))} "
        f"WHEN {wrong} THEN {failing(why, array(kind))} WHEN len({series}) > 10000 THEN "
        f"{failing(long, array(kind))} ELSE {series} END"
    )


@special("array_sort", 1, 2)
def _sort(call: Call) -> Value:
    if len(call) == 2:
        raise refused("array_sort() with a comparator", call.place)
    value = _list(call)
    _orderable(call, value.type.element)
    return Value(f"list_sort({value.sql}, 'ASC', 'NULLS LAST')", value.type)


@special("map", 0, 2)
def _map(call: Call) -> Value:
    if not len(call):
        return Value(f"CAST(map() AS {duckdb(map_of(VARCHAR, INTEGER))})", map_of(UNKNOWN, UNKNOWN))
    keys, values = _list(call), _list(call, 1)
    kind = map_of(keys.type.element, values.type.element)
    why = quoted("INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length")
    twice = quoted("INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed")
    empty = quoted("INVALID_FUNCTION_ARGUMENT: map key cannot be null")
    k, v = keys.sql, values.sql
    return Value(
        f"CASE WHEN len({k}) <> len({v}) THEN {failing(why, kind)} WHEN len({k}) <> list_count({k}) THEN "
        f"{failing(empty, kind)} WHEN list_unique({k}) <> len({k}) THEN {failing(twice, kind)} "
        f"WHEN {k} IS NOT NULL AND {v} IS NOT NULL THEN map({k}, {v}) END",
        kind,
    )


@special("map_from_entries", 1)
def _from_entries(call: Call) -> Value:
    value = _list(call)
    pair = value.type.element
    if pair.base != "row" or len(pair.of) != 2:
        raise call.unexpected()
    kind = map_of(*pair.of)
    twice = quoted("INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed")
    keys = f"list_transform({value.sql}, lambda _e: struct_extract_at(_e, 1))"
    empty = quoted("INVALID_FUNCTION_ARGUMENT: map key cannot be null")
    return Value(
        f"CASE WHEN len({keys}) <> list_count({keys}) THEN {failing(empty, kind)} "
        f"WHEN list_unique({keys}) <> len({keys}) THEN {failing(twice, kind)} "
        f"ELSE map_from_entries({value.sql}) END",
        kind,
    )


@special("map_entries", 1)
def _entries(call: Call) -> Value:
    value = call.value(0)
    if value.type.base != "map":
        raise call.unexpected()
    kind = array(row([("", value.type.of[0]), ("", value.type.of[1])]))
    pair = "struct_pack(field0 := _e.key, field1 := _e.value)"
    return Value(f"list_transform(map_entries({value.sql}), lambda _e: {pair})", kind)


@special("map_concat", 1, 99)
def _map_concat(call: Call) -> Value:
    kind: Type | None = UNKNOWN
    for each in call.values():
        kind = common(kind, each.type) if kind else None
    if kind is None or kind.base != "map":
        raise call.unexpected()
    values = [coerce(each, kind).sql for each in call.values()]
    missing = " OR ".join(f"{each} IS NULL" for each in values)
    return Value(f"CASE WHEN {missing} THEN {null(kind)} ELSE map_concat({', '.join(values)}) END", kind)


@special("cardinality", 1)
def _cardinality(call: Call) -> Value:
    value = call.value(0)
    if value.type.base not in {"array", "map"}:
        raise call.unexpected()
    count = f"len({value.sql})" if value.type.base == "array" else f"cardinality({value.sql})"
    # DuckDB's cardinality() of a NULL map is 0.
    return Value(f"CASE WHEN {value.sql} IS NOT NULL THEN CAST({count} AS BIGINT) END", BIGINT)
