"""Objects of S3 as files that another process can read: the very files that LocalStack keeps them in.

LocalStack holds an object in memory while it is small, and else in a file without a name: the first is
written to a folder, of the second a descriptor is handed over.
"""

from __future__ import annotations

import os
import shutil
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import s3_stores

from scripts.local_cloud.providers.framework import error


@dataclass
class Readable:
    """An object that can be read.

    Attributes
    ----------
    path
        A file of the query's own; none where a descriptor is handed over.
    """

    uri: str
    size: int
    path: Path | None
    descriptor: int | None
    record: Any
    modified: int

    def is_unchanged(self) -> bool:
        """Whether the bytes that were handed over are still what they were."""
        return self.descriptor is None or self.record.internal_last_modified == self.modified


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``."""
    bucket, _, key = uri.removeprefix("s3://").removeprefix("s3a://").removeprefix("s3n://").partition("/")
    return bucket, key


def bucket_named(name: str) -> Any:
    """A bucket's records, or S3's error."""
    for _, _, store in s3_stores.iter_stores():
        if name in store.buckets:
            return store.buckets[name]
    raise error("NoSuchBucket", f"The specified bucket does not exist (Bucket: {name})", 404)


class Listings:
    """The objects of buckets, each listed once for a query, whose table may have thousands of locations."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[list[str], list[Any]]] = {}

    def under(self, location: str) -> Iterator[tuple[str, Any]]:
        """URI and record of the objects that a table at the location is read from."""
        name, prefix = split(location)
        prefix = prefix.rstrip("/") + "/" if prefix.strip("/") else ""
        keys, records = self._listed(name)
        for at in range(bisect_left(keys, prefix), len(keys)):
            key, record = keys[at], records[at]
            if not key.startswith(prefix):
                return
            hidden = any(each.startswith(("_", ".")) for each in key.removeprefix(prefix).split("/"))
            if not hidden and getattr(record, "size", None):
                yield f"s3://{name}/{key}", record

    def _listed(self, name: str) -> tuple[list[str], list[Any]]:
        if name not in self._buckets:
            records = sorted(bucket_named(name).objects.values(), key=lambda each: str(each.key))
            self._buckets[name] = [str(each.key) for each in records], records
        return self._buckets[name]


def is_empty(location: str) -> bool:
    """Whether no object lies under the location."""
    name, prefix = split(location)
    return not any(each.key.startswith(prefix) for each in bucket_named(name).objects.values())


def readable(uri: str, record: Any, path: Path) -> Readable:
    """The object, as a descriptor or as a file that is made at the path."""
    storage = SERVICE_PLUGINS.require("s3")._provider._storage_backend
    with storage.open(split(uri)[0], record, "r") as stored:
        file = stored.file
        with file.position_lock:
            if file._rolled:
                file._file.flush()
                descriptor = os.dup(file._file.fileno())
                return Readable(uri, record.size, None, descriptor, record, record.internal_last_modified)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.seek(0)
            with path.open("xb") as copy:
                shutil.copyfileobj(file, copy)
            return Readable(uri, record.size, path, None, record, record.internal_last_modified)
