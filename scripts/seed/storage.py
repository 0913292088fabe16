"""Ends a load whose server waits for space on its disk: MySQL and MariaDB do, for as long as it takes.

Source: "How MySQL Handles a Full Disk", MySQL Reference Manual. RDS calls such an instance ``storage-full``.
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
    over, full = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(_INTERVAL):
            with suppress(LabError, ClientError, BotoCoreError):
                if connections.find(session, identifier).status == connections.STORAGE_FULL:
                    full.set()
                    _cut(connection)
                    return

    thread = threading.Thread(target=watch, name="seed-storage", daemon=True)
    thread.start()
    try:
        yield
    except LabError as error:
        if not full.is_set():
            raise
        raise RemoteError(
            f"The disk of DB instance {identifier} is full, and its server waits for space.",
            "Free some, then run the same command again: within a minute the server goes on by itself.",
        ) from error
    finally:
        over.set()
        thread.join()


def _cut(connection: MySQLConnection) -> None:
    # PyMySQL has no public way to end a call that another thread waits in.
    found: socket.socket | None = getattr(connection, "_sock", None)
    if found is not None:
        with suppress(OSError):
            found.shutdown(socket.SHUT_RDWR)
