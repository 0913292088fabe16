"""What S3 stores: the bytes of objects and of parts of uploads, one after the other in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import S3Object, s3_stores

from scripts.errors import BadInputError

_CHUNK = 1 << 20


def save(path: Path) -> None:
    """Write every object's bytes, in the order of `_stored`."""
    with path.open("xb") as file:
        for stored in _stored(_storage(), "r"):
            with stored:
                while data := stored.read(_CHUNK):
                    file.write(data)


def load(path: Path) -> None:
    """Give the objects that the records name their bytes.

    Raises
    ------
    BadInputError
        The file holds fewer bytes, or more, than the records say.
    """
    storage = _storage()
    for name, _ in _buckets():
        storage.create_bucket(name)
    with path.open("rb") as file:
        for stored in _stored(storage, "w"):
            with stored:
                _fill(stored, file)
        if file.read(1):
            raise BadInputError(f"{path} holds more than the saved records name.")


def _fill(stored: Any, file: IO[bytes]) -> None:
    record = stored.s3_object
    left = int(record.size)
    # Past `write`: it would compute size, ETag and time anew, and the ETag of an upload in parts is another.
    with stored.file.position_lock:
        stored.file.seek(0)
        while left:
            data = file.read(min(left, _CHUNK))
            if not data:
                raise BadInputError(f"{file.name} holds less than the saved records name.")
            stored.file.write(data)
            left -= len(data)
        stored.file.internal_last_modified = record.internal_last_modified


def _stored(storage: Any, mode: str) -> Iterator[Any]:
    """Every object, version and part, opened one after the other, always in the same order."""
    for name, bucket in _buckets():
        for each in bucket.objects.values(with_versions=True):
            # A delete marker stands for no bytes.
            if isinstance(each, S3Object):
                yield storage.open(name, each, mode)
        for upload in bucket.multiparts.values():
            parts = storage.get_multipart(name, upload)
            for _, part in sorted(upload.parts.items()):
                yield parts.open(part, mode)


def _buckets() -> list[tuple[str, Any]]:
    # The stores of an account's regions share its buckets.
    return sorted(
        {
            name: each for _, _, store in s3_stores.iter_stores() for name, each in store.buckets.items()
        }.items()
    )


def _storage() -> Any:
    return SERVICE_PLUGINS.require("s3")._provider._storage_backend
