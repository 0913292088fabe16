"""The ratings that a recommender is trained on: one row for each product that a customer has bought."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scripts.seed.classicmodels import places
from scripts.seed.classicmodels.catalogue import PRODUCTS, products
from scripts.seed.classicmodels.ordering import CUSTOMERS, FIRST_CUSTOMER, PAIRS, numbers, ordering
from scripts.seed.classicmodels.sales import place_of
from scripts.seed.draws import Draws
from scripts.seed.model import CHUNK_ROWS, Chunk
from scripts.seed.rows import cents, encode, integers, nullable

COLUMNS = (
    *("customerNumber", "productCode", "city", "postalCode", "country", "creditLimit"),
    *("productLine", "productScale", "buyPrice", "MSRP", "productRating"),
)


def rows(scale: int) -> int:
    """Number of ratings at `scale`."""
    return PAIRS * scale


def chunks(scale: int, seed: int) -> Iterator[Chunk]:
    """The ratings as CSV without its header, by customer and product; an unknown postal code is empty."""
    step = max(1, CHUNK_ROWS // PAIRS)
    for first in range(0, scale, step):
        yield _chunk(seed, first, min(first + step, scale))


def header() -> bytes:
    """The first line."""
    return ",".join(COLUMNS).encode() + b"\n"


def _chunk(seed: int, first: int, last: int) -> Chunk:
    draws = Draws(seed, "classicmodels/ratings")
    facts = ordering(seed, first, last)
    goods = products(seed)
    customer, product = facts.pair_customer.ravel(), facts.pair_product.ravel()
    place = place_of(seed, facts.role, numbers(first, last, CUSTOMERS)).ravel()
    index = customer - FIRST_CUSTOMER - first * CUSTOMERS
    where = place[index]
    # A product is liked more or less by all, and a customer is more or less easily pleased: there is
    # something to learn.
    quality = draws.integers("quality", np.arange(PRODUCTS, dtype=np.int64), 0, 30)[product]
    mood = draws.integers("mood", customer, 0, 20)
    chance = draws.integers("chance", customer * PRODUCTS + product, 0, 20)
    rating = np.clip((quality + mood + chance) // 12, 0, 4) + 1
    code = places.POSTAL_CODE[where]
    columns = [
        integers(customer),
        goods.code[product],
        places.CITY[where],
        nullable(code, code == b"\\N", null=b""),
        places.COUNTRY[where],
        cents(facts.credit_limit.ravel()[index]),
        goods.line[product],
        goods.scale[product],
        cents(goods.buy[product]),
        cents(goods.msrp[product]),
        integers(rating),
    ]
    return Chunk(len(customer), encode(columns, len(customer), separator=b","))
