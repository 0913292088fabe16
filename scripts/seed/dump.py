"""What an SQL dump that somebody else wrote is: whose dialect, which databases, whole or cut off."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from scripts.errors import BadInputError
from scripts.seed.model import Dialect

#: Lines that the dialect is told from.
_HEAD_LINES = 400
_TAIL_BYTES = 4096

_GZIP = b"\x1f\x8b"

#: First bytes of what is no SQL text.
_FOREIGN = {
    b"PGDMP": "pg_dump's custom format; turn it into SQL: pg_restore --file=dump.sql FILE",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"BZh": "compressed with bzip2; unpack it first: bunzip2 FILE",
    b"\xfd7zXZ": "compressed with xz; unpack it first: unxz FILE",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first: unzstd FILE",
    b"SQLite format 3": "a database of SQLite, not an SQL dump",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8 first",
}

_SIGNS: dict[Dialect, re.Pattern[bytes]] = {
    "mysql": re.compile(
        rb"^-- (?:MySQL|MariaDB) dump|/\*!\d{5}|/\*M!|\bENGINE\s*=|\bAUTO_INCREMENT\b|^DELIMITER\b|^USE\b"
        rb"|^CREATE (?:DATABASE|SCHEMA|TABLE)[^;(]*`|^INSERT INTO `|@@|\bUNSIGNED\b|^(?:UN)?LOCK TABLES\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    "postgres": re.compile(
        rb"^-- PostgreSQL database|^\\(?:connect|c|restrict)\b|^COPY .* FROM stdin|\bOWNER TO\b|pg_catalog\."
        rb"|^SET (?:statement_timeout|search_path|standard_conforming_strings|client_encoding)\b"
        rb"|\b(?:big)?serial\b|^CREATE (?:SEQUENCE|EXTENSION)\b|\bLANGUAGE ['\"]?plpgsql"
        rb"|::(?:regclass|text)\b|\bwithout time zone\b",
        re.IGNORECASE | re.MULTILINE,
    ),
}

_STATEMENT = re.compile(
    rb"^\s*(?:CREATE|INSERT|DROP|ALTER|COPY|USE|SET|UPDATE|DELETE|REPLACE|BEGIN|START|SELECT)\b", re.I | re.M
)

_CREATE_TABLE = re.compile(rb"CREATE TABLE\b", re.IGNORECASE)

_NAME = rb"[`\"]?(?P<name>[\w$-]+)[`\"]?"
_USES = {
    "mysql": re.compile(rb"^(?:/\*!\d+ )?USE\s+" + _NAME + rb"\s*(?:\*/)?\s*;", re.IGNORECASE),
    "postgres": re.compile(rb"^\\(?:connect|c)\s+(?:-reuse-previous=\S+\s+)?" + _NAME + rb"\s*$"),
}

#: mysqldump and mariadb-dump name the database in a comment; without --databases, only there.
_HEADER_DATABASE = re.compile(rb"^-- Host: .*\bDatabase: (?P<name>[\w$-]+)\s*$", re.MULTILINE)

#: What a dump program writes first, and at the end of a dump that is whole.
_FIRST_AND_LAST = (
    (re.compile(rb"^-- (?:MySQL|MariaDB) dump", re.MULTILINE), b"-- Dump completed"),
    (re.compile(rb"^-- PostgreSQL database dump$", re.MULTILINE), b"-- PostgreSQL database dump complete"),
    (re.compile(rb"^-- PostgreSQL database cluster dump$", re.MULTILINE), b"database cluster dump complete"),
)

_COMMENT = re.compile(rb"/\*.*?\*/|^\s*(?:--|#).*?$", re.DOTALL | re.MULTILINE)

_SYSTEM_DATABASES = {"mysql", "sys", "information_schema", "performance_schema", "template0", "template1"}


@dataclass(frozen=True)
class Dump:
    """An SQL dump.

    Attributes
    ----------
    path
        The file.
    dialect
        Whose SQL it is.
    databases
        Databases that it switches to, in their order; empty when it leaves that to whoever loads it.
    header_database
        Database that its first comment names.
    bytes
        Length of the text, uncompressed.
    creates_tables
        Whether it makes tables, rather than fills those that another file makes.
    """

    path: Path
    dialect: Dialect
    databases: tuple[str, ...]
    header_database: str | None
    bytes: int
    creates_tables: bool


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The text of a dump as bytes, also of one that gzip has compressed.

    Raises
    ------
    BadInputError
        It cannot be read, or not to its end.
    """
    try:
        with path.open("rb") as raw:
            if raw.peek(2)[:2] == _GZIP:
                with gzip.open(raw) as unpacked:
                    yield cast(BinaryIO, unpacked)
            else:
                yield raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInputError(f"{path} is cut off or damaged: {error}.", "Copy or download it again.") from None
    except IsADirectoryError:
        raise BadInputError(f"{path} is a folder.", "Give one SQL file.") from None
    except (FileNotFoundError, PermissionError) as error:
        raise BadInputError(
            f"{path} cannot be read: {error.strerror}.", "Give the path of an SQL dump."
        ) from None


def inspect(path: Path, dialect: Dialect | None = None) -> Dump:
    """Read a dump through, without loading it.

    Parameters
    ----------
    path
        An SQL file, as mysqldump, mariadb-dump or pg_dump write it, or gzip of it.
    dialect
        Whose it is, where the user says so.

    Raises
    ------
    BadInputError
        It is no SQL dump, cut off, of no clear dialect, or holds a server's own databases.
    """
    head: list[bytes] = []
    tail = b""
    total = 0
    creates_tables = False
    uses: dict[str, list[str]] = {name: [] for name in _USES}
    with opened(path) as file:
        for line in file:
            if not total:
                _refuse_foreign(path, line)
            total += len(line)
            if len(head) < _HEAD_LINES:
                head.append(line[:4096])
            tail = (tail + line[-_TAIL_BYTES:])[-_TAIL_BYTES:]
            if line[:1] in b"cC":
                creates_tables = creates_tables or bool(_CREATE_TABLE.match(line))
            elif line[:1] in b"uU\\/":
                for name, pattern in _USES.items():
                    if found := pattern.match(line):
                        uses[name].append(found["name"].decode())
    start = b"".join(head)
    if not _STATEMENT.search(start) and not any(pattern.search(start) for pattern in _SIGNS.values()):
        raise BadInputError(
            f"{path} is not an SQL dump: its first {len(head)} lines hold no SQL statement.",
            "Give a file that mysqldump or pg_dump wrote.",
        )
    _refuse_truncated(path, start, tail)
    whose = dialect or _dialect(path, start)
    databases = tuple(dict.fromkeys(uses[whose]))
    if system := _SYSTEM_DATABASES.intersection(databases):
        raise BadInputError(
            f"{path} replaces the server's own database {min(system)}, with its users and passwords.",
            "Dump the databases that you want: mysqldump --databases NAME ..., or pg_dump.",
        )
    header = _HEADER_DATABASE.search(start)
    return Dump(path, whose, databases, header["name"].decode() if header else None, total, creates_tables)


def _refuse_foreign(path: Path, line: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if line.startswith(magic):
            raise BadInputError(f"{path} is {what.partition(';')[0]}.", what.partition("; ")[2].capitalize())
    if b"\0" in line:
        raise BadInputError(f"{path} is a binary file, not an SQL dump.", "Give an SQL file.")


def _refuse_truncated(path: Path, start: bytes, tail: bytes) -> None:
    again = "Dump, copy or download it again."
    for first, last in _FIRST_AND_LAST:
        if first.search(start):
            if last not in tail:
                raise BadInputError(
                    f"{path} is cut off: its last line, {last.decode()!r}, is missing.", again
                )
            return
    end = _COMMENT.sub(b"", tail).rstrip()
    if not end.endswith((b";", b"//", b"$$", b"\\.", b"\\g")) and not re.search(rb"(?:^|\n)\\\S.*$", end):
        shown = end[-60:].decode("utf-8", "replace").strip()
        raise BadInputError(f"{path} is cut off in a statement: it ends with {shown!r}.", again)


def _dialect(path: Path, start: bytes) -> Dialect:
    scores = {name: len(pattern.findall(start)) for name, pattern in _SIGNS.items()}
    if scores["mysql"] == scores["postgres"]:
        raise BadInputError(
            f"Whether {path} is for MySQL or for PostgreSQL cannot be told.", "Say it: --into mysql|postgres"
        )
    return "mysql" if scores["mysql"] > scores["postgres"] else "postgres"
