"""Judges the exercises of `acid`."""

from __future__ import annotations

from scripts.labs.acid.crashing import check_durability
from scripts.labs.acid.isolation import check_levels, check_schedule
from scripts.labs.acid.locking import check_gap_lock, check_two_truths
from scripts.labs.acid.retrying import check_retry
from scripts.labs.acid.transactions import check_constraint, check_transaction, check_transfer
from scripts.labs.work import Work

__all__ = ["check_constraint", "check_durability", "check_gap_lock", "check_levels", "check_retry"]
__all__ += ["check_transaction", "check_transfer", "check_two_truths"]


def check_dirty_read(work: Work) -> None:
    check_schedule(work, "dirty read")


def check_non_repeatable_read(work: Work) -> None:
    check_schedule(work, "non-repeatable read")


def check_phantom(work: Work) -> None:
    check_schedule(work, "phantom")


def check_lost_update(work: Work) -> None:
    check_schedule(work, "lost update")


def check_write_skew(work: Work) -> None:
    check_schedule(work, "write skew")
