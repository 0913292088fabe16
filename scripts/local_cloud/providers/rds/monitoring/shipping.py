"""Brings the exported logs of the real servers to CloudWatch Logs, under the names that RDS gives them.

How far each file was shipped is kept in the DB instance's record: it lives and dies with the log groups, in
the same memory, so nothing is shipped twice to one, and all of it to a new one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from scripts.errors import LabError
from scripts.local_cloud.databases import log_tail
from scripts.local_cloud.databases.log_entries import Entry
from scripts.local_cloud.databases.log_tail import Position
from scripts.local_cloud.providers.rds.engines import LOG_TYPES
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, all_instances
from scripts.local_cloud.providers.rds.neighbours import client
from scripts.local_cloud.providers.rds.tasks import servers

LOG = logging.getLogger(__name__)

#: The servers' files by RDS's log type; the other types have no file here.
_FILES = {
    "error": "error/mysql-error.log",
    "general": "general/mysql-general.log",
    "postgresql": "error/postgresql.log",
    "slowquery": "slowquery/mysql-slowquery.log",
}
#: What a first start writes is shipped once the instance is available.
_WITHOUT_SERVER = frozenset({"creating", "deleting", "failed"})
#: Of one call to CloudWatch Logs: events, bytes with 26 for each event, milliseconds from first to last.
_EVENTS, _BYTES, _SPAN = 10_000, 1 << 20, 23 * 3600 * 1000
#: Characters of one event: four bytes each still fit into a call.
_LONGEST = 1 << 17
#: An entry's own time is believed within so many milliseconds; CloudWatch Logs refuses much older ones.
_BELIEVED = 13 * 24 * 3600 * 1000

Event = dict[str, Any]


def ship_all() -> None:
    """Ship what is new in the logs of every DB instance."""
    with LOCK:
        instances = [item for item in all_instances() if item.status not in _WITHOUT_SERVER]
    for instance in instances:
        try:
            _ship(instance)
        except (LabError, ClientError, OSError) as error:
            # What is not shipped stays in the file and is shipped the next time.
            LOG.warning("Logs of DB instance %s were not shipped: %s", instance.identifier, error)


def _ship(instance: DBInstance) -> None:
    exported = instance.settings.get("EnabledCloudwatchLogsExports") or ()
    folder = servers().log_folder(instance.resource_id)
    for log_type in LOG_TYPES[instance.engine]:
        if log_type not in _FILES:
            continue
        path = folder / _FILES[log_type]
        position = instance.log_positions.setdefault(log_type, Position())
        if log_type not in exported:
            # What was written before a type is exported is not exported.
            log_tail.skip(path, position)
            continue
        for entries in log_tail.read_on(path, log_type, position):
            for events, size in batches(entries, int(time.time() * 1000)):
                _put(instance, log_type, events)
                position.offset += size


def batches(entries: Sequence[Entry], now: int) -> Iterator[tuple[list[Event], int]]:
    """The entries as ``InputLogEvent`` shapes, in stretches that one call takes.

    Parameters
    ----------
    now
        Milliseconds since 1970: the time of an entry that has none, or one that cannot be.

    Yields
    ------
    tuple
        Events, and the bytes in the file of the entries that are done with after them.
    """
    batch: list[Event] = []
    size = done = latest = 0
    for entry in entries:
        believable = entry.timestamp is not None and abs(now - entry.timestamp) < _BELIEVED
        moment = entry.timestamp if believable and entry.timestamp is not None else latest or now
        # A server's clock may be put back; the events of one call may not.
        latest = max(latest, moment)
        for start in range(0, len(entry.message), _LONGEST):
            message = entry.message[start : start + _LONGEST]
            room = len(message.encode()) + 26
            full = len(batch) == _EVENTS or size + room > _BYTES
            if batch and (full or latest - batch[0]["timestamp"] > _SPAN):
                yield batch, done
                batch, size, done = [], 0, 0
            batch.append({"timestamp": latest, "message": message})
            size += room
        done += entry.size
    if batch or done:
        yield batch, done


def _put(instance: DBInstance, log_type: str, events: list[Event]) -> None:
    logs = client("logs", instance.account_id, instance.region)
    group = f"/aws/rds/instance/{instance.identifier}/{log_type}"
    stream = f"{instance.identifier}.0" if instance.engine == "postgres" else instance.identifier
    if not events:
        return  # empty lines
    request = {"logGroupName": group, "logStreamName": stream, "logEvents": events}
    try:
        logs.put_log_events(**request)
    except logs.exceptions.ResourceNotFoundException:
        _make(logs, group, stream)
        logs.put_log_events(**request)


def _make(logs: Any, group: str, stream: str) -> None:
    """Make the log group and stream, as RDS does where they are missing."""
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
