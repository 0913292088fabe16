"""The delivery process: told by lines on standard input what to deliver, ends when that is closed.

A line is ``{"deliver": DEFINITION}``, for a stream that is new or configured anew, or ``{"forget": ID}``,
which is answered on standard output by ``{"forgotten": ID}`` when nothing of the stream will be delivered any
more.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock, Timeout

from scripts import config
from scripts.config import Settings
from scripts.errors import LabError, MissingError
from scripts.local_cloud.delivery.definition import Definition
from scripts.local_cloud.delivery.pump import Pump
from scripts.local_cloud.delivery.spool import Spool

#: Seconds to wait for a process before this one that has been killed and is not quite gone.
_PREDECESSOR = 30
_CRASHED = 70


class Delivery:
    """The pumps, by the id of their stream."""

    def __init__(self, settings: Settings, spool: Spool) -> None:
        self._settings = settings
        self._spool = spool
        self._pumps: dict[str, Pump] = {}

    def deliver(self, definition: Definition) -> None:
        """Start, or go on with another configuration."""
        pump = self._pumps.get(definition.id)
        if pump:
            pump.configure(definition)
            return
        pump = self._pumps[definition.id] = Pump(self._settings, definition, self._spool)
        pump.start()

    def forget(self, stream: str) -> None:
        """Stop, and drop what was not delivered."""
        pump = self._pumps.pop(stream, None)
        if pump:
            pump.stop()
            pump.join()
        self._spool.forget(stream)

    def obey(self, lines: Iterable[str]) -> None:
        """Do what each line says, to the last."""
        for line in lines:
            order = json.loads(line)
            if "deliver" in order:
                self.deliver(Definition.from_json(order["deliver"]))
            else:
                self.forget(order["forget"])
                sys.stdout.write(json.dumps({"forgotten": order["forget"]}) + "\n")
                sys.stdout.flush()


def _crash(fault: threading.ExceptHookArgs) -> None:
    """End at once on a fault that nobody foresaw: whoever watches starts a process that takes up the work."""
    logging.getLogger(__name__).critical(
        "%s",
        fault.exc_value,
        exc_info=(fault.exc_type, fault.exc_value or fault.exc_type(), fault.exc_traceback),
    )
    os._exit(_CRASHED)


def main(path: Path) -> None:
    """Deliver from the spool until standard input ends."""
    threading.excepthook = _crash
    lock = FileLock(path.with_suffix(".lock"))
    try:
        lock.acquire(timeout=_PREDECESSOR)
    except Timeout:
        raise MissingError(f"Another process delivers from {path}.") from None
    Delivery(config.load(), Spool(path)).obey(sys.stdin)
    # Pumps may be in the middle of anything: that is as good as being killed.
    os._exit(0)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(threadName)s: %(message)s")
    try:
        main(Path(sys.argv[1]))
    except LabError as error:
        sys.exit(str(error))
