from __future__ import annotations

import os
import socket
import ssl
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from scripts.local_cloud.databases import authority
from scripts.local_cloud.databases.authority import Authority

OWNER = (os.geteuid(), os.getegid())
NAMES = ("shop.abc.us-east-1.rds.amazonaws.com",)


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def _issue(made: Authority, folder: Path, names: tuple[str, ...] = NAMES) -> bytes:
    made.issue(folder / "server.pem", folder / "server.key", host="127.20.0.2", names=names, owner=OWNER)
    return (folder / "server.pem").read_bytes()


def _handshake(made: Authority, folder: Path, name: str) -> None:
    """A TLS handshake of a client as strict as Python can make it."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem", folder / "server.key")
    client = ssl.create_default_context(cafile=made.certificate_file)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except ssl.SSLError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=name).close()
    finally:
        thread.join()


def test_a_strict_client_accepts_the_address_and_the_name_and_nothing_else(
    made: Authority, tmp_path: Path
) -> None:
    _issue(made, tmp_path)
    for name in ("127.20.0.2", *NAMES):
        _handshake(made, tmp_path, name)
    for name in ("127.20.0.3", "localhost"):
        with pytest.raises(ssl.SSLCertVerificationError):
            _handshake(made, tmp_path, name)


def test_private_keys_are_readable_by_their_owner_only(made: Authority, tmp_path: Path) -> None:
    _issue(made, tmp_path)
    for key in (tmp_path / "server.key", made.folder / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_certificates_hold_for_clients_whose_clock_is_behind(made: Authority, tmp_path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(_issue(made, tmp_path))
    made_at = (tmp_path / "server.pem").stat().st_mtime
    assert made_at - certificate.not_valid_before_utc.timestamp() > 23 * 3600


def test_a_good_certificate_is_kept_and_one_that_soon_expires_or_has_other_names_is_renewed(
    made: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _issue(made, tmp_path)
    assert _issue(made, tmp_path) == first
    second = _issue(made, tmp_path, ("renamed.rds.amazonaws.com",))
    assert second != first
    monkeypatch.setattr(authority, "_SERVER_DAYS", 20)
    soon_gone = _issue(made, tmp_path, ("other.rds.amazonaws.com",))
    monkeypatch.undo()
    assert _issue(made, tmp_path, ("other.rds.amazonaws.com",)) != soon_gone


def test_an_authority_that_ends_before_its_certificates_would_is_renewed_with_all_of_them(
    made: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "_AUTHORITY_DAYS", 100)
    made.ensure()
    monkeypatch.undo()
    old = made.certificate_file.read_bytes()
    first = _issue(made, tmp_path)
    assert made.certificate_file.read_bytes() != old
    made.certificate_file.unlink()
    assert _issue(made, tmp_path) != first
    _handshake(made, tmp_path, "127.20.0.2")


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_a_damaged_authority_is_made_anew(made: Authority, tmp_path: Path, name: str) -> None:
    _issue(made, tmp_path)
    (made.folder / name).write_text("torn")
    _issue(made, tmp_path)
    _handshake(made, tmp_path, "127.20.0.2")


def test_an_authority_of_the_future_is_renewed_when_the_clock_was_set_back(
    made: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "_BACKDATED", timedelta(days=-5))
    first = _issue(made, tmp_path)
    monkeypatch.undo()
    assert not made.holds(tmp_path / "server.pem")
    assert _issue(made, tmp_path) != first
    assert made.holds(tmp_path / "server.pem")
    _handshake(made, tmp_path, "127.20.0.2")
