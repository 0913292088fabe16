"""Judges the exercises that change and delete."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from scripts.labs.key_value.tables import (
    PRODUCT,
    REPLY,
    THREAD,
    Item,
    items_of,
    make_table,
    same,
)
from scripts.labs.outcome import require
from scripts.labs.work import Work


def check_append_to_list(work: Work) -> None:
    product = {"Id": 201, "Title": "Hill Runner", "Reviews": {"FiveStar": ["Good."], "OneStar": []}}
    table = make_table(work, PRODUCT, [product])
    work.call("add_review", table.name, 201, "Better.")
    work.call("add_review", table.name, 201, "Best.")
    (found,) = items_of(table)[:1] or [{}]
    reviews = found.get("Reviews", {})
    require(
        reviews.get("FiveStar") == ["Good.", "Better.", "Best."],
        "The list does not hold the reviews it had and the new ones after them.",
        seen=f"{reviews.get('FiveStar')}",
        expected="the old reviews first, then each new one",
    )
    found["Reviews"]["FiveStar"] = ["Good."]
    require(
        same(found, product),
        "Something else of the item changed.",
        seen=f"attributes {', '.join(sorted(found))}",
        expected="the item as it was, but for the list",
    )


def check_remove_from_list(work: Work) -> None:
    table = make_table(work, PRODUCT, [{"Id": 201, "Comment": ["one", "two", "three"]}])
    work.call("remove_comment", table.name, 201, 1)
    (found,) = items_of(table)[:1] or [{}]
    require(
        found.get("Comment") == ["one", "three"],
        "The list does not hold the others.",
        seen=f"{found.get('Comment')}",
        expected="the list without the element at that position, counted from 0",
    )


def check_conditional_update(work: Work) -> None:
    table = make_table(work, PRODUCT, [{"Id": 201, "Price": Decimal(200), "Title": "Hill Runner"}])

    def price() -> Any:
        return table.get_item(Key={"Id": 201}, ConsistentRead=True)["Item"].get("Price")

    for asked, after, changed in (
        (Decimal(300), 200, False),
        (Decimal(150), 150, True),
        (Decimal(150), 150, False),
    ):
        result = work.call("lower_price", table.name, 201, asked).result
        require(
            price() == after,
            "The price is changed where it must not be."
            if not changed
            else "The price is not changed where it should be.",
            seen=f"{price()} after {asked} was offered",
            expected="a change only when the new price is less than the one before",
        )
        require(
            result is changed,
            "The function does not tell whether it changed the price.",
            seen=f"{result}",
            expected="True or False",
        )
    _in_one_request(work)


def _in_one_request(work: Work) -> None:
    """The condition is asked where nobody can come between."""
    text = work.answer.text
    require(
        "Condition" in text,
        "The question and the change are two requests.",
        seen="an update without a condition",
        expected="a request that DynamoDB itself refuses when the condition does not hold",
    )


def check_delete_item(work: Work) -> None:
    threads: Sequence[Item] = [
        {"ForumName": "Amazon S3", "Subject": "Open", "Answered": 0, "Views": 3},
        {"ForumName": "Amazon S3", "Subject": "Done", "Answered": 1, "Views": 4},
    ]
    table = make_table(work, THREAD, threads)
    kept = work.call("delete_unanswered", table.name, "Amazon S3", "Done").result
    subjects = {each["Subject"] for each in items_of(table)}
    require("Done" in subjects, "An answered thread was deleted.", expected="a thread that is answered stays")
    require(
        kept is None, "Of a thread that stays something is returned.", seen=f"{kept!s:.60}", expected="None"
    )
    gone = work.call("delete_unanswered", table.name, "Amazon S3", "Open").result
    subjects = {each["Subject"] for each in items_of(table)}
    require("Open" not in subjects, "An unanswered thread was not deleted.", expected="it is gone")
    require(
        same(gone, threads[0]),
        "What is returned is not the item as it was.",
        seen=f"{gone!s:.60}",
        expected="all attributes of the deleted item",
    )
    _in_one_request(work)


def check_transaction(work: Work) -> None:
    thread = {"ForumName": "Amazon S3", "Subject": "Folders", "Replies": 2}
    threads = make_table(work, THREAD, [thread], "threads")
    replies = make_table(work, REPLY, (), "replies")
    reply = {
        "Id": "Amazon S3#Folders", "ReplyDateTime": "2025-03-09T09:00:00.000Z", "Message": "There are none.",
    }  # fmt: skip

    def post(subject: str, token: str) -> Any:
        return work.call("post_reply", replies.name, threads.name, "Amazon S3", subject, reply, token).result

    def state() -> tuple[int, int]:
        found = {each["Subject"]: each for each in items_of(threads)}
        return len(items_of(replies)), int(found.get("Folders", {}).get("Replies", -1))

    done = post("Nothing", secrets.token_hex(8))
    require(
        state() == (0, 2) and len(items_of(threads)) == 1,
        "For a thread that does not exist something was written.",
        seen=f"{state()[0]} replies, {len(items_of(threads))} threads",
        expected="both or none",
    )
    require(done is False, "It is not told that nothing was done.", seen=f"{done}", expected="False")
    token = secrets.token_hex(8)
    done = post("Folders", token)
    require(
        state() == (1, 3),
        "A reply and its thread's number of replies do not go up together.",
        seen=f"{state()[0]} replies in the table, the number is {state()[1]}",
        expected="one more of both",
    )
    require(done is True, "It is not told that it was done.", seen=f"{done}", expected="True")
    require(
        same(items_of(replies), [reply]),
        "The reply is not the one that was given.",
        expected="all attributes",
    )
    post("Folders", token)
    require(
        state() == (1, 3),
        "Called again with the same token it is done again.",
        seen=f"the number is {state()[1]}",
        expected="a second call that changes nothing",
    )
