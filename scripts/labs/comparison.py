"""Whether two results say the same, however they are written; what differs is told without the reference.

The same are: rows in another order (unless the order is the point), columns in another order when their
names match, names in another case, 2.5 and 2.50, 1 and True, key order in documents, an address and its /32.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scripts.labs.outcome import NotYetError, require

#: Decimals of a float that must agree: sums of floats differ in their last bits from engine to engine.
_FLOAT_DIGITS = 9


@dataclass(frozen=True)
class Table:
    """Rows with the names of their columns, as a database answers a query."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Wanted:
    """What a query should give.

    Attributes
    ----------
    reference
        What the reference solution gives now.
    each_row
        What a row stands for: ``one row for each rating``.
    columns
        What each of the reference's columns is, in words: ``the film count``.
    order
        What the rows are to be ordered by, in words; empty where the order is free.
    named
        Whether the columns' names are asked for.
    """

    reference: Table
    each_row: str
    columns: Sequence[str]
    order: str = ""
    named: bool = False


def compare(mine: Table, wanted: Wanted) -> Table:
    """Hold a learner's result against the reference.

    Returns
    -------
    Table
        The learner's rows, with the reference's columns in their order.

    Raises
    ------
    NotYetError
        They differ; says in what, never giving the reference's names or values away.
    """
    aligned = _aligned(mine, wanted)
    reference = [canonical_row(row) for row in wanted.reference.rows]
    rows = [canonical_row(row) for row in aligned]
    require(
        len(rows) == len(reference),
        "The number of rows is not right.",
        seen=_count(len(rows), "row"),
        expected=wanted.each_row,
    )
    if Counter(rows) != Counter(reference):
        raise _different(rows, reference, aligned, wanted)
    if wanted.order and rows != reference:
        _ordered(rows, reference, wanted)
    return Table(wanted.reference.columns, tuple(aligned))


def _ordered(rows: Sequence[Hashable], reference: Sequence[Hashable], wanted: Wanted) -> None:
    first = next(place for place, pair in enumerate(zip(rows, reference, strict=True)) if pair[0] != pair[1])
    raise NotYetError(
        "The rows are the right ones, in an order that is not the one asked for.",
        seen=f"row {first + 1} is not in its place",
        expected=f"ordered by {wanted.order}",
    )


def _aligned(mine: Table, wanted: Wanted) -> Sequence[tuple[Any, ...]]:
    """The learner's rows with their columns in the reference's order."""
    names = [name.lower() for name in mine.columns]
    asked = [name.lower() for name in wanted.reference.columns]
    if sorted(names) == sorted(asked) and len(set(names)) == len(names):
        places = [names.index(name) for name in asked]
        return [tuple(row[place] for place in places) for row in mine.rows]
    if len(names) < len(asked):
        missing = [
            text for name, text in zip(asked, wanted.columns, strict=True) if name not in names
        ] or wanted.columns
        said = f"The column for {missing[0]} is missing."
        if len(missing) > len(asked) - len(names):
            said = "There are too few columns."
        raise NotYetError(
            said,
            seen=f"{_count(len(names), 'column')}: {', '.join(mine.columns)}",
            expected=_list(wanted.columns),
        )
    require(
        len(names) == len(asked),
        "There are columns that were not asked for.",
        seen=f"{_count(len(names), 'column')}: {', '.join(mine.columns)}",
        expected=_list(wanted.columns),
    )
    if wanted.named:
        for name, text in zip(asked, wanted.columns, strict=True):
            require(
                name in names,
                f"The column for {text} does not have the name that the exercise gives it.",
                seen=f"columns {', '.join(mine.columns)}",
                expected="the names that the exercise asks for",
            )
    return mine.rows


def _different(
    rows: Sequence[tuple[Hashable, ...]],
    reference: Sequence[tuple[Hashable, ...]],
    shown: Sequence[tuple[Any, ...]],
    wanted: Wanted,
) -> NotYetError:
    for place, text in enumerate(wanted.columns):
        if Counter(row[place] for row in rows) != Counter(row[place] for row in reference):
            extra = Counter(row[place] for row in rows) - Counter(row[place] for row in reference)
            example = next(row for row, plain in zip(shown, rows, strict=True) if plain[place] in extra)
            return NotYetError(
                f"The values in the column for {text} are not all right.",
                seen=f"such as {example[place]!s:.40} in your row {_short(example)}",
                expected=wanted.each_row,
            )
    return NotYetError(
        "Each column holds the right values, but they are not together in the right rows.",
        seen=_count(len(rows), "row"),
        expected=wanted.each_row,
    )


def canonical_row(row: Sequence[Any]) -> tuple[Hashable, ...]:
    """A row in the one form in which equal values are equal."""
    return tuple(canonical(value) for value in row)


def canonical(value: Any) -> Hashable:
    """A value in the one form in which equal values are equal: see the module's text."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int | Decimal):
        return Decimal(value).normalize() + 0
    if isinstance(value, float):
        return round(Decimal(repr(value)), _FLOAT_DIGITS).normalize() + 0
    if isinstance(value, dt.datetime):
        # The same moment, with a zone or without: servers keep UTC.
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), canonical(each)) for key, each in value.items()))
    if isinstance(value, set | frozenset):
        return frozenset(canonical(each) for each in value)
    if isinstance(value, list | tuple):
        return tuple(canonical(each) for each in value)
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    return value if isinstance(value, Hashable) else repr(value)


def same_document(mine: str | Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether JSON says the same, whatever the order of its keys and the form of its numbers."""
    try:
        found = json.loads(mine, parse_float=Decimal) if isinstance(mine, str) else mine
    except ValueError:
        return False
    return canonical(found) == canonical(wanted)


def same_network(mine: str, wanted: str) -> bool:
    """Whether two texts name the same addresses: ``10.0.0.7`` and ``10.0.0.7/32`` do."""
    try:
        return ipaddress.ip_network(mine, strict=False) == ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _list(texts: Sequence[str]) -> str:
    return ", ".join(texts[:-1]) + (" and " if len(texts) > 1 else "") + texts[-1]


def _short(row: Sequence[Any]) -> str:
    return "(" + ", ".join(f"{value!s:.20}" for value in row[:5]) + (", ..." if len(row) > 5 else "") + ")"
