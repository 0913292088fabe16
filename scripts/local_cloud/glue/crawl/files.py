"""The files of a target, listed and read from S3."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from scripts.local_cloud.glue.crawl import formats, globs
from scripts.local_cloud.glue.crawl.layout import File

#: Bytes that are fetched at a time: most footers are smaller.
_BLOCK = 1 << 18


class Objects:
    """What lies below one ``s3://`` path.

    Parameters
    ----------
    path
        A folder, with or without the slash at its end, or an object.
    exclusions
        Patterns relative to the path.
    """

    def __init__(self, s3: Any, path: str, exclusions: Iterable[str] = ()) -> None:
        place = urlsplit(path)
        self._s3 = s3
        self.bucket = place.netloc
        self.root = place.path.lstrip("/")
        self._exclusions = tuple(exclusions)
        if self.root and not self.root.endswith("/") and not self._is_object(self.root):
            self.root += "/"

    def url(self, key: str) -> str:
        """``s3://`` of a key."""
        return f"s3://{self.bucket}/{key}"

    def files(self, problems: list[str]) -> Iterator[File]:
        """Every file that holds something, is not hidden (``_`` or ``.`` in front), and is not left out.

        Parameters
        ----------
        problems
            What cannot be read is added to it, in a sentence.
        """
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.root)
        for page in pages:
            for each in page.get("Contents", []):
                key, size = each["Key"], each["Size"]
                relative = key.removeprefix(self.root) or key.rpartition("/")[2]
                if size == 0 or self._left_out(relative):
                    continue
                try:
                    found = formats.identify(key, size, io.BufferedReader(_Reader(self, key, size), _BLOCK))
                except formats.UnreadableError as unreadable:
                    problems.append(f"s3://{self.bucket}/{unreadable}")
                    continue
                if found is None:
                    problems.append(f"{self.url(key)} is of no kind that is known: it was left out")
                    continue
                yield File(key, size, found)

    def read(self, key: str, start: int, stop: int) -> bytes:
        """Bytes from `start` up to, not including, `stop`."""
        found = self._s3.get_object(Bucket=self.bucket, Key=key, Range=f"bytes={start}-{stop - 1}")
        content: bytes = found["Body"].read()
        return content

    def _left_out(self, relative: str) -> bool:
        hidden = any(part.startswith(("_", ".")) for part in relative.split("/"))
        return hidden or any(globs.matches(pattern, relative) for pattern in self._exclusions)

    def _is_object(self, key: str) -> bool:
        found = self._s3.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1).get("Contents", [])
        return bool(found) and found[0]["Key"] == key


class _Reader(io.RawIOBase):
    """An object of S3 as a file."""

    def __init__(self, objects: Objects, key: str, size: int) -> None:
        super().__init__()
        self._objects, self._key, self._size, self._place = objects, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def readinto(self, buffer: Any) -> int:
        stop = min(self._place + len(buffer), self._size)
        if stop <= self._place:
            return 0
        content = self._objects.read(self._key, self._place, stop)
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)
