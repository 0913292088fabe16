"""Each layer against servers that are well, and against sockets that are broken in one way."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import botocore
import pytest

from scripts.doctor import names, tcp, tls
from scripts.doctor.layer import Outcome, Protocol, Spot
from scripts.errors import MissingError
from tests.conftest import free_port
from tests.scripts.doctor import servers
from tests.scripts.doctor.servers import HOST

#: Authorities of the web: real ones, but not ours.
OTHER_AUTHORITIES = Path(botocore.__file__).with_name("cacert.pem")
PRIVATE = (ip_address("10.0.20.5"),)
SHORT = 0.3
#: For servers that answer: what the slowest machine may need.
LONG = 30.0


def spot(host: str = HOST, port: int = 1, speaks: Protocol = "postgres") -> Spot:
    return Spot(host, port, speaks)


# --- name resolution


def test_a_name_is_looked_up_and_its_addresses_are_told() -> None:
    found = names.resolve(spot("localhost"))
    assert found.layer.outcome is Outcome.OK
    assert ip_address("127.0.0.1") in found.addresses
    assert "localhost leads to " in found.layer.seen


def test_an_address_needs_no_name_and_stands_for_the_interface_of_the_model() -> None:
    found = names.resolve(Spot("127.20.0.3", 5432, "postgres", expected=PRIVATE)).layer
    assert found.outcome is Outcome.OK
    assert "there is no name to look up" in found.seen
    assert "10.0.20.5" in found.meaning


def test_a_name_that_nobody_knows_is_told_as_the_resolver_tells_it() -> None:
    found = names.resolve(spot("no-such-host.invalid")).layer
    assert found.outcome is Outcome.FAILED
    assert found.seen.startswith("no-such-host.invalid: ")
    assert "enableDnsHostnames" in found.next_step


def test_through_a_tunnel_a_name_need_not_be_known_here() -> None:
    through = Spot("no-such-host.invalid", 5432, "postgres", tunnel=(HOST, 15432))
    assert names.resolve(through).layer.outcome is Outcome.NOT_JUDGED


@pytest.mark.parametrize(("address", "outcome"), [("10.0.20.5", Outcome.OK), ("10.0.20.6", Outcome.FAILED)])
def test_an_address_inside_a_vpc_must_be_that_of_the_interface(address: str, outcome: Outcome) -> None:
    found = names.resolve(Spot(address, 5432, "postgres", expected=PRIVATE)).layer
    assert found.outcome is outcome
    if outcome is Outcome.FAILED:
        assert "its interface has 10.0.20.5" in found.seen


# --- TCP


def test_a_port_that_listens_takes_the_connection() -> None:
    with servers.serving(servers.until_it_leaves) as (host, port):
        assert tcp.connect(spot(host, port), (), LONG).outcome is Outcome.OK


def test_refusal_says_that_the_network_is_not_at_fault() -> None:
    found = tcp.connect(spot(port=free_port()), (), LONG)
    assert found.outcome is Outcome.FAILED
    assert "refused the connection" in found.seen
    assert "no route, network ACL or security group is at fault" in found.meaning


def test_a_db_instance_that_is_stopped_is_told_as_such_and_how_it_is_started() -> None:
    found = tcp.connect(replace(spot(port=free_port()), stopped="lab-mysql"), (), LONG)
    assert found.outcome is Outcome.FAILED
    assert "DB instance lab-mysql is stopped" in found.meaning
    assert found.next_step.endswith("start-db-instance --db-instance-identifier lab-mysql")


def test_silence_points_at_what_drops_packets() -> None:
    with servers.silent() as (host, port):
        found = tcp.connect(spot(host, port), (ip_address(host),), SHORT)
    assert found.outcome is Outcome.FAILED
    assert "did not answer within 0.3 s" in found.seen
    assert "a security group, a network ACL, a route" in found.meaning


def test_silence_of_a_private_address_elsewhere_says_nothing_of_another_source() -> None:
    with servers.silent() as (host, port):
        found = tcp.connect(spot(host, port), PRIVATE, SHORT)
    assert found.outcome is Outcome.NOT_JUDGED
    assert "LAB_DB_TUNNELS" in found.next_step


def test_a_tunnel_that_is_not_open_is_told_as_such() -> None:
    closed = Spot("db.example.com", 5432, "postgres", tunnel=(HOST, free_port()))
    found = tcp.connect(closed, (), LONG)
    assert found.outcome is Outcome.FAILED
    assert "the tunnel to db.example.com:5432" in found.seen
    assert "this end of the tunnel" in found.meaning


# --- TLS


def test_a_certificate_that_holds_is_shown_with_its_names_its_authority_and_its_dates(tmp_path: Path) -> None:
    with servers.https(tmp_path) as (host, port, authority):
        found = tls.shake_hands(spot(host, port, "https"), authority, LONG)
    assert found.outcome is Outcome.OK
    assert found.seen.startswith("TLSv1.")
    assert "certificate for 127.0.0.1, signed by own authority, valid " in found.seen


def test_a_certificate_of_an_authority_that_is_not_trusted_is_shown_all_the_same(tmp_path: Path) -> None:
    with servers.https(tmp_path) as (host, port, _):
        found = tls.shake_hands(spot(host, port, "https"), OTHER_AUTHORITIES, LONG)
    assert found.outcome is Outcome.FAILED
    assert "shown was a certificate for 127.0.0.1, signed by own authority" in found.seen
    assert str(OTHER_AUTHORITIES) in found.meaning


def test_a_certificate_for_another_host_is_told_with_the_names_that_it_holds_for(tmp_path: Path) -> None:
    with servers.https(tmp_path) as (host, port, authority):
        through = Spot("db.example.com", port, "https", tunnel=(host, port))
        found = tls.shake_hands(through, authority, LONG)
    assert found.outcome is Outcome.FAILED
    assert "certificate for 127.0.0.1," in found.seen
    assert "other names than db.example.com" in found.meaning


@pytest.mark.parametrize(("begins", "said"), [(-30, "has expired"), (30, "does not hold yet")])
def test_a_certificate_out_of_its_dates_is_told(tmp_path: Path, begins: int, said: str) -> None:
    since = datetime.now(UTC) + timedelta(days=begins)
    with servers.https(tmp_path, since=since, days=10) as (host, port, authority):
        found = tls.shake_hands(spot(host, port, "https"), authority, LONG)
    assert found.outcome is Outcome.FAILED
    assert said in found.meaning
    assert f"{since:%Y-%m-%d}" in found.seen


def test_a_server_that_takes_the_connection_and_says_nothing_is_not_waited_for() -> None:
    with servers.serving(servers.until_it_leaves) as (host, port):
        found = tls.shake_hands(spot(host, port, "mysql"), None, SHORT)
    assert found.outcome is Outcome.FAILED
    assert "nothing came for 0.3 s" in found.seen


def _error_1040(client: socket.socket) -> None:
    packet = b"\xff\x10\x04Too many connections"
    client.sendall(len(packet).to_bytes(3, "little") + b"\0" + packet)


def _greeting_without_tls(client: socket.socket) -> None:
    packet = b"\x0a5.0\0" + bytes(4 + 8 + 1) + b"\0\0" + bytes(20)
    client.sendall(len(packet).to_bytes(3, "little") + b"\0" + packet)


@pytest.mark.parametrize(
    ("speaks", "answer", "said"),
    [
        ("postgres", lambda client: client.sendall(b"N"), "it does not do TLS"),
        ("postgres", lambda client: client.sendall(b"H"), "does not speak PostgreSQL's protocol"),
        ("postgres", lambda client: None, "closed the connection before it said anything"),
        ("mysql", _error_1040, "error 1040: Too many connections"),
        ("mysql", _greeting_without_tls, "does not offer TLS"),
        (
            "mysql",
            lambda client: client.sendall(b"HTTP/1.1 400 Bad Request\r\n"),
            "does not speak MySQL's protocol",
        ),
        ("mysql", lambda client: client.sendall(b"\x03\0\0\0abc"), "does not speak MySQL's protocol"),
    ],
)
def test_a_server_that_does_not_go_on_to_tls_gets_no_password(
    speaks: Protocol, answer: object, said: str
) -> None:
    def once(client: socket.socket) -> None:
        if speaks == "postgres":
            client.recv(8)
        answer(client)  # type: ignore[operator]

    with servers.serving(once) as (host, port):
        found = tls.shake_hands(spot(host, port, speaks), None, LONG)
    assert found.outcome is Outcome.FAILED
    assert said in found.seen
    assert "not tried" in found.meaning


def test_a_handshake_that_breaks_off_is_told_in_the_words_of_tls() -> None:
    with servers.serving(lambda client: client.sendall(b"220 mail.example.com ESMTP\r\n")) as (host, port):
        found = tls.shake_hands(spot(host, port, "https"), None, LONG)
    assert found.outcome is Outcome.FAILED
    assert found.seen
    assert "another program listens" in found.meaning


def test_plain_http_is_said_to_be_plain() -> None:
    assert tls.shake_hands(spot(speaks="http"), None).outcome is Outcome.NOT_JUDGED


def test_a_file_that_holds_no_authorities_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("Dear diary,")
    with pytest.raises(MissingError, match=r"ca\.pem is not a PEM file"):
        tls.shake_hands(spot(speaks="https"), file)
