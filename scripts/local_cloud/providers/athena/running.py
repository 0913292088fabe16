"""Runs a query in a process of its own, and gives that process what it asks of AWS."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from botocore.exceptions import ClientError
from localstack.aws.api import CommonServiceException
from localstack.aws.connect import connect_to

from scripts.config import Settings
from scripts.local_cloud.providers.athena import objects
from scripts.local_cloud.providers.athena.permissions import Permissions
from scripts.workers import Begun, Workers, workers

#: Objects that are told of at once; each may bring a descriptor.
_PAGE = 200
#: Of the machine's memory, for one query; at least so much, in MiB.
_SHARE, _LEAST = 6, 256
#: What the process needs of the environment.
_PASSED_ON = {"PATH", "HOME", "LANG", "TZDIR", "PYTHONPATH"}

Answer = dict[str, Any]


@cache
def _engines(log: Path) -> Workers:
    """Where queries' processes come from: the engine's imports take longer than most queries."""
    environment = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    return workers("scripts.local_cloud.athena.worker", environment, errors=log)


class Runner:
    """One query's process.

    Parameters
    ----------
    folder
        Of the query's own.
    """

    def __init__(self, settings: Settings, permissions: Permissions, folder: Path) -> None:
        self._settings, self._permissions, self._folder = settings, permissions, folder
        self._lock = threading.Lock()
        self._process: Begun | None = None
        self._stopped = False
        self._read: list[objects.Readable] = []
        self._listings = objects.Listings()
        self._paged: dict[str, Iterator[tuple[str, Any]]] = {}

    def stop(self) -> None:
        """End the process, if it runs; it will not be started any more."""
        with self._lock:
            self._stopped = True
            if self._process:
                self._process.stop()

    def run(self, job: dict[str, Any], cutoff: int | None) -> Answer:
        """What the process tells at its end: ``done``, ``failed`` or ``cut``; ``died`` when nothing."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                if not self._launch(theirs.fileno()):
                    return {"died": -9}
            memory = max(_LEAST, psutil.virtual_memory().total // _SHARE // 2**20)
            self._send(
                ours, {"job": job, "cutoff": cutoff, "memory": f"{memory}MB", "threads": os.cpu_count() or 1}
            )
            try:
                answer = self._serve(ours)
            finally:
                for each in self._read:
                    if each.descriptor is not None:
                        os.close(each.descriptor)
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return answer or {"died": 0}
        with process:
            # One that has answered has nothing more to do.
            return answer or {"died": process.wait()}

    def changed(self) -> str | None:
        """An object that was written anew while it was read."""
        return next((each.uri for each in self._read if not each.is_unchanged()), None)

    def release(self) -> None:
        """Let go of what was read, which nobody asks for when the query has ended."""
        self._read, self._listings, self._paged = [], objects.Listings(), {}

    def _launch(self, descriptor: int) -> bool:
        log = self._settings.local_dir / "log" / "athena.log"
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock, log.open("ab") as output:
            if self._stopped:
                return False
            self._process = _engines(log).begin(self._folder, self._folder, output.fileno(), descriptor)
        return True

    def _serve(self, channel: socket.socket) -> Answer | None:
        """Answer what the process asks, until its last word; nothing when it ended without one."""
        with channel.makefile("rb") as lines:
            try:
                for line in lines:
                    message = json.loads(line)
                    if message.keys() & {"done", "failed", "cut"}:
                        return dict(message)
                    self._answer(channel, message)
            except OSError:
                return None
        return None

    def _answer(self, channel: socket.socket, message: dict[str, Any]) -> None:
        try:
            found, descriptors = self._asked(message)
        except ClientError as why:
            self._send(channel, {"error": [why.response["Error"]["Code"], why.response["Error"]["Message"]]})
        except CommonServiceException as why:
            self._send(channel, {"error": [why.code, why.message]})
        else:
            self._send(channel, {"answer": found}, descriptors)

    def _send(self, channel: socket.socket, message: Answer, descriptors: list[int] | None = None) -> None:
        data = json.dumps(message, default=str).encode() + b"\n"
        with suppress(BrokenPipeError, ConnectionResetError):
            sent = socket.send_fds(channel, [data], descriptors) if descriptors else channel.send(data)
            channel.sendall(data[sent:])

    def _asked(self, message: dict[str, Any]) -> tuple[Any, list[int]]:
        if "glue" in message:
            return self._glue(message["glue"], message["parameters"]), []
        if "objects" in message:
            return self._objects(message["objects"])
        if "put" in message:
            self.put(Path(message["path"]), message["put"])
            return True, []
        bucket, prefix = objects.split(message["is_empty"])
        self._permissions.check("s3", "ListObjectsV2", {"Bucket": bucket, "Prefix": prefix})
        return objects.is_empty(message["is_empty"]), []

    def _client(self, service: str) -> Any:
        factory = connect_to(
            aws_access_key_id=self._permissions.account, region_name=self._permissions.region
        )
        return getattr(factory, service)

    def _glue(self, operation: str, parameters: dict[str, Any]) -> Any:
        self._permissions.check("glue", operation, parameters)
        client = self._client("glue")
        method = {name: python for python, name in client.meta.method_to_api_mapping.items()}[operation]
        call: Callable[..., dict[str, Any]] = getattr(client, method)
        answer = call(**parameters)
        answer.pop("ResponseMetadata", None)
        return answer

    def _objects(self, location: str) -> tuple[Answer, list[int]]:
        """The next page of the objects under a location."""
        if location not in self._paged:
            bucket, prefix = objects.split(location)
            self._permissions.check("s3", "ListObjectsV2", {"Bucket": bucket, "Prefix": prefix})
            self._paged[location] = self._listings.under(location)
        page = []
        for uri, record in islice(self._paged[location], _PAGE):
            bucket, key = objects.split(uri)
            self._permissions.check("s3", "GetObject", {"Bucket": bucket, "Key": key})
            path = self._folder / "objects" / str(len(self._read))
            page.append(objects.readable(uri, record, path))
            self._read.append(page[-1])
        if len(page) < _PAGE:
            del self._paged[location]
        told = [
            {"uri": each.uri, "size": each.size, "path": str(each.path) if each.path else None}
            for each in page
        ]
        descriptors = [each.descriptor for each in page if each.descriptor is not None]
        return {"objects": told, "next": location if len(page) == _PAGE else None}, descriptors

    def put(self, path: Path, uri: str) -> None:
        """Store a file as an object, in the caller's name."""
        bucket, key = objects.split(uri)
        self._permissions.check("s3", "PutObject", {"Bucket": bucket, "Key": key})
        self._client("s3").upload_file(str(path), bucket, key)
