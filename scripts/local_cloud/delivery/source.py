"""Reads a Kinesis data stream into the spool, shard by shard, through splits and merges."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.errors import RemoteError
from scripts.local_cloud.delivery.access import Access
from scripts.local_cloud.delivery.definition import Definition, Source
from scripts.local_cloud.delivery.processing import Record
from scripts.local_cloud.delivery.spool import Spool

_PAGE = 10_000
#: Seconds between two reads of a shard, as Firehose makes them: a shard serves five a second to all readers.
_INTERVAL = 1.0
#: The other readers were faster.
_EXCEEDED = "ProvisionedThroughputExceededException"


class SourceError(RemoteError):
    """The stream cannot be read now."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class KinesisSource:
    """Where one delivery stream reads.

    The records of a shard that was split or merged are read to the end before those of its successors, so
    records of one partition key keep their order.
    """

    def __init__(self, definition: Definition, source: Source, access: Access, spool: Spool) -> None:
        self._stream = definition.id
        self._source = source
        self._access = access
        self._spool = spool
        self._shards: dict[str, dict[str, Any]] = {}
        self._iterators: dict[str, str] = {}
        self._ended: set[str] = set()
        self._due: dict[str, float] = {}

    def read(self, room: int, earliest: float) -> bool:
        """Take in what is there, at most a little more than `room` bytes; whether to read on at once.

        A shard that was read a moment ago is left for a later call.

        Parameters
        ----------
        earliest
            Records count as received when they arrived, but not before this moment (seconds since 1970).

        Raises
        ------
        SourceError
            The stream is not there, may not be read, or does not answer; reading goes on where it stopped.
        """
        try:
            return self._read(room, earliest)
        except ClientError as refused:
            self._start_anew()
            fault = refused.response["Error"]
            if fault["Code"] == "ExpiredIteratorException":
                return True
            if fault["Code"] == _EXCEEDED:
                return False
            raise SourceError(fault["Code"], fault["Message"]) from refused
        except BotoCoreError as unreachable:
            raise SourceError("InternalError", str(unreachable)) from unreachable

    def _start_anew(self) -> None:
        """Ask for shards and iterators again: they may have run out, or be of a stream that is gone."""
        self._shards.clear()
        self._iterators.clear()
        self._ended.clear()

    def _read(self, room: int, earliest: float) -> bool:
        kinesis = self._access.client("kinesis", self._source.region, self._source.role_arn)
        if not self._shards:
            self._find_shards(kinesis)
        more = False
        for shard_id in self._readable():
            if room <= 0:
                return True
            answer = self._get(kinesis, shard_id)
            if answer is None:
                continue
            room -= self._take_in(shard_id, answer["Records"], earliest)
            following = answer.get("NextShardIterator")
            if following:
                self._iterators[shard_id] = following
            else:
                self._ended.add(shard_id)
                self._find_shards(kinesis)
                more = True
        return more

    def _get(self, kinesis: Any, shard_id: str) -> dict[str, Any] | None:
        """Read a shard; None where that has to wait."""
        now = time.monotonic()
        if now < self._due.get(shard_id, now):
            return None
        self._due[shard_id] = now + _INTERVAL
        try:
            answer: dict[str, Any] = kinesis.get_records(ShardIterator=self._iterators[shard_id], Limit=_PAGE)
        except ClientError as refused:
            if refused.response["Error"]["Code"] == _EXCEEDED:
                return None
            raise
        return answer

    def _take_in(self, shard_id: str, found: list[dict[str, Any]], earliest: float) -> int:
        if not found:
            return 0
        records = [Record(each["Data"], each["ApproximateArrivalTimestamp"].timestamp()) for each in found]
        received = max(min(record.arrived for record in records), earliest)
        self._spool.append(
            self._stream, records, min(received, time.time()), (shard_id, found[-1]["SequenceNumber"])
        )
        return sum(len(record.data) for record in records)

    def _readable(self) -> list[str]:
        """Shards that are not read to their end, and whose predecessors are."""
        unread = self._shards.keys() - self._ended
        return [
            shard_id
            for shard_id, shard in self._shards.items()
            if shard_id in unread
            and not unread & {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")}
        ]

    def _find_shards(self, kinesis: Any) -> None:
        """Ask which shards there are; new ones come only when others end."""
        first = self._follow_life(kinesis)
        positions = self._spool.positions(self._stream)
        self._shards = {}
        request: dict[str, Any] = {"StreamARN": self._source.stream_arn}
        while request:
            page = kinesis.list_shards(**request)
            self._shards |= {shard["ShardId"]: shard for shard in page["Shards"]}
            request = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}
        for shard_id, shard in self._shards.items():
            if shard_id not in self._iterators and shard_id not in self._ended:
                self._iterators[shard_id] = kinesis.get_shard_iterator(
                    StreamARN=self._source.stream_arn,
                    ShardId=shard_id,
                    **self._position(shard, positions.get(shard_id), first=first),
                )["ShardIterator"]

    def _follow_life(self, kinesis: Any) -> bool:
        """Whether the stream that is there is the one that the delivery stream was made for.

        When it was deleted and another one of its name is there, that is read from its beginning.
        """
        # Not the summary: it is not among the permissions that AWS asks for in Firehose's role.
        described = kinesis.describe_stream(StreamARN=self._source.stream_arn, Limit=1)
        created = described["StreamDescription"]["StreamCreationTimestamp"].timestamp()
        if self._spool.source(self._stream) != created:
            self._spool.begin_source(self._stream, created)
        return bool(created == self._source.created)

    def _position(self, shard: dict[str, Any], reached: str | None, *, first: bool) -> dict[str, str]:
        """Where to begin: behind what was taken in, or behind what was there before the delivery stream."""
        after = reached
        if after is None and first:
            begins = int(shard["SequenceNumberRange"]["StartingSequenceNumber"])
            after = self._source.after if begins <= int(self._source.after) else None
        if after is None:
            return {"ShardIteratorType": "TRIM_HORIZON"}
        return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
