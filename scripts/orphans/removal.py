"""Removes orphans in whatever order AWS allows."""

from __future__ import annotations

import time
from collections.abc import Sequence

import boto3
from botocore.exceptions import ClientError

from scripts import leftovers
from scripts.errors import RemoteError
from scripts.orphans.model import Orphan

#: Seconds until the next of them must be gone; a DB instance takes the longest.
PATIENCE = 180.0


def remove(session: boto3.Session, name: str, orphans: Sequence[Orphan]) -> None:
    """Remove them all.

    Raises
    ------
    RemoteError
        Something could not be removed in time; names it with AWS's last words.
    """
    deadline = time.monotonic() + PATIENCE
    remaining = list(orphans)
    while remaining:
        refusals: dict[Orphan, str] = {}
        for each in remaining:
            try:
                each.remove()
            except ClientError as refused:
                # Most often something else has to go first, or is still going.
                refusals[each] = str(refused)
        there = set(leftovers.find(session, name))
        before = len(remaining)
        remaining = [each for each in remaining if (each in refusals if each.part else each.what in there)]
        if len(remaining) < before:
            deadline = time.monotonic() + PATIENCE
        if remaining and time.monotonic() > deadline:
            told = "\n".join(f"  {each}: {refusals.get(each, 'still being deleted')}" for each in remaining)
            raise RemoteError(f"What an interrupted apply left behind could not be removed:\n{told}")
        if remaining:
            time.sleep(1)
