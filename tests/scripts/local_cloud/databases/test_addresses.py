from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.errors import MissingError
from scripts.local_cloud.databases.addresses import FALLBACK_PORTS, Addresses
from scripts.local_cloud.databases.machine import Machine
from scripts.local_cloud.databases.model import Address


@contextmanager
def _listener(host: str, port: int = 0) -> Iterator[int]:
    with socket.socket() as server:
        server.bind((host, port))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def port() -> int:
    """A port that nobody uses on any address."""
    with _listener("") as found:
        return found


def _claim(addresses: Addresses, port: int, owner: Path) -> Address:
    return addresses.claim(port, owner, lambda address: owner.write_text(address.host))


def test_each_server_gets_an_address_of_its_own_even_when_many_ask_at_once(tmp_path: Path, port: int) -> None:
    found: list[Address] = []
    threads = [
        threading.Thread(
            target=lambda n: found.append(_claim(Addresses(tmp_path), port, tmp_path / f"{n}.json")),
            args=(number,),
        )
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({address.host for address in found}) == 12
    assert all(
        address.host.startswith("127.20.") and address.port == port and not address.fallback
        for address in found
    )


def test_an_address_is_free_again_when_it_is_released_or_its_server_is_gone(
    tmp_path: Path, port: int
) -> None:
    addresses = Addresses(tmp_path)
    first = _claim(addresses, port, tmp_path / "a.json")
    second = _claim(addresses, port, tmp_path / "b.json")
    addresses.release(first, tmp_path / "b.json")  # not its owner
    assert _claim(addresses, port, tmp_path / "c.json") not in (first, second)
    addresses.release(first, tmp_path / "a.json")
    assert _claim(addresses, port, tmp_path / "d.json") == first
    (tmp_path / "b.json").unlink()
    assert _claim(addresses, port, tmp_path / "e.json") == second


def test_an_address_on_which_somebody_listens_is_passed_over(tmp_path: Path, port: int) -> None:
    first = _claim(Addresses(tmp_path), port, tmp_path / "a.json")
    other = Addresses(tmp_path / "..")  # a registry that does not know of the first
    other._file = tmp_path / "other.json"
    with _listener(first.host, port):
        assert _claim(other, port, tmp_path / "b.json").host != first.host


def test_a_port_taken_on_all_addresses_leads_to_a_port_of_the_fallback_range(tmp_path: Path) -> None:
    addresses = Addresses(tmp_path)
    with _listener("") as taken:
        first = _claim(addresses, taken, tmp_path / "a.json")
        second = _claim(addresses, taken, tmp_path / "b.json")
    assert first.host == second.host == "127.0.0.1"
    assert first.fallback
    assert first.port in FALLBACK_PORTS
    assert second.port in FALLBACK_PORTS
    assert first.port != second.port


def test_an_address_is_kept_through_the_loss_of_the_registry_unless_another_has_it(
    tmp_path: Path, port: int
) -> None:
    addresses = Addresses(tmp_path)
    address = _claim(addresses, port, tmp_path / "a.json")
    (tmp_path / "addresses.json").unlink()
    addresses.renew(address, tmp_path / "a.json")
    assert _claim(addresses, port, tmp_path / "b.json") != address
    with pytest.raises(MissingError, match=r"a\.json"):
        addresses.renew(address, tmp_path / "b.json")
    with _listener(address.host, port), pytest.raises(MissingError, match="EADDRINUSE"):
        addresses.renew(address, tmp_path / "a.json")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what another user made")
def test_an_address_that_another_user_has_claimed_is_passed_over_though_nobody_listens(
    tmp_path: Path, port: int
) -> None:
    everybodys = tmp_path / "machine"
    first = _claim(Addresses(tmp_path, Machine(everybodys)), port, tmp_path / "a.json")
    assert stat.S_IMODE(everybodys.stat().st_mode) == 0o1777
    os.chown(everybodys / first.host, 65534, 65534)
    (tmp_path / "addresses.json").unlink()
    addresses = Addresses(tmp_path, Machine(everybodys))
    second = _claim(addresses, port, tmp_path / "b.json")
    assert second.host not in (first.host, "127.0.0.1")
    with pytest.raises(MissingError, match="another user's server"):
        addresses.renew(first, tmp_path / "a.json")
    addresses.release(second, tmp_path / "b.json")
    assert [path.name for path in everybodys.iterdir()] == [first.host]


def test_a_folder_of_all_users_that_cannot_be_used_is_no_obstacle(tmp_path: Path, port: int) -> None:
    (tmp_path / "machine").write_text("somebody's own")
    addresses = Addresses(tmp_path, Machine(tmp_path / "machine"))
    address = _claim(addresses, port, tmp_path / "a.json")
    assert not address.fallback
    addresses.release(address, tmp_path / "a.json")


def test_a_torn_registry_is_taken_for_an_empty_one(tmp_path: Path, port: int) -> None:
    (tmp_path / "addresses.json").write_text('{"127.20.0.2": "/a')
    assert _claim(Addresses(tmp_path), port, tmp_path / "a.json").port == port
