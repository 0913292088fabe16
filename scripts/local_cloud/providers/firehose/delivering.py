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


def resume() -> None:
    """Deliver what the records hold: a state that was loaded brings delivery streams that nobody created."""
    with store.lock:
        for stream in store.every_stream():
            supervisor().deliver(stream.definition())


def ensure(_request: Request) -> Response:
    """What `lab up` asks for: the process runs, if there is anything to deliver."""
    resume()
    return Response(json.dumps(supervisor().ensure()), mimetype="application/json")
