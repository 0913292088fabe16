"""Waiting for work that AWS does, and saying what changes meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from scripts.errors import MissingError

T = TypeVar("T")

#: Seconds between two looks: the first, and the most.
_FIRST, _MOST = 0.25, 2.0


def until(
    look: Callable[[], T],
    ended: Callable[[T], bool],
    said: Callable[[T], str],
    say: Callable[[str], None],
    going_on: tuple[str, str],
) -> T:
    """Look until the work has ended, and say each new state once.

    Parameters
    ----------
    look
        Asks AWS.
    ended
        Whether that is the end.
    said
        The state in words; said when it is another than before.
    going_on
        What goes on when somebody waits no longer, and what can be done with it then.

    Raises
    ------
    MissingError
        Ctrl-C: it ends the waiting, not the work.
    """
    before, pause = "", _FIRST
    try:
        while True:
            seen = look()
            if (words := said(seen)) != before:
                say(words)
                before = words
            if ended(seen):
                return seen
            time.sleep(pause)
            pause = min(_MOST, pause * 1.3)
    except KeyboardInterrupt:
        what, hint = going_on
        raise MissingError(f"Interrupted, but {what} goes on.", hint) from None
