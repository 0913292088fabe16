"""Plays a schedule: sends each statement when its turn has come, and notes what came of it.

Each session has a thread of its own, as it would have a program of its own. A statement that has to wait for
a lock of the other session does not hold up the schedule: the server is asked who waits, and what a waiting
session has to send next waits behind it, as it does in a program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from scripts.labs.acid.schedules import SESSIONS, Step
from scripts.labs.acid.sessions import GIVEN_UP, Rows, Sessions
from scripts.labs.comparison import Table
from scripts.labs.databases import RefusedError, Session
from scripts.labs.outcome import NotYetError


@dataclass(frozen=True)
class Event:
    """One statement that is done.

    Attributes
    ----------
    rows
        What it answered; empty where it answers nothing.
    transaction
        Number of the session's transaction that it was part of.
    waited
        Whether it had to wait for a lock of the other session.
    """

    step: Step
    rows: Rows
    transaction: int
    waited: bool


@dataclass
class Trace:
    """What happened.

    Attributes
    ----------
    events
        The statements that were done, in the order in which they were.
    given_up
        By session: what the server said when it gave up its transaction.
    before, after
        What was committed before and after, by table.
    committed
        By question of a SELECT: every answer that was right at some moment, judged by what was committed.
    """

    events: list[Event] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    before: Mapping[str, Table] = field(default_factory=dict)
    after: Mapping[str, Table] = field(default_factory=dict)
    committed: dict[str, set[Rows]] = field(default_factory=dict)

    @property
    def waited(self) -> set[str]:
        """The sessions that had to wait for the other one."""
        return {event.step.session for event in self.events if event.waited}

    def reads(self, session: str) -> list[tuple[str, Rows]]:
        """What a session asked, and was answered."""
        return [
            (event.step.question, event.rows)
            for event in self.events
            if event.step.session == session and event.step.reads
        ]


class _Playing:
    """One session while it is played."""

    def __init__(self, session: Session, number: int, pool: ThreadPoolExecutor) -> None:
        self.session = session
        self.number = number
        self.pool = pool
        self.backlog: deque[Step] = deque()
        self.step: Step | None = None
        self.future: Future[Table] | None = None
        self.waited = False
        self.transaction = 0
        self.over = False

    @property
    def waiting(self) -> bool:
        """Whether it was seen to wait for a lock, and not seen to be done since."""
        return self.future is not None and self.waited


class Player:
    """Plays schedules in two sessions on one engine.

    Parameters
    ----------
    on
        Where; the two sessions are opened there.
    """

    def __init__(self, on: Sessions) -> None:
        self._on = on
        self._sessions = {name: on.open() for name in SESSIONS}
        self._numbers = {name: on.number(session) for name, session in self._sessions.items()}
        # Whether a transaction ended since somebody was seen to wait: nothing else lets go of a lock.
        self._released = False

    def play(self, steps: Sequence[Step], level: str) -> Trace:
        """Play a schedule with both sessions at that isolation level, on the tables as they are at first.

        Raises
        ------
        NotYetError
            The server refused a statement for what it is, and not for the sake of the other session.
        """
        trace = Trace(before=self._on.restore())
        questions = {step.question for step in steps if step.reads}
        trace.committed = {question: set() for question in questions}
        with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
            playing = {
                name: _Playing(self._sessions[name], self._numbers[name], pool)
                for name, pool in zip(SESSIONS, (first, second), strict=True)
            }
            for each in playing.values():
                self._on.set_level(each.session, level)
            self._look(trace)
            for step in steps:
                playing[step.session].backlog.append(step)
                self._settle(playing, trace)
            for each in playing.values():
                # Nobody holds a lock any more that the last ones could wait for.
                self._finish(each, trace)
        trace.after = self._on.contents()
        return trace

    def _settle(self, playing: Mapping[str, _Playing], trace: Trace) -> None:
        """Go on until each session has done what it was given, or waits for the other one."""
        moved = True
        while moved:
            moved = False
            for each in playing.values():
                if self._released or not each.waiting:
                    moved = self._advance(each, trace) or moved
            self._released = self._released and moved

    def _advance(self, each: _Playing, trace: Trace) -> bool:
        """Do the session's next statement, or see whether the one that waited is done; whether one is."""
        if each.future is None:
            if not each.backlog:
                return False
            self._send(each)
        if each.future is None or each.step is None:
            return False
        if not self._on.watch.until_done_or_waiting(each.future, each.number):
            each.waited = True
            return False
        self._note(each, trace)
        return True

    def _send(self, each: _Playing) -> None:
        step = each.backlog.popleft()
        if each.over:
            # As a program does that got an error: it sends nothing more of this transaction.
            return
        each.step, each.waited = step, False
        each.transaction += step.begins
        each.future = each.pool.submit(each.session.run, step.statement)

    def _finish(self, each: _Playing, trace: Trace) -> None:
        while each.future is not None or each.backlog:
            if each.future is None:
                self._send(each)
            else:
                self._note(each, trace)

    def _note(self, each: _Playing, trace: Trace) -> None:
        future, step = each.future, each.step
        if future is None or step is None:
            return
        try:
            rows = future.result().rows
        except RefusedError as error:
            each.future = None
            each.session.run("ROLLBACK")
            self._released = True
            if error.code not in GIVEN_UP:
                raise NotYetError(
                    f"{self._on.engine} refused a statement of session {step.session}. {error.condition}",
                    seen=f"{step}: {error.seen}",
                    expected="statements that both engines accept",
                ) from None
            each.over = True
            trace.given_up[step.session] = error.seen
            self._look(trace)
            return
        each.future = None
        trace.events.append(Event(step, rows, each.transaction, each.waited))
        if step.ends:
            self._released = True
            self._look(trace)

    def _look(self, trace: Trace) -> None:
        """Ask every question of the schedule in a session that sees what is committed, and nothing else."""
        for question, answers in trace.committed.items():
            answers.add(self._on.observer.run(question).rows)
