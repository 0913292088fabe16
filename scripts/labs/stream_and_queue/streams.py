"""Streams and tables that checks make, and what is in them."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

#: How long a check's own puts are tried, in seconds.
_PATIENCE = 120.0


@dataclass(frozen=True)
class Stream:
    """A stream of the check's own."""

    client: Any
    name: str

    def shards(self) -> list[dict[str, Any]]:
        """All of its shards, closed ones too."""
        pages = self.client.get_paginator("list_shards").paginate(StreamName=self.name)
        return [shard for page in pages for shard in page["Shards"]]

    def put(self, records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Put records with a ``session_id``; where each of them is, and its sequence number."""
        return self.put_entries(
            {"Data": json.dumps(each).encode(), "PartitionKey": each["session_id"]} for each in records
        )

    def put_entries(self, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Put entries as put_records takes them, fewer than a new shard refuses; where each of them is."""
        given = list(entries)
        found: list[dict[str, Any]] = [{} for _ in given]
        left = list(range(len(given)))
        given_up = time.monotonic() + _PATIENCE
        while left:
            now, later = left[:500], left[500:]
            answer = self.client.put_records(StreamName=self.name, Records=[given[place] for place in now])
            for place, result in zip(now, answer["Records"], strict=True):
                found[place] = result
            left = [place for place in now if "ErrorCode" in found[place]] + later
            if left and time.monotonic() > given_up:
                raise NotYetError(
                    "The stream takes no records.", seen=str(found[left[0]].get("ErrorMessage"))
                )
        return found

    def records(self) -> list[dict[str, Any]]:
        """Every record of every shard, with the id of its ``Shard``."""
        return [
            {**each, "Shard": shard["ShardId"]}
            for shard in self.shards()
            for each in self._of(shard["ShardId"])
        ]

    def _of(self, shard_id: str) -> list[dict[str, Any]]:
        iterator = self.client.get_shard_iterator(
            StreamName=self.name, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found: list[dict[str, Any]] = []
        while iterator:
            answer = self.client.get_records(ShardIterator=iterator)
            found += answer["Records"]
            iterator = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
        return found

    def wait(self) -> None:
        """Until it can be changed again."""
        self.client.get_waiter("stream_exists").wait(StreamName=self.name, WaiterConfig={"Delay": 1})


def make_stream(work: Work, shards: int, what: str = "stream") -> Stream:
    """A stream with so many shards, of a name that nobody had before; gone when the check is over."""
    client: Any = work.session.client("kinesis")
    stream = Stream(client, work.name(f"{what}-{secrets.token_hex(3)}"))
    client.create_stream(StreamName=stream.name, ShardCount=shards)
    work.afterwards(lambda: client.delete_stream(StreamName=stream.name, EnforceConsumerDeletion=True))
    stream.wait()
    return stream


def make_table(work: Work, key: str, what: str) -> Any:
    """A table with this partition key, a string; gone when the check is over."""
    resource: Any = work.session.resource("dynamodb")
    table = resource.create_table(
        TableName=work.name(f"{what}-{secrets.token_hex(3)}"),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    work.afterwards(table.delete)
    table.wait_until_exists()
    return table


def items_of(table: Any) -> list[dict[str, Any]]:
    """Everything in a small table, read consistently."""
    found: list[dict[str, Any]] = table.scan(ConsistentRead=True)["Items"]
    return found


def documents(found: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What records hold, which must be JSON."""
    documents = []
    for each in found:
        try:
            documents.append(json.loads(each["Data"]))
        except ValueError:
            raise NotYetError(
                "The data of a record is no JSON.", seen=f"{each['Data']!r:.60}", expected="one JSON document"
            ) from None
    return documents


def same_records(mine: object, wanted: Sequence[Mapping[str, Any]], which: str) -> list[Any]:
    """Hold a list that a function returned against the contents of records, in any order.

    Parameters
    ----------
    which
        What was asked for, such as ``the sessions from the moment on``.
    """
    kind = which.split()[1]
    if not isinstance(mine, list):
        told = "nothing" if mine is None else f"a {type(mine).__name__}"
        raise NotYetError(f"The function does not return {which}.", seen=told, expected="a list of dicts")
    if strange := [each for each in mine if not isinstance(each, dict)]:
        raise NotYetError(
            f"What is in the list are no {kind}.",
            seen=f"{strange[0]!r:.60}",
            expected="a dict for each record",
        )
    require(
        all(each in mine for each in wanted),
        f"The list has not all of {which}.",
        seen=f"{len(mine)} {kind}, and some are missing",
        expected="what each such record holds, as it was put",
    )
    require(
        all(each in wanted for each in mine),
        f"The list has more than {which}.",
        seen=f"{len(mine)} {kind}, and some do not belong there",
        expected="nothing else",
    )
    require(
        len(mine) == len(wanted),
        f"Some {kind} are in the list twice.",
        seen=f"{len(mine)} {kind}, {len(wanted)} records",
        expected="each record once",
    )
    return mine


def in_order(mine: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether those of ``wanted`` come in that order, whatever is between."""
    places = [mine.index(each) for each in wanted]
    return places == sorted(places)
