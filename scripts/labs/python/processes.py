"""Has a worker run with a learner's code, for a limited time, and keeps the end of what it prints."""

from __future__ import annotations

import os
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from scripts.workers import Workers

#: What is kept of what a process prints, in bytes: its end.
KEPT = 1_000_000

#: For one that was stopped to be gone, on a machine that has much to do.
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Ended:
    """``code`` that the process ended with, None when it was stopped; what it printed."""

    code: int | None
    printed: str


def run(workers: Workers, folder: Path, place: Path, seconds: float) -> Ended:
    """Run the request in a folder, working in another one, and end it with all that it started."""
    output = _Output()
    try:
        with workers.begin(folder, place, output.end) as worker:
            code = worker.wait(seconds)
            if code is None:
                # Whatever is said now, it was stopped: the call is over when its end is told.
                worker.stop()
                worker.wait(_PATIENCE_SECONDS)
    finally:
        printed = output.finish()
    return Ended(code, printed)


class _Output:
    """Collects what is printed into ``end``: the last of it, however much it is."""

    def __init__(self) -> None:
        self._source, self.end = os.pipe()
        self._parts: deque[bytes] = deque()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        kept = 0
        with os.fdopen(self._source, "rb", buffering=0) as source:
            while part := source.read(65_536):
                self._parts.append(part)
                kept += len(part)
                while kept - len(self._parts[0]) >= KEPT:
                    kept -= len(self._parts.popleft())

    def finish(self) -> str:
        """What was printed, once everybody who could print has ended."""
        os.close(self.end)
        # Who left the process's session, where that cannot be found out, may hold the pipe for ever.
        self._thread.join(5)
        return b"".join(list(self._parts)).decode(errors="replace")[-KEPT:]
