"""What has been taken in and not yet delivered, on disk: records, positions in their sources, batches.

SQLite, because each step must happen as a whole or not at all: a record is taken in together with the
position that it was read at, and a batch is struck off together with its records. A killed process loses
nothing that was committed; only a machine that loses its power may lose the last moments, and with it goes
LocalStack's memory, to which all of this belongs.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local_cloud.delivery.processing import Record

_TABLES = """
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, data BLOB NOT NULL,
    arrived REAL NOT NULL, received REAL NOT NULL);
CREATE INDEX IF NOT EXISTS records_by_stream ON records (stream, id);
CREATE TABLE IF NOT EXISTS positions (
    stream TEXT NOT NULL, shard TEXT NOT NULL, sequence TEXT NOT NULL, PRIMARY KEY (stream, shard));
CREATE TABLE IF NOT EXISTS sources (stream TEXT PRIMARY KEY, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS batches (stream TEXT PRIMARY KEY, last INTEGER NOT NULL, plan TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failures (stream TEXT PRIMARY KEY, code TEXT NOT NULL, message TEXT NOT NULL);
"""
_NAMES = ("records", "positions", "sources", "batches", "failures")
#: Seconds to wait for the other process's transaction.
_PATIENCE = 30.0


@dataclass(frozen=True)
class Waiting:
    """Records not delivered yet: bytes, when the first was received (seconds since 1970), the last id."""

    size: int = 0
    oldest: float | None = None
    last: int = 0


@dataclass(frozen=True)
class Batch:
    """Records up to and with `last`, and the plan of their delivery."""

    last: int
    plan: dict[str, Any]


class Spool:
    """One connection to the spool, for any number of threads; each call is one transaction.

    Parameters
    ----------
    path
        The file; made when it is not there, its folder must be.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            path, timeout=_PATIENCE, isolation_level="IMMEDIATE", check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def append(
        self,
        stream: str,
        records: Sequence[Record],
        received: float,
        position: tuple[str, str] | None = None,
    ) -> None:
        """Take records in, together with the position (shard, sequence number) that they end at."""
        rows = [(stream, record.data, record.arrived, received) for record in records]
        with self._lock, self._database as database:
            database.executemany(
                "INSERT INTO records (stream, data, arrived, received) VALUES (?, ?, ?, ?)", rows
            )
            if position:
                database.execute("REPLACE INTO positions VALUES (?, ?, ?)", (stream, *position))

    def positions(self, stream: str) -> dict[str, str]:
        """The sequence number of the last record taken in, by shard."""
        return dict(self._read("SELECT shard, sequence FROM positions WHERE stream = ?", stream))

    def source(self, stream: str) -> float | None:
        """When the source was made that the positions are of; None before the first read."""
        found = self._read("SELECT created FROM sources WHERE stream = ?", stream)
        return float(found[0][0]) if found else None

    def begin_source(self, stream: str, created: float) -> None:
        """A source is read that was made at this moment: positions of an earlier one are forgotten."""
        with self._lock, self._database as database:
            database.execute("DELETE FROM positions WHERE stream = ?", (stream,))
            database.execute("REPLACE INTO sources VALUES (?, ?)", (stream, created))

    def waiting(self, stream: str, after: Waiting | None = None) -> Waiting:
        """What waits for delivery; with `after`, that plus what has been taken in since."""
        known = after or Waiting()
        ((size, oldest, last),) = self._read(
            "SELECT SUM(LENGTH(data)), MIN(received), MAX(id) FROM records WHERE stream = ? AND id > ?",
            stream,
            known.last,
        )
        if last is None:
            return known
        first = oldest if known.oldest is None else min(known.oldest, oldest)
        return Waiting(known.size + size, first, last)

    def cut(self, stream: str, size: int) -> tuple[int, float] | None:
        """The end of a batch of at least so many bytes, or of all there is.

        Returns the id of its last record and when its oldest record arrived; None when nothing waits.
        """
        collected, last, oldest = 0, 0, float("inf")
        with self._lock:
            for identity, length, arrived in self._database.execute(
                "SELECT id, LENGTH(data), arrived FROM records WHERE stream = ? ORDER BY id", (stream,)
            ):
                collected, last, oldest = collected + length, identity, min(oldest, arrived)
                if collected >= size:
                    break
        return (last, oldest) if last else None

    def plan(self, stream: str, batch: Batch) -> None:
        """Write down a batch and how it will be delivered."""
        with self._lock, self._database as database:
            database.execute(
                "REPLACE INTO batches VALUES (?, ?, ?)", (stream, batch.last, json.dumps(batch.plan))
            )

    def batch(self, stream: str) -> Batch | None:
        """The batch that is written down and not struck off."""
        found = self._read("SELECT last, plan FROM batches WHERE stream = ?", stream)
        return Batch(found[0][0], json.loads(found[0][1])) if found else None

    def records(self, stream: str, last: int) -> list[Record]:
        """The records of a batch, in the order that they were taken in."""
        return [
            Record(data, arrived)
            for data, arrived in self._read(
                "SELECT data, arrived FROM records WHERE stream = ? AND id <= ? ORDER BY id", stream, last
            )
        ]

    def delivered(self, stream: str, last: int) -> None:
        """Strike off the batch with its records."""
        with self._lock, self._database as database:
            database.execute("DELETE FROM records WHERE stream = ? AND id <= ?", (stream, last))
            database.execute("DELETE FROM batches WHERE stream = ?", (stream,))
            database.execute("DELETE FROM failures WHERE stream = ?", (stream,))

    def drop_plan(self, stream: str) -> None:
        """Forget how a batch would have been delivered; its records stay."""
        with self._lock, self._database as database:
            database.execute("DELETE FROM batches WHERE stream = ?", (stream,))

    def expire(self, stream: str, before: float) -> int:
        """Drop the records received before that moment, with the plan for them; how many there were."""
        with self._lock, self._database as database:
            gone = database.execute(
                "DELETE FROM records WHERE stream = ? AND received < ?", (stream, before)
            ).rowcount
            if gone:
                database.execute("DELETE FROM batches WHERE stream = ?", (stream,))
        return gone

    def failed(self, stream: str, code: str, message: str) -> None:
        """Keep why delivery does not get on, for whoever asks."""
        with self._lock, self._database as database:
            database.execute("REPLACE INTO failures VALUES (?, ?, ?)", (stream, code, message))

    def recovered(self, stream: str) -> None:
        """Delivery gets on again."""
        with self._lock, self._database as database:
            database.execute("DELETE FROM failures WHERE stream = ?", (stream,))

    def failures(self) -> dict[str, tuple[str, str]]:
        """Code and message of what keeps delivery from getting on, by stream."""
        return {stream: (code, message) for stream, code, message in self._read("SELECT * FROM failures")}

    def forget(self, stream: str) -> None:
        """Drop everything of a stream."""
        with self._lock, self._database as database:
            for table in _NAMES:
                database.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608 - names above

    def export(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows by table, as of one moment."""
        with self._lock, self._database as database:
            database.execute("BEGIN")
            return {
                table: database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names above
                for table in _NAMES
            }

    def restore(self, tables: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        """Put exported rows in place of those that are there."""
        with self._lock, self._database as database:
            for table in _NAMES:
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - names above
                for row in tables[table]:
                    marks = ", ".join("?" * len(row))
                    database.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608

    def _read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, values).fetchall()


def remove(path: Path) -> None:
    """Remove a spool's file with what lies beside it: SQLite's files, and its deliverer's lock."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.with_suffix(".lock").unlink(missing_ok=True)
