"""Sizes and units, against figures of the developer guide and by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.local_cloud.providers.dynamodb.capacity import (
    Consumption,
    MalformedValueError,
    item_size,
    of_write,
    read_units,
    shown,
    value_size,
    write_units,
)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "äb"}, 3),
        ({"N": "0"}, 2),
        ({"N": "27"}, 2),
        ({"N": "-27"}, 3),
        ({"N": "1200000"}, 2),
        ({"N": "1.2345e10"}, 4),
        ({"B": b"abc"}, 3),
        ({"B": "YWJj"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 8),
        ({"M": {"key": {"S": "v"}}}, 8),
    ],
)
def test_a_value_has_its_size(value: dict[str, object], size: int) -> None:
    assert value_size(value) == size


def test_names_count() -> None:
    assert item_size({"Id": {"S": "abc"}, "n": {"BOOL": False}}) == 7


@pytest.mark.parametrize("value", [{}, {"S": "a", "N": "1"}])
def test_a_value_of_no_or_two_types_is_refused(value: dict[str, str]) -> None:
    with pytest.raises(MalformedValueError):
        value_size(value)


@given(st.integers(min_value=0, max_value=400 * 1024))
def test_a_consistent_read_costs_twice_as_much_and_a_block_is_four_kilobytes(size: int) -> None:
    blocks = max(1, -(-size // 4096))
    assert (read_units(size, consistent=True), read_units(size, consistent=False)) == (blocks, blocks / 2)


def test_a_write_costs_by_the_larger_of_before_and_after_and_one_unit_when_there_is_nothing() -> None:
    small, large = {"a": {"S": "x"}}, {"a": {"S": "x" * 2047}}
    assert write_units(small, large) == write_units(large, small) == write_units(large, None) == 2.0
    assert write_units(None, None) == 1.0


def test_an_item_outside_a_sparse_index_costs_nothing_there() -> None:
    table = {
        "KeySchema": [{"AttributeName": "Id"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "sparse",
                "KeySchema": [{"AttributeName": "Flag"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Text"]},
            }
        ],
    }
    plain = {"Id": {"S": "1"}, "Other": {"S": "x"}}
    flagged = {**plain, "Flag": {"S": "y"}, "Text": {"S": "z" * 1500}}
    assert of_write(table, None, plain).total == 1.0
    assert of_write(table, plain, flagged).global_indexes == {"sparse": 2.0}
    assert of_write(table, flagged, {**flagged, "Other": {"S": "new"}}).global_indexes == {}


def test_a_transaction_counts_twice_and_names_its_units() -> None:
    used = Consumption()
    used.add(Consumption(table=3.0, local_indexes={"l": 1.0}), 2.0)
    assert shown("T", used, "INDEXES", "Write") == {
        "TableName": "T",
        "CapacityUnits": 8.0,
        "WriteCapacityUnits": 8.0,
        "Table": {"CapacityUnits": 6.0, "WriteCapacityUnits": 6.0},
        "LocalSecondaryIndexes": {"l": {"CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}},
    }
