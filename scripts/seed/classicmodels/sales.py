"""Customers, orders, order lines and payments as tables: a block of each for each step of the scale."""

from __future__ import annotations

import string

import numpy as np

from scripts.seed import vocabulary
from scripts.seed.classicmodels import places
from scripts.seed.classicmodels.catalogue import SALES_REPS, employee_numbers, products
from scripts.seed.classicmodels.ordering import (
    BUYERS,
    CANCELLED,
    CUSTOMERS,
    DISPUTED,
    FIRST_CUSTOMER,
    FIRST_ORDER,
    ON_HOLD,
    ORDER_LINES,
    ORDERS,
    PAYMENTS,
    RESOLVED,
    STATUSES,
    numbers,
    ordering,
)
from scripts.seed.draws import Draws, IntArray
from scripts.seed.model import Table
from scripts.seed.rows import Column, cents, dates, integers, nullable, words

_TRADES = vocabulary.word_array("trades")
_FORMS = vocabulary.word_array("company_forms")

_COMMENTS = words(
    [
        "\\N",
        "Customer asked for FedEx; ship on Monday.",
        "Please call before delivery, the dock is closed at noon.",
        'The customer says the colour of the "1:18" is not the one shown.',
        "Wrap as gifts",
        "Check on availability.",
    ]
)
_STATUS_COMMENTS = {
    RESOLVED: "Disputed, then settled with a discount; customer is content.",
    DISPUTED: "Customer claims that two boxes arrived damaged, and waits for an answer.",
    CANCELLED: "Customer cancelled: the price was found lower elsewhere.",
    ON_HOLD: "Credit limit under review; on hold until it is settled.",
}

#: Coprime to a million: order numbers become check numbers that look drawn and never meet.
_CHECK_FACTOR = 791_939


def place_of(seed: int, role: IntArray, customer: IntArray) -> IntArray:
    """Place of each customer in `places`, by role and row number."""
    draws = Draws(seed, "classicmodels/customers")
    elsewhere = draws.integers("place", customer, places.ALWAYS_PRESENT, len(places.CITY))
    return np.where(role < places.ALWAYS_PRESENT, role, elsewhere)


def _customers(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "classicmodels/customers")
    facts = ordering(seed, first, last)
    rows = numbers(first, last, CUSTOMERS).ravel()
    role = facts.role.ravel()
    place = place_of(seed, role, rows)
    families, trades, forms = len(vocabulary.LAST_NAMES), len(_TRADES), len(_FORMS)
    names = families * trades * forms
    # A step that shares no divisor with the number of names walks through all of them before one comes again.
    step = next(number for number in range(7919, 8919) if np.gcd(number, names) == 1)
    name = (rows * step + draws.integers("name", np.zeros(1, dtype=np.int64), 0, names)[0]) % names
    rep = employee_numbers()[SALES_REPS][draws.integers("rep", rows, 0, len(SALES_REPS))]
    floor = draws.integers("floor", rows, 0, 40)
    return [
        integers(rows + FIRST_CUSTOMER),
        (
            *(vocabulary.LAST_NAMES[name % families], b" ", _TRADES[name // families % trades], b" "),
            _FORMS[name // (families * trades)],
        ),
        vocabulary.LAST_NAMES[draws.integers("last", rows, 0, families)],
        vocabulary.FIRST_NAMES[draws.integers("first", rows, 0, len(vocabulary.FIRST_NAMES))],
        (
            *(b"+", integers(draws.integers("dial", rows, 1, 99)), b" 555 "),
            integers(draws.integers("phone", rows, 0, 10**6), digits=6),
        ),
        (
            *(integers(draws.integers("number", rows, 1, 990)), b" "),
            *(vocabulary.STREETS[draws.integers("street", rows, 0, len(vocabulary.STREETS))], b" Street"),
        ),
        nullable((b"Floor ", integers(floor)), (floor == 0) | (floor > 12)),
        places.CITY[place],
        places.STATE[place],
        places.POSTAL_CODE[place],
        places.COUNTRY[place],
        nullable(integers(rep), role >= BUYERS),
        cents(facts.credit_limit),
    ]


def _orders(seed: int, first: int, last: int) -> list[Column]:
    facts = ordering(seed, first, last)
    rows = numbers(first, last, ORDERS).ravel()
    drawn = Draws(seed, "classicmodels/comments").integers("comment", rows, 0, 20)
    comment = _COMMENTS[np.where(drawn < len(_COMMENTS), drawn, 0)]
    status = facts.status.ravel()
    for kind, text in _STATUS_COMMENTS.items():
        comment = np.where(status == kind, text.encode(), comment)
    return [
        integers(rows + FIRST_ORDER),
        dates(facts.ordered),
        dates(facts.required),
        nullable(dates(facts.shipped), ~facts.is_shipped),
        words(STATUSES)[status],
        comment,
        integers(facts.customer),
    ]


def _orderdetails(seed: int, first: int, last: int) -> list[Column]:
    facts = ordering(seed, first, last)
    return [
        integers(facts.line_order + numbers(first, last, ORDERS)[:, :1] + FIRST_ORDER),
        products(seed).code[facts.line_product.ravel()],
        integers(facts.quantity),
        cents(facts.price),
        integers(facts.line_number),
    ]


def _payments(seed: int, first: int, last: int) -> list[Column]:
    facts = ordering(seed, first, last)
    paid = facts.is_paid
    order = numbers(first, last, ORDERS)[paid] + FIRST_ORDER
    customer, day, amount = facts.customer[paid], facts.paid[paid], facts.total[paid]
    letters = Draws(seed, "classicmodels/payments").integers("letters", order, 0, 26 * 26)
    digits = order * _CHECK_FACTOR % 10**6
    by_key = np.lexsort((digits, letters, customer))
    alphabet = words(string.ascii_uppercase)
    return [
        integers(customer[by_key]),
        (
            alphabet[letters[by_key] // 26],
            alphabet[letters[by_key] % 26],
            integers(digits[by_key], digits=6),
        ),
        dates(day[by_key]),
        cents(amount[by_key]),
    ]


TABLES = (
    Table(
        "customers",
        (
            *("customerNumber", "customerName", "contactLastName", "contactFirstName", "phone"),
            *("addressLine1", "addressLine2", "city", "state", "postalCode", "country"),
            *("salesRepEmployeeNumber", "creditLimit"),
        ),
        CUSTOMERS,
        True,
        _customers,
    ),
    Table(
        "orders",
        (
            *("orderNumber", "orderDate", "requiredDate", "shippedDate", "status", "comments"),
            "customerNumber",
        ),
        ORDERS,
        True,
        _orders,
    ),
    Table(
        "orderdetails",
        ("orderNumber", "productCode", "quantityOrdered", "priceEach", "orderLineNumber"),
        ORDER_LINES,
        True,
        _orderdetails,
    ),
    Table(
        "payments",
        ("customerNumber", "checkNumber", "paymentDate", "amount"),
        PAYMENTS,
        True,
        _payments,
    ),
)
