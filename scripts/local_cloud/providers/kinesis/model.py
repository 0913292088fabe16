"""Streams, shards and records as data, and what may be asked of them; no API here."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import md5
from operator import attrgetter

from scripts.local_cloud.providers.kinesis import throughput
from scripts.local_cloud.providers.kinesis.throughput import Allowance

#: Hash keys are 0 to this one; a partition key's is its MD5.
LAST_HASH_KEY = 2**128 - 1
#: Sequence numbers start here, so that they have as many digits as AWS's.
FIRST_SEQUENCE = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_802


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``arrived`` in seconds since the epoch."""

    sequence: int
    arrived: float
    partition_key: str
    data: bytes


@dataclass
class Shard:
    """A range of hash keys; ``closed_at`` is None while it takes records."""

    shard_id: str
    first_hash: int
    last_hash: int
    first_sequence: int
    parents: tuple[str, ...] = ()
    records: list[Record] = field(default_factory=list)
    last_sequence: int | None = None
    closed_at: float | None = None
    writing: Allowance = field(default_factory=throughput.writing)
    reading: Allowance = field(default_factory=throughput.reading)
    iterating: Allowance = field(default_factory=throughput.iterating)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def after(self, sequence: int, limit: int) -> list[Record]:
        """At most ``limit`` records with greater sequence numbers, in order."""
        start = bisect_right(self.records, sequence, key=attrgetter("sequence"))
        return self.records[start : start + limit]

    def from_time(self, moment: float) -> Record | None:
        """The first record that arrived then or later."""
        start = bisect_left(self.records, moment, key=attrgetter("arrived"))
        return self.records[start] if start < len(self.records) else None

    def forget(self, before: float) -> None:
        """Drop the records that arrived before that moment."""
        del self.records[: bisect_left(self.records, before, key=attrgetter("arrived"))]


@dataclass
class Consumer:
    """A registered consumer of a stream."""

    name: str
    arn: str
    created: datetime


@dataclass
class Stream:
    """A data stream.

    Attributes
    ----------
    shards
        By id, in the order of creation, closed ones too while they may hold records.
    sequence
        The sequence number last given.
    """

    name: str
    arn: str
    created: datetime
    mode: str
    retention_hours: int = 24
    encryption_key: str | None = None
    metrics: list[str] = field(default_factory=list)
    shards: dict[str, Shard] = field(default_factory=dict)
    consumers: dict[str, Consumer] = field(default_factory=dict)
    sequence: int = FIRST_SEQUENCE
    shards_made: int = 0
    _open: list[Shard] = field(default_factory=list)

    @property
    def encryption(self) -> str:
        """``KMS`` or ``NONE``."""
        return "KMS" if self.encryption_key else "NONE"

    def open_shards(self) -> list[Shard]:
        """The shards that take records, by hash key."""
        if not self._open:
            found = (each for each in self.shards.values() if each.is_open)
            self._open = sorted(found, key=attrgetter("first_hash"))
        return self._open

    def next_sequence(self) -> int:
        """A sequence number greater than every one before."""
        self.sequence += 1
        return self.sequence

    def add_shard(self, first_hash: int, last_hash: int, parents: tuple[str, ...] = ()) -> Shard:
        """A new open shard."""
        shard = Shard(
            f"shardId-{self.shards_made:012d}", first_hash, last_hash, self.next_sequence(), parents
        )
        self.shards_made += 1
        self._open = []
        self.shards[shard.shard_id] = shard
        return shard

    def add_uniform_shards(self, count: int) -> None:
        """The shards of a new stream."""
        starts = boundaries(count)
        for first, following in zip(starts, [*starts[1:], LAST_HASH_KEY + 1], strict=True):
            self.add_shard(first, following - 1)

    def close(self, shard: Shard) -> None:
        """The shard takes no more records; those it has stay."""
        shard.closed_at = time.time()
        self._open = []
        shard.last_sequence = self.next_sequence()

    def children(self, shard: Shard) -> list[Shard]:
        """The shards that took over the hash keys of a closed one."""
        return [each for each in self.shards.values() if shard.shard_id in each.parents]

    def put(
        self, partition_key: str, data: bytes, explicit_hash: int | None = None
    ) -> tuple[Shard, Record | None]:
        """Append a record to the open shard of its hash key; None where that takes no more just now."""
        key = hash_key(partition_key) if explicit_hash is None else explicit_hash
        shards = self.open_shards()
        shard = shards[bisect_right(shards, key, key=attrgetter("first_hash")) - 1]
        if not shard.writing.take(len(data) + len(partition_key.encode())):
            return shard, None
        record = Record(self.next_sequence(), time.time(), partition_key, data)
        shard.records.append(record)
        return shard, record

    def forget_old(self) -> None:
        """Drop records, and closed shards, that are older than the retention period."""
        horizon = time.time() - self.retention_hours * 3600
        for shard in list(self.shards.values()):
            shard.forget(horizon)
            if shard.closed_at is not None and shard.closed_at < horizon:
                del self.shards[shard.shard_id]

    def postpone(self, seconds: float) -> None:
        """Let everything have arrived, and been closed, that much later: the stream was out of time."""
        for shard in self.shards.values():
            shard.records = [replace(each, arrived=each.arrived + seconds) for each in shard.records]
            if shard.closed_at is not None:
                shard.closed_at += seconds

    def split(self, shard: Shard, at: int) -> None:
        """Two shards in place of one; ``at`` is the first hash key of the second."""
        self.close(shard)
        self.add_shard(shard.first_hash, at - 1, (shard.shard_id,))
        self.add_shard(at, shard.last_hash, (shard.shard_id,))

    def merge(self, lower: Shard, upper: Shard) -> None:
        """One shard in place of two that are adjacent."""
        self.close(lower)
        self.close(upper)
        self.add_shard(lower.first_hash, upper.last_hash, (lower.shard_id, upper.shard_id))

    def scale(self, count: int) -> None:
        """Split and merge until ``count`` open shards share the hash keys evenly."""
        wanted = boundaries(count)
        for start in wanted:
            shard = next(each for each in self.open_shards() if each.first_hash <= start <= each.last_hash)
            if start != shard.first_hash:
                self.split(shard, start)
        while surplus := [each for each in self.open_shards() if each.first_hash not in wanted]:
            lower = next(each for each in self.open_shards() if each.last_hash + 1 == surplus[0].first_hash)
            self.merge(lower, surplus[0])


def boundaries(count: int) -> list[int]:
    """First hash keys of ``count`` shards that share the hash keys evenly."""
    return [(LAST_HASH_KEY + 1) * index // count for index in range(count)]


def hash_key(partition_key: str) -> int:
    """The hash key of a partition key."""
    return int.from_bytes(md5(partition_key.encode(), usedforsecurity=False).digest(), "big")
