"""A load whose server finds no space on its disk: said as such, whatever the server made of it.

Some statements fail; with others MySQL and MariaDB wait for space, for as long as it takes; where not even a
rollback or the log finds any, MariaDB and PostgreSQL end. RDS calls such an instance ``storage-full``.

Source: "How MySQL Handles a Full Disk", MySQL Reference Manual.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from scripts import connections
from scripts.errors import LabError, RemoteError

if TYPE_CHECKING:
    import boto3

    from scripts.connections import MySQLConnection

#: Seconds between two looks at the instance.
_INTERVAL = 5.0


@contextmanager
def watched(session: boto3.Session, identifier: str, connection: MySQLConnection) -> Iterator[None]:
    """While open, cut the connection as soon as the instance's storage is full.

    Raises
    ------
    RemoteError
        It was, and the load did not end.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_INTERVAL):
            if _full(session, identifier):
                _cut(connection)
                return

    thread = threading.Thread(target=watch, name="seed-storage", daemon=True)
    thread.start()
    try:
        with explained(session, identifier):
            yield
    finally:
        over.set()
        thread.join()


@contextmanager
def explained(session: boto3.Session, identifier: str) -> Iterator[None]:
    """Name the full disk, where there is one, as what a load failed by.

    Raises
    ------
    RemoteError
        The load failed, and the instance's storage is full.
    """
    try:
        yield
    except LabError as error:
        if not _full(session, identifier):
            raise
        raise RemoteError(
            f"The disk of DB instance {identifier} is full: {error.what}",
            "Free some space, then run `lab up`, which starts its server if that ended, and the same command "
            "again: a server that waits goes on within a minute.",
        ) from error


def _full(session: boto3.Session, identifier: str) -> bool:
    with suppress(LabError, ClientError, BotoCoreError):
        return connections.find(session, identifier).status == connections.STORAGE_FULL
    return False


def _cut(connection: MySQLConnection) -> None:
    # PyMySQL has no public way to end a call that another thread waits in.
    found: socket.socket | None = getattr(connection, "_sock", None)
    if found is not None:
        with suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)
