"""A schedule: statements of two sessions, in the order in which they are sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlparse

from scripts.labs.outcome import require

SESSIONS = ("A", "B")

#: From the weakest to the strongest, as the standard has them.
LEVELS = ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")

_BEGINS = ("BEGIN", "START")
_ENDS = ("COMMIT", "ROLLBACK")
_READS = ("SELECT",)
_WRITES = ("INSERT", "UPDATE", "DELETE")
_LOCKING = re.compile(r"\s+(FOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE)|LOCK\s+IN\s+SHARE\s+MODE)\b.*\Z", re.I | re.S)


@dataclass(frozen=True)
class Step:
    """One statement of one session."""

    session: str
    statement: str

    @property
    def verb(self) -> str:
        """Its first word, such as ``SELECT``."""
        return self.statement.split(maxsplit=1)[0].upper()

    @property
    def begins(self) -> bool:
        return self.verb in _BEGINS

    @property
    def ends(self) -> bool:
        return self.verb in _ENDS

    @property
    def reads(self) -> bool:
        return self.verb in _READS

    @property
    def writes(self) -> bool:
        return self.verb in _WRITES

    @property
    def question(self) -> str:
        """What a SELECT asks, without the locks that it takes, and however it is spaced."""
        return _LOCKING.sub("", re.sub(r"\s+", " ", self.statement))

    @property
    def locks(self) -> bool:
        """Whether it is a SELECT that locks what it finds."""
        return self.reads and bool(_LOCKING.search(self.statement))

    def __str__(self) -> str:
        return f"{self.session}: {self.statement}"


def parse(answers: Mapping[str, Any]) -> tuple[Step, ...]:
    """The schedule that a learner wrote, complete: each session begins a transaction and ends it.

    Raises
    ------
    NotYetError
        It is none, or holds what a schedule may not hold.
    """
    lines = answers.get("schedule")
    require(
        isinstance(lines, Sequence) and not isinstance(lines, str) and bool(lines),
        "There is no schedule yet.",
        expected="schedule: and below it a list, a statement a line, each for session A or B",
    )
    steps = tuple(_step(place, line) for place, line in enumerate(lines or (), 1))
    for session in SESSIONS:
        _complete(session, [step for step in steps if step.session == session])
    return steps


def _step(place: int, line: Any) -> Step:
    fitting = isinstance(line, Mapping) and len(line) == 1
    session, statement = next(iter(line.items())) if fitting else ("", "")
    require(
        session in SESSIONS and isinstance(statement, str) and bool(statement.strip(" ;\n")),
        f"Line {place} of the schedule is not a statement of a session.",
        seen=f"{line!s:.60}",
        expected="- A: STATEMENT, or - B: STATEMENT",
    )
    parts = sqlparse.split(statement)
    require(
        len(parts) == 1,
        f"Line {place} of the schedule holds several statements.",
        seen=f"{len(parts)} statements",
        expected="one statement a line, so that it is known when the other session has its turn",
    )
    step = Step(str(session), statement.strip(" ;\n"))
    require(
        step.verb in (*_BEGINS, *_ENDS, *_READS, *_WRITES) and "ISOLATION" not in step.statement.upper(),
        f"Line {place} of the schedule is no statement for a schedule.",
        seen=str(step)[:60],
        expected="BEGIN, SELECT, INSERT, UPDATE, DELETE, COMMIT or ROLLBACK; the check sets the level",
    )
    return step


def _complete(session: str, steps: Sequence[Step]) -> None:
    require(bool(steps), f"Session {session} does nothing.", expected="statements of two sessions")
    within = False
    for step in steps:
        require(
            within or step.begins,
            f"Session {session} works outside a transaction: each such statement is one for itself.",
            seen=str(step)[:60],
            expected=f"BEGIN before it, in session {session}",
        )
        within = not step.ends
    require(
        not within,
        f"Session {session} never ends its transaction.",
        seen=f"its last statement is {steps[-1].verb}",
        expected="COMMIT or ROLLBACK",
    )
