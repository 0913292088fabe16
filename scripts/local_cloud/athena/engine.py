# ruff: noqa: S608  (SQL is what is made here)
"""DuckDB, set up to answer as Trino does, and its errors in Athena's words."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from scripts.local_cloud.athena.compiled import Query
from scripts.local_cloud.athena.errors import OTHER, QueryFailedError
from scripts.local_cloud.athena.macros import MACROS
from scripts.local_cloud.athena.python_functions import FUNCTIONS
from scripts.local_cloud.athena.python_functions.documents import java_double
from scripts.local_cloud.athena.python_functions.refusal import UNSUPPORTED
from scripts.local_cloud.athena.rendering import text
from scripts.local_cloud.athena.types import Type
from scripts.local_cloud.athena.values import END, MARK, name


def connect(memory: str = "1GB", threads: int = 2, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A database with the macros and functions that compiled queries call.

    Parameters
    ----------
    spill
        Folder for what does not fit into memory.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if spill:
        settings["temp_directory"] = str(spill)
    connection = duckdb.connect(config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    for macro, body in MACROS.items():
        connection.execute(f"CREATE MACRO {macro} AS {body}")
    return connection


def prepare(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Add the functions of Python's that the SQL calls, and that are not there."""
    UNSUPPORTED.clear()
    for called, (function, takes, gives) in FUNCTIONS.items():
        if not re.search(rf"\b{called}\(", sql):
            continue
        kinds: list[Any] = takes.split(", ")
        register: Any = connection.create_function
        try:
            register(called, _of_values(function), kinds, gives, null_handling="special")
        except (duckdb.CatalogException, duckdb.NotImplementedException):
            # It is there.
            continue


def check_tried(sql: str) -> None:
    """Fail where the SQL, which has been carried out, took what is not supported here for a NULL of TRY."""
    if UNSUPPORTED and "TRY(" in sql:
        raise _failed(UNSUPPORTED[0])


def _failed(reason: str) -> QueryFailedError:
    name, _, rest = reason.partition(": ")
    return QueryFailedError(name, rest)


def _of_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """NULL where an argument is; DuckDB's own way of that takes no NULL for an answer."""
    count = len(inspect.signature(function).parameters)
    if count == 1:
        return lambda a: None if a is None else function(a)
    if count == 2:
        return lambda a, b: None if a is None or b is None else function(a, b)
    if count == 3:
        return lambda a, b, c: None if a is None or b is None or c is None else function(a, b, c)
    return lambda a, b, c, d: None if None in (a, b, c, d) else function(a, b, c, d)


def shown_columns(query: Query) -> str:
    """SQL of the query with every value as Athena's text, where moments have milliseconds."""
    columns = (
        f"""{text(name(each.alias), _shown_type(each.type))} AS {name(each.alias)}"""
        for each in query.columns
    )
    return f"SELECT {', '.join(columns)} FROM ({query.sql}) AS shown"


def _shown_type(kind: Type) -> Type:
    if kind.base in {"timestamp", "timestamp with time zone", "time"}:
        return Type(kind.base, (3,), zone=kind.zone)
    if kind.of:
        return Type(kind.base, of=tuple(_shown_type(each) for each in kind.of), names=kind.names)
    return kind


_TOLD = re.compile(re.escape(MARK) + "(.*?)" + re.escape(END), re.DOTALL)


_INTEGERS = {"INT8": "tinyint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint"}


def _not_whole(value: float, kind: str) -> str:
    """Why a double is no whole number of a type."""
    if kind == "bigint":
        return f"Unable to cast {java_double(value)} to bigint"
    if math.isnan(value):
        return f"Cannot cast double NaN to {kind}"
    return f"Out of range for {kind}: {java_double(value)}"


def _out_of_range(message: str) -> QueryFailedError:
    if found := re.search(r"Overflow in (\w+) of (INT\d+|DECIMAL\(\d+\)|\w+) \((.*?)\)", message):
        kind = _INTEGERS.get(found[2])
        what = f"{kind} {found[1]} overflow: {found[3]}" if kind else "Decimal overflow"
    else:
        what = message.removeprefix("Out of Range Error: ").splitlines()[0]
    return QueryFailedError("NUMERIC_VALUE_OUT_OF_RANGE", what)


def _not_converted(message: str) -> QueryFailedError:
    if found := re.search(
        r"[Tt]ype (\w+) with value (\S+) can't be cast because the value is out of range for the destination "
        r"type (\w+)",
        message,
    ):
        name = "NUMERIC_VALUE_OUT_OF_RANGE" if found[1] == "INT128" else "INVALID_CAST_ARGUMENT"
        kind = _INTEGERS.get(found[3], found[3])
        if found[1] in {"DOUBLE", "FLOAT"}:
            return QueryFailedError(name, _not_whole(float(found[2]), kind))
        return QueryFailedError(name, f"Out of range for {kind}: {found[2]}")
    if found := re.search(
        r"(?:Failed to cast decimal value (\S+) to type|Could not convert string '(.*)' to) (INT\d+)", message
    ):
        kind = _INTEGERS.get(found[3], found[3])
        return QueryFailedError(
            "INVALID_CAST_ARGUMENT", f"Cannot cast '{found[1] or found[2]}' to {kind.upper()}"
        )
    if re.search(r"to (?:type )?DECIMAL", message):
        return QueryFailedError("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
    return QueryFailedError(
        "INVALID_CAST_ARGUMENT", message.removeprefix("Conversion Error: ").splitlines()[0]
    )


def failure(why: duckdb.Error) -> QueryFailedError:
    """What DuckDB could not do, as Athena says it."""
    message = str(why)
    if told := _TOLD.search(message):
        return _failed(told[1])
    if isinstance(why, duckdb.OutOfRangeException):
        return _out_of_range(message)
    if isinstance(why, duckdb.ConversionException):
        return _not_converted(message)
    if "GROUP BY clause cannot contain" in message:
        return QueryFailedError(
            "EXPRESSION_NOT_SCALAR",
            "GROUP BY clause cannot contain aggregations, window functions or grouping operations",
        )
    if "must be a grouping column" in message:
        return QueryFailedError(
            "INVALID_ARGUMENTS",
            "The arguments to GROUPING() must be expressions referenced by the GROUP BY associated with the "
            "query",
        )
    if "must appear in the GROUP BY clause" in message:
        return QueryFailedError(
            "EXPRESSION_NOT_AGGREGATE",
            (
                "An expression of SELECT, HAVING or ORDER BY must be an aggregate expression or "
                "appear in GROUP BY clause"
            ),
        )
    if "More than one row returned by a subquery" in message:
        return QueryFailedError("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    if isinstance(why, duckdb.OutOfMemoryException):
        return QueryFailedError(
            "EXCEEDED_LOCAL_MEMORY_LIMIT",
            f"Query exceeded the local cloud's memory limit: {message.splitlines()[0]}",
            category=OTHER,
        )
    return QueryFailedError("GENERIC_INTERNAL_ERROR", message, category=OTHER)


def rows(connection: duckdb.DuckDBPyConnection, query: Query) -> list[tuple[Any, ...]]:
    """The query's rows as Athena's text; for tests and small answers.

    Raises
    ------
    QueryFailedError
        In Athena's words.
    """
    sql = shown_columns(query)
    try:
        prepare(connection, sql)
        found = connection.execute(sql).fetchall()
    except duckdb.Error as why:
        raise failure(why) from why
    check_tried(sql)
    return found
