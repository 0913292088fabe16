"""Work in a process of its own, with the most memory that it ever held."""

from __future__ import annotations

import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Measured(Generic[T]):
    """What the work returned, its seconds, and the process's peak memory in bytes."""

    result: T
    seconds: float
    peak: int


def in_fresh_process(work: Callable[..., T], *arguments: Any) -> Measured[T]:
    """Run a function of a module, with arguments that can be sent, where nothing has run before."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(_measured, work, arguments).result()


def _measured(work: Callable[..., T], arguments: tuple[Any, ...]) -> Measured[T]:
    start = time.perf_counter()
    result = work(*arguments)
    return Measured(result, time.perf_counter() - start, peak_memory())


def peak_memory() -> int:
    """The most memory that this process held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage tells on Linux the parent's peak of when it was forked, where that was higher.
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
