"""The generated rows against the rules, computed anew in plain Python from the text that the loaders send."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.seed import items, objects
from scripts.seed.classicmodels import CLASSICMODELS, ratings
from scripts.seed.model import Dataset, Table
from scripts.seed.rentio import RENTIO

Row = dict[str, str]

SEEDS = st.integers(0, 2**63 - 1)
SCALES = st.integers(1, 3)

RENTIO_ROWS = {
    "actor": 200, "address": 603, "category": 16, "city": 600, "country": 109, "customer": 599, "film": 1000,
    "film_actor": 5462, "film_category": 1000, "film_text": 1000, "inventory": 4581, "language": 6,
    "payment": 16049, "rental": 16044, "staff": 2, "store": 2,
}  # fmt: skip
CLASSICMODELS_ROWS = {
    "customers": 122, "employees": 23, "offices": 7, "orderdetails": 2996, "orders": 326, "payments": 273,
    "productlines": 7, "products": 110,
}  # fmt: skip
GROWING = {
    "store", "staff", "address", "customer", "inventory", "rental", "payment",
    "customers", "orders", "orderdetails", "payments",
}  # fmt: skip


def table(dataset: Dataset, name: str) -> Table:
    return next(table for table in dataset.tables if table.name == name)


def text(dataset: Dataset, name: str, scale: int, seed: int) -> bytes:
    return b"".join(chunk.data for chunk in table(dataset, name).chunks(scale, seed))


@lru_cache(maxsize=64)
def rows(dataset: Dataset, name: str, scale: int, seed: int) -> list[Row]:
    columns = table(dataset, name).columns
    return [
        dict(zip(columns, line.split("\t"), strict=True))
        for line in text(dataset, name, scale, seed).decode().splitlines()
    ]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("dataset", "counts"),
    [(RENTIO, RENTIO_ROWS), (CLASSICMODELS, CLASSICMODELS_ROWS)],
    ids=["rentio", "classicmodels"],
)
def test_row_counts_are_the_courses_and_grow_in_step_with_the_scale(
    dataset: Dataset, counts: dict[str, int]
) -> None:
    for scale in (1, 3):
        found = {table.name: len(rows(dataset, table.name, scale, 42)) for table in dataset.tables}
        assert found == {name: count * (scale if name in GROWING else 1) for name, count in counts.items()}
        assert dataset.rows(scale) == sum(found.values())


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_same_seed_same_bytes_whatever_the_chunks(seed: int) -> None:
    for dataset in (RENTIO, CLASSICMODELS):
        for each in dataset.tables:
            whole = text(dataset, each.name, 3, seed)
            again = b"".join(chunk.data for chunk in each.chunks(2, seed))
            if each.grows:
                again += b"".join(chunk.data for chunk in each.chunks(3, seed, first=2))
            assert hashlib.sha256(again).digest() == hashlib.sha256(whole).digest(), each.name


def test_another_seed_gives_other_rows() -> None:
    for dataset, name in ((RENTIO, "rental"), (RENTIO, "film"), (CLASSICMODELS, "orderdetails")):
        assert text(dataset, name, 1, 1) != text(dataset, name, 1, 2)


def test_the_bytes_are_those_of_the_released_generators() -> None:
    """Who changes a generator raises the dataset's version, and then these."""
    assert (RENTIO.version, CLASSICMODELS.version) == (1, 1)
    for dataset, expected in ((RENTIO, "89f63aeab4435bd5"), (CLASSICMODELS, "26dd5ec065d2a428")):
        digest = hashlib.sha256()
        for each in dataset.tables:
            digest.update(text(dataset, each.name, 2, 42))
        assert digest.hexdigest()[:16] == expected


def primary_keys(dataset: Dataset) -> Iterator[tuple[str, tuple[str, ...]]]:
    composite = {
        "film_actor": ("actor_id", "film_id"),
        "film_category": ("film_id", "category_id"),
        "orderdetails": ("orderNumber", "productCode"),
        "payments": ("customerNumber", "checkNumber"),
    }
    for each in dataset.tables:
        yield each.name, composite.get(each.name, each.columns[:1])


@settings(max_examples=3, deadline=None)
@given(seed=SEEDS, scale=SCALES)
def test_primary_keys_are_unique_and_ascend(seed: int, scale: int) -> None:
    for dataset in (RENTIO, CLASSICMODELS):
        for name, key in primary_keys(dataset):
            found = [
                tuple(int(row[column]) if row[column].isdigit() else row[column] for column in key)
                for row in rows(dataset, name, scale, seed)
            ]
            assert all(first < second for first, second in itertools.pairwise(found)), name


REFERENCES = {
    RENTIO: [
        ("city", "country_id", "country", "country_id"),
        ("film", "language_id", "language", "language_id"),
        ("film", "original_language_id", "language", "language_id"),
        ("film_actor", "film_id", "film", "film_id"),
        ("film_actor", "actor_id", "actor", "actor_id"),
        ("film_category", "film_id", "film", "film_id"),
        ("film_category", "category_id", "category", "category_id"),
        ("film_text", "film_id", "film", "film_id"),
        ("address", "city_id", "city", "city_id"),
        ("store", "manager_staff_id", "staff", "staff_id"),
        ("store", "address_id", "address", "address_id"),
        ("staff", "store_id", "store", "store_id"),
        ("staff", "address_id", "address", "address_id"),
        ("customer", "store_id", "store", "store_id"),
        ("customer", "address_id", "address", "address_id"),
        ("inventory", "film_id", "film", "film_id"),
        ("inventory", "store_id", "store", "store_id"),
        ("rental", "customer_id", "customer", "customer_id"),
        ("rental", "inventory_id", "inventory", "inventory_id"),
        ("rental", "staff_id", "staff", "staff_id"),
        ("payment", "rental_id", "rental", "rental_id"),
        ("payment", "staff_id", "staff", "staff_id"),
        ("payment", "customer_id", "customer", "customer_id"),
    ],
    CLASSICMODELS: [
        ("products", "productLine", "productlines", "productLine"),
        ("employees", "officeCode", "offices", "officeCode"),
        ("employees", "reportsTo", "employees", "employeeNumber"),
        ("customers", "salesRepEmployeeNumber", "employees", "employeeNumber"),
        ("orders", "customerNumber", "customers", "customerNumber"),
        ("orderdetails", "orderNumber", "orders", "orderNumber"),
        ("orderdetails", "productCode", "products", "productCode"),
        ("payments", "customerNumber", "customers", "customerNumber"),
    ],
}  # fmt: skip


@settings(max_examples=3, deadline=None)
@given(seed=SEEDS, scale=SCALES)
def test_every_foreign_key_has_its_parent(seed: int, scale: int) -> None:
    for dataset, references in REFERENCES.items():
        for child, column, parent, key in references:
            parents = {row[key] for row in rows(dataset, parent, scale, seed)} | {"\\N"}
            orphans = {row[column] for row in rows(dataset, child, scale, seed)} - parents
            assert not orphans, (child, column)


@settings(max_examples=3, deadline=None)
@given(seed=SEEDS, scale=SCALES)
def test_rentals_and_payments_agree(seed: int, scale: int) -> None:
    films = {row["film_id"]: row for row in rows(RENTIO, "film", scale, seed)}
    copies = {row["inventory_id"]: row for row in rows(RENTIO, "inventory", scale, seed)}
    joined = {row["customer_id"]: row["create_date"] for row in rows(RENTIO, "customer", scale, seed)}
    rentals = {row["rental_id"]: row for row in rows(RENTIO, "rental", scale, seed)}
    turns: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for rental in rentals.values():
        assert (
            joined[rental["customer_id"]]
            < rental["rental_date"]
            < rental["return_date"].replace("\\N", "9999")
        )
        turns[rental["inventory_id"]].append(
            (rental["rental_date"], rental["return_date"].replace("\\N", "9999"))
        )
    for dates in turns.values():
        assert len(dates) in (3, 4)
        dates.sort()
        assert all(back < out for (_, back), (out, _) in itertools.pairwise(dates))
    paid = set()
    for payment in rows(RENTIO, "payment", scale, seed):
        if payment["rental_id"] == "\\N":
            continue
        rental = rentals[payment["rental_id"]]
        paid.add(payment["rental_id"])
        film = films[copies[rental["inventory_id"]]["film_id"]]
        price = Decimal(film["rental_rate"])
        if rental["return_date"] != "\\N":
            days = (moment(rental["return_date"]).date() - moment(rental["rental_date"]).date()).days
            price += max(0, days - int(film["rental_duration"]))
        assert Decimal(payment["amount"]) == price
        assert payment["payment_date"] >= rental["rental_date"]
        assert (payment["customer_id"], payment["staff_id"]) == (rental["customer_id"], rental["staff_id"])
    assert paid == set(rentals)
    assert sum(rental["return_date"] == "\\N" for rental in rentals.values()) == 183 * scale


@settings(max_examples=4, deadline=None)
@given(seed=SEEDS, scale=SCALES)
def test_orders_lines_payments_and_credit_agree(seed: int, scale: int) -> None:
    orders = {row["orderNumber"]: row for row in rows(CLASSICMODELS, "orders", scale, seed)}
    totals: dict[str, Decimal] = defaultdict(Decimal)
    pairs = set()
    for line in rows(CLASSICMODELS, "orderdetails", scale, seed):
        totals[line["orderNumber"]] += int(line["quantityOrdered"]) * Decimal(line["priceEach"])
        pairs.add((orders[line["orderNumber"]]["customerNumber"], line["productCode"]))
    assert len(pairs) == 2532 * scale
    assert totals.keys() == orders.keys()
    of_customer: dict[str, list[str]] = defaultdict(list)
    for number, order in orders.items():
        ordered = date.fromisoformat(order["orderDate"])
        assert ordered <= date.fromisoformat(order["requiredDate"])
        shipped = order["shippedDate"] != "\\N"
        assert shipped == (order["status"] in ("Shipped", "Resolved", "Disputed"))
        assert not shipped or date.fromisoformat(order["shippedDate"]) >= ordered
        of_customer[order["customerNumber"]].append(number)
    owed = {
        customer: sum(totals[number] for number in numbers if orders[number]["status"] != "Cancelled")
        for customer, numbers in of_customer.items()
    }
    for payment in rows(CLASSICMODELS, "payments", scale, seed):
        owed[payment["customerNumber"]] -= Decimal(payment["amount"])
        assert any(
            totals[number] == Decimal(payment["amount"])
            and orders[number]["shippedDate"] <= payment["paymentDate"]
            for number in of_customer[payment["customerNumber"]]
        )
    for customer in rows(CLASSICMODELS, "customers", scale, seed):
        numbers = of_customer.get(customer["customerNumber"], [])
        credit = Decimal(customer["creditLimit"])
        assert (customer["salesRepEmployeeNumber"] == "\\N") == (not numbers)
        assert max((totals[number] for number in numbers), default=0) <= credit
        assert 0 <= owed.get(customer["customerNumber"], 0) <= credit
    assert len(of_customer) == 98 * scale


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_what_the_labs_teach_from_is_there(seed: int) -> None:
    films = rows(RENTIO, "film", 1, seed)
    assert {film["rating"] for film in films} == {"G", "PG", "PG-13", "R", "NC-17"}
    assert len({film["title"] for film in films}) == 1000
    assert {row["category_id"] for row in rows(RENTIO, "film_category", 1, seed)} == {
        str(n) for n in range(1, 17)
    }
    assert len({row["film_id"] for row in rows(RENTIO, "film_actor", 1, seed)}) == 997
    assert len({row["film_id"] for row in rows(RENTIO, "inventory", 1, seed)}) == 958
    assert Counter(row["active"] for row in rows(RENTIO, "customer", 1, seed)) == {"1": 584, "0": 15}
    assert sum(row["rental_id"] == "\\N" for row in rows(RENTIO, "payment", 1, seed)) == 5

    buyers = {row["customerNumber"] for row in rows(CLASSICMODELS, "orders", 1, seed)}
    cities = defaultdict(set)
    for customer in rows(CLASSICMODELS, "customers", 1, seed):
        if customer["customerNumber"] in buyers:
            cities[customer["postalCode"]].add(customer["city"])
    assert len(cities.pop("\\N")) == 6
    assert sorted(len(names) for names in cities.values() if len(names) > 1) == [2, 2, 4]


@settings(max_examples=3, deadline=None)
@given(seed=SEEDS, scale=SCALES)
def test_ratings_are_of_the_pairs_that_were_ordered(seed: int, scale: int) -> None:
    orders = {row["orderNumber"]: row["customerNumber"] for row in rows(CLASSICMODELS, "orders", scale, seed)}
    pairs = {
        (orders[line["orderNumber"]], line["productCode"])
        for line in rows(CLASSICMODELS, "orderdetails", scale, seed)
    }
    lines = b"".join(chunk.data for chunk in ratings.chunks(scale, seed)).decode().splitlines()
    rated = [tuple(line.split(",")[:2]) for line in lines]
    assert len(rated) == 2532 * scale
    assert set(rated) == pairs
    assert all(len(line.split(",")) == len(ratings.COLUMNS) for line in lines)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, scale=st.integers(1, 5))
def test_items_refer_to_each_other_and_count_right(seed: int, scale: int) -> None:
    forums = {item["Name"]: item for item in items.items("Forum", scale, seed)}
    threads = list(items.items("Thread", scale, seed))
    replies = Counter(item["Id"] for item in items.items("Reply", scale, seed))
    assert len(list(items.items("ProductCatalog", scale, seed))) == 8 * scale
    assert (len(forums), len(threads), replies.total()) == (2 * scale, 3 * scale, 4 * scale)
    for thread in threads:
        assert thread["Replies"] == replies.pop(f"{thread['ForumName']}#{thread['Subject']}", 0)
    assert not replies
    per_forum = Counter(thread["ForumName"] for thread in threads)
    messages = Counter({thread["ForumName"]: 0 for thread in threads})
    for thread in threads:
        messages[thread["ForumName"]] += thread["Replies"]
    assert {name: (forum["Threads"], forum["Messages"]) for name, forum in forums.items()} == {
        name: (per_forum[name], messages[name]) for name in per_forum
    }


def test_objects_are_the_same_bytes_each_time() -> None:
    first = {item.key: b"".join(item.content()) for item in objects.objects(2, 7)}
    second = {item.key: b"".join(item.content()) for item in objects.objects(2, 7)}
    assert first == second
    assert list(first)[-1] == objects.RATINGS_KEY
    assert sum(key.startswith("images/") for key in first) == 7
    assert sum(key.startswith(objects.SESSIONS_PREFIX) for key in first) == 2


def test_a_chunk_is_bounded_at_any_scale() -> None:
    for dataset in (RENTIO, CLASSICMODELS):
        for each in dataset.tables:
            if each.grows:
                chunk = next(iter(each.chunks(1000, 1, first=990)))
                assert chunk.rows <= 40_000
                assert len(chunk.data) < 8 << 20
