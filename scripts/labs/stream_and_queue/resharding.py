"""Judges what learners do to shards, and how they read across it."""

from __future__ import annotations

from typing import Any

from scripts.labs.outcome import require
from scripts.labs.stream_and_queue.sessions import sessions
from scripts.labs.stream_and_queue.streams import Stream, in_order, make_stream, same_records
from scripts.labs.work import Work

Range = tuple[int, int]


def _range(shard: dict[str, Any]) -> Range:
    found = shard["HashKeyRange"]
    return int(found["StartingHashKey"]), int(found["EndingHashKey"])


def _open(stream: Stream) -> set[Range]:
    return {
        _range(each) for each in stream.shards() if "EndingSequenceNumber" not in each["SequenceNumberRange"]
    }


def check_reshard(work: Work) -> None:
    stream = make_stream(work, 4)
    untouched, hot, *cold = stream.shards()
    work.call("reshard", stream.name, hot["ShardId"], [each["ShardId"] for each in cold], seconds=180)
    stream.wait()
    found = _open(stream)
    require(
        _range(hot) not in found,
        "The hot shard is not split.",
        seen=f"{hot['ShardId']} is open",
        expected="two shards in its place",
    )
    require(
        not found & {_range(each) for each in cold},
        "The cold shards are not merged.",
        seen="one of them is open",
        expected="one shard in their place",
    )
    require(
        _range(untouched) in found,
        "A shard changed that was not to change.",
        seen=f"{untouched['ShardId']} is closed",
        expected="only the shards that were named",
    )
    halves = sorted(each for each in found if _range(hot)[0] <= each[0] <= _range(hot)[1])
    sizes = [last - first + 1 for first, last in halves]
    require(
        len(sizes) == 2 and abs(sizes[0] - sizes[1]) <= 2,
        "The hot shard is not split into two halves.",
        seen=" and ".join(f"{100 * size / sum(sizes):.4g} %" for size in sizes) + " of its hash keys",
        expected="two shards with as many hash keys each",
    )
    require(
        (_range(cold[0])[0], _range(cold[1])[1]) in found and len(found) == 4,
        "The cold shards are not one now.",
        seen=f"{len(found)} open shards",
        expected="one shard with the hash keys of both",
    )


def check_read_resharded(work: Work) -> None:
    stream = make_stream(work, 2)
    people = [each["session_id"] for each in sessions(16)]
    put = _put_while_resharded(stream, people)
    mine = work.call("read_in_order", stream.name, seconds=20).result
    same_records(mine, put, "the events of all records")
    for person in people:
        require(
            in_order(mine, [each for each in put if each["session_id"] == person]),
            "The events of a session are not in the order in which they were put.",
            seen=f"numbers {[each['number'] for each in mine if each['session_id'] == person]}",
            expected="what came before a split or merge comes before what came after it",
        )


def _put_while_resharded(stream: Stream, people: list[str]) -> list[dict[str, Any]]:
    """Three times three events of each session, with a split and a merge between them."""
    lower, upper = stream.shards()
    put: list[dict[str, Any]] = []

    def more() -> None:
        number = len(put) // len(people)
        events = [{"session_id": each, "number": number + later} for later in range(3) for each in people]
        stream.put(events)
        put.extend(events)

    more()
    stream.client.split_shard(
        StreamName=stream.name, ShardToSplit=lower["ShardId"], NewStartingHashKey=str(2**126)
    )
    stream.wait()
    more()
    neighbour = stream.shards()[-1]["ShardId"]
    stream.client.merge_shards(
        StreamName=stream.name, ShardToMerge=neighbour, AdjacentShardToMerge=upper["ShardId"]
    )
    stream.wait()
    more()
    return put
