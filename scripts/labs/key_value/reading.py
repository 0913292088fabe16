"""Judges the exercises that read."""

from __future__ import annotations

from decimal import Decimal

from scripts.labs.key_value.tables import (
    PRODUCT,
    REPLY,
    THREAD,
    Item,
    as_list,
    make_table,
    replies_of,
    same,
    same_items,
)
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work


def check_scan(work: Work) -> None:
    # Four of these are more than one answer holds.
    table = make_table(work, PRODUCT, ({"Id": number, "Text": "x" * 300_000} for number in range(6)))
    found = as_list(work.call("scan", table.name).result, "the items")
    require(
        len(found) == 6,
        "The number of items is not the number of items in the table.",
        seen=f"{len(found)} items",
        expected="one for each item of the table, also beyond the first answer",
    )
    require(
        {int(each["Id"]) if isinstance(each, dict) and "Id" in each else -1 for each in found}
        == set(range(6)),
        "What is returned is not the table's items.",
        seen=f"{found[0]!s:.60}",
        expected="each item once, with its key",
    )


def check_get_item(work: Work) -> None:
    product = {"Id": 102, "Title": "The Patient Query", "Text": "x" * 6_000}
    table = make_table(work, PRODUCT, [product])
    for consistent, units in ((True, 2), (False, 1)):
        pair = work.call("get_item", table.name, 102, consistent).result
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise NotYetError(
                "The function does not return a pair.",
                seen=f"{pair!s:.60}",
                expected="item, capacity units",
            )
        require(
            same(pair[0], product),
            "The item is not the product with that key.",
            seen=f"{pair[0]!s:.60}",
            expected="all attributes of the item",
        )
        kind = "a strongly consistent" if consistent else "an eventually consistent"
        require(
            isinstance(pair[1], int | float | Decimal) and float(pair[1]) == units,
            f"The capacity of {kind} read is not what the table counted.",
            seen=f"{pair[1]}",
            expected="the capacity units that DynamoDB tells for this read",
        )


def check_query(work: Work) -> None:
    wanted = replies_of("Amazon S3#Folders", 9)
    table = make_table(work, REPLY, [*wanted, *replies_of("Amazon S3#Prices", 4)])
    found = as_list(work.call("newest_replies", table.name, "Amazon S3#Folders", 3).result, "the replies")
    require(
        len(found) == 3,
        "The number of replies is not the one asked for.",
        seen=f"{len(found)} replies",
        expected="as many as count says",
    )
    newest = wanted[:-4:-1]
    require(
        same_items(found, newest),
        "The replies are not the newest ones of the thread.",
        seen=f"the first is of {found[0].get('ReplyDateTime') if isinstance(found[0], dict) else found[0]}",
        expected="the newest replies of this thread and no other",
    )
    require(same(found, newest), "The replies are not in the order asked for.", expected="the newest first")


def check_filter(work: Work) -> None:
    threads: list[Item] = [
        {"ForumName": forum, "Subject": f"Thread {number}", "Views": number * 10}
        for forum in ("Amazon S3", "Amazon DynamoDB")
        for number in range(8)
    ]
    table = make_table(work, THREAD, threads)
    found = work.call("popular_threads", table.name, "Amazon S3", 45).result
    if not isinstance(found, dict) or not {"items", "count", "scanned"} <= set(found):
        raise NotYetError(
            "The function does not return what is asked for.",
            seen=f"{found!s:.60}",
            expected="a dict with items, count and scanned",
        )
    wanted = [each for each in threads[:8] if each["Views"] > 45]
    items = as_list(found["items"], "the threads")
    require(
        same_items(items, wanted),
        "The items are not the threads of the forum with more views.",
        seen=f"{len(items)} items",
        expected="every thread of this forum above the limit, and no other",
    )
    require(
        int(found["scanned"]) == 8,
        "scanned is not the number of items that were read.",
        seen=f"{found['scanned']}",
        expected="what the query read: the forum's threads, and no other forum's",
    )
    require(
        int(found["count"]) == len(wanted),
        "count is not the number of items that passed the filter.",
        seen=f"{found['count']}",
        expected="what passed the filter",
    )


def check_paging(work: Work) -> None:
    wanted = replies_of("Amazon S3#Folders", 9)
    table = make_table(work, REPLY, [*wanted, *replies_of("Amazon S3#Prices", 4)])
    for size in (3, 4):
        found = as_list(work.call("pages", table.name, "Amazon S3#Folders", size).result, "the pages")
        pages = [as_list(page, "a list of pages") for page in found]
        require(all(pages), "There is an empty page.", seen=f"{len(pages)} pages", expected="no empty page")
        require(
            all(len(page) <= size for page in pages),
            "A page is longer than asked for.",
            seen=f"{max(map(len, pages), default=0)} items on one page",
            expected="pages of the size asked for",
        )
        together = [each for page in pages for each in page]
        require(
            same(together, wanted),
            "The pages together are not the replies of the thread.",
            seen=f"{len(together)} items on {len(pages)} pages",
            expected="every reply once, the oldest first",
        )
        require(
            all(len(page) == size for page in pages[:-1]),
            "A page before the last one is not full.",
            seen=f"pages of {', '.join(str(len(page)) for page in pages)} items",
            expected="full pages, but the last",
        )
