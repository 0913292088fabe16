"""What a request consumes: sizes of items, and units by size, kind of read and indexes touched.

Pure. Sources: DynamoDB developer guide, "DynamoDB item sizes and formats" and "DynamoDB read and write
operations" (capacity unit consumption).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

Item = Mapping[str, Any]

READ_BLOCK = 4096
WRITE_BLOCK = 1024
#: Overhead of a list or map, and of each element in it.
_CONTAINER, _ELEMENT = 3, 1


class MalformedValueError(ValueError):
    """An attribute value that is not of exactly one type."""

    def __init__(self) -> None:
        super().__init__(
            "Supplied AttributeValue must contain exactly one of the supported datatypes, in its own form"
        )


def _number_size(digits: str) -> int:
    """About one byte for two significant digits, and one more; a sign costs one."""
    mantissa = digits.lower().partition("e")[0].lstrip("+-")
    significant = mantissa.replace(".", "").strip("0") or "0"
    return min(ceil(len(significant) / 2) + 1 + digits.startswith("-"), 21)


def _binary_size(value: bytes | str) -> int:
    return len(value if isinstance(value, bytes) else base64.b64decode(value))


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one attribute value, such as ``{"S": "text"}``; binary as bytes or in base64.

    Raises
    ------
    MalformedValueError
        It has no type, or several.
    """
    if len(value) != 1:
        raise MalformedValueError
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(content)
        case "B":
            return _binary_size(content)
        case "SS":
            return sum(len(each.encode()) for each in content)
        case "NS":
            return sum(_number_size(each) for each in content)
        case "BS":
            return sum(_binary_size(each) for each in content)
        case "M":
            return _CONTAINER + sum(
                _ELEMENT + len(name.encode()) + value_size(each) for name, each in content.items()
            )
        case "L":
            return _CONTAINER + sum(_ELEMENT + value_size(each) for each in content)
        case _:
            return 1


def item_size(item: Item) -> int:
    """Bytes of an item: its attribute names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def read_units(size: int, *, consistent: bool) -> float:
    """Units to read ``size`` bytes at once; what is not there costs as much as the smallest."""
    return max(ceil(size / READ_BLOCK), 1) * (1.0 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None) -> float:
    """Units to write an item in place of another: by the larger of them, one at least."""
    largest = max((item_size(each) for each in (before, after) if each is not None), default=0)
    return float(max(ceil(largest / WRITE_BLOCK), 1))


def projected(item: Item | None, index: Mapping[str, Any], key_names: Iterable[str]) -> dict[str, Any] | None:
    """The item as the index holds it; None when it lacks one of the index's keys."""
    index_keys = [each["AttributeName"] for each in index["KeySchema"]]
    if item is None or any(name not in item for name in index_keys):
        return None
    projection = index["Projection"]
    if projection.get("ProjectionType", "ALL") == "ALL":
        return dict(item)
    wanted = {*index_keys, *key_names, *projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in wanted}


def index_write_units(before: Item | None, after: Item | None, index: Mapping[str, Any]) -> float:
    """Units that an index consumes, given the item in it before and after (`projected`)."""
    if before == after:
        return 0.0
    if before is None or after is None:
        return write_units(before, after)
    keys = [each["AttributeName"] for each in index["KeySchema"]]
    if any(before[name] != after[name] for name in keys):
        return write_units(before, None) + write_units(None, after)
    return write_units(before, after)


@dataclass
class Consumption:
    """Units that one request consumes of one table and its indexes."""

    table: float = 0.0
    local_indexes: dict[str, float] = field(default_factory=dict)
    global_indexes: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Of the table and all indexes."""
        return self.table + sum(self.local_indexes.values()) + sum(self.global_indexes.values())

    def add(self, other: Consumption, factor: float = 1.0) -> None:
        """Count another one in; a transaction consumes twice as much."""
        self.table += other.table * factor
        for mine, theirs in (
            (self.local_indexes, other.local_indexes),
            (self.global_indexes, other.global_indexes),
        ):
            for name, units in theirs.items():
                mine[name] = mine.get(name, 0.0) + units * factor


def of_write(table: Mapping[str, Any], before: Item | None, after: Item | None) -> Consumption:
    """Units to replace ``before`` by ``after`` (None: not there), of the table and of the indexes touched."""
    used = Consumption(table=write_units(before, after))
    key_names = [each["AttributeName"] for each in table["KeySchema"]]
    for kind, units in (
        ("LocalSecondaryIndexes", used.local_indexes),
        ("GlobalSecondaryIndexes", used.global_indexes),
    ):
        for index in table.get(kind) or []:
            old, new = projected(before, index, key_names), projected(after, index, key_names)
            if spent := index_write_units(old, new, index):
                units[index["IndexName"]] = spent
    return used


def shown(name: str, used: Consumption, detail: str, kind: str = "") -> dict[str, Any]:
    """``ConsumedCapacity`` as a response has it.

    Parameters
    ----------
    detail
        ``TOTAL`` or ``INDEXES``.
    kind
        ``Read`` or ``Write`` for a transaction, which names its units so.
    """

    def units(amount: float) -> dict[str, float]:
        return {"CapacityUnits": amount, **({f"{kind}CapacityUnits": amount} if kind else {})}

    answer: dict[str, Any] = {"TableName": name, **units(used.total)}
    if detail == "INDEXES":
        answer["Table"] = units(used.table)
        if used.local_indexes:
            answer["LocalSecondaryIndexes"] = {name: units(each) for name, each in used.local_indexes.items()}
        if used.global_indexes:
            answer["GlobalSecondaryIndexes"] = {
                name: units(each) for name, each in used.global_indexes.items()
            }
    return answer
