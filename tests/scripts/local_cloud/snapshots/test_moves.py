from __future__ import annotations

import pytest

from scripts.local_cloud.databases.model import Address
from scripts.local_cloud.snapshots.moves import Moves

SWAPPED = Moves(
    {
        "a": (Address("127.20.0.2", 3306), Address("127.20.0.3", 3306)),
        "b": (Address("127.20.0.3", 5432), Address("127.20.0.2", 5432)),
    },
    (4566, 4577),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.20.0.2:3306 127.20.0.3:5432", "127.20.0.3:3306 127.20.0.2:5432"),
        ('"address": "127.20.0.2"', '"address": "127.20.0.3"'),
        ("jdbc:mysql://127.20.0.2:3306/kept", "jdbc:mysql://127.20.0.3:3306/kept"),
        ("It listens on 127.20.0.2.", "It listens on 127.20.0.3."),
        ("127.20.0.21 and 1127.20.0.2", "127.20.0.21 and 1127.20.0.2"),
        ("127.20.0.2.5", "127.20.0.2.5"),
        ("http://127.0.0.1:4566/000000000000/q", "http://127.0.0.1:4577/000000000000/q"),
        ("http://127.0.0.1:45660/", "http://127.0.0.1:45660/"),
        ("http://sqs.us-east-1.127.0.0.1:4566/0/q", "http://sqs.us-east-1.127.0.0.1:4577/0/q"),
    ],
)
def test_each_address_is_replaced_once_and_no_part_of_another(text: str, expected: str) -> None:
    assert SWAPPED.rewrite(text) == expected


def test_a_shared_address_is_known_by_its_port() -> None:
    moves = Moves(
        {"a": (Address("127.0.0.1", 4510, fallback=True), Address("127.20.0.2", 3306))}, (4566, 4566)
    )
    assert Moves({}, (4566, 4577)).rewrite("localhost:4566 127.20.0.2") == "localhost:4577 127.20.0.2"
    assert moves.rewrite("127.0.0.1:4510 127.0.0.1:4566 127.0.0.1") == (
        "127.20.0.2:3306 127.0.0.1:4566 127.0.0.1"
    )


def test_nothing_is_changed_where_everything_is_where_it_was() -> None:
    address = Address("127.20.0.2", 3306)
    assert not Moves({"a": (address, address)}, (4566, 4566)).changed
    assert SWAPPED.changed
