"""Lines of a dump that only its own server would take, made fit for ours.

A dump names users, roles and settings of the server that it came from; on RDS the master user may not act for
others. Each filter keeps the number of lines, so that an error's line is the file's. Rows are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.errors import BadInputError

_ROWS = re.compile(rb"^\s*(?:INSERT|REPLACE)\b|^\(", re.IGNORECASE)

_USER = rb"(?:`[^`]*`|'[^']*'|\"[^\"]*\"|[\w%.]+)"
_DEFINER = re.compile(rb"DEFINER\s*=\s*" + _USER + rb"\s*@\s*" + _USER, re.IGNORECASE)
_SANDBOX = re.compile(rb"^/\*M?!999999\\- enable the sandbox mode \*/")
_LOG_SETTING = re.compile(rb"^\s*SET\s+(?:@@)?(?:SESSION|GLOBAL)?[.\s]*(?:SQL_LOG_BIN|GTID_PURGED)\s*=", re.I)
_COLLATION = re.compile(rb"\b(?P<name>utf8mb4_(?:\w+_)?(?:0900|uca1400)_\w+)\b", re.IGNORECASE)

#: Stand-ins for a collation that the server does not know, the nearest first.
_CASE_SENSITIVE = ("utf8mb4_0900_as_cs", "utf8mb4_uca1400_as_cs", "utf8mb4_bin")
_CASE_INSENSITIVE = ("utf8mb4_0900_ai_ci", "utf8mb4_uca1400_ai_ci", "utf8mb4_unicode_520_ci")


def for_mysql(lines: Iterable[bytes], collations: frozenset[str]) -> Iterator[bytes]:
    """A dump's lines for a MySQL or MariaDB server whose user is no superuser.

    Definers become whoever loads; the binary log and GTIDs are left as they are; collations that the server
    does not know are replaced by the nearest that it does.

    Parameters
    ----------
    lines
        With their line ends.
    collations
        The server's.
    """
    skipping = False
    for line in lines:
        if skipping or _LOG_SETTING.match(line):
            skipping = not line.rstrip().endswith(b";")
            yield b"\n"
        elif _SANDBOX.match(line):
            yield b"\n"
        elif _ROWS.match(line):
            yield line
        else:
            yield _COLLATION.sub(lambda found: _known(found["name"], collations), _DEFINER.sub(b"", line))


def _known(name: bytes, collations: frozenset[str]) -> bytes:
    wanted = name.decode().lower()
    if wanted in collations:
        return name
    sensitive = wanted.endswith(("_bin", "_cs"))
    for candidate in _CASE_SENSITIVE if sensitive else _CASE_INSENSITIVE:
        if candidate in collations:
            return candidate.encode()
    return name


_COPY = re.compile(rb"^COPY .* FROM stdin", re.IGNORECASE)
_BODY = re.compile(rb"\$\w*\$")
_FOREIGN_ROLE = re.compile(
    rb"^(?:ALTER .* OWNER TO .*;|SET SESSION AUTHORIZATION .*;|COMMENT ON EXTENSION .*;"
    rb"|ALTER DEFAULT PRIVILEGES .*;|(?:GRANT|REVOKE) .*;)\s*$",
    re.IGNORECASE,
)
_TRANSACTION_TIMEOUT = re.compile(rb"^SET transaction_timeout\b", re.IGNORECASE)
_PUBLIC_SCHEMA = re.compile(rb"^CREATE SCHEMA public;\s*$", re.IGNORECASE)
_META = re.compile(rb"^\\(?P<command>\S+)")
_SWITCH = re.compile(rb"^\\(?:connect|c)\s+\"?(?P<name>[\w$-]+)\"?\s*$")
_GUARD = (b"restrict", b"unrestrict")


def for_postgres(
    lines: Iterable[bytes], path: Path, server_version: int, token: str | None
) -> Iterator[bytes]:
    """A dump's lines for a PostgreSQL server that does not have the roles of the one it came from.

    Parameters
    ----------
    lines
        With their line ends.
    path
        For the error.
    server_version
        As libpq counts: 150004 is 15.4.
    token
        For psql's restricted mode, in which a dump cannot make psql run programs; None where psql lacks it.
        It costs one line more, at the beginning, and makes several of one that enters a database.

    Raises
    ------
    BadInputError
        The dump holds a psql command, which could read files or run programs here.
    """
    copying = False
    body: bytes | None = None
    if token:
        yield f"\\restrict {token}\n".encode()
    for number, line in enumerate(lines, start=1):
        if copying:
            copying = line.rstrip(b"\r\n") != b"\\."
            yield line
            continue
        if body is None and (meta := _META.match(line)):
            yield _meta(meta["command"], line, token, f"{path}, line {number}")
            continue
        for tag in _BODY.findall(line):
            body = tag if body is None else None if tag == body else body
        copying = body is None and bool(_COPY.match(line))
        if (body is None and _FOREIGN_ROLE.match(line)) or (
            server_version < 170000 and _TRANSACTION_TIMEOUT.match(line)
        ):
            yield b"\n"
        elif _PUBLIC_SCHEMA.match(line):
            yield b"CREATE SCHEMA IF NOT EXISTS public;\n"
        else:
            yield line


def _meta(command: bytes, line: bytes, token: str | None, where: str) -> bytes:
    if command in _GUARD:
        return b"\n"
    if found := _SWITCH.match(line):
        if token is None:
            return line
        # A line each: newer ones (15.20, 17.12) take all that follows on the line for the token.
        guard = token.encode()
        return b"\\unrestrict %s\n\\connect %s\n\\restrict %s\n" % (guard, found["name"], guard)
    raise BadInputError(
        f"{where}: the psql command {line.decode('utf-8', 'replace').strip()!r} has no place in a dump.",
        "Commands of psql can run programs on this machine; remove the line if you trust the file.",
    )
