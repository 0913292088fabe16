"""Judges what learners read from streams."""

from __future__ import annotations

import datetime as dt
import math
import time

from scripts.labs.outcome import require
from scripts.labs.stream_and_queue.sessions import sessions
from scripts.labs.stream_and_queue.streams import in_order, make_stream, same_records
from scripts.labs.work import Work

#: What a function may take that reads some dozens of records, in seconds.
_READING = 20.0


def check_read_all(work: Work) -> None:
    stream = make_stream(work, 3)
    put = sessions(60)
    landed = stream.put(put)
    read = work.call("read_all", stream.name, 4, seconds=_READING).result
    mine = same_records(read, put, "the sessions of all records")
    for shard in stream.shards():
        there = [each for each, at in zip(put, landed, strict=True) if at["ShardId"] == shard["ShardId"]]
        require(
            in_order(mine, there),
            "The sessions of a shard are not in the order in which they were put.",
            seen=f"another order for {shard['ShardId']}",
            expected="what was put first comes first, within each shard",
        )


def check_read_since(work: Work) -> None:
    stream = make_stream(work, 2)
    before, after = sessions(20), sessions(24, seed=8)
    stream.put(before)
    newest = max(each["ApproximateArrivalTimestamp"].timestamp() for each in stream.records())
    # boto3 sends whole seconds: the moment is one, and the records after it come after it.
    moment = math.floor(newest) + 1
    while time.time() <= moment:
        time.sleep(0.05)
    stream.put(after)
    read = work.call(
        "read_since", stream.name, dt.datetime.fromtimestamp(moment, dt.UTC), seconds=_READING
    ).result
    same_records(read, after, "the sessions from the moment on")


def check_replay(work: Work) -> None:
    stream = make_stream(work, 2)
    put = sessions(80)
    landed = stream.put(put)
    shard = stream.shards()[1]["ShardId"]
    there = [(each, at) for each, at in zip(put, landed, strict=True) if at["ShardId"] == shard]
    part = there[5:17]
    first, last = part[0][1]["SequenceNumber"], part[-1][1]["SequenceNumber"]
    read = work.call("replay", stream.name, shard, first, last, seconds=_READING).result
    wanted = [each for each, _ in part]
    if isinstance(read, list):
        require(
            wanted[0] in read or not read,
            "The first record of the part is missing.",
            seen=f"{len(read)} sessions",
            expected="a part that begins with the record of the sequence number `first`",
        )
        require(
            wanted[-1] in read or not read,
            "The last record of the part is missing.",
            seen=f"{len(read)} sessions",
            expected="a part that ends with the record of the sequence number `last`",
        )
    mine = same_records(read, wanted, "the sessions of the part")
    require(in_order(mine, wanted), "The sessions are not in their order.", expected="the order of the shard")
