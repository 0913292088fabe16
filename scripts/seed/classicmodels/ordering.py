"""Who orders what, when, at what price: what customers, orders, their lines, payments and ratings agree on.

A block, one step of the scale, has 122 customers. Each plays a role: the roles 0 to 97 order, the others do
not. A role says how many orders, how many lines in each, and how many distinct products over all of them; so
a block has 326 orders with 2,996 lines of 2,532 distinct customer-product pairs, whatever chance decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scripts.seed.classicmodels.catalogue import PRODUCTS, products
from scripts.seed.draws import Draws, IntArray, counts_with_sum

#: Of one block.
CUSTOMERS, BUYERS, ORDERS, ORDER_LINES, PAIRS, PAYMENTS = 122, 98, 326, 2996, 2532, 273

FIRST_CUSTOMER, FIRST_ORDER = 101, 10_100

STATUSES = ("Shipped", "Resolved", "Disputed", "Cancelled", "On Hold", "In Process")
SHIPPED, RESOLVED, DISPUTED, CANCELLED, ON_HOLD, IN_PROCESS = range(6)
_STATUS_COUNTS = {RESOLVED: 4, DISPUTED: 3, CANCELLED: 6, ON_HOLD: 4, IN_PROCESS: 6}

FIRST_DAY = int(np.datetime64("2023-01-06").astype(int))
DAYS = 876


@dataclass(frozen=True)
class Roles:
    """What the roles lay down for every block of a seed.

    Attributes
    ----------
    distinct
        Distinct products of each role, shape (98,).
    buyer
        Role of each order, shape (326,).
    order
        Order of each line, shape (2996,).
    position
        Position of each line in its order, from 0.
    choice
        Which of its role's distinct products a line holds.
    """

    distinct: IntArray
    buyer: IntArray
    order: IntArray
    position: IntArray
    choice: IntArray


def _position_in_group(sizes: IntArray) -> IntArray:
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


@lru_cache(maxsize=4)
def roles(seed: int) -> Roles:
    """The roles of a seed."""
    draws = Draws(seed, "classicmodels/roles")
    rows = np.arange(ORDERS, dtype=np.int64)
    orders = counts_with_sum(draws.integers("orders", rows[:BUYERS], 10, 100), ORDERS, low=1, high=8)
    sizes = counts_with_sum(draws.integers("lines", rows, 0, 100), ORDER_LINES, low=2, high=18)
    buyer = np.repeat(np.arange(BUYERS), orders)
    lines = np.bincount(buyer, sizes).astype(np.int64)
    largest = np.zeros(BUYERS, dtype=np.int64)
    np.maximum.at(largest, buyer, sizes)
    # An order names a product once, so no role has fewer distinct products than its largest order has lines.
    repeats = counts_with_sum(
        lines - largest, ORDER_LINES - PAIRS, low=np.maximum(lines - PRODUCTS, 0), high=lines - largest
    )
    distinct = lines - repeats
    order = np.repeat(rows, sizes)
    return Roles(
        distinct=distinct,
        buyer=buyer,
        order=order,
        position=_position_in_group(sizes),
        # Round and round through the role's products: neighbours, and so the lines of an order, are distinct.
        choice=_position_in_group(lines) % distinct[buyer[order]],
    )


@dataclass(frozen=True)
class Ordering:
    """The orders of some blocks; arrays have one row a block.

    Attributes
    ----------
    role
        Role of each customer, shape (blocks, 122).
    customer
        Customer number of each order, shape (blocks, 326) as all up to `total`; orders by date.
    ordered, required, shipped, paid
        Days since 1970-01-01; `shipped` and `paid` also where the order is not.
    is_shipped, is_paid
        Which of them count.
    status
        Place in `STATUSES`.
    total
        Cents.
    line_order
        Place of the order of each line in its block, shape (blocks, 2996) as all the following.
    line_product
        Place of the product in the catalogue; lines are in the order of order and product.
    line_number, quantity, price
        Number in the order from 1; pieces; cents each.
    credit_limit
        Cents, shape (blocks, 122): more than any order of the customer and than all unpaid ones together.
    pair_customer, pair_product
        Distinct customer-product pairs, ascending, shape (blocks, 2532); numbers and places.
    """

    role: IntArray
    customer: IntArray
    ordered: IntArray
    required: IntArray
    shipped: IntArray
    paid: IntArray
    is_shipped: NDArray[np.bool_]
    is_paid: NDArray[np.bool_]
    status: IntArray
    total: IntArray
    line_order: IntArray
    line_product: IntArray
    line_number: IntArray
    quantity: IntArray
    price: IntArray
    credit_limit: IntArray
    pair_customer: IntArray
    pair_product: IntArray


def numbers(first: int, last: int, per_block: int) -> IntArray:
    """Numbers, from 0, of a table's rows in the blocks [first, last): shape (blocks, per_block)."""
    return np.arange(first * per_block, last * per_block, dtype=np.int64).reshape(-1, per_block)


def _sums(values: IntArray, group: IntArray, groups: int) -> IntArray:
    """Sums of each row's values by group: shape (blocks, groups)."""
    offset = np.arange(len(values))[:, None] * groups
    flat = np.bincount((group + offset).ravel(), values.ravel(), len(values) * groups)
    return flat.astype(np.int64).reshape(-1, groups)


def _statuses(draws: Draws, orders: IntArray) -> IntArray:
    """Places in `STATUSES` of orders by date: the last ones are in process, chance picks the others."""
    status = np.full(orders.shape, SHIPPED)
    newest = _STATUS_COUNTS[IN_PROCESS]
    status[:, -newest:] = IN_PROCESS
    chosen = draws.order("status", orders[:, :-newest])
    start = 0
    for kind in (RESOLVED, DISPUTED, CANCELLED, ON_HOLD):
        stop = start + _STATUS_COUNTS[kind]
        np.put_along_axis(status, chosen[:, start:stop], kind, axis=-1)
        start = stop
    return status


@lru_cache(maxsize=2)
def ordering(seed: int, first: int, last: int) -> Ordering:
    """Everything about the orders of the blocks [first, last)."""
    draws = Draws(seed, "classicmodels/orders")
    shape = roles(seed)
    customers, orders = numbers(first, last, CUSTOMERS), numbers(first, last, ORDERS)
    lines = numbers(first, last, ORDER_LINES)
    role = draws.order("role", customers)
    place_of_role = np.argsort(role, axis=-1)

    slot_day = FIRST_DAY + draws.integers("day", orders, 0, DAYS)
    slot_at = np.argsort(slot_day, axis=-1, kind="stable")
    place_of_slot = np.argsort(slot_at, axis=-1)
    ordered = np.take_along_axis(slot_day, slot_at, axis=-1)
    buyer = np.take_along_axis(place_of_role, shape.buyer[slot_at], axis=-1)
    status = _statuses(draws, orders)
    is_shipped = status <= DISPUTED
    shipped = ordered + draws.integers("shipped", orders, 1, 7)

    liked = draws.order("products", numbers(first, last, BUYERS * PRODUCTS).reshape(-1, BUYERS, PRODUCTS))
    product = liked[:, shape.buyer[shape.order], shape.choice]
    by_key = np.argsort(place_of_slot[:, shape.order] * PRODUCTS + product, axis=-1)
    line_order = np.take_along_axis(place_of_slot[:, shape.order], by_key, axis=-1)
    line_product = np.take_along_axis(product, by_key, axis=-1)
    quantity = draws.integers("quantity", lines, 20, 51)
    price = products(seed).msrp[line_product] * draws.integers("discount", lines, 80, 101) // 100
    total = _sums(quantity * price, line_order, ORDERS)

    # Of what was shipped and not disputed, 273 orders are paid.
    draw = draws.integers("paid", orders, 0, 2**31) + np.where(status <= RESOLVED, 0, 2**32)
    is_paid = np.argsort(np.argsort(draw, axis=-1, kind="stable"), axis=-1) < PAYMENTS
    unpaid = _sums(np.where(is_paid | (status == CANCELLED), 0, total), buyer, CUSTOMERS)
    largest = np.zeros(customers.shape, dtype=np.int64)
    np.maximum.at(largest, (np.arange(last - first)[:, None], buyer), total)
    margin = draws.integers("credit", customers, 1, 400) * 10_000
    credit_limit = np.where(role < BUYERS, (np.maximum(unpaid, largest) // 10_000) * 10_000 + margin, 0)

    wanted = np.arange(PRODUCTS) < shape.distinct[:, None]
    pair_key = place_of_role[:, np.nonzero(wanted)[0]] * PRODUCTS + liked[:, wanted]
    pair_key.sort(axis=-1)
    customer_base = customers[:, :1] + FIRST_CUSTOMER
    return Ordering(
        role=role,
        customer=customer_base + buyer,
        ordered=ordered,
        required=ordered + draws.integers("required", orders, 7, 11),
        shipped=shipped,
        paid=shipped + draws.integers("paid after", orders, 1, 31),
        is_shipped=is_shipped,
        is_paid=is_paid,
        status=status,
        total=total,
        line_order=line_order,
        line_product=line_product,
        line_number=shape.position[by_key] + 1,
        quantity=quantity,
        price=price,
        credit_limit=credit_limit,
        pair_customer=customer_base + pair_key // PRODUCTS,
        pair_product=pair_key % PRODUCTS,
    )
