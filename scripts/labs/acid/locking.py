"""Judges what MySQL does at REPEATABLE READ with locks, and PostgreSQL without."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.labs.acid.anomalies import pairs
from scripts.labs.acid.playing import Player, Trace
from scripts.labs.acid.schedules import Step, parse
from scripts.labs.acid.sessions import sessions
from scripts.labs.acid.side_by_side import on_each
from scripts.labs.manifest import Engine
from scripts.labs.outcome import require
from scripts.labs.work import Work

_LEVEL = "REPEATABLE READ"


def check_two_truths(work: Work) -> None:
    traces = _played(work)
    both = [
        (first, second)
        for first, second, _ in pairs(traces["mysql"])
        if first.step.locks != second.step.locks
    ]
    require(
        bool(both),
        "No transaction asks the same question with FOR UPDATE and without.",
        seen="the questions of the schedule, played on mysql",
        expected="the same SELECT twice in one transaction, one of them with FOR UPDATE at its end",
    )
    require(
        any(first.rows != second.rows for first, second in both),
        "On mysql, both questions get the same answer.",
        seen=f"{len(both)} times asked both ways, no difference",
        expected="a change that the other session commits after the snapshot and before the lock",
    )
    given_up = traces["postgres"].given_up
    told = [f"session {name} was given up: {said}" for name, said in given_up.items()]
    work.say(f"  two truths on postgres: {'; '.join(told) or 'nobody was given up'}")


def check_gap_lock(work: Work) -> None:
    traces = _played(work)
    waited = [event.step for event in traces["mysql"].events if event.waited]
    require(
        bool(waited),
        "On mysql, nobody had to wait.",
        seen=f"given up: {', '.join(traces['mysql'].given_up) or 'nobody'}",
        expected="an INSERT into a range that the other session has locked",
    )
    require(
        all(step.verb == "INSERT" for step in waited),
        "On mysql, something else than an INSERT had to wait.",
        seen=f"{waited[0]!s:.60}",
        expected="an INSERT of a row that the other session's question would find",
    )
    require(
        not traces["postgres"].waited,
        "On postgres, somebody had to wait, too.",
        seen=f"{next((str(event.step) for event in traces['postgres'].events if event.waited), ''):.60}",
        expected="a new row, and a lock on nothing but a gap",
    )
    for engine, trace in traces.items():
        require(
            not trace.given_up and all(event.step.verb != "ROLLBACK" for event in trace.events),
            f"On {engine}, not both sessions commit.",
            seen="; ".join(f"session {name}: {said}" for name, said in trace.given_up.items()),
            expected="two sessions that commit, one after the other",
        )


def _played(work: Work) -> dict[Engine, Trace]:
    steps = parse(work.answers())
    return on_each(work, lambda engine: _play_on(work, steps, engine))


def _play_on(work: Work, steps: Sequence[Step], engine: Engine) -> Trace:
    with sessions(work, engine) as opened:
        return Player(opened).play(steps, _LEVEL)
