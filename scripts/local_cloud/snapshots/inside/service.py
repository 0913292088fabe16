"""Answers the command line's request to save or load a snapshot, with the local cloud at rest."""

from __future__ import annotations

import hmac
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from localstack.http import Request, Response
from localstack.services.plugins import SERVICE_PLUGINS, ServiceState
from localstack.services.sqs.models import sqs_stores

from scripts.errors import BadInputError, LabError
from scripts.local_cloud.databases.files import clear_errors
from scripts.local_cloud.databases.model import Address
from scripts.local_cloud.localstack import LOADING_VARIABLE, TOKEN_HEADER, TOKEN_VARIABLE
from scripts.local_cloud.providers.gate import GATE
from scripts.local_cloud.providers.rds import tasks
from scripts.local_cloud.snapshots.inside import metrics, objects, revival, state
from scripts.local_cloud.snapshots.moves import Moves
from scripts.local_cloud.snapshots.safety import check_ours
from scripts.local_cloud.snapshots.shape import Inside

#: Seconds that what is under way gets to end. A queue's reader waits twenty, so it must be more.
REST_LIMIT = 60.0


def answer(request: Request) -> Response:
    """Serve ``POST /_lab/snapshot``, for who knows this process's token."""
    if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, ""), os.environ[TOKEN_VARIABLE]):
        return _json({"error": "Forbidden", "kind": "BadInputError"}, 403)
    asked = request.get_json()
    try:
        folder = check_ours(Path(asked["folder"]))
        with clear_errors(folder):
            return _json(_ACTIONS[asked["action"]](folder, asked), 200)
    except LabError as error:
        kind = next(each.__name__ for each in type(error).__mro__ if each.__module__ == LabError.__module__)
        return _json({"error": error.what, "hint": error.hint, "kind": kind}, 400)


def _save(folder: Path, _asked: dict[str, Any]) -> dict[str, Any]:
    with GATE.closed(_busy, REST_LIMIT, _busy_outside), ThreadPoolExecutor(1) as beside:
        services = _running()
        servers = beside.submit(tasks.servers().exports.save, folder / Inside.SERVERS)
        revival.tell(services, "on_before_state_save")
        try:
            records = state.save(folder / Inside.RECORDS)
            if "s3" in services:
                objects.save(folder / Inside.OBJECTS)
            if "cloudwatch" in services:
                metrics.save(folder / Inside.METRICS)
        finally:
            revival.tell(services, "on_after_state_save")
        return {
            "services": services,
            "records": records,
            "servers": [asdict(each) for each in servers.result()],
        }


def _under_way(_folder: Path, _asked: dict[str, Any]) -> dict[str, Any]:
    return {"busy": [*_busy_outside(), *_busy()]}


def _load(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    moves = Moves(
        {name: (Address(**old), Address(**new)) for name, (old, new) in asked["servers"].items()},
        tuple(asked["gateway"]),
    )
    services = asked["services"]
    if LOADING_VARIABLE not in os.environ:
        raise BadInputError(
            "A snapshot is loaded into a LocalStack that was started for it, not into another."
        )
    revival.start(services)
    # Before the gate is closed: what they stop may be waiting at it.
    revival.tell(services, "on_before_state_load")
    with GATE.closed(list, REST_LIMIT):
        state.load(folder / Inside.RECORDS)
        if "s3" in services:
            objects.load(folder / Inside.OBJECTS)
        if "cloudwatch" in services:
            metrics.load(folder / Inside.METRICS)
        revival.relocate(moves)
        revival.postpone(asked["elapsed"])
        if "events" in services:
            import_module("scripts.local_cloud.snapshots.inside.eventbridge").revive()
        revival.tell(services, "on_after_state_load")
        # The last step: from now on this is a life like any other.
        del os.environ[LOADING_VARIABLE]
    return {}


_ACTIONS: dict[str, Callable[[Path, dict[str, Any]], dict[str, Any]]] = {
    "busy": _under_way,
    "save": _save,
    "load": _load,
}


def _running() -> list[str]:
    states = SERVICE_PLUGINS.get_states()
    return sorted(name for name, each in states.items() if each is ServiceState.RUNNING)


def _busy() -> list[str]:
    """Work that goes on without a request, and that a snapshot could not take up again."""
    found = [f"work on DB instance {each}" for each in tasks.busy()]
    found += _active("athena.history")
    # Not imported where nobody has used it: its parser alone takes a second.
    workflows = sys.modules.get("localstack.services.stepfunctions.backend.store")
    for _, _, store in workflows.sfn_stores.iter_stores() if workflows else ():
        found += [
            f"Step Functions execution {each.exec_arn}"
            for each in list(store.executions.values())
            if each.exec_status == "RUNNING"
        ]
    for _, _, store in sqs_stores.iter_stores():
        found += [
            f"SQS message move task of {each.source_arn}"
            for each in list(store.move_tasks.values())
            if each.status in ("CREATED", "RUNNING", "CANCELLING")
        ]
    return found


def _busy_outside() -> list[str]:
    """The same, in processes of their own that ask the gateway as any client does."""
    return [*_active("glue.job_runs"), *_active("glue.crawls")]


def _active(provider: str) -> list[str]:
    worker = sys.modules.get(f"scripts.local_cloud.providers.{provider}")
    return worker.active() if worker else []


def _json(document: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(document), status=status, mimetype="application/json")
