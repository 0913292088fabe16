"""Judges the exercises that make tables and write items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scripts.labs.key_value.tables import (
    PRODUCT,
    Item,
    items_of,
    make_table,
    remove_table,
    same,
)
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work


def check_create_table(work: Work) -> None:
    name = work.name("threads")
    remove_table(work, name)
    work.afterwards(lambda: remove_table(work, name))
    work.call("create_table", name)
    table: Any = work.session.client("dynamodb").describe_table(TableName=name)["Table"]
    require(
        table["TableStatus"] == "ACTIVE",
        "The function came back before the table could be used.",
        seen=f"status {table['TableStatus']}",
        expected="a table that is active",
    )
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    roles = {each["KeyType"]: each["AttributeName"] for each in table["KeySchema"]}
    for role, text in (("HASH", "partition"), ("RANGE", "sort")):
        wanted = "ForumName" if role == "HASH" else "Subject"
        require(
            roles.get(role) == wanted,
            f"The {text} key is not the one that is asked for.",
            seen=f"{text} key {roles.get(role, 'missing')}",
            expected="the keys of the exercise, each in its role",
        )
        require(
            types[wanted] == "S", f"The {text} key has another type.", seen=types[wanted], expected="a string"
        )
    given = table.get("ProvisionedThroughput", {})
    capacity = (given.get("ReadCapacityUnits"), given.get("WriteCapacityUnits"))
    require(
        capacity == (10, 5),
        "The provisioned capacity is another one.",
        seen=f"{capacity[0]} reads and {capacity[1]} writes a second",
        expected="the reads and writes of the exercise",
    )


def check_put_item(work: Work) -> None:
    table = make_table(work, PRODUCT)
    product = {"Id": 204, "Title": "Dawn Courier", "Price": 12.1, "Color": ["White", "Black"]}
    work.call("put_item", table.name, product)
    found = items_of(table)
    require(len(found) == 1, "The table does not hold the one product.", seen=f"{len(found)} items")
    price = found[0].get("Price")
    require(
        isinstance(price, Decimal),
        "The price is not stored as a number.",
        seen=f"a {type(price).__name__}",
        expected="a number",
    )
    require(
        price == Decimal("12.1"),
        "The price is stored with digits that nobody gave.",
        seen=f"{price}",
        expected="the price as it is written",
    )
    require(
        same({**found[0], "Price": None}, {**product, "Price": None}),
        "The stored product is not the one that was given.",
        seen=f"attributes {', '.join(sorted(found[0]))}",
        expected="every attribute of the product",
    )


def check_batch_write(work: Work) -> None:
    table = make_table(work, PRODUCT)
    items: list[Item] = [{"Id": number, "Title": f"Product {number}"} for number in range(63)]
    work.call("batch_write", table.name, items)
    found = items_of(table)
    require(
        len(found) == len(items),
        "The number of items in the table is not the number of items given.",
        seen=f"{len(found)} items",
        expected="one item in the table for each one given",
    )
    by_id: dict[Any, Item] = {int(each["Id"]): each for each in found}
    require(
        all(same(by_id.get(each["Id"]), each) for each in items),
        "Some items are not as they were given.",
        expected="every attribute of each item",
    )


def check_marshal(work: Work) -> None:
    plain = {
        "Id": Decimal(101), "Title": "Keys", "InPublication": True, "Edition": None,
        "Authors": ["Priya Nair", "Tom Ekberg"], "Reviews": {"FiveStar": [], "Mean": Decimal("4.5")},
    }  # fmt: skip
    marshalled = {
        "Id": {"N": "101"}, "Title": {"S": "Keys"}, "InPublication": {"BOOL": True},
        "Edition": {"NULL": True},
        "Authors": {"L": [{"S": "Priya Nair"}, {"S": "Tom Ekberg"}]},
        "Reviews": {"M": {"FiveStar": {"L": []}, "Mean": {"N": "4.5"}}},
    }  # fmt: skip
    for function, given, wanted in (
        ("to_dynamodb", plain, marshalled),
        ("from_dynamodb", marshalled, plain),
    ):
        found = work.call(function, given).result
        if not isinstance(found, dict):
            raise NotYetError(
                f"{function} does not return a document.", seen=f"{found!s:.60}", expected="a dict"
            )
        for name, value in wanted.items():
            require(
                same(found.get(name), value),
                f"{function} does not make the right value of {name}.",
                seen=f"{found.get(name)!s:.60}",
                expected="the value with its type" if function == "to_dynamodb" else "the plain value",
            )
        require(set(found) == set(wanted), f"{function} adds something.", seen=", ".join(sorted(found)))
