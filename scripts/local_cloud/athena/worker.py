"""The process of one query: it compiles and runs it, and asks LocalStack's process for all it needs of AWS.

Started with a folder and the number of a socket; see `scripts.workers`. Every line on the socket is a JSON
document: first the job, then answers to what this process asks; its last line tells what became of the job.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.local_cloud.athena import engine, functions  # noqa: F401  (registers the functions)
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.lake import LakeError, Object
from scripts.local_cloud.athena.session import Session
from scripts.local_cloud.athena.session_base import Job

# The package opens a database at its import, which has a thread: one with threads must not be forked.
duckdb.close()

#: Seconds between two looks at what has been read.
_GLANCE = 0.05
_MOST_DESCRIPTORS = 253


class RemoteLake:
    """Catalog and objects, by way of LocalStack's process and with the caller's permissions."""

    def __init__(self, channel: socket.socket, folder: Path) -> None:
        self._channel, self._folder = channel, folder
        self._lock = threading.Lock()
        self._pending = b""
        self._descriptors: list[int] = []
        self._links = 0

    def receive(self) -> dict[str, Any]:
        """The next line, and the files that came with it."""
        while b"\n" not in self._pending:
            data, descriptors, _, _ = socket.recv_fds(self._channel, 1 << 20, _MOST_DESCRIPTORS)
            if not data:
                raise ConnectionError
            self._descriptors += descriptors
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def send(self, message: dict[str, Any]) -> None:
        """A line of this process's."""
        self._channel.sendall(json.dumps(message, default=str).encode() + b"\n")

    def _ask(self, message: dict[str, Any]) -> Any:
        with self._lock:
            self.send(message)
            answer = self.receive()
        if "error" in answer:
            raise LakeError(*answer["error"])
        return answer["answer"]

    def glue(self, operation: str, **parameters: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._ask({"glue": operation, "parameters": parameters})
        return found

    def objects(self, location: str) -> list[Object]:
        found, token = [], None
        while True:
            answer = self._ask({"objects": location, "after": token})
            found += [self._object(each) for each in answer["objects"]]
            token = answer["next"]
            if token is None:
                return found

    def _object(self, told: dict[str, Any]) -> Object:
        if told["path"]:
            return Object(told["uri"], told["size"], Path(told["path"]))
        place = "/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd"
        return Object(told["uri"], told["size"], Path(f"{place}/{self._descriptors.pop(0)}"))

    def put(self, path: Path, uri: str) -> None:
        self._ask({"put": uri, "path": str(path)})

    def is_empty(self, location: str) -> bool:
        return bool(self._ask({"is_empty": location}))


def bytes_read() -> int | None:
    """What this process has read of files; not known on every system."""
    try:
        first = Path("/proc/self/io").read_text(encoding="ascii").splitlines()[0]
    except OSError:
        return None
    return int(first.split()[1])


class _Limit:
    """Ends the process when it has read more than it may, or works for nobody."""

    def __init__(self, lake: RemoteLake, session: Session, most: int | None) -> None:
        self._lake, self._session, self._most = lake, session, most
        self._first = bytes_read()
        self._parent = os.getppid()
        threading.Thread(target=self._watch, daemon=True).start()

    def scanned(self) -> int:
        """Bytes that were really read, as the system counts them; of what was spilled nothing counts."""
        now = bytes_read()
        if self._first is None or now is None:
            return self._session.sources.size
        return min(now - self._first, self._session.sources.size)

    def check(self) -> None:
        if self._most is not None and self.scanned() > self._most:
            self._lake.send({"cut": self.scanned()})
            os._exit(0)

    def _watch(self) -> None:
        while True:
            time.sleep(_GLANCE)
            if os.getppid() != self._parent:
                # LocalStack is gone, and nobody waits for the answer.
                os._exit(0)
            self.check()


def main(folder: Path, descriptor: int) -> None:
    """Do the job that comes on the socket."""
    lake = RemoteLake(socket.socket(fileno=descriptor), folder)
    told = lake.receive()
    given = told["job"]
    job = Job(**{**given, "began": datetime.fromisoformat(given["began"])})
    connection = engine.connect(told["memory"], told["threads"], folder / "spill")
    session = Session(connection, lake, folder, job)
    limit = _Limit(lake, session, told["cutoff"])
    start = time.monotonic()
    try:
        outcome = session.run()
    except QueryFailedError as why:
        lake.send({"failed": why.athena_error, "reason": why.reason, "scanned": limit.scanned()})
        return
    limit.check()
    lake.send(
        {
            "done": {**asdict(outcome), "result": str(outcome.result) if outcome.result else None},
            "scanned": limit.scanned(),
            "seconds": time.monotonic() - start,
        }
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
