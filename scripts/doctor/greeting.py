"""How a client of a database asks for TLS: both protocols begin in clear text, and are then secured."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Mapping

from scripts.doctor.layer import Protocol


class NoTlsError(Exception):
    """The server does not go on to TLS; in its own words, where it has any."""


def mysql(connection: socket.socket) -> None:
    """Read the server's greeting and answer with an SSLRequest packet.

    Source: MySQL Internals, Connection Phase (Protocol::HandshakeV10, Protocol::SSLRequest).
    """
    head = _exactly(connection, 4)
    length, sequence = int.from_bytes(head[:3], "little"), head[3]
    if length > _MYSQL_LONGEST_GREETING:
        raise NoTlsError(_NOT_MYSQL)
    greeting = _exactly(connection, length)
    if greeting[:1] == b"\xff":
        (code,) = struct.unpack_from("<H", greeting.ljust(3, b"\0"), 1)
        raise NoTlsError(f"error {code}: {greeting[3:].decode('utf-8', 'replace')}")
    try:
        end_of_version = greeting.index(b"\0", 1)
        # Behind the version: thread (4), part of the challenge (8), filler (1), then the low capabilities.
        (low,) = struct.unpack_from("<H", greeting, end_of_version + 14)
    except (ValueError, struct.error):
        raise NoTlsError(_NOT_MYSQL) from None
    if not low & _MYSQL_TLS:
        raise NoTlsError("the server's greeting does not offer TLS")
    request = struct.pack("<IIB23x", _MYSQL_CAPABILITIES, 1 << 24, _MYSQL_UTF8MB4)
    connection.sendall(struct.pack("<I", len(request))[:3] + bytes([sequence + 1]) + request)


def postgres(connection: socket.socket) -> None:
    """Send an SSLRequest message and read the answer's one letter.

    Source: PostgreSQL documentation, Message Flow, SSL Session Encryption.
    """
    connection.sendall(struct.pack("!II", 8, _POSTGRES_SSL_REQUEST))
    answer = _exactly(connection, 1)
    if answer == b"N":
        raise NoTlsError("the server answers that it does not do TLS")
    if answer != b"S":
        raise NoTlsError("what answers does not speak PostgreSQL's protocol")


def _nothing(connection: socket.socket) -> None:
    """HTTPS speaks TLS from its first byte."""


#: What a client says before TLS, by protocol.
BEFORE_TLS: Mapping[Protocol, Callable[[socket.socket], None]] = {
    "mysql": mysql,
    "postgres": postgres,
    "https": _nothing,
}

_POSTGRES_SSL_REQUEST = 80877103
_MYSQL_TLS = 0x800
#: CLIENT_PROTOCOL_41, CLIENT_SSL and CLIENT_SECURE_CONNECTION.
_MYSQL_CAPABILITIES = 0x200 | _MYSQL_TLS | 0x8000
_MYSQL_UTF8MB4 = 45
_MYSQL_LONGEST_GREETING = 1024
_NOT_MYSQL = "what answers does not speak MySQL's protocol"


def _exactly(connection: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = connection.recv(length - len(found))
        if not part:
            raise NoTlsError("the other side closed the connection before it said anything")
        found += part
    return found
