"""Sockets that behave as broken servers do."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@contextmanager
def silent() -> Iterator[tuple[str, int]]:
    """A port whose queue is full: the kernel drops whoever asks next, as a security group does."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(0)
        waiting = []
        try:
            while True:
                client = socket.socket()
                waiting.append(client)
                client.settimeout(0.2)
                client.connect(listener.getsockname())
        except TimeoutError:
            yield listener.getsockname()
        finally:
            for client in waiting:
                client.close()


@contextmanager
def serving(answer: Callable[[socket.socket], object]) -> Iterator[tuple[str, int]]:
    """A port where each client is given to ``answer``, whose own errors are the client's affair."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client, suppress(OSError):
                    client.settimeout(10)
                    answer(client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def until_it_leaves(client: socket.socket) -> None:
    """Take what comes and say nothing."""
    while client.recv(65536):
        pass


def certificate(folder: Path, *, since: datetime, days: int) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own authority")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "server.pem", folder / "server.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


@contextmanager
def https(folder: Path, *, since: datetime | None = None, days: int = 30) -> Iterator[tuple[str, int, Path]]:
    """A TLS server, and the authority that it is verified with."""
    pem, key = certificate(folder, since=since or datetime.now(UTC) - timedelta(days=1), days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)

    def shake_hands(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as secured:
            until_it_leaves(secured)

    with serving(shake_hands) as (host, port):
        yield host, port, pem
