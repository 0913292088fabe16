"""Items into DynamoDB: batches in parallel, and what was not taken once more after a while."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.errors import MissingError, RemoteError
from scripts.seed import items
from scripts.seed.streaming import Progress, silent

if TYPE_CHECKING:
    import boto3

#: What BatchWriteItem takes at most.
BATCH = 25

THREADS = 8

#: Attempts for one batch; the waits between them add up to about two minutes.
ATTEMPTS = 12

_THROTTLED = {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}

Key = tuple[str, ...]


@dataclass(frozen=True)
class ItemsLoaded:
    """What became of a table.

    Attributes
    ----------
    table
        Full name.
    items
        Items that the dataset has.
    written, deleted
        Items put, and items of somebody else's removed.
    """

    table: str
    items: int
    written: int
    deleted: int


class TableLoader:
    """One table of the course.

    Parameters
    ----------
    session
        Of the target.
    prefix
        `Settings.name`; the table is called ``<prefix>-<name>``.
    name
        A key of `items.TABLES`.

    Raises
    ------
    MissingError
        There is no such table.
    """

    def __init__(self, session: boto3.Session, prefix: str, name: str) -> None:
        self._client: Any = session.client("dynamodb", config=Config(max_pool_connections=THREADS))
        self._name = name
        self.table = f"{prefix}-{name}"
        try:
            schema = self._client.describe_table(TableName=self.table)["Table"]["KeySchema"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise MissingError(f"There is no DynamoDB table {self.table}.", "Build it: make apply") from None
        self._keys = [attribute["AttributeName"] for attribute in schema]
        self._serializer = TypeSerializer()

    def restore(self, scale: int, seed: int, progress: Progress = silent) -> ItemsLoaded:
        """Bring the table to exactly the dataset's items."""
        present = self._present()
        wanted = set()
        requests = []
        for item in items.items(self._name, scale, seed):
            stored = self._serialize(item)
            wanted.add(self._key(stored))
            requests.append({"PutRequest": {"Item": stored}})
        extra = [key for identity, key in present.items() if identity not in wanted]
        deletions = [{"DeleteRequest": {"Key": key}} for key in extra]
        self._write(deletions + requests, progress)
        return ItemsLoaded(self.table, len(requests), len(requests), len(extra))

    def complete(self, scale: int, seed: int, progress: Progress = silent) -> ItemsLoaded:
        """Put only the items that are missing; what a learner changed or added stays."""
        present = self._present()
        stored = [self._serialize(item) for item in items.items(self._name, scale, seed)]
        missing = [item for item in stored if self._key(item) not in present]
        self._write([{"PutRequest": {"Item": item}} for item in missing], progress)
        return ItemsLoaded(self.table, len(stored), len(missing), 0)

    def _serialize(self, item: items.Item) -> dict[str, Any]:
        return {name: self._serializer.serialize(value) for name, value in item.items()}

    def _key(self, stored: dict[str, Any]) -> Key:
        return tuple(str(next(iter(stored[name].values()))) for name in self._keys)

    def _present(self) -> dict[Key, dict[str, Any]]:
        names = {f"#k{number}": name for number, name in enumerate(self._keys)}
        pages = self._client.get_paginator("scan").paginate(
            TableName=self.table,
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            ConsistentRead=True,
        )
        return {self._key(item): item for page in pages for item in page["Items"]}

    def _write(self, requests: list[dict[str, Any]], progress: Progress) -> None:
        done = 0
        with ThreadPoolExecutor(THREADS, thread_name_prefix="seed-items") as threads:
            for count in threads.map(self._write_batch, _batches(requests, BATCH)):
                done += count
                progress(self.table, done, len(requests))

    def _write_batch(self, batch: list[dict[str, Any]]) -> int:
        waiting = batch
        for attempt in range(ATTEMPTS):
            try:
                answer = self._client.batch_write_item(RequestItems={self.table: waiting})
                waiting = answer.get("UnprocessedItems", {}).get(self.table, [])
            except ClientError as error:
                if error.response["Error"]["Code"] not in _THROTTLED:
                    raise
            if not waiting:
                return len(batch)
            time.sleep(random.uniform(0.5, 1.0) * min(0.1 * 2**attempt, 20.0))
        raise RemoteError(
            f"DynamoDB did not take {len(waiting)} items of {self.table} in {ATTEMPTS} attempts: throttled.",
            "Raise the table's write capacity, or seed a smaller --scale; then run the same command again.",
        )


def _batches(requests: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(requests)
    while batch := list(islice(remaining, size)):
        yield batch
