"""Shows SQS's messages at the moment at which they are due.

SQS is LocalStack's own. It looks once a second for messages whose visibility timeout or delay is over, so
they come up to a second late. Here a thread sleeps until the next one is due. LocalStack's look stays, for
what was loaded from a snapshot.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import weakref
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from localstack.services.sqs.models import FifoQueue, SqsMessage, SqsQueue, StandardQueue

#: Seconds: a delay is over when its last moment has passed.
_TICK = 0.001


class _Alarm:
    """Calls for each message at its moment, in a thread that starts with the first."""

    def __init__(self) -> None:
        # Weak: messages that were deleted are forgotten, however long they would have been hidden.
        self._due: list[tuple[float, int, weakref.ref[SqsQueue], weakref.ref[SqsMessage]]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="sqs-visibility", daemon=True)

    def set(self, queue: SqsQueue, message: SqsMessage, moment: float) -> None:
        """Look at the message then, in seconds since the epoch."""
        with self._changed:
            if not self._thread.is_alive():
                self._thread.start()
            entry = (moment + _TICK, next(self._number), weakref.ref(queue), weakref.ref(message))
            heapq.heappush(self._due, entry)
            if self._due[0] is entry:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            queue, message = (reference() for reference in self._next())
            if queue is not None and message is not None:
                _show(queue, message)

    def _next(self) -> tuple[weakref.ref[SqsQueue], weakref.ref[SqsMessage]]:
        with self._changed:
            while not self._due or (left := self._due[0][0] - time.time()) > 0:
                self._changed.wait(left if self._due else None)
            return heapq.heappop(self._due)[2:]


_ALARM = _Alarm()


def _show(queue: SqsQueue, message: SqsMessage) -> None:
    """Put the message back where it is received from, unless it is gone or hidden anew."""
    with queue.mutex:
        for hidden, due in ((queue.inflight, message.is_visible), (queue.delayed, not message.is_delayed)):
            if due and message in hidden:
                hidden.remove(message)
                queue._put_message(message)


def _after(kind: type[SqsQueue], name: str, then: Callable[..., None]) -> None:
    """Have `then` called with the queue, the result and the arguments whenever the method has returned."""
    method = getattr(kind, name)

    @wraps(method)
    def followed(queue: SqsQueue, *args: Any, **kwargs: Any) -> Any:
        result = method(queue, *args, **kwargs)
        then(queue, result, *args)
        return result

    setattr(kind, name, followed)


def _received(queue: SqsQueue, result: Any, *_: Any) -> None:
    for message in result.successful:
        _ALARM.set(queue, message, message.visibility_deadline)


def _put(queue: SqsQueue, message: SqsMessage, *_: Any) -> None:
    if message.is_delayed:
        _ALARM.set(queue, message, message.created + message.delay_seconds)


def _changed(queue: SqsQueue, _: None, receipt_handle: str, *__: Any) -> None:
    message = queue.receipts.get(receipt_handle)
    if message is not None:
        _ALARM.set(queue, message, message.visibility_deadline)


@cache
def install() -> None:
    """From now on every queue of this process is exact."""
    _after(SqsQueue, "update_visibility_timeout", _changed)
    for kind in (StandardQueue, FifoQueue):
        _after(kind, "receive", _received)
        _after(kind, "put", _put)
