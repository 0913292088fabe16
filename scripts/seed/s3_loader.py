"""Objects into the raw bucket, in parallel. A learner's own objects stay; so does what is there already."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.errors import MissingError
from scripts.seed import objects
from scripts.seed.objects import SeedObject
from scripts.seed.streaming import Progress, silent

if TYPE_CHECKING:
    import boto3

THREADS = 8

#: Bytes of a part of a large object; that many, times the threads below, are in memory at most.
PART_BYTES = 8 << 20
_PART_THREADS = 4

#: Name of the metadata entry that holds an object's checksum.
CHECKSUM = "seed-sha256"

#: And of the ones that the last object holds besides.
SCALE, SEED, OBJECTS = "seed-scale", "seed-number", "seed-objects"


@dataclass(frozen=True)
class ObjectsLoaded:
    """What became of the bucket.

    Attributes
    ----------
    bucket
        Its name.
    objects
        Objects that the dataset has.
    written, deleted
        Objects uploaded, and objects of another scale removed.
    """

    bucket: str
    objects: int
    written: int
    deleted: int


@dataclass(frozen=True)
class InPlace:
    """A complete seed of a bucket: its scale and seed, and how many objects it has."""

    scale: int
    seed: int
    objects: int


def find_bucket(session: boto3.Session, prefix: str) -> str:
    """The raw bucket: its name starts with ``<prefix>-raw``.

    Raises
    ------
    MissingError
        There is none, or more than one.
    """
    start = f"{prefix}-raw"
    pages = session.client("s3").get_paginator("list_buckets").paginate(Prefix=start)
    names = [bucket["Name"] for page in pages for bucket in page.get("Buckets", []) if "Name" in bucket]
    names = [name for name in names if name == start or name.startswith(f"{start}-")]
    if len(names) != 1:
        found = f"buckets {', '.join(names)} all start" if names else "no bucket's name starts"
        raise MissingError(
            f"The raw bucket is not clear: {found} with {start}.",
            "Remove the others, or set LAB_NAME." if names else "Build it: make apply",
        )
    return names[0]


class BucketLoader:
    """The raw bucket.

    Parameters
    ----------
    session
        Of the target.
    bucket
        Name of the bucket.
    """

    def __init__(self, session: boto3.Session, bucket: str) -> None:
        self.bucket = bucket
        self._s3: Any = session.client("s3", config=Config(max_pool_connections=THREADS + _PART_THREADS))

    def restore(self, scale: int, seed: int, progress: Progress = silent) -> ObjectsLoaded:
        """Bring the dataset's objects to their state at that scale and seed."""
        total = written = 0
        wanted = list(objects.objects(scale, seed))
        *others, last = wanted
        with ThreadPoolExecutor(THREADS, thread_name_prefix="seed-objects") as threads:
            waiting: set[Future[bool]] = set()
            for item in others:
                if len(waiting) >= 2 * THREADS:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    written += sum(future.result() for future in done)
                waiting.add(threads.submit(self._put, item, {}))
                total += 1
                progress("objects", total, len(wanted))
            written += sum(future.result() for future in waiting)
        deleted = self._remove_others({item.key for item in wanted})
        written += self._put(last, {SCALE: str(scale), SEED: str(seed), OBJECTS: str(len(wanted))})
        progress("objects", len(wanted), len(wanted))
        return ObjectsLoaded(self.bucket, len(wanted), written, deleted)

    def in_place(self) -> InPlace | None:
        """The seed, of any scale, that was completed here; None when there is none."""
        metadata = self._metadata(objects.RATINGS_KEY)
        try:
            return InPlace(int(metadata[SCALE]), int(metadata[SEED]), int(metadata[OBJECTS]))
        except (KeyError, ValueError):
            return None

    def _metadata(self, key: str) -> dict[str, str]:
        try:
            answer = self._s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return {}
            raise
        metadata: dict[str, str] = answer["Metadata"]
        return metadata

    def _put(self, item: SeedObject, more: dict[str, str]) -> bool:
        """Upload an object unless it is there; whether it was uploaded."""
        checksum = hashlib.sha256()
        for piece in item.content():
            checksum.update(piece)
        metadata = {CHECKSUM: checksum.hexdigest(), **more}
        if self._metadata(item.key).items() >= metadata.items():
            return False
        with closing(_Pieces(item.content())) as body:
            self._s3.upload_fileobj(
                body,
                self.bucket,
                item.key,
                ExtraArgs={"ContentType": item.content_type, "Metadata": metadata},
                Config=TransferConfig(
                    multipart_threshold=PART_BYTES,
                    multipart_chunksize=PART_BYTES,
                    max_concurrency=_PART_THREADS,
                ),
            )
        return True

    def _remove_others(self, wanted: set[str]) -> int:
        """Remove the documents of a larger scale."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{objects.SESSIONS_PREFIX}sessions_"
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        extra = [key for key in keys if key not in wanted]
        for start in range(0, len(extra), 1000):
            batch = [{"Key": key} for key in extra[start : start + 1000]]
            self._s3.delete_objects(Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True})
        return len(extra)


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file that can be read once, from its start."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = float("inf") if size is None or size < 0 else size
        parts, length = [self._rest], len(self._rest)
        while length < wanted and (piece := next(self._pieces, b"")):
            parts.append(piece)
            length += len(piece)
        data = b"".join(parts)
        cut = min(length, int(min(wanted, length)))
        self._rest = data[cut:]
        return data[:cut]
