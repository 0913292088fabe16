r"""Cuts a server's log into entries: one event each, however many lines it has. Pure.

What an entry begins with, by log type: in error logs a time, in PostgreSQL's any line but one that is
indented by a tab, in slow query logs the comments before the statement, in general logs a time or the two
tabs that MariaDB writes instead of the same second.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

#: MariaDB writes the hour with a space where others write a zero.
_ISO = re.compile(rb"(?:# Time: )?(\d{4}-\d\d-\d\d)[ T]([ \d]\d:\d\d:\d\d)(\.\d{1,6})?")
#: MariaDB's slow query and general logs: ``261120  9:05:01``.
_SHORT = re.compile(rb"(?:# Time: )?(\d\d)(\d\d)(\d\d) +(\d{1,2}):(\d\d):(\d\d)")
_COMMAND = re.compile(
    rb"(?:\d{6} +\d{1,2}:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\t)\t *\d+ [A-Z][A-Za-z ]*"
)

#: Whether a line begins an entry, by the line and the one before it.
_Begins = Callable[[bytes, bytes], bool]

_BEGINS: dict[str, _Begins] = {
    "error": lambda line, _before: _ISO.match(line) is not None,
    "general": lambda line, _before: _COMMAND.match(line) is not None,
    "postgresql": lambda line, _before: not line.startswith(b"\t"),
    "slowquery": lambda line, before: (
        line.startswith(b"# Time: ")
        or (line.startswith(b"# User@Host: ") and not before.startswith(b"# Time: "))
    ),
}


@dataclass(frozen=True)
class Entry:
    """One entry of a log.

    Attributes
    ----------
    size
        Bytes in the file.
    timestamp
        Milliseconds since 1970 as the entry says (servers here log in UTC); None where it says nothing.
    """

    size: int
    message: str
    timestamp: int | None


def split_entries(data: bytes, log_type: str) -> list[Entry]:
    """The entries of a stretch of a log that begins where an entry does.

    The sizes add up to the length of the data; the last entry may go on after it.
    """
    begins = _BEGINS[log_type]
    entries: list[list[bytes]] = []
    before = b""
    # Lines end with a line feed alone; a statement may hold carriage returns.
    for line in re.findall(rb"[^\n]*\n|[^\n]+", data):
        if not entries or begins(line, before):
            entries.append([])
        entries[-1].append(line)
        before = line
    return [_entry(b"".join(lines)) for lines in entries]


def _entry(data: bytes) -> Entry:
    return Entry(len(data), data.decode("utf-8", "replace").rstrip("\r\n"), _timestamp(data))


def _timestamp(data: bytes) -> int | None:
    try:
        if found := _ISO.match(data):
            day, clock, part = (group.decode() if group else "" for group in found.groups())
            moment = datetime.fromisoformat(f"{day}T{clock.replace(' ', '0')}").replace(tzinfo=UTC)
            return int(moment.timestamp() * 1000) + int(float(part or 0) * 1000)
        if found := _SHORT.match(data):
            year, month, date, hour, minute, second = map(int, found.groups())
            moment = datetime(2000 + year, month, date, hour, minute, second, tzinfo=UTC)
            return int(moment.timestamp() * 1000)
    except ValueError:
        pass  # digits that are no time
    return None
