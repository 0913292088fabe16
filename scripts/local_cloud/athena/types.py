"""Trino's types: their names, how they meet, and what holds their values in DuckDB and in Athena's API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scripts.local_cloud.athena.errors import QueryFailedError, refused

MAX_PRECISION = 38


@dataclass(frozen=True)
class Type:
    """A Trino type.

    Attributes
    ----------
    base
        Trino's name without parameters.
    numbers
        Precision and scale of a decimal, length of a varchar, precision of a timestamp.
    of
        Element; or key and value; or the fields.
    names
        Of a row's fields; empty where a field has none.
    zone
        Where every value of a ``timestamp with time zone`` is known to have the same; no part of the type.
    """

    base: str
    numbers: tuple[int, ...] = ()
    of: tuple[Type, ...] = ()
    names: tuple[str, ...] = ()
    zone: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        if self.base == "row":
            named = zip(self.names, self.of, strict=True)
            return f"row({', '.join(f'{name} {each}'.strip() for name, each in named)})"
        if self.of:
            return f"{self.base}({', '.join(map(str, self.of))})"
        if self.base == "timestamp with time zone":
            return f"timestamp({self.numbers[0]}) with time zone"
        if self.numbers:
            return f"{self.base}({', '.join(map(str, self.numbers))})"
        return self.base

    @property
    def element(self) -> Type:
        """Of an array."""
        return self.of[0]

    def is_(self, *bases: str) -> bool:
        """Whether the type is one of these, whatever its parameters."""
        return self.base in bases


UNKNOWN, BOOLEAN = Type("unknown"), Type("boolean")
TINYINT, SMALLINT, INTEGER, BIGINT = Type("tinyint"), Type("smallint"), Type("integer"), Type("bigint")
REAL, DOUBLE, VARCHAR, VARBINARY = Type("real"), Type("double"), Type("varchar"), Type("varbinary")
DATE, TIME, TIMESTAMP, JSON = Type("date"), Type("time", (3,)), Type("timestamp", (3,)), Type("json")
TIMESTAMP_TZ = Type("timestamp with time zone", (3,), zone="UTC")
YEARS, DAYS = Type("interval year to month"), Type("interval day to second")

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_FLOATS = ("real", "double")
NUMERIC = (*INTEGERS, "decimal", *_FLOATS)
#: Digits that hold any value of an integer type.
_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}


_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}


def least(kind: Type) -> int:
    """The smallest number of an integer type, which has no positive counterpart."""
    return -(1 << _BITS[kind.base] - 1)


def decimal(precision: int, scale: int) -> Type:
    return Type("decimal", (min(precision, MAX_PRECISION), scale))


def varchar(length: int | None) -> Type:
    return VARCHAR if length is None else Type("varchar", (length,))


def array(element: Type) -> Type:
    return Type("array", of=(element,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", of=(key, value))


def row(fields: list[tuple[str, Type]]) -> Type:
    return Type("row", of=tuple(each for _, each in fields), names=tuple(name for name, _ in fields))


def as_decimal(kind: Type) -> Type:
    """The decimal that holds an integer type."""
    return kind if kind.base == "decimal" else decimal(_DIGITS[kind.base], 0)


def common(left: Type, right: Type) -> Type | None:
    """The type that values of both are brought to, without being asked; nothing where there is none."""
    if left == right:
        return left if left.zone == right.zone else Type(left.base, left.numbers)
    if left.base == "unknown":
        return right
    if right.base == "unknown":
        return left
    if left.base in NUMERIC and right.base in NUMERIC:
        return _common_number(left, right)
    if left.base == right.base and len(left.of) == len(right.of):
        return _common_parameters(left, right)
    bases = {left.base, right.base}
    for wider, narrower in (("timestamp", "date"), ("timestamp with time zone", "date")):
        if bases == {wider, narrower}:
            return left if left.base == wider else right
    if bases == {"timestamp", "timestamp with time zone"}:
        return left if left.base == "timestamp with time zone" else right
    return None


def _common_number(left: Type, right: Type) -> Type:
    bases = {left.base, right.base}
    if "double" in bases:
        return DOUBLE
    if "real" in bases:
        return REAL
    if "decimal" in bases:
        a, b = as_decimal(left), as_decimal(right)
        scale = max(a.numbers[1], b.numbers[1])
        whole = max(a.numbers[0] - a.numbers[1], b.numbers[0] - b.numbers[1])
        return decimal(whole + scale, scale)
    return max(left, right, key=lambda each: INTEGERS.index(each.base))


def _common_parameters(left: Type, right: Type) -> Type | None:
    if left.base == "varchar":
        lengths = (*left.numbers, *right.numbers)
        return varchar(max(lengths)) if len(lengths) == 2 else VARCHAR
    if left.base in {"timestamp", "time", "timestamp with time zone"}:
        wider = max(left, right, key=lambda each: each.numbers)
        return Type(wider.base, wider.numbers, zone=left.zone if left.zone == right.zone else None)
    if not left.of:
        return None
    parts = [common(a, b) for a, b in zip(left.of, right.of, strict=True)]
    if any(each is None for each in parts):
        return None
    names = tuple(a if a == b else "" for a, b in zip(left.names, right.names, strict=True))
    return Type(left.base, of=tuple(each for each in parts if each), names=names)


_DUCKDB = {
    "unknown": "INTEGER",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "json": "VARCHAR",
    "interval year to month": "INTERVAL",
    "interval day to second": "INTERVAL",
}


def duckdb(kind: Type) -> str:
    """The type that holds the values in DuckDB; JSON is kept as its canonical text."""
    if kind.base == "decimal":
        return f"DECIMAL({kind.numbers[0]},{kind.numbers[1]})"
    if kind.base == "array":
        return f"{duckdb(kind.element)}[]"
    if kind.base == "map":
        return f"MAP({duckdb(kind.of[0])}, {duckdb(kind.of[1])})"
    if kind.base == "row":
        fields = (f"{member(kind, at)} {duckdb(each)}" for at, each in enumerate(kind.of))
        return f"STRUCT({', '.join(fields)})"
    return _DUCKDB[kind.base]


def member(kind: Type, at: int) -> str:
    """The quoted name, in DuckDB, of a row's field; every field has one there."""
    return '"' + (kind.names[at].replace('"', '""') or f"field{at}") + '"'


_HIVE = {"int": "integer", "string": "varchar", "float": "real", "binary": "varbinary"}
_TOKENS = re.compile(r"\s*([A-Za-z_][\w ]*\w|\w+|[<>(),:]|\"[^\"]*\"|`[^`]*`)")


def of_catalog(text: str) -> Type:
    """The type of a table's column, from the catalog's Hive words such as ``array<struct<a:int>>``.

    Raises
    ------
    QueryFailedError
        No such type, or one whose values cannot be told as Athena does.
    """
    tokens = re.findall(r"[A-Za-z_$][\w$-]*|\d+|[<>(),:]", text)
    found, rest = _parsed(tokens, text)
    if rest:
        raise QueryFailedError("HIVE_INVALID_METADATA", f"Unknown type {text}")
    return found


def _parsed(tokens: list[str], text: str) -> tuple[Type, list[str]]:
    if not tokens:
        raise QueryFailedError("HIVE_INVALID_METADATA", f"Unknown type {text}")
    name, rest = tokens[0].lower(), tokens[1:]
    if name in {"array", "map", "struct"} and rest[:1] == ["<"]:
        parts: list[Type] = []
        names: list[str] = []
        rest = ["<", *rest[1:]]
        while rest and rest[0] in "<,":
            rest = rest[1:]
            if name == "struct":
                names.append(rest[0].lower())
                rest = rest[2:]
            part, rest = _parsed(rest, text)
            parts.append(part)
        kind = "row" if name == "struct" else name
        return Type(kind, of=tuple(parts), names=tuple(names)), rest[1:]
    numbers: list[int] = []
    if rest[:1] == ["("]:
        end = rest.index(")") if ")" in rest else len(rest)
        numbers = [int(each) for each in rest[1:end] if each.isdigit()]
        rest = rest[end + 1 :]
    return simple(_HIVE.get(name, name), numbers), rest


def simple(name: str, numbers: list[int]) -> Type:
    """A type without parts, by Trino's name."""
    if name == "decimal":
        precision, scale = [*numbers, *(38, 0)[len(numbers) :]]
        if not 1 <= precision <= MAX_PRECISION or scale > precision:
            raise QueryFailedError("SYNTAX_ERROR", f"Invalid DECIMAL({precision}, {scale})")
        return decimal(precision, scale)
    if name == "varchar":
        return varchar(numbers[0] if numbers else None)
    if name in {"timestamp", "time", "timestamp with time zone"}:
        if numbers and numbers[0] > 6:
            raise refused(f"{name}({numbers[0]}), more precise than microseconds,")
        zone = "UTC" if name.endswith("zone") else None
        return Type(name, tuple(numbers) or (3,), zone=zone)
    if name in {"char", "uuid", "ipaddress"} or name not in _DUCKDB:
        raise refused(f"Type {name}")
    return Type(name)


def hive(kind: Type) -> str:
    """The catalog's words for a type, of a table that is made."""
    words = {"integer": "int", "varchar": "string", "real": "float", "varbinary": "binary"}
    if kind.base == "decimal":
        return f"decimal({kind.numbers[0]},{kind.numbers[1]})"
    if kind.base == "array":
        return f"array<{hive(kind.element)}>"
    if kind.base == "map":
        return f"map<{hive(kind.of[0])},{hive(kind.of[1])}>"
    if kind.base == "row":
        fields = zip(kind.names, kind.of, strict=True)
        return f"struct<{','.join(f'{name}:{hive(each)}' for name, each in fields)}>"
    if kind.base == "varchar" and kind.numbers:
        return f"varchar({kind.numbers[0]})"
    if kind.base in {"unknown", "time", "json", "timestamp with time zone", YEARS.base, DAYS.base}:
        raise QueryFailedError("NOT_SUPPORTED", f"Unsupported Hive type: {kind}")
    return words.get(kind.base, kind.base)


#: Precision and scale that the API tells of a column.
_PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "real": 17,
    "double": 17,
    "varchar": 2147483647,
    "varbinary": 1073741824,
    "timestamp": 3,
    "timestamp with time zone": 3,
    "time": 3,
}


def column_info(name: str, kind: Type) -> dict[str, object]:
    """A column of a result, as GetQueryResults tells it."""
    precision = _PRECISIONS.get(kind.base, 0)
    scale = 0
    if kind.base == "decimal":
        precision, scale = kind.numbers
    elif kind.base == "varchar" and kind.numbers:
        precision = kind.numbers[0]
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": "float" if kind.base == "real" else kind.base,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind.base == "varchar",
    }
