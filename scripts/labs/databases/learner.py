"""A learner's databases on a DB instance: a copy of a dataset, and a user who can reach nothing else.

Two copies: one to play in, with every right; one that checks run in, where the dataset itself can only be
read, so that a wrong answer to one exercise cannot spoil the next one. On MySQL a copy is a database, on
PostgreSQL a schema of the dataset's database.
"""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

from scripts import connections
from scripts.connections import Access, Credentials
from scripts.errors import BadInputError
from scripts.labs.comparison import Table
from scripts.labs.outcome import NotYetError

#: What one statement of a learner may take, in seconds, and how many rows it may give.
STATEMENT_SECONDS = 10
#: What one may wait for a lock that another session holds, in seconds.
LOCK_SECONDS = 5
ROW_LIMIT = 10_000

#: What the server's own limit is given before the statement is stopped from outside.
_GRACE_SECONDS = 1


@dataclass(frozen=True)
class Copies:
    """Names of what belongs to one workspace on a DB instance.

    Attributes
    ----------
    user
        The learner's database user; also the name of the copy to play in.
    checked
        The copy that checks run in.
    dataset
        What both are copies of.
    """

    user: str
    dataset: str

    @property
    def checked(self) -> str:
        """Name of the copy that checks run in."""
        return f"{self.user}_check"

    @property
    def guest(self) -> str:
        """Name of a further user, which a check may make and removes; `LearnerDatabase.remove` too."""
        return f"{self.user}_guest"


class LearnerDatabase(ABC):
    """The learner's databases on one DB instance.

    Parameters
    ----------
    master
        Access as its master user, who makes them.
    copies
        Their names.
    password
        Of the learner's user.
    """

    engine: ClassVar[str]

    def __init__(self, master: Access, copies: Copies, password: str) -> None:
        self.master = master
        self.copies = copies
        self.user = replace(master, user=Credentials(copies.user, password))

    def make(self, own: Sequence[str], setup: str | None = None) -> None:
        """Make user and copies anew.

        Parameters
        ----------
        own
            Tables that checks let the learner make and change.
        setup
            SQL that makes the tables of the copy to play in; without it both copies hold the dataset's.
        """
        self.remove()
        self._make(own, copied=setup is None)
        if setup is not None:
            with self.session() as session:
                session.script(setup)

    @abstractmethod
    def _make(self, own: Sequence[str], *, copied: bool) -> None:
        """Make user and copies, with the dataset's tables if ``copied``."""

    @abstractmethod
    def remove(self) -> None:
        """Remove user and copies; nothing to do where they are gone."""

    def exists(self) -> bool:
        """Whether the learner's user and copies are there, whole: `make` lets the user in at its end."""
        try:
            for checked in (False, True):
                with self.session(checked=checked):
                    pass
        except (connections.AccessDeniedError, connections.NoDatabaseError):
            return False
        return True

    @abstractmethod
    def session(self, *, checked: bool = False) -> AbstractContextManager[Session]:
        """A connection of the learner's user in one of the copies."""


class Session(ABC):
    """One connection of the learner's user, with a time-out for each statement and a limit of rows."""

    def script(self, text: str) -> Table:
        """Run statements one after the other.

        Returns
        -------
        Table
            What the last statement that answered with rows answered; no columns where none did.

        Raises
        ------
        NotYetError
            The server refused one, in its own words; it took too long; it gave too many rows; or there
            is none.
        """
        answer = Table((), ())
        for statement in statements(text):
            found = self.run(statement)
            if found.columns:
                answer = found
        return answer

    @abstractmethod
    def run(self, statement: str, *, limit: int = ROW_LIMIT) -> Table:
        """Run one statement, which may give ``limit`` rows; errors as in `script`."""


@cache
def statements(text: str) -> tuple[str, ...]:
    """The statements of a text, without those that are only comments.

    Raises
    ------
    NotYetError
        There is none.
    """
    import sqlparse  # noqa: PLC0415 - takes long, and half of the commands read no SQL

    found = tuple(
        each for each in sqlparse.split(text) if sqlparse.format(each, strip_comments=True).strip(" ;\n\t")
    )
    if not found:
        raise NotYetError("There is no SQL statement yet.", seen="only comments")
    return found


def plain_name(text: str) -> str:
    """A name that needs no quoting anywhere."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", text):
        raise BadInputError(f"{text!r} cannot name a database; expected lower-case letters, digits and _.")
    return text


def limited(rows: list[tuple[Any, ...]], limit: int) -> tuple[tuple[Any, ...], ...]:
    if len(rows) > limit:
        raise NotYetError(
            f"The query gives more than {limit:,} rows.",
            seen="a result without end",
            expected="far fewer: is a condition of a JOIN missing, or LIMIT?",
        )
    return tuple(rows)


class RefusedError(NotYetError):
    """The server did not accept a statement; ``code`` is MySQL's number, or PostgreSQL's SQLSTATE."""

    def __init__(self, said: str, meaning: str, code: int | str) -> None:
        super().__init__(meaning, seen=f"{said} ({code})", expected="SQL that the server accepts")
        self.code = code


class StoppingClock:
    """Stops a statement that goes on, whatever the learner told the server about time-outs.

    Parameters
    ----------
    stop
        Has the server end what the connection does.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._timer = threading.Timer(STATEMENT_SECONDS + _GRACE_SECONDS, stop)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()


def too_long() -> NotYetError:
    return NotYetError(
        f"The statement was stopped after {STATEMENT_SECONDS} seconds.",
        seen="a query that goes on",
        expected="an answer at once: is a condition of a JOIN missing?",
    )
