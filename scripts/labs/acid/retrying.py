"""Judges a program that must retry: others are let in between what it reads and what it writes."""

# ruff: noqa: S608 - names of our own, in the lab's own tables

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for

from scripts.labs.acid.sessions import GIVEN_UP, Sessions, sessions
from scripts.labs.acid.side_by_side import on_each
from scripts.labs.acid.urls import url
from scripts.labs.databases import RefusedError
from scripts.labs.manifest import Engine
from scripts.labs.outcome import require
from scripts.labs.python import Called
from scripts.labs.work import Work

PRODUCT, AT_FIRST = "projector", 10

#: Rows that a rival has changed beside: of two that wait for each other, InnoDB gives up the one with less
#: work.
_WEIGHT = 40
_BESIDE = ("account", "duty")
_ADDED = ("owner = 'rival'", "technician LIKE 'rival%'")


def check_retry(work: Work) -> None:
    on_each(work, lambda engine: _on(work, engine))


def _on(work: Work, engine: Engine) -> None:
    with sessions(work, engine) as opened:
        rivals = _Rivals(opened)
        # Twice in a row, so that one more try is not enough; then so that nothing is left to be sold.
        _against(work, opened, rivals, amount=3, taken=(2, 1), sold=True)
        _against(work, opened, rivals, amount=4, taken=(8,), sold=False)


def _against(
    work: Work, opened: Sessions, rivals: _Rivals, *, amount: int, taken: tuple[int, ...], sold: bool
) -> None:
    opened.restore()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work.call, "sell", url(work, opened.engine), PRODUCT, amount)
        gone = rivals.take(taken, future)
        answer = future.result().result
    left, wanted = _left(opened), AT_FIRST - gone - (amount if sold else 0)
    told = f"it returned {answer!s:.20}; {AT_FIRST} there were, another session took {gone}, {left} are left"
    if not gone:
        # It was too quick for the rival, or did not wait: what it did alone must be right all the same.
        sold, wanted = True, AT_FIRST - amount
    require(
        left >= 0,
        f"On {opened.engine}, sell sells more than there is.",
        seen=told,
        expected="False where too few are left, and a stock that stays as it is",
    )
    require(
        left == wanted,
        f"On {opened.engine}, the stock is wrong after another session sold at the same time.",
        seen=told,
        expected="each sale taken off once, also those of the others in between",
    )
    require(
        answer is sold,
        f"On {opened.engine}, sell does not tell whether it sold.",
        seen=told,
        expected="True once it is committed, False where too few are left",
    )


def _left(opened: Sessions) -> int:
    rows = opened.observer.run(f"SELECT quantity FROM stock WHERE product = '{PRODUCT}'").rows
    return int(rows[0][0]) if rows else 0


class _Rivals:
    """Other sessions that sell the same product, and come in where the learner's is about to write."""

    def __init__(self, opened: Sessions) -> None:
        self._opened = opened
        self._mysql = opened.engine == "mysql"
        self._sessions = [opened.open() for _ in range(2)]
        self._numbers = [opened.number(session) for session in self._sessions]
        for session in self._sessions:
            opened.set_level(session, "SERIALIZABLE" if self._mysql else "READ COMMITTED")

    def take(self, amounts: Sequence[int], learner: Future[Called]) -> int:
        """Take so many, one sale after the other, each while the learner's function waits to write.

        On MySQL a rival has read the row: the learner's UPDATE waits for it, the rival's then for the
        learner's, and the server gives up the learner's. On PostgreSQL it has changed the row: the
        learner's UPDATE waits, and is refused once that is committed.

        Returns
        -------
        int
            How many were taken: fewer where the function was done before.
        """
        taken = 0
        try:
            self._hold(0, amounts[0])
            for place, amount in enumerate(amounts):
                if not self._waited_for(learner):
                    break
                taken += self._sell(place, amount, amounts[place + 1 :])
        except RefusedError as error:
            if error.code not in GIVEN_UP:
                raise
        finally:
            for session in self._sessions:
                session.run("ROLLBACK")
        return taken

    def _sell(self, place: int, amount: int, later: Sequence[int]) -> int:
        """Commit a sale; the next rival stands in line before that, so that it comes before the learner."""
        if self._mysql:
            self._sessions[place].run(_taking(amount))
            self._sessions[place].run(f"DELETE FROM {_BESIDE[place]} WHERE {_ADDED[place]}")
        if not later:
            self._sessions[place].run("COMMIT")
            return amount
        with ThreadPoolExecutor(1) as pool:
            following = pool.submit(self._hold, place + 1, later[0])
            self._opened.watch.until_done_or_waiting(following, self._numbers[place + 1])
            self._sessions[place].run("COMMIT")
            following.result()
        return amount

    def _hold(self, place: int, amount: int) -> None:
        """Have what the learner's UPDATE must wait for."""
        session = self._sessions[place]
        session.run("BEGIN")
        if self._mysql:
            # Each in a table of its own: the locks of these rows must not keep the next one waiting.
            row = ("({}, 'rival', 0)", "('rival {}', 0)")[place]
            rows = ", ".join(row.format(1000 + number) for number in range(_WEIGHT))
            session.run(f"INSERT INTO {_BESIDE[place]} VALUES {rows}")
            session.run(f"SELECT quantity FROM stock WHERE product = '{PRODUCT}'")
        else:
            session.run(_taking(amount))

    def _waited_for(self, learner: Future[Called]) -> bool:
        watch, user = self._opened.watch, self._opened.database.copies.user
        while not wait_for([learner], timeout=watch.pause).done:
            if watch.anybody_waits(user):
                return True
        return False


def _taking(amount: int) -> str:
    return f"UPDATE stock SET quantity = quantity - {amount} WHERE product = '{PRODUCT}'"
