"""A server that ends by itself is started again, as RDS does with an engine that crashed.

A thread for each server waits for the end of its process, at no cost. What then is done waits in the
instance's queue behind all that was asked for before, so that a server which was stopped, restarted or
deleted on purpose is found as it was meant to be.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass

from localstack.runtime.events import infra_stopping

from scripts.errors import LabError, RemoteError
from scripts.local_cloud.databases.model import ServerNotFoundError, ServerStatus
from scripts.local_cloud.providers.gate import GATE
from scripts.local_cloud.providers.rds import parameter_work, tasks, work
from scripts.local_cloud.providers.rds.model import (
    LOCK,
    RESTING,
    DBInstance,
    all_instances,
    record_instance_event,
)
from scripts.local_cloud.providers.rds.tasks import servers

LOG = logging.getLogger(__name__)

#: Seconds from one start of a server to the next, while it ends again and again; after them it has failed.
_PAUSES = (0.0, 0.5, 1.0, 2.0)
#: Seconds after which a server has not ended again, but anew.
_LONG_LIFE = 60.0
#: Seconds between two looks at a disk that was too full for a server: nobody tells when it no longer is.
_FULL_PAUSE = 15.0
#: Seconds until a server is looked at again where looking itself failed.
_FAULT_PAUSE = 1.0


@dataclass
class _Restarts:
    """Of one server, since it last lived long; `last` on a clock that is never set."""

    number: int = 0
    last: float = -math.inf
    error: LabError | None = None
    full: bool = False


class Supervisor:
    """Watches over the servers of this process's DB instances."""

    def __init__(self) -> None:
        self._restarts: dict[str, _Restarts] = {}
        self._watched: set[str] = set()
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """From now on see to an instance whenever something was done to it."""
        tasks.follow(self._see_to)

    def look(self) -> None:
        """See to every instance: somebody else may have started its server."""
        for instance in all_instances():
            tasks.nudge(instance.resource_id)

    # -- in the instance's queue

    def _see_to(self, resource_id: str) -> None:
        """Start the server if it has ended and should not have; watch it if it runs."""
        try:
            self._look_at(resource_id)
        except Exception:
            # Nobody else would look again, and the instance would be shown as available for ever.
            self._nudge_later(resource_id, _FAULT_PAUSE)
            raise

    def _look_at(self, resource_id: str) -> None:
        instance = _find(resource_id)
        if instance is None:
            self._restarts.pop(resource_id, None)
            return
        # A snapshot of the local cloud stops servers and starts them, while nothing else goes on.
        with GATE.working(f"recovery of DB instance {instance.identifier}"):
            found = _status(resource_id)
            if found and not found.alive and _should_run(instance, found):
                self._recover(instance, found)
                found = _status(resource_id)
        if found and found.alive:
            _is_back(instance)
            self._watch(resource_id)

    def _recover(self, instance: DBInstance, found: ServerStatus) -> None:
        resource_id = instance.resource_id
        restarts = self._restarts.setdefault(resource_id, _Restarts())
        if time.monotonic() - restarts.last > _LONG_LIFE:
            restarts.number, restarts.error = 0, None
        if found.disk_full:
            if not restarts.full:
                message = "Allocated storage has been exhausted. Allocate additional storage to resolve."
                record_instance_event(instance, message, "low storage")
            restarts.full = True
            self._nudge_later(resource_id, _FULL_PAUSE)
        elif restarts.number == len(_PAUSES):
            _give_up(instance, restarts)
            del self._restarts[resource_id]
        elif (pause := restarts.last + _PAUSES[restarts.number] - time.monotonic()) > 0:
            self._nudge_later(resource_id, pause)
        else:
            restarts.full = False
            restarts.number += 1
            restarts.error = _restart(instance)
            restarts.last = time.monotonic()
            # Also one that came up may have ended again before anybody watches over it.
            tasks.nudge(resource_id)

    # -- in threads that wait

    def _watch(self, resource_id: str) -> None:
        with self._lock:
            if resource_id in self._watched:
                return
            self._watched.add(resource_id)
        threading.Thread(
            target=self._await_end, args=(resource_id,), name=f"rds-watch-{resource_id}", daemon=True
        ).start()

    def _await_end(self, resource_id: str) -> None:
        try:
            servers().await_end(resource_id)
        except ServerNotFoundError:
            LOG.debug("DB instance %s is gone", resource_id)
        finally:
            with self._lock:
                self._watched.discard(resource_id)
        if _find(resource_id):
            tasks.nudge(resource_id)

    def _nudge_later(self, resource_id: str, seconds: float) -> None:
        with self._lock:
            if resource_id in self._waiting:
                return
            self._waiting.add(resource_id)

        def run() -> None:
            stopped = infra_stopping.wait(seconds)
            with self._lock:
                self._waiting.discard(resource_id)
            if not stopped and _find(resource_id):
                tasks.nudge(resource_id)

        threading.Thread(target=run, name=f"rds-pause-{resource_id}", daemon=True).start()


def _find(resource_id: str) -> DBInstance | None:
    return next((item for item in all_instances() if item.resource_id == resource_id), None)


def _status(resource_id: str) -> ServerStatus | None:
    try:
        return servers().status(resource_id)
    except ServerNotFoundError:
        return None


def _should_run(instance: DBInstance, found: ServerStatus) -> bool:
    """Whether a server that does not run was last asked to, and came up when it was."""
    if infra_stopping.is_set():
        # LocalStack was told to end, and its servers with it.
        return False
    return instance.status == "available" and found.wanted == "running" and found.complete


def _is_back(instance: DBInstance) -> None:
    """A server that had failed runs: `lab up` has started it."""
    with LOCK:
        if instance.status in RESTING:
            instance.status = "available"


def _restart(instance: DBInstance) -> LabError | None:
    """Start the server on the data that it left; what it failed by."""

    def beginning() -> None:
        LOG.warning("The server of DB instance %s has ended; it is started again", instance.identifier)
        record_instance_event(
            instance,
            "Recovery of the DB instance has started. Recovery time will vary with the amount of data to be "
            "recovered.",
            "recovery",
        )
        _show(instance, "available", "rebooting")

    try:
        applied = servers().revive(instance.resource_id, beginning)
    except LabError as error:
        LOG.warning("The server of DB instance %s did not start: %s", instance.identifier, error)
        return error
    finally:
        _show(instance, "rebooting", "available")
    if applied is not None:
        record_instance_event(instance, "DB instance restarted", "availability")
        record_instance_event(instance, "Recovery of the DB instance is complete.", "recovery")
        parameter_work.note(instance, instance.asked_parameters, applied)
    return None


def _give_up(instance: DBInstance, restarts: _Restarts) -> None:
    said = servers().give_up(instance.resource_id)
    error = restarts.error or RemoteError(
        f"The server ended again after {restarts.number} restarts. The end of its log:\n{said}"
    )
    record_instance_event(instance, f"The DB instance failed while rebooting: {error}", "failure")
    _show(instance, "available", work.kept_down(instance, error))


def _show(instance: DBInstance, before: str, after: str) -> None:
    """Another status, unless a later call has asked for something by now."""
    with LOCK:
        if instance.status == before:
            instance.status = after
