"""Whether an anomaly was there, by what the sessions read and what was left; no level is asked here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scripts.labs.acid.playing import Event, Trace
from scripts.labs.acid.schedules import SESSIONS
from scripts.labs.acid.sessions import Rows
from scripts.labs.comparison import Table

#: Rows of all tables, by table and first column.
Content = dict[tuple[str, object], tuple[object, ...]]


@dataclass(frozen=True)
class Serial:
    """The same schedule with one session wholly after the other, where nothing can go wrong.

    Attributes
    ----------
    traces
        A before B, and B before A.
    alone
        Each session without the other.
    """

    traces: tuple[Trace, Trace]
    alone: Mapping[str, Trace]

    def written(self, session: str) -> set[tuple[str, object]]:
        """Rows that a session changes."""
        first, last = content(self.alone[session].before), content(self.alone[session].after)
        return {row for row in first.keys() | last.keys() if first.get(row) != last.get(row)}

    def explains(self, trace: Trace) -> bool:
        """Whether what was read and left could have been read and left in one of the two orders."""
        return any(
            trace.after == each.after
            and all(trace.reads(session) == each.reads(session) for session in SESSIONS)
            for each in self.traces
        )


#: Gives "" where the anomaly was there, else what is missing to it.
Judge = Callable[[Trace, Serial], str]


def dirty_read(trace: Trace, _: Serial) -> str:
    """A session read what was committed at no moment, before, then or later."""
    for event in trace.events:
        if event.step.reads and not _wrote(trace, event) and event.rows not in _ever(trace, event):
            return ""
    return "every session read only what was committed at some time"


def non_repeatable_read(trace: Trace, _: Serial) -> str:
    """One transaction read the same rows twice, and they had changed."""
    return _read_twice(trace, lambda first, second: not _grown(first, second), "UPDATE", "DELETE")


def phantom(trace: Trace, _: Serial) -> str:
    """One transaction asked twice, and a row more fitted."""
    # A row more, or what is counted over a row more.
    return _read_twice(
        trace, lambda first, second: _grown(first, second) or len(first) == len(second) == 1, "INSERT"
    )


def lost_update(trace: Trace, serial: Serial) -> str:
    """Two transactions read a row, both changed it, and one change is as if it had never been."""
    if reason := _both_went_through(trace, serial):
        return reason
    both = serial.written("A") & serial.written("B")
    if not both:
        return "the two sessions change different rows"
    last = content(trace.after)
    alone = [content(each.after) for each in serial.alone.values()]
    if not any(last.get(row) == each.get(row) for row in both for each in alone):
        return "what is left holds both changes"
    return ""


def write_skew(trace: Trace, serial: Serial) -> str:
    """Two transactions read the same, each changed another row of it, and together they broke the rule."""
    if reason := _both_went_through(trace, serial):
        return reason
    if serial.written("A") & serial.written("B"):
        return "the two sessions change the same row"
    if any(on_duty for _, on_duty in trace.after["duty"].rows):
        return "somebody is still on duty in the end"
    return ""


def _both_went_through(trace: Trace, serial: Serial) -> str:
    if trace.given_up:
        return f"the server gave up the transaction of session {' and '.join(sorted(trace.given_up))}"
    for session in SESSIONS:
        mine = [event.step.verb for event in trace.events if event.step.session == session]
        if "SELECT" not in mine:
            return f"session {session} reads nothing before it writes"
        if mine[-1] != "COMMIT":
            return f"session {session} does not commit"
        if not serial.written(session):
            return f"session {session} changes no row"
    if serial.explains(trace):
        return "it is as if one session had come wholly after the other"
    return ""


def _read_twice(trace: Trace, fits: Callable[[Rows, Rows], bool], *verbs: str) -> str:
    """Whether some transaction read twice, and the other session's writes of that kind came between."""
    reason = "no session asks the same question twice in one transaction"
    for first, second, between in pairs(trace):
        written = {event.step.verb for event in between if event.step.writes}
        if any(event.step.session == first.step.session for event in between if event.step.writes):
            reason = "the session that reads twice changes rows itself in between"
        elif first.rows == second.rows:
            reason = "the second answer is the first one again"
        elif not written & set(verbs) or not fits(first.rows, second.rows):
            reason = "the answers differ, but for another reason than the one that is asked for"
        else:
            return ""
    return reason


def pairs(trace: Trace) -> Iterator[tuple[Event, Event, list[Event]]]:
    """Each two reads with the same question in one transaction, and what was done between them."""
    for place, first in enumerate(trace.events):
        if first.step.reads:
            for distance, second in enumerate(trace.events[place + 1 :], 1):
                same = (second.step.session, second.transaction, second.step.question) == (
                    first.step.session, first.transaction, first.step.question,
                )  # fmt: skip
                if same:
                    yield first, second, trace.events[place + 1 : place + distance]


def _wrote(trace: Trace, read: Event) -> bool:
    """Whether the reader's own transaction had changed something before."""
    earlier = trace.events[: trace.events.index(read)]
    mine = (read.step.session, read.transaction)
    return any(event.step.writes and (event.step.session, event.transaction) == mine for event in earlier)


def _ever(trace: Trace, read: Event) -> set[Rows]:
    return trace.committed[read.step.question]


def _grown(first: Rows, second: Rows) -> bool:
    """Whether the second answer is the first one and something more."""
    before, after = Counter(first), Counter(second)
    return before < after


def content(tables: Mapping[str, Table]) -> Content:
    """Rows by table and first column."""
    return {(name, row[0]): row for name, table in tables.items() for row in table.rows}
