"""Carries what a run prints to CloudWatch Logs, line by line, while it runs."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
import time
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)

#: Seconds that lines wait for more of them; characters of a line, lines of a request, at most.
_WAIT, _LONGEST, _MOST = 0.5, 60_000, 500


class Output(threading.Thread):
    """Reads a pipe until it ends, and puts its lines into a log stream.

    Parameters
    ----------
    logs
        Client in the run's role, which needs the permissions that it needs on AWS: without them, lines are
        lost, as there.
    """

    def __init__(self, pipe: IO[bytes], logs: Any, group: str, stream: str) -> None:
        super().__init__(name=f"{group} {stream}", daemon=True)
        self._pipe, self._logs = pipe, logs
        self._where = {"logGroupName": group, "logStreamName": stream}
        self._there = False
        self._refused = False

    def run(self) -> None:
        """Until the pipe's other end is closed by the last process that holds it."""
        rest = b""
        while True:
            if rest and not select.select([self._pipe], [], [], _WAIT)[0]:
                *lines, rest = rest.split(b"\n")
                self._put(lines)
                if rest:
                    select.select([self._pipe], [], [])
            read = os.read(self._pipe.fileno(), 1 << 16)
            rest += read
            if not read or rest.count(b"\n") >= _MOST:
                *lines, rest = rest.split(b"\n")
                self._put(lines if read else [*lines, rest])
            if not read:
                return

    def _put(self, lines: list[bytes]) -> None:
        now = int(time.time() * 1000)
        events = [
            {"timestamp": now, "message": text[:_LONGEST]}
            for line in lines
            if (text := line.decode(errors="replace").rstrip())
        ]
        for start in range(0, len(events), _MOST):
            if self._refused:
                return
            try:
                self._open()
                self._logs.put_log_events(**self._where, logEvents=events[start : start + _MOST])
            except (ClientError, BotoCoreError) as refused:
                self._refused = True
                LOG.warning("Output of %s is lost: %s", self.name, refused)

    def _open(self) -> None:
        if self._there:
            return
        exists = self._logs.exceptions.ResourceAlreadyExistsException
        with contextlib.suppress(exists):
            self._logs.create_log_group(logGroupName=self._where["logGroupName"])
        with contextlib.suppress(exists):
            self._logs.create_log_stream(**self._where)
        self._there = True
