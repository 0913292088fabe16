"""How often what runs in the background does its work; AWS's own intervals unless the environment says else.

``LAB_METRICS_INTERVAL``: seconds between two measurements of a DB instance, and at most between two looks at
an alarm. ``LAB_LOGS_INTERVAL``: seconds between two looks at a DB instance's log files.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from scripts.errors import BadInputError
from scripts.local_cloud.providers.gate import GATE

LOG = logging.getLogger(__name__)

METRICS, LOGS = "LAB_METRICS_INTERVAL", "LAB_LOGS_INTERVAL"
_DEFAULTS = {METRICS: 60.0, LOGS: 5.0}


def seconds(variable: str) -> float:
    """The interval that a variable holds.

    Raises
    ------
    BadInputError
        It holds no number of seconds from a tenth to an hour.
    """
    text = os.environ.get(variable) or str(_DEFAULTS[variable])
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.1 <= value <= 3600:
        raise BadInputError(f"{variable} is {text!r}; expected seconds from 0.1 to 3600, such as 60.")
    return value


class Periodic:
    """Does a piece of work again and again, in a thread of its own, until it is stopped.

    Parameters
    ----------
    name
        Of the thread.
    interval
        Seconds from one start of the work to the next.
    work
        Handles its own expected errors; another one ends the thread, and is logged. It waits while a
        snapshot is saved or loaded.
    """

    def __init__(self, name: str, interval: float, work: Callable[[], None]) -> None:
        self._interval = interval
        self._work = work
        self._stopping = threading.Event()
        # Daemon: where LocalStack is not stopped in good order, it must not wait for ever.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first time the work is done at once."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End after the work at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with GATE.working(self._thread.name):
                self._work()
            self._stopping.wait(self._interval)
