"""Addresses that do not answer a run, as where a security group drops its packets: who connects waits.

Java's sockets (JDBC) go through a SOCKS proxy of the run's own, and Python's through `connect`. Libraries
in C that connect by themselves (libpq) are not held.
"""

from __future__ import annotations

import errno
import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Collection
from typing import Any

#: Holds host:port of each, with commas, in the environment of a run.
VARIABLE = "SOURCELAB_CLOSED"

#: Seconds after which Linux gives up where nobody set another limit.
_PATIENCE = 130.0

Address = tuple[str, int]


def told(addresses: Collection[Address]) -> dict[str, str]:
    """What of the environment of a run's process tells it of them; nothing where there are none."""
    return {VARIABLE: ",".join(f"{host}:{port}" for host, port in sorted(addresses))} if addresses else {}


def close() -> None:
    """From now on nobody answers at them, in this process and in the Java that it starts."""
    given = [each.rpartition(":") for each in filter(None, os.environ.pop(VARIABLE, "").split(","))]
    if not given:
        return
    addresses = frozenset((host, int(port)) for host, _, port in given)
    proxy = _Proxy(addresses)
    threading.Thread(target=proxy.serve_forever, name="closed", daemon=True).start()
    port = proxy.server_address[1]
    # To what the property names Java adds 127.*, where the local cloud's databases are, unless it is empty.
    # It cannot name those that are open then: they are reached through the proxy too.
    os.environ["JAVA_TOOL_OPTIONS"] = (
        f"-DsocksProxyHost=127.0.0.1 -DsocksProxyPort={port} -DsocksNonProxyHosts="
    )
    _close_python(addresses)


def _close_python(addresses: Collection[Address]) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[:2] in addresses:
            limit = self.gettimeout()
            time.sleep(_PATIENCE if limit is None else limit)
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign, assignment]


class _Proxy(socketserver.ThreadingTCPServer):
    """SOCKS 5 without a login (RFC 1928) for this machine alone."""

    daemon_threads = True

    def __init__(self, closed: Collection[Address]) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.closed = closed


class _Request(socketserver.StreamRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        methods = self.rfile.read(2)[1]
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        if kind == 3:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, self.rfile.read(size))
        (port,) = struct.unpack("!H", self.rfile.read(2))
        if (host, port) in self.server.closed:
            # No answer, not even a refusal, until whoever waits has had enough.
            self.rfile.read()
            return
        try:
            far = socket.create_connection((host, port))
        except OSError:
            self.wfile.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
        with far:
            answering = threading.Thread(target=_pass_on, args=(far, self.connection), daemon=True)
            answering.start()
            _pass_on(self.connection, far)
            answering.join()


def _pass_on(source: socket.socket, destination: socket.socket) -> None:
    try:
        while part := source.recv(1 << 16):
            destination.sendall(part)
        destination.shutdown(socket.SHUT_WR)
    except OSError:
        # One side is gone: so is the connection.
        for each in (source, destination):
            each.close()
