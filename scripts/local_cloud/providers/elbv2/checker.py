"""Checks the health of targets in the background, each at its interval, and remembers what came out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.local_cloud.providers.elbv2.probes import Failed, Settings, check

#: ARN of the target group, id and port of the target.
Key = tuple[str, str, int | None]


@dataclass
class Health:
    """A target's state so far, in AWS's words; ``""`` for what is not said."""

    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    description: str = "Target registration is in progress"
    passed: int = 0
    failed: int = 0

    def judge(self, failure: Failed | None, settings: Settings) -> None:
        """Take one check into account.

        Source: user guides, "Health checks for target groups": a new target of an application load balancer
        is healthy after one passed check; otherwise the thresholds count checks in a row.
        """
        if failure is None:
            self.passed, self.failed = self.passed + 1, 0
            new = self.state == "initial" and settings.application
            if self.state == "healthy" or new or self.passed >= settings.to_healthy:
                self._is("healthy")
            elif self.state == "initial":
                self._is_being_checked()
            return
        self.passed, self.failed = 0, self.failed + 1
        if self.failed >= settings.to_unhealthy or self.state == "unhealthy":
            self._is("unhealthy", failure.reason, failure.description)
        elif self.state == "initial":
            self._is_being_checked()

    def _is_being_checked(self) -> None:
        self._is("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")

    def _is(self, state: str, reason: str = "", description: str = "") -> None:
        self.state, self.reason, self.description = state, reason, description

    def shown(self) -> dict[str, str]:
        """As DescribeTargetHealth answers it."""
        return {
            "State": self.state,
            **({"Reason": self.reason, "Description": self.description} if self.reason else {}),
        }


@dataclass
class _Watched:
    settings: Settings
    health: Health = field(default_factory=Health)
    task: asyncio.Task[None] | None = None


class Checker:
    """Watches the targets that it is given; its thread starts with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[Key, _Watched] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def watch(self, wanted: Mapping[Key, Settings]) -> None:
        """Check these targets and no others; those that were checked before keep their health."""
        with self._lock:
            if not (wanted or self._watched):
                return
            loop = self._running_loop()
            for key in self._watched.keys() - wanted.keys():
                self._end(loop, self._watched.pop(key))
            for key, settings in wanted.items():
                known = self._watched.get(key)
                if known and known.settings == settings:
                    continue
                if known:
                    self._end(loop, known)
                watched = _Watched(settings, known.health if known else Health())
                self._watched[key] = watched
                loop.call_soon_threadsafe(self._begin, watched)

    def health(self, key: Key) -> dict[str, str]:
        """What is known of a target that is watched, as DescribeTargetHealth answers it."""
        with self._lock:
            watched = self._watched.get(key)
            return (watched.health if watched else Health()).shown()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="elbv2 health checks", daemon=True).start()
        return self._loop

    def _begin(self, watched: _Watched) -> None:
        watched.task = asyncio.get_running_loop().create_task(self._keep_checking(watched))

    @staticmethod
    def _end(loop: asyncio.AbstractEventLoop, watched: _Watched) -> None:
        def cancel() -> None:
            if watched.task:
                watched.task.cancel()

        loop.call_soon_threadsafe(cancel)

    async def _keep_checking(self, watched: _Watched) -> None:
        """A check begins at each interval, however long the one before took."""
        loop, settings = asyncio.get_running_loop(), watched.settings
        due = loop.time()
        while True:
            failure = await check(settings)
            with self._lock:
                watched.health.judge(failure, settings)
            due += settings.interval
            await asyncio.sleep(max(0.0, due - loop.time()))
