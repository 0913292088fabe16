"""A loopback address for each server: 127.20.0.2, 127.20.0.3 ..., on the port that AWS would use.

Claims are shared by all local clouds of a user on this machine, so that two of them never collide, not even
through servers that are stopped; `machine` tells of other users' claims.
"""

from __future__ import annotations

import contextlib
import errno
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from scripts.errors import MissingError
from scripts.local_cloud.databases.files import write_atomic
from scripts.local_cloud.databases.machine import Machine
from scripts.local_cloud.databases.model import Address

#: Where a loopback address of its own cannot be had: 127.0.0.1 with one of these.
FALLBACK_PORTS = range(4510, 4560)

#: So many addresses in a row whose port is taken: somebody listens on all addresses.
_PATIENCE = 8


class Addresses:
    """The claims on loopback addresses.

    Parameters
    ----------
    folder
        Shared by all local clouds of this user; holds ``addresses.json``: address to the journal file of
        the server that it belongs to. A claim whose journal file is gone is void.
    machine
        The claims of all users; None where there are no others.
    """

    def __init__(self, folder: Path, machine: Machine | None = None) -> None:
        self._file = folder / "addresses.json"
        self._lock = folder / "addresses.lock"
        self._machine = machine

    def claim(
        self, port: int, owner: Path, record: Callable[[Address], None], before: Address | None = None
    ) -> Address:
        """A free address for the server of journal file `owner`.

        Parameters
        ----------
        before
            The address that is taken if it is free.
        record
            Writes the journal file: without it the claim would be void. Called before anybody else can claim.

        Raises
        ------
        MissingError
            No address and none of the fallback ports is free.
        """
        with FileLock(self._lock):
            claims = self._read()
            refused = 0
            own = [before.host] if before and not before.fallback else []
            for host in dict.fromkeys([*own, *_hosts()]):
                if host in claims:
                    continue
                problem = _probe(host, port)
                if problem is None:
                    if self._of_this_user(host):
                        return self._take(claims, Address(host, port), owner, record)
                    continue
                refused += 1
                if problem == errno.EADDRNOTAVAIL or refused >= _PATIENCE:
                    break
            shared = [before.port] if before and before.fallback else []
            for number in dict.fromkeys([*shared, *FALLBACK_PORTS]):
                key = f"127.0.0.1:{number}"
                free = key not in claims and _probe("127.0.0.1", number) is None
                if free and self._of_this_user(key):
                    return self._take(claims, Address("127.0.0.1", number, fallback=True), owner, record)
        raise MissingError(
            f"No loopback address is free for port {port}, and ports {FALLBACK_PORTS.start} to "
            f"{FALLBACK_PORTS.stop - 1} of 127.0.0.1 are taken.",
            "Stop what listens there.",
        )

    def renew(self, address: Address, owner: Path) -> None:
        """Claim an address again that the server had before (the shared folder may have been emptied).

        Raises
        ------
        MissingError
            Another server has claimed it, or somebody listens there.
        """
        key = _key(address)
        with FileLock(self._lock):
            claims = self._read()
            holder = claims.get(key)
            if holder is not None and holder != str(owner):
                raise MissingError(
                    f"{address.host}:{address.port} now belongs to the server of {holder}.",
                    "Remove one of the two servers.",
                )
            if not self._of_this_user(key):
                raise MissingError(
                    f"{address.host}:{address.port} now belongs to another user's server.",
                    "Remove one of the two servers.",
                )
            if holder is None:
                self._take(claims, address, owner)
        problem = _probe(address.host, address.port)
        if problem is not None:
            raise MissingError(
                f"{address.host}:{address.port} cannot be used: {errno.errorcode.get(problem, problem)}.",
                "Stop the process that listens there, then start the server again.",
            )

    def release(self, address: Address, owner: Path) -> None:
        """Give an address back; no-op when it is not the owner's."""
        with FileLock(self._lock):
            claims = self._read()
            if claims.get(_key(address)) == str(owner):
                del claims[_key(address)]
                self._give_back(_key(address))
            self._write(claims)  # without the void ones, too

    def _take(
        self,
        claims: dict[str, str],
        address: Address,
        owner: Path,
        record: Callable[[Address], None] = lambda _: None,
    ) -> Address:
        record(address)
        claims[_key(address)] = str(owner)
        self._write(claims)
        return address

    def _read(self) -> dict[str, str]:
        try:
            claims = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        valid = {}
        for key, owner in claims.items():
            # A journal that we may not look into counts as being there.
            with contextlib.suppress(PermissionError):
                if not Path(owner).exists():
                    self._give_back(key)
                    continue
            valid[str(key)] = str(owner)
        return valid

    def _of_this_user(self, key: str) -> bool:
        return self._machine is None or self._machine.take(key)

    def _give_back(self, key: str) -> None:
        if self._machine:
            self._machine.give_back(key)

    def _write(self, claims: dict[str, str]) -> None:
        write_atomic(self._file, json.dumps(claims, indent=1) + "\n")


def _hosts() -> Iterator[str]:
    for third in range(256):
        for fourth in range(2 if third == 0 else 1, 255):
            yield f"127.20.{third}.{fourth}"


def _key(address: Address) -> str:
    return f"{address.host}:{address.port}" if address.fallback else address.host


def _probe(host: str, port: int) -> int | None:
    """None when a server could listen there, else the error number."""
    with socket.socket(socket.AF_INET) as probe:
        # As the servers do: a connection that just closed does not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return None
