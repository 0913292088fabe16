"""Judges what learners put into streams."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from scripts.labs.outcome import NotYetError, require
from scripts.labs.stream_and_queue.sessions import Session, ids, quantity_of, sessions
from scripts.labs.stream_and_queue.streams import Stream, documents, make_stream
from scripts.labs.work import Work

#: Sessions, and products of each: 1.9 MB, of which 500 are 1.6, half as much again as a shard takes at once.
_MANY, _LONG = 600, 42


def check_producer(work: Work) -> None:
    stream = make_stream(work, 1)
    sent = sessions(_MANY, products=_LONG)
    work.call("send", stream.name, sent)
    records = stream.records()
    found = documents(records)
    times = Counter(ids(found))
    _all_once(sent, times)
    by_id = {each["session_id"]: each for each in found}
    require(
        all(by_id[each["session_id"]] == each for each in sent),
        "The data of a record is not the session that was given.",
        expected="the whole session as JSON",
    )
    _keys_are_sessions(records, found)


def _all_once(sent: list[Session], times: Counter[Any]) -> None:
    missing = sum(not times[each["session_id"]] for each in sent)
    doubled = sum(times[each["session_id"]] > 1 for each in sent)
    require(
        not missing,
        "Sessions are missing in the stream.",
        seen=f"{missing} of {len(sent)} are not there" + (f", {doubled} are there twice" if doubled else ""),
        expected="each session, those too that the shard refused at first",
    )
    require(
        not doubled,
        "Sessions are in the stream more than once.",
        seen=f"{doubled} of {len(sent)}",
        expected="what the stream has taken is not put again",
    )
    require(
        times.total() == len(sent),
        "Something is in the stream that is none of the sessions.",
        seen=f"{times.total()} records, {len(sent)} sessions",
        expected="one record for each session",
    )


def _keys_are_sessions(records: list[dict[str, Any]], found: list[Session]) -> None:
    for record, session in zip(records, found, strict=True):
        require(
            record["PartitionKey"] == session["session_id"],
            "The partition key of a record is another one.",
            seen=f"{record['PartitionKey']!s:.60}",
            expected="the session's own id, so that its records stay together and in order",
        )


def check_shards(work: Work) -> None:
    stream = make_stream(work, 2)
    first = stream.shards()[0]["ShardId"]
    stream.client.split_shard(StreamName=stream.name, ShardToSplit=first, NewStartingHashKey=str(2**124))
    stream.wait()
    keys = [each["session_id"] for each in sessions(40)] + ["São Paulo", "Zürich"]
    told = work.call("shards_of", stream.name, keys).result
    if not isinstance(told, dict):
        raise NotYetError(
            "The function does not return a dict.",
            seen=f"a {type(told).__name__}",
            expected="a shard for each key",
        )
    put = len(stream.records())
    require(
        not put,
        "The function puts records into the stream.",
        seen=f"{put} records",
        expected="a stream as it was before",
    )
    require(
        set(told) == set(keys),
        "The dict has not one entry for each key.",
        seen=f"{len(told)} entries, {len(keys)} keys",
        expected="the keys that were given, each with an id",
    )
    _told_truly(stream, told)


def _told_truly(stream: Stream, told: Mapping[str, Any]) -> None:
    """Put a record with each key, and look where it lands."""
    known = {each["ShardId"]: each for each in stream.shards()}
    for key, shard_id in told.items():
        require(
            shard_id in known,
            "What is told is no shard of the stream.",
            seen=f"{shard_id!r:.60}",
            expected="an id, such as shardId-000000000007",
        )
        require(
            "EndingSequenceNumber" not in known[shard_id]["SequenceNumberRange"],
            "What is told is a shard that takes no records any more.",
            seen=f"{key} on {shard_id}",
            expected="the open shard that has the key's hash key",
        )
    landed = stream.put_entries({"Data": b"-", "PartitionKey": key} for key in told)
    wrong = [key for key, at in zip(told, landed, strict=True) if told[key] != at["ShardId"]]
    require(
        not wrong,
        "Records land on other shards than those told.",
        seen=f"{len(wrong)} of {len(told)} keys, such as {wrong[0] if wrong else ''}",
        expected="the shard whose range of hash keys has the key's",
    )


def check_route(work: Work) -> None:
    source = make_stream(work, 2, "source")
    usa, international = make_stream(work, 1, "usa"), make_stream(work, 2, "international")
    sent = sessions(32, products=6)
    for each in sent:
        # Looked at again, whatever came between.
        each["browse_history"].append(
            {**each["browse_history"][0], "quantity": "2", "in_shopping_cart": True}
        )
    source.put(sent)
    began = dt.datetime.now(dt.UTC)
    work.call("route", source.name, usa.name, international.name)
    for target, abroad in ((usa, False), (international, True)):
        records = target.records()
        found = documents(records)
        wanted = {each["session_id"]: each for each in sent if (each["country"] != "USA") is abroad}
        _routed("the international stream" if abroad else "the stream of the USA", found, wanted)
        for each in found:
            _enriched(each, wanted[each["session_id"]], began)
        _keys_are_sessions(records, found)


def _routed(where: str, found: list[Any], wanted: Mapping[str, Session]) -> None:
    times = Counter(ids(found))
    require(
        set(times) <= set(wanted),
        f"In {where} is what does not belong there.",
        seen=f"{len(set(times) - set(wanted))} records",
        expected="sessions of the other countries only"
        if "inter" in where
        else "sessions of that country only",
    )
    require(
        set(times) == set(wanted),
        f"In {where} sessions are missing.",
        seen=f"{len(wanted) - len(times)} of {len(wanted)}",
        expected="every session of the source that belongs there",
    )
    require(
        times.total() == len(wanted),
        f"In {where} some sessions are more than once.",
        seen=f"{times.total()} records",
        expected="each session once",
    )


def _enriched(found: Session, before: Session, began: dt.datetime) -> None:
    for name, kind in (
        ("overall_product_quantity", "the quantities of all entries, added up as numbers"),
        (
            "overall_in_shopping_cart",
            "the quantities of those entries that are in the cart, added up as numbers",
        ),
        ("total_different_products", "how many products there are, each counted once"),
    ):
        require(name in found, f"{name} is missing.", seen=", ".join(sorted(found)), expected=kind)
        require(
            found[name] == _worked_out(name, before),
            f"{name} is not what it should be.",
            seen=f"{json.dumps(found[name])} of {json.dumps(before['browse_history'])[:200]}...",
            expected=kind,
        )
    require(
        all(name in found and found[name] == value for name, value in before.items()),
        "A session has not kept what it had.",
        seen=", ".join(sorted(found)),
        expected="all fields that it had before, unchanged, and the new ones",
    )
    _moment(found.get("processing_timestamp"), began)


def _worked_out(name: str, session: Session) -> int:
    history = session["browse_history"]
    if name == "total_different_products":
        return len({each["product_code"] for each in history})
    if name == "overall_in_shopping_cart":
        return quantity_of({"browse_history": [each for each in history if each["in_shopping_cart"]]})
    return quantity_of(session)


def _moment(told: Any, began: dt.datetime) -> None:
    try:
        moment = dt.datetime.fromisoformat(told)
    except (TypeError, ValueError):
        raise NotYetError(
            "processing_timestamp is no moment in ISO 8601.",
            seen=f"{told!r:.60}",
            expected="text such as 2025-03-09T09:00:00+00:00",
        ) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    slack = dt.timedelta(seconds=5)
    require(
        began - slack <= moment <= dt.datetime.now(dt.UTC) + slack,
        "processing_timestamp is not the moment of the work.",
        seen=f"{told}",
        expected="when the session was worked on, in UTC",
    )
