"""A compiled expression, and how SQL of DuckDB says what fails."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.local_cloud.athena.types import Type, duckdb, member

#: Marks what a query says of its own failure in DuckDB's message.
MARK, END = "athena<<", ">>athena"


@dataclass(frozen=True)
class Value:
    """An expression in DuckDB's SQL, with its Trino type.

    Attributes
    ----------
    constant
        The value itself, of a literal that is text or a whole number.
    instant
        SQL for who asks for a moment and not for its time zone, where `sql` fails of a zone that is not the
        type's.
    """

    sql: str
    type: Type
    constant: str | int | None = None
    instant: str = ""


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A quoted identifier."""
    return '"' + text.replace('"', '""') + '"'


def failing(reason_sql: str, kind: Type) -> str:
    """SQL that fails the query where it is evaluated; the reason is SQL that yields ``NAME: message``.

    DuckDB's ``error()`` counts as volatile, which its TRY does not take: a cast that cannot succeed does. It
    must be no condition of a CASE, which DuckDB works out beforehand where it is constant.
    """
    told = f"'{MARK}' || {reason_sql} || '{END}'"
    match kind.base:
        case "varchar" | "json":
            return f"CAST(CAST({told} AS BIGINT) AS VARCHAR)"
        case "varbinary":
            return f"encode(CAST(CAST({told} AS BIGINT) AS VARCHAR))"
        case "array":
            return f"list_transform(range(CAST({told} AS BIGINT)), lambda _f: {null(kind.element)})"
        case "map":
            pair = f"struct_pack(k := {null(kind.of[0])}, v := {null(kind.of[1])})"
            return f"map_from_entries(list_transform(range(CAST({told} AS BIGINT)), lambda _f: {pair}))"
        case "row":
            rest = [f"{member(kind, at)} := {null(each)}" for at, each in enumerate(kind.of) if at]
            first = f"{member(kind, 0)} := {failing(reason_sql, kind.of[0])}"
            return f"struct_pack({', '.join([first, *rest])})"
    return f"CAST({told} AS {duckdb(kind)})"


def numbers_of(sql: str) -> str:
    """A real or double, with NULL for what is no number."""
    return f"CASE WHEN NOT isnan({sql}) THEN {sql} END"


def null(kind: Type) -> str:
    """NULL of a type."""
    return f"CAST(NULL AS {duckdb(kind)})"


def escaped(value: str) -> str:
    """As Hive writes a partition's value in a path."""
    return "".join(
        f"%{ord(each):02X}" if each in "\"#%'*/:=?\\{[]^\x7f" or ord(each) < 32 else each for each in value
    )
