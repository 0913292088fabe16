"""The database servers of this LocalStack, and the threads that work on them.

Each DB instance has a queue of its own: what is asked of its server is done in order and never twice at once,
and no API call waits for it.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from functools import cache

from scripts import config
from scripts.local_cloud.databases.servers import DatabaseServers

LOG = logging.getLogger(__name__)

Task = Callable[[], None]
Failure = Callable[[Exception], None]
Follower = Callable[[str], None]

#: Seconds after which an idle queue's thread ends.
_IDLE = 30.0


@cache
def servers() -> DatabaseServers:
    """The servers of the local cloud whose LocalStack this process is."""
    return DatabaseServers(config.load().local_dir, os.environ["LAB_EPOCH"])


class _Queue:
    """Runs the tasks of one DB instance in order, in a thread that is there while there is work."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: queue.SimpleQueue[tuple[Task, Failure]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._running = False
        self._unfinished = 0

    @property
    def busy(self) -> bool:
        """Whether a task waits or is being done."""
        with self._lock:
            return self._unfinished > 0

    def submit(self, task: Task, failure: Failure) -> None:
        with self._lock:
            self._tasks.put((task, failure))
            self._unfinished += 1
            if not self._running:
                self._running = True
                # Daemon: LocalStack's end must not wait for a server that takes its time.
                threading.Thread(target=self._run, name=f"rds-{self._name}", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                task, failure = self._tasks.get(timeout=_IDLE)
            except queue.Empty:
                with self._lock:
                    if self._tasks.empty():
                        self._running = False
                        return
                continue
            try:
                task()
            except Exception as error:
                # Whatever went wrong is the instance's state and event: `failure` shows it to the API's user.
                LOG.exception("Work on DB instance %s failed", self._name)
                failure(error)
            finally:
                self._tell()
                with self._lock:
                    self._unfinished -= 1

    def _tell(self) -> None:
        for follower in _followers:
            try:
                follower(self._name)
            except Exception:
                # It has no say in what was asked for, and must not end the queue's thread.
                LOG.exception("%s failed to follow DB instance %s", follower, self._name)


_followers: list[Follower] = []
_queues: dict[str, _Queue] = {}
_queues_lock = threading.Lock()


def submit(resource_id: str, task: Task, failure: Failure) -> None:
    """Do the task after all that was submitted for the same DB instance before.

    Parameters
    ----------
    resource_id
        ``DbiResourceId``.
    failure
        Called with what the task raised.
    """
    with _queues_lock:
        owned = _queues.setdefault(resource_id, _Queue(resource_id))
        owned.submit(task, failure)


def nudge(resource_id: str) -> None:
    """Have the followers called once all that was submitted for the DB instance before is done."""
    submit(resource_id, lambda: None, lambda _: None)


def follow(follower: Follower) -> None:
    """Call `follower` with the resource id of a DB instance after each task of it, in its queue's thread."""
    _followers.append(follower)


def busy() -> list[str]:
    """Resource ids of the DB instances on which work goes on or waits."""
    with _queues_lock:
        return [resource_id for resource_id, owned in _queues.items() if owned.busy]


def forget(resource_id: str) -> None:
    """The DB instance is gone; its queue goes with it."""
    with _queues_lock:
        _queues.pop(resource_id, None)
