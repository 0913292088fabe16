"""Reads a log file on from where it was left, also when it was rotated, cut off, or copied meanwhile."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scripts.local_cloud.databases.log_entries import Entry, split_entries

#: Bytes that are read at once, and that a file is known again by.
PORTION = 1 << 20
_HEAD = 256


@dataclass
class Position:
    """How far a log file was read.

    Attributes
    ----------
    offset
        Bytes of whole entries that are done with.
    size
        Of the file when it was last looked at: an entry at the end is whole once the file stays as it is.
    head, head_size
        Digest of the file's first bytes: a name or an inode may belong to another file the next time.
    """

    offset: int = 0
    size: int = -1
    head: str = ""
    head_size: int = 0

    def forget(self) -> None:
        """Begin with whatever file is there next."""
        self.offset, self.size, self.head, self.head_size = 0, -1, "", 0


def read_on(path: Path, log_type: str, position: Position) -> Iterator[list[Entry]]:
    """Whole entries that were not read before, in portions of up to a mebibyte.

    Whoever takes a portion moves ``position.offset`` on by the sizes of the entries that are done with; who
    fails half-way gets the rest again the next time.
    """
    while True:
        source = _source(path, position)
        if source is None:
            return
        size = _size(source)
        with _open(source) as file:
            file.seek(position.offset)
            data = file.read(PORTION)
        ends = position.offset + len(data) >= size
        rotated = source != path
        entries = split_entries(data, log_type)
        if not (ends and (rotated or size == position.size)) and (ends or len(entries) > 1):
            # More lines of the last one may follow.
            entries = entries[:-1]
        _know(source, position)
        if entries:
            yield entries
        if ends and not rotated:
            position.size = size
            return
        if ends:
            position.forget()


def skip(path: Path, position: Position) -> None:
    """Move to the end of a file without reading it."""
    position.forget()
    if _is_file(path):
        position.offset = position.size = _size(path)
        _know(path, position)


def _source(path: Path, position: Position) -> Path | None:
    """The file that was read before, by its name or one that it was given since; else the one there now."""
    if position.head_size:
        rotated = sorted(path.parent.glob(f"{path.name}.*"), key=lambda file: -file.lstat().st_mtime)
        for candidate in (path, *rotated):
            if _is_file(candidate) and _is(candidate, position):
                return candidate
        position.forget()
    return path if _is_file(path) and _size(path) else None


def _is(path: Path, position: Position) -> bool:
    return _size(path) >= position.offset and _digest(path, position.head_size) == position.head


def _know(path: Path, position: Position) -> None:
    if position.head_size < _HEAD:
        position.head_size = min(_HEAD, _size(path))
        position.head = _digest(path, position.head_size)


def _digest(path: Path, size: int) -> str:
    with _open(path) as file:
        return hashlib.sha256(file.read(size)).hexdigest()


def _size(path: Path) -> int:
    return path.lstat().st_size


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _open(path: Path) -> BinaryIO:
    # The servers' user could put a link in a log's place, to a file that it may not read itself.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
