"""Equivalent results pass, others fail with what differs and nothing of the reference."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.labs.comparison import Table, Wanted, canonical, compare, same_document, same_network
from scripts.labs.outcome import NotYetError

REFERENCE = Table(("rating", "films"), (("PG", 194), ("R", 195), ("G", 178)))


def wanted(*, order: str = "", named: bool = False) -> Wanted:
    return Wanted(REFERENCE, "one row for each rating", ("the rating", "the film count"), order, named)


values = st.one_of(
    st.none(), st.integers(-1000, 1000), st.text(max_size=5), st.decimals(-100, 100, places=2), st.booleans()
)


@given(
    st.lists(st.tuples(values, values, values), max_size=8),
    st.permutations([0, 1, 2]),
    st.randoms(use_true_random=False),
)
def test_rows_and_columns_in_another_order_are_the_same(
    rows: list[tuple[object, ...]], places: list[int], chance: random.Random
) -> None:
    names = ("a", "b", "c")
    shuffled = list(rows)
    chance.shuffle(shuffled)
    mine = Table(
        tuple(names[place].upper() for place in places),
        tuple(tuple(row[place] for place in places) for row in shuffled),
    )
    found = compare(mine, Wanted(Table(names, tuple(rows)), "a row", names))
    assert found == Table(names, tuple(shuffled))


@given(st.lists(st.tuples(values, values), min_size=1, max_size=8), st.integers(0, 7), values)
def test_one_changed_value_is_found(rows: list[tuple[object, ...]], at: int, value: object) -> None:
    at %= len(rows)
    changed = [*rows[:at], (rows[at][0], value), *rows[at + 1 :]]
    reference = Wanted(Table(("a", "b"), tuple(rows)), "a row", ("the a", "the b"))
    if canonical(value) == canonical(rows[at][1]):
        compare(Table(("a", "b"), tuple(changed)), reference)
    else:
        with pytest.raises(NotYetError):
            compare(Table(("a", "b"), tuple(changed)), reference)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("2.50"), Decimal("2.5")),
        (2, Decimal("2.00")),
        (True, 1),
        (0.1 + 0.2, Decimal("0.3")),
        (dt.datetime(2025, 2, 15, 5), dt.datetime(2025, 2, 15, 5, tzinfo=dt.UTC)),
        ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}),
    ],
)
def test_values_that_say_the_same_are_the_same(one: object, other: object) -> None:
    assert canonical(one) == canonical(other)


def test_a_missing_column_is_named_by_what_it_is() -> None:
    with pytest.raises(NotYetError, match="The column for the film count is missing") as raised:
        compare(Table(("rating",), (("PG",),)), wanted())
    assert "films" not in str(vars(raised.value))


def test_too_many_rows_are_counted_and_the_grain_is_told() -> None:
    with pytest.raises(NotYetError) as raised:
        compare(Table(("rating", "n"), (("PG", 1),) * 12), wanted())
    assert (raised.value.seen, raised.value.expected) == ("12 rows", "one row for each rating")


def test_a_wrong_order_counts_only_where_order_is_asked_for() -> None:
    turned = Table(REFERENCE.columns, tuple(reversed(REFERENCE.rows)))
    compare(turned, wanted())
    with pytest.raises(NotYetError, match="in an order that is not the one asked for"):
        compare(turned, wanted(order="the rating"))


def test_right_values_in_the_wrong_rows_are_not_right() -> None:
    mixed = Table(REFERENCE.columns, (("PG", 195), ("R", 194), ("G", 178)))
    with pytest.raises(NotYetError, match="not together in the right rows"):
        compare(mixed, wanted())


def test_a_name_counts_only_where_it_is_asked_for() -> None:
    renamed = Table(("kind", "n"), REFERENCE.rows)
    compare(renamed, wanted())
    with pytest.raises(NotYetError, match="does not have the name"):
        compare(renamed, wanted(named=True))


def test_documents_and_addresses_are_the_same_whatever_their_form() -> None:
    assert same_document('{"b": 1.50, "a": [1, 2]}', {"a": [1, 2], "b": Decimal("1.5")})
    assert not same_document('{"a": [2, 1]}', {"a": [1, 2]})
    assert not same_document("no JSON", {})
    assert same_network("10.0.0.7", "10.0.0.7/32")
    assert not same_network("10.0.0.7/24", "10.0.0.7")
    assert not same_network("here", "10.0.0.7")
