"""Judges the exercises on atomicity and consistency."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import sqlparse

from scripts.labs.acid.sessions import Sessions, sessions
from scripts.labs.acid.side_by_side import on_each
from scripts.labs.acid.urls import url
from scripts.labs.databases import RefusedError, Session
from scripts.labs.manifest import Engine
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

Balances = dict[int, Decimal]

_BEFORE: Balances = {1: Decimal(500), 2: Decimal(300), 3: Decimal(40)}
_MOVED: Balances = {**_BEFORE, 1: Decimal(400), 2: Decimal(400)}


def check_transaction(work: Work) -> None:
    statements = [
        each
        for each in sqlparse.split(work.answer.text)
        if sqlparse.format(each, strip_comments=True).strip(" ;\n")
    ]
    require(bool(statements), "There is no SQL statement yet.", seen="only comments")
    for engine in work.databases:
        with sessions(work, engine) as opened:
            _moved(opened, statements)
            for done in range(1, len(statements)):
                _cut_off(opened, statements, done)


def _moved(opened: Sessions, statements: Sequence[str]) -> None:
    with opened.breaking() as session:
        for each in statements:
            session.run(each)
        if opened.observer.run("SELECT COUNT(*) FROM account").rows[0][0] != len(_BEFORE):
            raise NotYetError("An account was added or removed.", expected="two balances that change")
        within = _balances(session)
    kept = _balances(opened.observer)
    require(
        kept == _MOVED or within != _MOVED,
        f"On {opened.engine}, nothing of it is left once the connection is closed.",
        seen=_told(kept),
        expected="a transaction that is ended, so that its work stays",
    )
    require(
        kept == _MOVED,
        f"On {opened.engine}, the accounts do not hold what they should.",
        seen=_told(kept),
        expected="one balance less by the amount, the other one more by the same",
    )


def _cut_off(opened: Sessions, statements: Sequence[str], done: int) -> None:
    """The connection breaks after so many statements."""
    opened.restore()
    with opened.breaking() as session:
        for each in statements[:done]:
            session.run(each)
    kept = _balances(opened.observer)
    require(
        kept in (_BEFORE, _MOVED),
        f"On {opened.engine}, the connection broke after statement {done} of {len(statements)}, and money was"
        " lost or made.",
        seen=_told(kept),
        expected="all of the transfer or nothing of it, wherever it breaks off",
    )


def _balances(session: Session) -> Balances:
    return dict(session.run("SELECT id, balance FROM account ORDER BY id").rows)


def _told(balances: Balances) -> str:
    return ", ".join(f"account {number}: {balance}" for number, balance in balances.items())


# --- In a program ---------------------------------------------------------------------------------------

#: Source, target, amount, and whether it can be done; in this order.
_TRANSFERS: Sequence[tuple[int, int, int, bool]] = (
    (1, 2, 120, True),
    (3, 1, 41, False),
    (2, 9, 50, False),
    (9, 3, 10, False),
    (2, 3, 60, True),
)


def check_transfer(work: Work) -> None:
    on_each(work, lambda engine: _booked(work, engine))


def _booked(work: Work, engine: Engine) -> None:
    with sessions(work, engine) as opened:
        lines = [(source, target, amount) for source, target, amount, _ in _TRANSFERS]
        answer = work.call("book", url(work, engine), lines).result
        kept = _balances(opened.observer)
    total = sum(kept.values())
    require(
        total == sum(_BEFORE.values()),
        f"On {engine}, money was lost or made.",
        seen=f"{total} in all accounts together",
        expected=f"{sum(_BEFORE.values())} before and after: each transfer whole, or nothing of it",
    )
    wanted = dict(_BEFORE)
    for source, target, amount, done in _TRANSFERS:
        if done:
            wanted[source] -= amount
            wanted[target] += amount
    require(
        kept == wanted,
        f"On {engine}, the transfers that can be done are not those that were done.",
        seen=_told(kept),
        expected="each transfer for itself: one that fails does not touch those before and after it",
    )
    require(
        answer == [done for *_, done in _TRANSFERS],
        f"On {engine}, book does not tell which transfers were done.",
        seen=f"{answer!s:.60}",
        expected="a list with True or False for each transfer, in their order",
    )


# --- A rule of the database -----------------------------------------------------------------------------

#: What the rule forbids and what it lets pass, each as a statement and in words.
_FORBIDDEN = {
    "UPDATE stock SET quantity = -1, reserved = 0 WHERE product = 'screen'": "a quantity below zero",
    "UPDATE stock SET reserved = -1 WHERE product = 'screen'": "a reservation below zero",
    "UPDATE stock SET reserved = 11 WHERE product = 'projector'": "more reserved than there is",
    "UPDATE stock SET quantity = 3 WHERE product = 'camera'": "fewer left than are reserved",
    "INSERT INTO stock VALUES ('tripod', 1, 2)": "a new product with more reserved than there is",
}
_LAWFUL = {
    "UPDATE stock SET reserved = quantity WHERE product = 'projector'": "all that there is reserved",
    "UPDATE stock SET quantity = 0 WHERE product = 'screen'": "a product that is sold out",
    "INSERT INTO stock VALUES ('tripod', 5, 0)": "a new product of which nothing is reserved",
}
#: What a server says of a row that breaks a rule: MySQL, MariaDB, PostgreSQL.
_BROKEN: frozenset[int | str] = frozenset({3819, 4025, "23514"})


def check_constraint(work: Work) -> None:
    for engine in work.databases:
        with sessions(work, engine) as opened:
            before = opened.observer.run("SELECT * FROM stock ORDER BY 1")
            opened.observer.script(work.answer.text)
            require(
                opened.observer.run("SELECT product, quantity, reserved FROM stock ORDER BY 1").rows
                == before.rows,
                f"On {engine}, the rows of stock are not what they were.",
                expected="a rule that is added, and rows that stay",
            )
            for statement, what in _FORBIDDEN.items():
                _refused(opened, statement, what)
            for statement, what in _LAWFUL.items():
                _taken(opened, statement, what)


def _refused(opened: Sessions, statement: str, what: str) -> None:
    try:
        _tried(opened, statement)
    except RefusedError as error:
        require(
            error.code in _BROKEN,
            f"On {opened.engine}, {what} is refused for another reason than a CHECK constraint.",
            seen=error.seen,
            expected="a CHECK constraint",
        )
    else:
        raise NotYetError(
            f"On {opened.engine}, stock takes {what}.",
            seen=f"{statement}: accepted",
            expected="a constraint that refuses it, whoever writes it",
        )


def _taken(opened: Sessions, statement: str, what: str) -> None:
    try:
        _tried(opened, statement)
    except RefusedError as error:
        raise NotYetError(
            f"On {opened.engine}, stock refuses {what}, which is lawful.",
            seen=error.seen,
            expected="a constraint that refuses no more than the rule does",
        ) from None


def _tried(opened: Sessions, statement: str) -> None:
    """Run a statement and take back what it did."""
    opened.observer.run("BEGIN")
    try:
        opened.observer.run(statement)
    finally:
        opened.observer.run("ROLLBACK")
