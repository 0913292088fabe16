"""Delivers one stream: takes records in, collects them to size or interval, puts them into S3."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.config import Settings
from scripts.local_cloud.delivery import destination, naming, processing
from scripts.local_cloud.delivery.access import Access
from scripts.local_cloud.delivery.definition import Definition
from scripts.local_cloud.delivery.destination import DeliveryError
from scripts.local_cloud.delivery.processing import Failure
from scripts.local_cloud.delivery.reporting import report
from scripts.local_cloud.delivery.source import KinesisSource, SourceError
from scripts.local_cloud.delivery.spool import Batch, Spool, Waiting

LOG = logging.getLogger(__name__)

#: Seconds that records put directly are kept while they cannot be delivered.
KEPT = 24 * 3600
#: Seconds between looks for new records, at least and at most, and between attempts after failures.
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_FIRST_RETRY, _LONGEST_RETRY = 1.0, 60.0


class _Retry:
    """When something that failed is tried again."""

    def __init__(self) -> None:
        self._wait = 0.0
        self.at = 0.0

    def failed(self) -> None:
        self._wait = min(max(self._wait * 2, _FIRST_RETRY), _LONGEST_RETRY)
        self.at = time.monotonic() + self._wait

    def clear(self) -> None:
        self._wait = self.at = 0.0

    @property
    def due(self) -> bool:
        return time.monotonic() >= self.at


class Pump(threading.Thread):
    """The delivery of one stream, in a thread of its own."""

    def __init__(self, settings: Settings, definition: Definition, spool: Spool) -> None:
        super().__init__(name=f"deliver {definition.name}", daemon=True)
        self._spool = spool
        self._access = Access(settings, definition.account_id)
        self._definition = definition
        self._following: Definition | None = None
        self._stopping = False
        self._woken = threading.Condition()
        self._source = (
            KinesisSource(definition, definition.source, self._access, spool) if definition.source else None
        )
        self._waiting = Waiting()
        self._pause = _SHORTEST_PAUSE
        self._reading, self._delivering = _Retry(), _Retry()

    def configure(self, definition: Definition) -> None:
        """Go on with another configuration of the same stream."""
        with self._woken:
            self._following = definition
            self._woken.notify()

    def stop(self) -> None:
        """End after what is being done now."""
        with self._woken:
            self._stopping = True
            self._woken.notify()

    def run(self) -> None:
        """Until it is told to stop."""
        while not self._stopping:
            self._reconfigure()
            try:
                more = self._step()
            except sqlite3.OperationalError as full:
                # Nothing was half done: each step is one transaction.
                LOG.error("%s: the spool cannot be written: %s", self._definition.name, full)  # noqa: TRY400
                self._rest(_LONGEST_PAUSE)
            else:
                if not more:
                    self._rest(self._until_next())

    def _rest(self, seconds: float) -> None:
        with self._woken:
            if not self._stopping and self._following is None:
                self._woken.wait(seconds)

    def _step(self) -> bool:
        """Take in and deliver what there is; whether more is known to be there."""
        more = self._take_in()
        seen, self._waiting = self._waiting, self._spool.waiting(self._definition.id, self._waiting)
        self._deliver()
        self._pause = (
            _SHORTEST_PAUSE if seen != self._waiting else min(self._pause * 1.5, self._longest_pause())
        )
        return more

    def _longest_pause(self) -> float:
        """A small part of the interval, so that records arrive within it."""
        return min(_LONGEST_PAUSE, max(0.5, self._definition.interval / 12))

    def _until_next(self) -> float:
        if self._waiting.oldest is None:
            return self._pause
        if not self._delivering.due:
            return min(self._pause, max(0.0, self._delivering.at - time.monotonic()))
        return max(0.0, min(self._pause, self._due_in(self._waiting.oldest)))

    def _due_in(self, oldest: float) -> float:
        """Seconds until the oldest record has waited for the interval."""
        due_in = oldest + self._definition.interval - time.time()
        # A record of the future: the clock was set back, and how long it has waited is not known.
        return due_in if due_in <= self._definition.interval else 0.0

    def _reconfigure(self) -> None:
        with self._woken:
            following, self._following = self._following, None
        if following:
            self._definition = following
            self._delivering.clear()

    def _take_in(self) -> bool:
        room = self._definition.size_limit - self._waiting.size
        if self._source is None or room <= 0 or not self._reading.due:
            return False
        try:
            more = self._source.read(room, time.time() - self._longest_pause())
        except SourceError as error:
            self._reading.failed()
            self._say(error.code, f"The stream {self._source_name()} cannot be read: {error.what}")
            return False
        if self._reading.at:
            self._reading.clear()
            self._spool.recovered(self._definition.id)
        return more

    def _source_name(self) -> str:
        return self._definition.source.stream_arn if self._definition.source else ""

    def _due(self) -> bool:
        waiting = self._waiting
        if waiting.oldest is None:
            return False
        return waiting.size >= self._definition.size_limit or self._due_in(waiting.oldest) <= 0

    def _deliver(self) -> None:
        """Deliver what is due: first the batch that an earlier attempt, or process, left."""
        if not self._delivering.due:
            return
        try:
            batch = self._left_over() or (self._next_batch() if self._due() else None)
            if batch is None:
                return
            failures = self._put(batch)
        except DeliveryError as error:
            self._delivering.failed()
            self._say(error.code, error.what)
            self._expire()
            return
        except (ClientError, BotoCoreError) as error:
            # The role could not be assumed.
            self._delivering.failed()
            self._say(destination.ACCESS_DENIED, str(error))
            return
        self._spool.delivered(self._definition.id, batch.last)
        self._delivering.clear()
        self._waiting = self._spool.waiting(self._definition.id)
        for (code, message), count in Counter((each.code, each.message) for each in failures).items():
            report(self._access, self._definition, code, f"{message} ({count} records)")

    def _left_over(self) -> Batch | None:
        """The batch that was begun; planned anew when the destination changed and nothing of it is there."""
        batch = self._spool.batch(self._definition.id)
        if batch is None or batch.plan["version"] == self._definition.version:
            return batch
        for target in batch.plan["targets"].values():
            try:
                if destination.exists(
                    self._access, self._definition.region, target["destination"], target["key"]
                ):
                    return batch
            except DeliveryError as unknown:
                # A bucket that is closed to the role was closed to the attempt as well.
                if unknown.code != destination.ACCESS_DENIED:
                    raise
        self._spool.drop_plan(self._definition.id)
        return self._next_batch()

    def _next_batch(self) -> Batch | None:
        definition = self._definition
        end = self._spool.cut(definition.id, definition.size_limit)
        if end is None:
            return None
        last, oldest = end
        extended = dict(definition.destination)
        backup = extended.pop("S3BackupDescription", None)

        def target(settings: Mapping[str, Any], error_type: str | None = None) -> dict[str, Any]:
            key = naming.object_key(definition.name, definition.version, settings, oldest, error_type)
            return {"destination": settings, "key": key}

        targets = {"records": target(extended)}
        targets |= {kind: target(extended, kind) for kind in sorted(set(processing.ERROR_TYPES.values()))}
        if backup and extended.get("S3BackupMode") == "Enabled":
            targets["backup"] = target(backup)
        batch = Batch(last, {"version": definition.version, "made": time.time(), "targets": targets})
        self._spool.plan(definition.id, batch)
        return batch

    def _put(self, batch: Batch) -> list[Failure]:
        """Put the batch's objects, but for those that are there; what failed in processing."""
        targets = batch.plan["targets"]
        records = self._spool.records(self._definition.id, batch.last)
        done, failures = processing.process(records, targets["records"]["destination"])
        contents: dict[str, list[bytes]] = {"records": done}
        if "backup" in targets:
            contents["backup"] = [record.data for record in records]
        for kind in {failure.error_type for failure in failures}:
            of_kind = [failure for failure in failures if failure.error_type == kind]
            contents[kind] = [processing.described(of_kind, batch.plan["made"])]
        for kind, parts in contents.items():
            settings, key = targets[kind]["destination"], targets[kind]["key"]
            if parts:
                compression = (
                    settings["CompressionFormat"] if kind in {"records", "backup"} else "UNCOMPRESSED"
                )
                content = processing.joined(parts, compression, key)
                destination.put(self._access, self._definition.region, settings, key, content)
        return failures

    def _say(self, code: str, message: str) -> None:
        self._spool.failed(self._definition.id, code, message)
        report(self._access, self._definition, code, message)

    def _expire(self) -> None:
        """Drop what has waited for longer than AWS keeps it; a Kinesis stream keeps its records itself."""
        if self._source is None and (gone := self._spool.expire(self._definition.id, time.time() - KEPT)):
            self._waiting = self._spool.waiting(self._definition.id)
            self._say("DataExpired", f"{gone} records could not be delivered within 24 hours and are lost.")
