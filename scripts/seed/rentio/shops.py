"""Shops with their staff, addresses, customers and copies: a block of them for each step of the scale."""

from __future__ import annotations

import numpy as np

from scripts.seed import vocabulary
from scripts.seed.draws import Draws, IntArray
from scripts.seed.model import Table
from scripts.seed.rentio.catalogue import CITIES, UPDATED, films
from scripts.seed.rows import SECONDS_PER_DAY, Column, date_times, integers, nullable, words

#: Of one block.
STORES, STAFF, CUSTOMERS, ADDRESSES, COPIES = 2, 2, 599, 603, 4581

INACTIVE_CUSTOMERS = 15

#: Customers join before the first rental of 2025-05-24.
JOINED = int(np.datetime64("2025-02-14").astype(int))
JOINING_DAYS = 90

#: The addresses of a block: its stores', its staff's, its customers'.
_STAFF_ADDRESS, _CUSTOMER_ADDRESS = STORES, STORES + STAFF

_LOWER_FIRST = np.char.lower(vocabulary.FIRST_NAMES)
_LOWER_LAST = np.char.lower(vocabulary.LAST_NAMES)


def row_numbers(first: int, last: int, per_block: int) -> IntArray:
    """Numbers, from 0, of a table's rows in the blocks [first, last): shape (blocks, per_block)."""
    return np.arange(first * per_block, last * per_block, dtype=np.int64).reshape(-1, per_block)


def _address(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/address")
    rows = row_numbers(first, last, ADDRESSES).ravel()
    streets, kinds = vocabulary.STREETS, vocabulary.STREET_KINDS
    no_code = draws.integers("no code", rows, 0, 150) == 0
    return [
        integers(rows + 1),
        (
            *(integers(draws.integers("number", rows, 1, 1990)), b" "),
            *(streets[draws.integers("street", rows, 0, len(streets))], b" "),
            kinds[draws.integers("kind", rows, 0, len(kinds))],
        ),
        b"\\N",
        vocabulary.DISTRICTS[draws.integers("district", rows, 0, len(vocabulary.DISTRICTS))],
        integers(draws.integers("city", rows, 0, CITIES) + 1),
        nullable(integers(draws.integers("code", rows, 1000, 99999), digits=5), no_code),
        (integers(draws.integers("phone", rows, 10**9, 4 * 10**9)), integers(rows % 100, digits=2)),
        UPDATED,
    ]


def _store(seed: int, first: int, last: int) -> list[Column]:
    rows = row_numbers(first, last, STORES).ravel()
    block, place = rows // STORES, rows % STORES
    return [integers(rows + 1), integers(rows + 1), integers(block * ADDRESSES + place + 1), UPDATED]


def _staff(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/staff")
    rows = row_numbers(first, last, STAFF).ravel()
    block, place = rows // STAFF, rows % STAFF
    given = draws.integers("first", rows, 0, len(_LOWER_FIRST))
    family = draws.integers("last", rows, 0, len(_LOWER_LAST))
    return [
        integers(rows + 1),
        vocabulary.FIRST_NAMES[given],
        vocabulary.LAST_NAMES[family],
        integers(block * ADDRESSES + _STAFF_ADDRESS + place + 1),
        b"\\N",
        (_LOWER_FIRST[given], b".", _LOWER_LAST[family], b"@rentio.example"),
        integers(rows + 1),
        b"1",
        (_LOWER_FIRST[given], integers(rows + 1)),
        b"\\N",
        UPDATED,
    ]


def _customer(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/customer")
    numbers = row_numbers(first, last, CUSTOMERS)
    rows = numbers.ravel()
    block, place = rows // CUSTOMERS, rows % CUSTOMERS
    given = draws.integers("first", rows, 0, len(_LOWER_FIRST))
    family = draws.integers("last", rows, 0, len(_LOWER_LAST))
    inactive = np.argsort(draws.order("inactive", numbers), axis=-1).ravel() < INACTIVE_CUSTOMERS
    joined = (JOINED + draws.integers("day", rows, 0, JOINING_DAYS)) * SECONDS_PER_DAY
    return [
        integers(rows + 1),
        integers(block * STORES + draws.integers("store", rows, 0, STORES) + 1),
        vocabulary.FIRST_NAMES[given],
        vocabulary.LAST_NAMES[family],
        (_LOWER_FIRST[given], b".", _LOWER_LAST[family], integers(rows + 1), b"@mail.example"),
        integers(block * ADDRESSES + _CUSTOMER_ADDRESS + place + 1),
        words("10")[inactive.astype(np.int64)],
        date_times(joined + draws.integers("second", rows, 0, SECONDS_PER_DAY)),
        UPDATED,
    ]


def copies(seed: int, first: int, last: int) -> tuple[IntArray, IntArray]:
    """Film and store of each copy, both numbered from 1, copies in the order of their numbers.

    Returns
    -------
    Two arrays of shape (blocks, 4581).
    """
    draws = Draws(seed, "rentio/inventory")
    rows = row_numbers(first, last, COPIES)
    stocked = films(seed).stocked
    place = rows % COPIES
    # Each film in stock has a copy in every block; chance hands out the rest.
    film = stocked[np.where(place < len(stocked), place, draws.integers("film", rows, 0, len(stocked)))]
    both = np.sort(film * STORES + draws.integers("store", rows, 0, STORES), axis=-1)
    return both // STORES, both % STORES + rows // COPIES * STORES + 1


def _inventory(seed: int, first: int, last: int) -> list[Column]:
    film, store = copies(seed, first, last)
    rows = row_numbers(first, last, COPIES).ravel()
    return [integers(rows + 1), integers(film), integers(store), UPDATED]


TABLES = (
    Table(
        "address",
        (
            *("address_id", "address", "address2", "district", "city_id", "postal_code", "phone"),
            "last_update",
        ),
        ADDRESSES,
        True,
        _address,
    ),
    Table("store", ("store_id", "manager_staff_id", "address_id", "last_update"), STORES, True, _store),
    Table(
        "staff",
        (
            *("staff_id", "first_name", "last_name", "address_id", "picture", "email", "store_id", "active"),
            *("username", "password", "last_update"),
        ),
        STAFF,
        True,
        _staff,
    ),
    Table(
        "customer",
        (
            *("customer_id", "store_id", "first_name", "last_name", "email", "address_id", "active"),
            *("create_date", "last_update"),
        ),
        CUSTOMERS,
        True,
        _customer,
    ),
    Table("inventory", ("inventory_id", "film_id", "store_id", "last_update"), COPIES, True, _inventory),
)
