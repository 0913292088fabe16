"""Carries what a run prints to CloudWatch Logs, line by line, while it runs."""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)

#: Seconds that lines wait for more of them; characters of a line, lines of a request, at most.
_WAIT, _LONGEST, _MOST = 0.5, 60_000, 500
#: Bytes that CloudWatch Logs takes in one request, and how many it counts for each event beside its text.
_LARGEST, _OVERHEAD = 1 << 20, 26
#: More bytes than a pipe holds, so that one read empties it.
_CAPACITY = 1 << 20


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
        self._over = threading.Event()

    def finish(self) -> None:
        """What is in the pipe now is the last, even if somebody still holds it open."""
        self._over.set()

    def run(self) -> None:
        """Until the pipe's other end is closed by the last process that holds it, or `finish` was called."""
        rest, due, over, ended = b"", 0.0, False, False
        while not (over or ended):
            over = self._over.is_set()
            if select.select([self._pipe], [], [], 0 if over else _WAIT)[0]:
                read = os.read(self._pipe.fileno(), _CAPACITY)
                rest, ended = rest + read, not read
                if not (over or ended) and rest.count(b"\n") < _MOST and time.monotonic() < due:
                    continue
            *lines, rest = rest.split(b"\n")
            self._put([*lines, rest] if over or ended else lines)
            due = time.monotonic() + _WAIT

    def _put(self, lines: list[bytes]) -> None:
        now = int(time.time() * 1000)
        for texts in _batches(line.decode(errors="replace").rstrip()[:_LONGEST] for line in lines):
            if self._refused:
                return
            events = [{"timestamp": now, "message": text} for text in texts]
            try:
                self._open()
                self._logs.put_log_events(**self._where, logEvents=events)
            except ClientError as refused:
                self._refused = True
                LOG.warning("Output of %s is lost: %s", self.name, refused)
            except BotoCoreError as unanswered:
                LOG.warning("%d lines of the output of %s are lost: %s", len(events), self.name, unanswered)

    def _open(self) -> None:
        if self._there:
            return
        _make(self._logs.create_log_group, logGroupName=self._where["logGroupName"])
        _make(self._logs.create_log_stream, **self._where)
        self._there = True


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Those that say something, as many together as one request may carry."""
    batch: list[str] = []
    room = _LARGEST
    for text in filter(None, texts):
        size = len(text.encode()) + _OVERHEAD
        if batch and (size > room or len(batch) == _MOST):
            yield batch
            batch, room = [], _LARGEST
        batch.append(text)
        room -= size
    if batch:
        yield batch


def _make(create: Callable[..., Any], **where: str) -> None:
    try:
        create(**where)
    except ClientError as refused:
        # By its code: two threads that are the first to ask a client for its classes of errors may be given
        # different ones, and the one that is raised is not the one that is waited for.
        if refused.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise
