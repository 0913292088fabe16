"""Asks LocalStack's process to save or load."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from scripts.errors import BadInputError, LabError, MissingError, RemoteError
from scripts.local_cloud.localstack import TOKEN_HEADER, LocalStack
from scripts.local_cloud.snapshots.shape import INSIDE_PATH

#: Seconds; copying gigabytes takes its time, and a process that is gone is noticed at once.
_LIMIT = 3600.0

_KINDS: dict[str, type[LabError]] = {
    kind.__name__: kind for kind in (BadInputError, MissingError, RemoteError)
}


def ask(localstack: LocalStack, document: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request; what went wrong in the other process is raised in this one.

    Raises
    ------
    LabError
        What was asked could not be done; as the other process says.
    RemoteError
        It did not answer, or failed in a way that only its log tells.
    """
    process = localstack.running()
    if process is None:
        raise MissingError("LocalStack does not run.", "Start it: make apply")
    request = urllib.request.Request(
        f"http://127.0.0.1:{process.port}{INSIDE_PATH}",
        json.dumps(document).encode(),
        {TOKEN_HEADER: localstack.token(), "Content-Type": "application/json"},
    )
    # A proxy from the user's shell would be asked for 127.0.0.1, so none is used.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_LIMIT) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError as refused:
        raise _error(refused.read(), localstack) from refused
    except (OSError, ValueError) as gone:
        raise RemoteError(f"LocalStack did not answer: {gone}.", f"Log: {localstack.log}") from gone


def _error(body: bytes, localstack: LocalStack) -> LabError:
    try:
        told = json.loads(body)
        return _KINDS[told["kind"]](told["error"], told.get("hint", ""))
    except (ValueError, KeyError, TypeError):
        return RemoteError(
            "LocalStack failed at it, for a reason that it does not tell.", f"Log: {localstack.log}"
        )
