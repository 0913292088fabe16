"""Items of the four DynamoDB tables: a small catalogue, and forums with threads and replies.

Plain Python values: texts, whole numbers, Decimals, booleans, lists, maps and sets. Each step of the scale
adds 8 products, 2 forums, 3 threads and 4 replies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from scripts.seed.draws import Draws

Item = dict[str, Any]

_BOOKS = (
    ("Tables Without Joins", ["Mira Oduya"], "Paperback", 320),
    ("The Patient Query", ["Jon Aldana", "Lea Strand"], "Hardcover", 512),
    ("Keys and Partitions", ["Priya Nair", "Tom Ekberg"], "Paperback", 208),
)
_BICYCLES = (
    ("Hill Runner 12", "Mountain", "Alpenrad", ["Red", "Black"]),
    ("Hill Runner 14", "Mountain", "Alpenrad", ["Green"]),
    ("City Swift", "Road", "Velonova", ["Blue", "Silver"]),
    ("Dawn Courier", "Hybrid", "Velonova", ["White", "Black", "Yellow"]),
    ("Coast Line", "Touring", "Pedalworks", ["Sand"]),
)
_FORUMS = (("Amazon DynamoDB", 2, 4), ("Amazon S3", 1, 0))
_THREADS = (
    (
        0,
        "Choosing a partition key",
        "How do I keep one customer from using a whole partition?",
        ["key", "design"],
    ),
    (0, "When is a scan all right?", "My table has eight items. Is a scan really so bad?", ["scan", "cost"]),
    (
        1,
        "Folders in a bucket",
        "Where do the folders go when the last object is deleted?",
        ["prefix", "list"],
    ),
)
_REPLIES = (
    (0, "Add something that varies, such as the order date, and query for each."),
    (0, "Look at the access pattern first; the key follows from it."),
    (1, "With eight items it is. With eight million you pay for each of them."),
    (1, "Compare Count with ScannedCount, and you see what the filter threw away after reading."),
)
_PEOPLE = ("User A", "User B", "User C")
_START = datetime(2025, 3, 1, 9, 0, 0)

PRODUCTS, FORUMS, THREADS, REPLIES = len(_BOOKS) + len(_BICYCLES), len(_FORUMS), len(_THREADS), len(_REPLIES)


def _draw(draws: Draws, stream: str, row: int, low: int, high: int) -> int:
    return int(draws.integers(stream, np.array([row]), low, high)[0])


def _name(text: str, block: int) -> str:
    return text if block == 0 else f"{text} ({block + 1})"


def _time(draws: Draws, stream: str, row: int) -> str:
    moment = _START + timedelta(days=7 * row, seconds=_draw(draws, stream, row, 0, 6 * 86_400))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _product_catalog(seed: int, block: int) -> Iterator[Item]:
    draws = Draws(seed, "items/ProductCatalog")
    for number, (title, authors, _, pages) in enumerate(_BOOKS):
        row = block * PRODUCTS + number
        yield {
            "Id": 101 + number + 1000 * block,
            "Title": _name(title, block),
            "ISBN": f"979-8-{_draw(draws, 'isbn', row, 10**5, 10**6)}-{row % 100:02d}-{row % 10}",
            "Authors": list(authors),
            "Price": Decimal(_draw(draws, "price", row, 200, 4500)) / 100,
            "Dimensions": "21.0 x 14.8 x 1.9",
            "PageCount": pages,
            "InPublication": number != 2,
            "ProductCategory": "Book",
        }
    for number, (title, kind, brand, colors) in enumerate(_BICYCLES):
        row = block * PRODUCTS + len(_BOOKS) + number
        yield {
            "Id": 201 + number + 1000 * block,
            "Title": _name(title, block),
            "Description": f"{kind} bicycle by {brand}",
            "BicycleType": kind,
            "Brand": brand,
            "Price": Decimal(_draw(draws, "price", row, 100, 900)),
            "Color": list(colors),
            "ProductCategory": "Bicycle",
            "Reviews": {"FiveStar": [f"Best {kind.lower()} bicycle of the year."], "OneStar": []},
        }


def _forum(seed: int, block: int) -> Iterator[Item]:
    draws = Draws(seed, "items/Forum")
    for number, (name, threads, messages) in enumerate(_FORUMS):
        yield {
            "Name": _name(name, block),
            "Category": "Amazon Web Services",
            "Threads": threads,
            "Messages": messages,
            "Views": _draw(draws, "views", block * FORUMS + number, 100, 5000),
        }


def _thread(seed: int, block: int) -> Iterator[Item]:
    draws = Draws(seed, "items/Thread")
    for number, (forum, subject, message, tags) in enumerate(_THREADS):
        row = block * THREADS + number
        replies = [reply for reply in _reply(seed, block) if reply["Id"].endswith(f"#{subject}")]
        last = max((reply["ReplyDateTime"] for reply in replies), default=_time(draws, "posted", row))
        yield {
            "ForumName": _name(_FORUMS[forum][0], block),
            "Subject": subject,
            "Message": message,
            "LastPostedBy": _PEOPLE[number % 3],
            "LastPostedDateTime": last,
            "Views": _draw(draws, "views", row, 0, 900),
            "Replies": len(replies),
            "Answered": int(bool(replies)),
            "Tags": set(tags),
        }


def _reply(seed: int, block: int) -> Iterator[Item]:
    draws = Draws(seed, "items/Reply")
    for number, (thread, message) in enumerate(_REPLIES):
        row = block * REPLIES + number
        forum, subject = _THREADS[thread][:2]
        yield {
            "Id": f"{_name(_FORUMS[forum][0], block)}#{subject}",
            "ReplyDateTime": _time(draws, "replied", row),
            "Message": message,
            "PostedBy": _PEOPLE[_draw(draws, "by", row, 0, 3)],
        }


#: Generator of a block's items, and how many they are, by table.
TABLES: dict[str, tuple[Callable[[int, int], Iterator[Item]], int]] = {
    "ProductCatalog": (_product_catalog, PRODUCTS),
    "Forum": (_forum, FORUMS),
    "Thread": (_thread, THREADS),
    "Reply": (_reply, REPLIES),
}


def items(table: str, scale: int, seed: int) -> Iterator[Item]:
    """The items of a table at a scale."""
    generate, _ = TABLES[table]
    for block in range(scale):
        yield from generate(seed, block)
