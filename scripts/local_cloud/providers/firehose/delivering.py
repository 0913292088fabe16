"""The delivery process of this LocalStack, started with the first delivery stream."""

from __future__ import annotations

import json
import os
from functools import cache

from localstack.http import Request, Response
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS

from scripts import config
from scripts.local_cloud.delivery.supervisor import Supervisor
from scripts.local_cloud.localstack import EPOCH_VARIABLE
from scripts.local_cloud.providers.firehose import store


@cache
def supervisor() -> Supervisor:
    """The one of this process; it ends with LocalStack."""
    made = Supervisor(config.load(), os.environ[EPOCH_VARIABLE])
    SHUTDOWN_HANDLERS.register(made.stop)
    return made


def keep() -> None:
    """Put what waits for delivery beside the records, where a state that is saved takes it along.

    The gateway is at rest then, so what the process may still strike off is in S3 already.
    """
    if any(store.every_stream()):
        store.shared_store().undelivered = supervisor().spool.export()


def drop_kept() -> None:
    """The state is saved."""
    store.shared_store().undelivered = {}


def bring_back() -> None:
    """Deliver what a state that was loaded holds."""
    if undelivered := store.shared_store().undelivered:
        supervisor().spool.restore(undelivered)
        drop_kept()
    resume()


def resume() -> None:
    """Deliver what the records hold."""
    with store.lock:
        for stream in store.every_stream():
            if stream.deleting:
                continue
            supervisor().deliver(stream.definition())


def ensure(_request: Request) -> Response:
    """What `lab up` asks for: the process runs, if there is anything to deliver."""
    resume()
    return Response(json.dumps(supervisor().ensure()), mimetype="application/json")
