"""Tables that a check makes for an exercise, and what is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from scripts.labs.comparison import canonical
from scripts.labs.outcome import NotYetError
from scripts.labs.work import Work

Item = dict[str, Any]
Keys = Mapping[str, str]

PRODUCT: Keys = {"Id": "N"}
THREAD: Keys = {"ForumName": "S", "Subject": "S"}
REPLY: Keys = {"Id": "S", "ReplyDateTime": "S"}


def make_table(work: Work, keys: Keys, items: Iterable[Item] = (), name: str = "items") -> Any:
    """A table of the check's own with these items; gone when the check is over."""
    resource: Any = work.session.resource("dynamodb")
    found = work.name(name)
    remove_table(work, found)
    table = resource.create_table(
        TableName=found,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
        KeySchema=[
            {"AttributeName": key, "KeyType": role}
            for key, role in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    work.afterwards(lambda: remove_table(work, found))
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for each in items:
            batch.put_item(Item=each)
    return table


def remove_table(work: Work, name: str) -> None:
    """Remove a table, if it is there, and wait until it is gone."""
    client = work.session.client("dynamodb")
    try:
        client.delete_table(TableName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def items_of(table: Any) -> list[Item]:
    """Everything in a table, read consistently."""
    found: list[Item] = []
    answer = table.scan(ConsistentRead=True)
    found += answer["Items"]
    while "LastEvaluatedKey" in answer:
        answer = table.scan(ConsistentRead=True, ExclusiveStartKey=answer["LastEvaluatedKey"])
        found += answer["Items"]
    return found


def same(mine: object, wanted: object) -> bool:
    """Whether two values say the same."""
    return canonical(mine) == canonical(wanted)


def as_list(found: object, what: str) -> list[Any]:
    """What a function returned, which must be a list."""
    if not isinstance(found, list):
        raise NotYetError(
            f"The function does not return {what}.",
            seen=f"a {type(found).__name__}" if found is not None else "nothing returned",
            expected="a list",
        )
    return found


def replies_of(thread: str, count: int) -> list[Item]:
    """So many replies to a thread, one a day."""
    return [
        {"Id": thread, "ReplyDateTime": f"2025-03-{day + 1:02d}T09:00:00.000Z", "Message": f"Reply {day}"}
        for day in range(count)
    ]


def same_items(mine: Iterable[object], wanted: Iterable[object]) -> bool:
    """Whether the same items are there, in whatever order."""
    return Counter(map(canonical, mine)) == Counter(map(canonical, wanted))
