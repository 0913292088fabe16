"""Waiting for what happens by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

T = TypeVar("T")


def wait_for(look: Callable[[], T | None], limit: float = 300) -> T:
    """The first true answer of `look`.

    Raises
    ------
    AssertionError
        There was none within `limit` seconds: how long a busy machine may take, no claim of the product.
    """
    deadline = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < deadline, f"it did not happen within {limit:g} s; last seen: {found!r}"
        time.sleep(0.05)
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended, also where its parent has not heard of it yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
