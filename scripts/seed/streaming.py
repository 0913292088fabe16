"""Generation and loading side by side: a thread makes rows while the server takes others in."""

from __future__ import annotations

import fcntl
import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from scripts.seed.model import Chunk

#: Called with what is being loaded, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

_PIPE_BYTES = 1 << 20
_CHUNKS_AHEAD = 4


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


class Tally:
    """Counts and checksums the rows that pass through.

    Parameters
    ----------
    what
        Name for the progress.
    total
        Rows that will come.
    progress
        Told after each chunk.
    """

    def __init__(self, what: str, total: int, progress: Progress) -> None:
        self._what, self._total, self._progress = what, total, progress
        self._hash = hashlib.sha256()
        self.rows = 0

    @property
    def sha256(self) -> str:
        """Of all bytes that passed."""
        return self._hash.hexdigest()

    def through(self, chunks: Iterable[Chunk]) -> Iterator[bytes]:
        """The chunks' bytes."""
        for chunk in chunks:
            self._hash.update(chunk.data)
            yield chunk.data
            self.rows += chunk.rows
            self._progress(self._what, self.rows, self._total)


def ahead(items: Iterable[bytes]) -> Iterator[bytes]:
    """The same items, made in a thread a few at a time before they are asked for.

    An exception of the thread is raised here; when the reader leaves early, the thread ends.
    """
    waiting: queue.Queue[bytes | BaseException | None] = queue.Queue(_CHUNKS_AHEAD)
    left = threading.Event()

    def offer(item: bytes | BaseException | None) -> None:
        while not left.is_set():
            with suppress(queue.Full):
                waiting.put(item, timeout=0.1)
                return

    def produce() -> None:
        try:
            for item in items:
                offer(item)
                if left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            offer(error)
        else:
            offer(None)

    thread = threading.Thread(target=produce, name="seed-rows", daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left.set()
        thread.join()


@contextmanager
def as_file(items: Iterable[bytes]) -> Iterator[str]:
    """A path to read the items from, as from a file, while a thread writes them.

    It is a pipe: nothing is stored, and the writer waits for the reader.
    """
    read_end, write_end = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # above the user's limit: the default of 64 KiB works as well
            fcntl.fcntl(read_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with open(write_end, "wb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor, not a path
                for item in items:
                    rest = memoryview(item)
                    while rest:
                        rest = rest[pipe.write(rest) :]
        except BrokenPipeError:
            pass  # the reader left; it has a better reason to give than this
        except BaseException as error:  # noqa: BLE001 - raised by the reader's thread below
            failures.append(error)

    thread = threading.Thread(target=write, name="seed-rows", daemon=True)
    thread.start()
    try:
        yield f"/dev/fd/{read_end}"
    finally:
        os.close(read_end)
        thread.join()
    if failures:
        raise failures[0]
