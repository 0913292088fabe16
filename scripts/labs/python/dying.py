"""Lets a process die in the middle of its work, at a place that is the same every time."""

from __future__ import annotations

import os
import signal
from itertools import count
from typing import Any

from botocore.client import BaseClient

#: How the names of operations begin that leave everything as it is.
_READS = ("Get", "List", "Describe", "Head", "Query", "Scan", "BatchGet", "TransactGet", "Receive")


def arm(changes: int) -> None:
    """Kill this process as soon as AWS has answered so many of its requests that change something."""
    request: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    numbers = count(1)

    def counted(client: Any, operation: str, parameters: Any) -> Any:
        answer = request(client, operation, parameters)
        if not operation.startswith(_READS) and next(numbers) >= changes:
            # SIGKILL: no `finally`, no exit handler, nothing that could still put something right.
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    BaseClient._make_api_call = counted  # type: ignore[attr-defined]
