"""Judges a consumer whose process dies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.labs.outcome import NotYetError, require
from scripts.labs.stream_and_queue.sessions import Session, quantity_of, sessions, totals_of
from scripts.labs.stream_and_queue.streams import items_of, make_stream, make_table
from scripts.labs.work import Work

#: After how many changes the process dies, one time after the other: within a batch of ten and at its end,
#: between a record's sum and its checkpoint, and between two batches.
DEATHS = (7, 12)

TOTAL = "product_quantity"


def check_checkpoint(work: Work) -> None:
    stream = make_stream(work, 2)
    totals, checkpoints = (
        make_table(work, "session_id", "totals"),
        make_table(work, "shard_id", "checkpoints"),
    )
    people = sessions(12)
    records = [
        {**each, "browse_history": later["browse_history"]}
        for place in range(5)
        for each, later in zip(people, sessions(12, seed=place), strict=True)
    ]
    stream.put(records)
    arguments = (stream.name, totals.name, checkpoints.name)
    died = [work.crash("consume", *arguments, changes=changes) for changes in DEATHS]
    work.call("consume", *arguments)
    what = "Killed and started again" if any(died) else "Called again"
    as_after(what, totals, totals_of(records))
    require(
        bool(items_of(checkpoints)),
        "There is no checkpoint.",
        seen="an empty table of checkpoints",
        expected="an item for each shard that was read",
    )
    _goes_on_behind_the_checkpoint(work, arguments, stream, totals, people)


def _goes_on_behind_the_checkpoint(
    work: Work, arguments: tuple[str, ...], stream: Any, totals: Any, people: list[Session]
) -> None:
    """Everything has been read: what is removed from the totals does not come again, what is new comes."""
    kept, newcomer = people[0], sessions(1, seed=99)[0]
    before = {each["session_id"]: int(each[TOTAL]) for each in items_of(totals)}
    for each in people[1:]:
        totals.delete_item(Key={"session_id": each["session_id"]})
    stream.put([kept, newcomer])
    work.call("consume", *arguments)
    found = _totals(totals)
    require(
        not {each["session_id"] for each in people[1:]} & set(found),
        "Started again, the consumer reads what it has read before.",
        seen="totals of sessions of which nothing new came",
        expected="a start behind the checkpoint of each shard",
    )
    wanted = {
        kept["session_id"]: before[kept["session_id"]] + quantity_of(kept),
        newcomer["session_id"]: quantity_of(newcomer),
    }
    as_after("Started again when two records more had come", totals, wanted)


def _totals(table: Any) -> dict[str, int]:
    found = {}
    for each in items_of(table):
        if TOTAL not in each:
            raise NotYetError(
                f"An item of the totals has no {TOTAL}.",
                seen=f"attributes {', '.join(sorted(each))}",
                expected="a sum for each session",
            )
        try:
            found[each["session_id"]] = int(each[TOTAL])
        except (TypeError, ValueError):
            raise NotYetError(
                f"{TOTAL} is no number.", seen=f"{each[TOTAL]!r:.60}", expected="a number"
            ) from None
    return found


def as_after(what: str, table: Any, wanted: Mapping[str, int]) -> None:
    """Hold the totals in a table against those that belong there, ``what`` having happened."""
    found = _totals(table)
    lost = [each for each in wanted if found.get(each, 0) < wanted[each]]
    doubled = [each for each in wanted if found.get(each, 0) > wanted[each]]
    require(
        not lost,
        f"{what}, the consumer has lost something.",
        seen=f"{len(lost)} of {len(wanted)} sessions have too small a sum, or none",
        expected="every record in its session's sum",
    )
    require(
        not doubled,
        f"{what}, the consumer has counted something twice.",
        seen=f"{len(doubled)} of {len(wanted)} sessions have too large a sum",
        expected="a sum that stays the same when a record comes again",
    )
    require(
        set(found) == set(wanted),
        "There are totals of sessions that are none.",
        seen=f"{len(found)} items, {len(wanted)} sessions",
        expected="one item for each session",
    )
