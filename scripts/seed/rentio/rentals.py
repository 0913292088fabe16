"""Rentals and what was paid for them.

Each copy goes out three or four times, never twice at once: time is cut into four windows, longer than any
rental, and a copy goes out at most once in each of its windows (a phase of its own keeps the windows from
showing).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scripts.seed.draws import Draws, IntArray
from scripts.seed.model import Table
from scripts.seed.rentio.catalogue import UPDATED, films
from scripts.seed.rentio.shops import COPIES, CUSTOMERS, copies, row_numbers
from scripts.seed.rows import SECONDS_PER_DAY, Column, cents, date_times, integers, nullable

#: Of one block.
RENTALS, PAYMENTS, UNRETURNED = 16_044, 16_049, 183

#: Payments that belong to no rental.
OTHER_PAYMENTS = PAYMENTS - RENTALS

FIRST_DAY = int(np.datetime64("2025-05-24").astype(int))
WINDOWS, WINDOW_DAYS, START_DAYS, LONGEST = 4, 23, 13, 9

_OPENS, _OPEN_SECONDS = 10 * 3600, 12 * 3600
_LATE_FEE = 100


@dataclass(frozen=True)
class Rentals:
    """Rentals of some blocks in the order of their numbers; arrays of shape (blocks, 16044).

    Attributes
    ----------
    rented, returned
        Seconds since 1970-01-01; `returned` holds the planned return also where `out`.
    out
        Not returned yet.
    copy, customer, staff
        Numbers from 1.
    price
        Cents: the film's rate and the fee for days beyond its duration.
    """

    rented: IntArray
    returned: IntArray
    out: NDArray[np.bool_]
    copy: IntArray
    customer: IntArray
    staff: IntArray
    price: IntArray
    late: NDArray[np.bool_]


@lru_cache(maxsize=1)
def _slots() -> tuple[IntArray, IntArray]:
    """Rank of the copy and window of each rental of a block, before chance orders them."""
    slot = np.arange(RENTALS, dtype=np.int64)
    rank, turn = slot % COPIES, slot // COPIES
    full = rank < RENTALS - (WINDOWS - 1) * COPIES
    return rank, np.where(full, turn, (turn + rank) % WINDOWS)


@lru_cache(maxsize=2)
def rentals(seed: int, first: int, last: int) -> Rentals:
    """The rentals of the blocks [first, last)."""
    draws = Draws(seed, "rentio/rental")
    rows = row_numbers(first, last, RENTALS)
    block = rows // RENTALS
    rank, window = _slots()
    place = draws.order("copy", row_numbers(first, last, COPIES))[:, rank]
    copy = block * COPIES + place
    phase = draws.integers("phase", copy, 0, WINDOW_DAYS)
    start = FIRST_DAY + window * WINDOW_DAYS + phase + draws.integers("start", rows, 0, START_DAYS)
    rented = start * SECONDS_PER_DAY + _OPENS + draws.integers("rented", rows, 0, _OPEN_SECONDS)

    order = np.argsort(rented, axis=-1, kind="stable")

    def sort(values: IntArray) -> IntArray:
        return np.take_along_axis(values, order, axis=-1)

    rented, start, copy, place = sort(rented), sort(start), sort(copy), sort(place)
    days = draws.integers("days", rows, 1, LONGEST + 1)
    back = (start + days) * SECONDS_PER_DAY + _OPENS + draws.integers("returned", rows, 0, _OPEN_SECONDS)
    out = ((rank < UNRETURNED) & (window == WINDOWS - 1))[order]
    film_of, store_of = copies(seed, first, last)
    film = np.take_along_axis(film_of, place, axis=-1) - 1
    facts = films(seed)
    late_days = np.where(out, 0, np.maximum(days - facts.duration[film], 0))
    return Rentals(
        rented=rented,
        returned=back,
        out=out,
        copy=copy + 1,
        customer=block * CUSTOMERS + draws.integers("customer", rows, 0, CUSTOMERS) + 1,
        # One member of staff runs each shop and has its number.
        staff=np.take_along_axis(store_of, place, axis=-1),
        price=facts.rate[film] + late_days * _LATE_FEE,
        late=late_days > 0,
    )


def _rental(seed: int, first: int, last: int) -> list[Column]:
    block = rentals(seed, first, last)
    return [
        integers(row_numbers(first, last, RENTALS) + 1),
        date_times(block.rented),
        integers(block.copy),
        integers(block.customer),
        nullable(date_times(block.returned), block.out),
        integers(block.staff),
        UPDATED,
    ]


def _payment(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/payment")
    block = rentals(seed, first, last)
    rows = row_numbers(first, last, PAYMENTS)
    others = rows[:, RENTALS:]
    numbers = np.arange(first, last, dtype=np.int64)[:, None]
    other_days = FIRST_DAY + draws.integers("day", others, 0, WINDOWS * WINDOW_DAYS)
    other_times = other_days * SECONDS_PER_DAY + _OPENS + draws.integers("second", others, 0, _OPEN_SECONDS)

    def join(of_rentals: IntArray, of_others: IntArray) -> IntArray:
        return np.concatenate([of_rentals, of_others], axis=-1)

    rental = join(row_numbers(first, last, RENTALS) + 1, np.zeros_like(others))
    return [
        integers(rows + 1),
        integers(
            join(block.customer, numbers * CUSTOMERS + draws.integers("customer", others, 1, CUSTOMERS + 1))
        ),
        integers(join(block.staff, numbers * 2 + draws.integers("staff", others, 1, 3))),
        nullable(integers(rental), rental == 0),
        cents(join(block.price, draws.integers("amount", others, 1, 6) * 100 - 1)),
        # The fee for late days is known, and paid with the rate, when the film comes back.
        date_times(join(np.where(block.late, block.returned, block.rented), other_times)),
        UPDATED,
    ]


TABLES = (
    Table(
        "rental",
        (
            *("rental_id", "rental_date", "inventory_id", "customer_id", "return_date", "staff_id"),
            "last_update",
        ),
        RENTALS,
        True,
        _rental,
    ),
    Table(
        "payment",
        (
            *("payment_id", "customer_id", "staff_id", "rental_id", "amount", "payment_date"),
            "last_update",
        ),
        PAYMENTS,
        True,
        _payment,
    ),
)
