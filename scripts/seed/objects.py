"""Objects of the raw bucket: the ratings as CSV, JSON documents, and a picture for each product line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scripts.seed.classicmodels import places, ratings
from scripts.seed.classicmodels.catalogue import LINE_NAMES, PRODUCTS, products
from scripts.seed.classicmodels.ordering import CUSTOMERS, FIRST_CUSTOMER, numbers, ordering
from scripts.seed.classicmodels.sales import place_of
from scripts.seed.draws import Draws

#: The object that is written last, and so says that all others are there.
RATINGS_KEY = "csv/ratings_ml_training_dataset.csv"

SESSIONS_PREFIX = "json/sessions/"

SESSIONS_PER_DOCUMENT = 25

_IMAGE_SIZE = (320, 200)


@dataclass(frozen=True)
class SeedObject:
    """An object to be.

    Attributes
    ----------
    key
        Its key.
    content_type
        MIME type.
    content
        Makes its bytes, in pieces.
    """

    key: str
    content_type: str
    content: Callable[[], Iterator[bytes]]


def objects(scale: int, seed: int) -> Iterator[SeedObject]:
    """The bucket's objects; the ratings come last."""
    for number, name in enumerate(LINE_NAMES):
        key = f"images/{name.lower().replace(' ', '_')}.png"
        yield SeedObject(key, "image/png", lambda number=number: iter([_image(seed, number)]))  # type: ignore[misc]
    yield SeedObject("json/products.json", "application/json", lambda: iter([_products(seed)]))
    for block in range(scale):
        yield SeedObject(
            f"{SESSIONS_PREFIX}sessions_{block + 1:05d}.json",
            "application/json",
            lambda block=block: iter([_sessions(seed, block)]),  # type: ignore[misc]
        )
    yield SeedObject(RATINGS_KEY, "text/csv", lambda: _ratings(scale, seed))


def _ratings(scale: int, seed: int) -> Iterator[bytes]:
    yield ratings.header()
    for chunk in ratings.chunks(scale, seed):
        yield chunk.data


def _document(content: Any) -> bytes:
    return json.dumps(content, indent=1).encode() + b"\n"


def _products(seed: int) -> bytes:
    goods = products(seed)
    return _document(
        [
            {
                "productCode": goods.code[row].decode(),
                "productName": goods.name[row].decode(),
                "productLine": goods.line[row].decode(),
                "productScale": goods.scale[row].decode(),
                "prices": {"buyPrice": int(goods.buy[row]) / 100, "MSRP": int(goods.msrp[row]) / 100},
            }
            for row in range(PRODUCTS)
        ]
    )


def _sessions(seed: int, block: int) -> bytes:
    """Visits to the web shop, as its click stream reports them."""
    draws = Draws(seed, "objects/sessions")
    facts = ordering(seed, block, block + 1)
    codes = products(seed).code
    where = place_of(seed, facts.role, numbers(block, block + 1, CUSTOMERS))[0]
    rows = numbers(block, block + 1, SESSIONS_PER_DOCUMENT)[0]
    visitor = draws.integers("visitor", rows, 0, CUSTOMERS)
    high, low = draws.bits("id high", rows), draws.bits("id low", rows)
    length = draws.integers("length", rows, 1, 8)
    sessions = []
    for index, row in enumerate(rows):
        looks = row * 8 + np.arange(length[index])
        product = draws.integers("product", looks, 0, PRODUCTS)
        in_cart = draws.integers("cart", looks, 0, 3) == 0
        quantity = draws.integers("quantity", looks, 1, 11)
        customer = int(visitor[index])
        sessions.append(
            {
                "session_id": str(UUID(int=int(high[index]) << 64 | int(low[index]), version=4)),
                "customer_number": FIRST_CUSTOMER + block * CUSTOMERS + customer,
                "city": places.CITY[where[customer]].decode(),
                "country": places.COUNTRY[where[customer]].decode(),
                "credit_limit": int(facts.credit_limit[0, customer]) // 100,
                "browse_history": [
                    {
                        "product_code": codes[product[look]].decode(),
                        "quantity": int(quantity[look]),
                        "in_shopping_cart": bool(in_cart[look]),
                    }
                    for look in range(len(looks))
                ],
            }
        )
    return _document(sessions)


def _image(seed: int, number: int) -> bytes:
    """A picture of the product line's name before hills of its own colour."""
    draws = Draws(seed, "objects/images")
    red, green, blue = (int(value) for value in draws.integers("colour", number * 3 + np.arange(3), 60, 190))
    width, height = _IMAGE_SIZE
    image = Image.new("RGB", _IMAGE_SIZE, (red // 2 + 127, green // 2 + 127, blue // 2 + 127))
    canvas = ImageDraw.Draw(image)
    heights = draws.integers("hill", number * 5 + np.arange(5), height // 3, height - 30)
    for hill, top in enumerate(heights):
        left = hill * width // 5 - 30
        shade = 1 - hill / 10
        colour = (int(red * shade), int(green * shade), int(blue * shade))
        canvas.polygon([(left, height), (left + 60, int(top)), (left + 130, height)], fill=colour)
    canvas.text((12, 10), LINE_NAMES[number], fill=(20, 20, 20), font=ImageFont.load_default(24))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue()
