"""Default values of metric filters: one for each minute in which events came in and none matched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from scripts.local_cloud.providers.gate import GATE

#: Seconds of a minute, and after its end until it is settled.
_MINUTE, _GRACE = 60, 1


@dataclass(frozen=True)
class Minute:
    """A metric filter and a minute of its events.

    Attributes
    ----------
    minute
        Minutes since 1970.
    """

    account_id: str
    region: str
    group: str
    filter_name: str
    minute: int


class DefaultValues:
    """Waits until a minute is over before it says that nothing matched in it.

    Parameters
    ----------
    publish
        Called, in a thread of its own, for each filter and minute with events but without a match.
    clock
        Seconds since 1970.
    """

    def __init__(self, publish: Callable[[Minute], None], clock: Callable[[], float] = time.time) -> None:
        self._publish = publish
        self._clock = clock
        self._lock = threading.Lock()
        self._matched: dict[Minute, bool] = {}
        #: When each is settled: at the end of the minute in which its last event came in.
        self._due: dict[Minute, float] = {}
        self._timer: threading.Timer | None = None
        self._stopped = False

    def note(self, key: Minute, *, matched: bool) -> None:
        """Events of that minute came in, and the filter did or did not match one."""
        now = self._clock()
        with self._lock:
            self._matched[key] = self._matched.get(key, False) or matched
            self._due[key] = (now // _MINUTE + 1) * _MINUTE + _GRACE
            if self._timer is None and not self._stopped:
                self._start(self._due[key] - now)

    def settle(self) -> None:
        """Publish what is due."""
        now = self._clock()
        with self._lock:
            due = [key for key, moment in self._due.items() if moment <= now]
            silent = [key for key in due if not self._matched.pop(key)]
            for key in due:
                del self._due[key]
        for key in silent:
            self._publish(key)

    def stop(self) -> None:
        """Publish nothing more."""
        with self._lock:
            self._stopped = True
            if self._timer is not None:
                self._timer.cancel()

    def _start(self, delay: float) -> None:
        self._timer = threading.Timer(delay, self._run)
        self._timer.name = "log-metric-defaults"
        # LocalStack's end waits for no minute.
        self._timer.daemon = True
        self._timer.start()

    def _run(self) -> None:
        with GATE.working("log-metric-defaults"):
            self.settle()
        with self._lock:
            self._timer = None
            if self._due and not self._stopped:
                self._start(max(min(self._due.values()) - self._clock(), 0.0))
