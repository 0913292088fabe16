"""Does something on every engine of the lab at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from scripts.labs.manifest import Engine
from scripts.labs.work import Work

T = TypeVar("T")


def on_each(work: Work, done: Callable[[Engine], T]) -> dict[Engine, T]:
    """What comes of it, by engine; the first error of the first engine that has one is raised."""
    with ThreadPoolExecutor(len(work.databases)) as pool:
        try:
            return dict(zip(work.databases, pool.map(done, work.databases), strict=True))
        except KeyboardInterrupt:
            # Nobody waits for what a learner's functions may go on doing for long.
            if work.runner is not None:
                work.runner.close()
            raise
