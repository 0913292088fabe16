"""CAST to JSON and from it: https://trino.io/docs/current/functions/json.html#cast-to-json.

JSON is its text. A function's parameter is named by how deep it stands.
"""

from __future__ import annotations

import json

from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.rendering import text
from scripts.local_cloud.athena.types import INTEGERS, JSON, Type, duckdb, member
from scripts.local_cloud.athena.values import quoted

_AS_TEXT = ("boolean", *INTEGERS)
_BY_TYPE = ("decimal", "real", "double", "varchar", "date", "timestamp")
#: Types of a map's keys; whatever they are, JSON has their text.
_KEYS = ("boolean", *INTEGERS, "decimal", "real", "double", "varchar", "unknown")
#: No date and no time is made of JSON.
_SCALARS = ("boolean", *INTEGERS, "decimal", "real", "double", "varchar")


def to_json(sql: str, given: Type, depth: int = 0) -> str | None:
    """SQL of the value as JSON; nothing where Trino has no such cast."""
    if given == JSON:
        return sql
    if given.base == "unknown":
        return "CAST(NULL AS VARCHAR)"
    if given.base in _AS_TEXT:
        return text(sql, given)
    if given.base in _BY_TYPE:
        return f"lab_json_of({text(sql, given)}, {quoted(given.base)})"
    if given.base == "row":
        return _row_to_json(sql, given, depth)
    one = f"q{depth}"
    if given.base == "array":
        inner = _written(one, given.element, depth)
        return inner and f"('[' || array_to_string(list_transform({sql}, lambda {one}: {inner}), ',') || ']')"
    inner = _written(f"{one}.value", given.of[1], depth) if given.base == "map" else None
    if inner is None or given.of[0].base not in _KEYS:
        return None
    # In the order of their keys, where the fields of a row stay in their own.
    member_ = f"struct_pack(k := lab_json_of({text(f'{one}.key', given.of[0])}, 'varchar'), v := {inner})"
    members = f"list_sort(list_transform(map_entries({sql}), lambda {one}: {member_}))"
    shown = f"list_transform({members}, lambda {one}: {one}.k || ':' || {one}.v)"
    return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || array_to_string({shown}, ',') || '}}' END"


def _row_to_json(sql: str, given: Type, depth: int) -> str | None:
    fields = []
    for at, (name, each) in enumerate(zip(given.names, given.of, strict=True)):
        inner = _written(f"({sql}).{member(given, at)}", each, depth)
        if inner is None:
            return None
        fields.append(f"{quoted(json.dumps(name, ensure_ascii=False) + ':')} || {inner}")
    comma = " || ',' || "
    return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {comma.join(fields)} || '}}' END"


def _written(sql: str, given: Type, depth: int) -> str | None:
    """A part of a value, of which NULL is written."""
    inner = to_json(sql, given, depth + 1)
    return inner and f"coalesce({inner}, 'null')"


def from_json(sql: str, target: Type, depth: int = 0) -> str | None:
    """SQL of what JSON is as a type; nothing where Trino has no such cast."""
    if target == JSON:
        return sql
    if target.base in _SCALARS:
        scalar = f"lab_json_scalar({sql}, {quoted(str(target))})"
        return scalar if target.base == "varchar" else f"CAST({scalar} AS {duckdb(target)})"
    if target.base == "row":
        return _row_from_json(sql, target, depth)
    one = f"j{depth}"
    if target.base == "array":
        inner = from_json(one, target.element, depth + 1)
        return inner and f"list_transform(lab_json_elements({sql}), lambda {one}: {inner})"
    if target.base != "map":
        return None
    if target.of[0].base != "varchar":
        raise refused(f"CAST of json to {target}")
    inner = from_json(f"{one}[2]", target.of[1], depth + 1)
    entries = f"list_zip(lab_json_keys({sql}), lab_json_members({sql}))"
    pairs = f"list_transform({entries}, lambda {one}: struct_pack(k := {one}[1], v := {inner}))"
    made = f"CASE WHEN lab_json_keys({sql}) IS NOT NULL THEN map_from_entries({pairs}) END"
    return inner and made


def _row_from_json(sql: str, target: Type, depth: int) -> str | None:
    one, parts = f"j{depth}", []
    for at, each in enumerate(target.of):
        inner = from_json(f"{one}[{at + 1}]", each, depth + 1)
        if inner is None:
            return None
        parts.append(f"{member(target, at)} := {inner}")
    # In a list of one, so that what is read once has a name.
    read = f"[lab_json_fields({sql}, {quoted(json.dumps(target.names))})]"
    made = f"CASE WHEN {one} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    return f"list_transform({read}, lambda {one}: {made})[1]"
