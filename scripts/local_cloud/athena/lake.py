"""What a query needs of the world around it: the catalog, and the objects that tables lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Object:
    """An object of S3, where it can be read.

    Attributes
    ----------
    uri
        ``s3://bucket/key``.
    path
        A file with its bytes.
    """

    uri: str
    size: int
    path: Path


class Lake(Protocol):
    """Catalog and objects, with the permissions of whoever asks."""

    def glue(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Glue's answer.

        Raises
        ------
        LakeError
            Glue's error.
        """

    def objects(self, location: str) -> Sequence[Object]:
        """The objects under a location that tables are read from: none that is hidden or empty."""

    def put(self, path: Path, uri: str) -> None:
        """Store a file as an object."""

    def is_empty(self, location: str) -> bool:
        """Whether nothing lies under a location."""


@dataclass
class LakeError(Exception):
    """AWS refused what a query needs.

    Attributes
    ----------
    code
        AWS's, such as ``EntityNotFoundException``.
    """

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
