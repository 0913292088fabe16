"""Holds back whatever changes the local cloud, while a snapshot of it is taken or loaded.

Every request at LocalStack's gateway counts as under way until it is answered. Background work of a provider
that changes anything does so inside ``with GATE.working():``, one consistent step at a time; what it asks of
other services on the way (through ``connect_to``: HTTP within the process) then belongs to that step.
A step that would begin while the gate is closed waits.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.connect import connect_to
from localstack.http import Response

from scripts.errors import RemoteError

#: Paths that tell of LocalStack and change nothing that a snapshot holds.
_FREE = ("/_lab", "/_localstack")

#: Header of a request that is part of what is under way.
_HEADER = "X-Lab-Part"

#: Seconds between two looks at work that does not announce its end.
_GLANCE = 0.1

Busy = Callable[[], Sequence[str]]


class Gate:
    """Counts what is under way, by name, and lets nothing new begin while it is closed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._outside: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()
        self._holding_outside = False
        self._holding_inside = False
        self._mine = threading.local()
        self._secret = secrets.token_urlsafe()

    # --- LocalStack's handlers

    def install(self, gateway: Any) -> None:
        """Stand at LocalStack's gateway from now on."""
        # After the first handler, which tells requests from inside the process from those of clients.
        gateway.request_handlers.insert(1, self.enter)
        gateway.finalizers.append(self.leave)
        connect_to._session.events.register("before-call", self._mark)

    def enter(self, _chain: HandlerChain, context: RequestContext, _response: Response) -> None:
        """Request handler: the request is under way, or waits until it may be."""
        path: str = context.request.path
        if path.startswith(_FREE):
            return
        operation = context.operation.name if context.operation else f"{context.request.method} {path}"
        part = context.request.headers.get(_HEADER) == self._secret
        context.lab_gate = self._begin(operation, outside=not context.is_internal_call, part=part)

    def leave(self, _chain: HandlerChain, context: RequestContext, _response: Response) -> None:
        """Finalizer: the request is answered."""
        if ended := context.get("lab_gate"):
            ended()

    # --- Background work

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """One step of background work that leaves everything consistent; `what` names it to a user."""
        ended = self._begin(what, outside=False)
        try:
            yield
        finally:
            ended()

    # --- Who wants quiet

    @contextmanager
    def closed(self, busy: Busy, limit: float, outside: Busy = list) -> Iterator[None]:
        """Nothing is under way inside the ``with``, and nothing begins.

        Requests from outside are held back first, so that what is under way can still do all that it wants
        within the local cloud; then everything is.

        Parameters
        ----------
        busy
            Names work that is queued or not counted here, and must have ended too.
        limit
            Seconds to wait for that.
        outside
            Names work, as `busy` does, whose own requests come from outside: it could never end if they were
            held back, so nobody's are while there is any.

        Raises
        ------
        RemoteError
            Something was still under way after `limit` seconds.
        """
        deadline = time.monotonic() + limit
        try:
            while True:
                self._await(lambda: [*outside()], deadline)
                with self._changed:
                    self._holding_outside = True
                self._await(lambda: [] if outside() else [*self._outside.elements(), *busy()], deadline)
                if not outside():
                    with self._changed:
                        self._holding_inside = True
                    self._await(lambda: [*self._outside.elements(), *self._inside.elements()], deadline)
                    if not (busy() or outside()):
                        break
                self._release()
            with self._part_of_the_thread():
                yield
        finally:
            self._release()

    @contextmanager
    def _part_of_the_thread(self) -> Iterator[None]:
        """What this thread asks of services is not held back."""
        self._mine.depth = getattr(self._mine, "depth", 0) + 1
        try:
            yield
        finally:
            self._mine.depth -= 1

    def _release(self) -> None:
        with self._changed:
            self._holding_outside = self._holding_inside = False
            self._changed.notify_all()

    def _await(self, going_on: Callable[[], list[str]], deadline: float) -> None:
        with self._changed:
            while found := going_on():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise RemoteError(
                        f"The local cloud is still at work: {', '.join(sorted(set(found)))}.",
                        "Wait until that has ended, or stop it; then run the command again.",
                    )
                self._changed.wait(min(left, _GLANCE))

    def _mark(self, params: dict[str, Any], **_: Any) -> None:
        """Botocore's event: what a thread asks in the midst of something belongs to that."""
        if self._in_the_midst():
            params["headers"][_HEADER] = self._secret

    def _in_the_midst(self) -> bool:
        return getattr(self._mine, "depth", 0) > 0

    def _begin(self, what: str, *, outside: bool, part: bool = False) -> Callable[[], None]:
        """Count `what` as under way, when it may be; returns what ends it.

        Parameters
        ----------
        part
            It belongs to something that is under way, which could not end if this were held back.
        """
        counter = self._outside if outside else self._inside
        part = part or self._in_the_midst()
        with self._changed:
            while not part and (self._holding_outside if outside else self._holding_inside):
                self._changed.wait()
            counter[what] += 1
        self._mine.depth = getattr(self._mine, "depth", 0) + 1

        def end() -> None:
            self._mine.depth -= 1
            with self._changed:
                counter[what] -= 1
                self._changed.notify_all()

        return end


#: The one gate of this process.
GATE = Gate()
