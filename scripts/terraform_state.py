"""Terraform's state file: read, kept, and put right when Terraform was killed while it wrote it.

Terraform's local backend empties the file and writes it anew after every change. One that is killed meanwhile
leaves it cut off, which the next Terraform refuses, or empty, which the next Terraform takes for no state at
all: then everything that was made would be nobody's. So a copy of the last whole state is kept beside it, and
takes its place; what was made since is in neither, and is for `scripts.orphans` to find.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from scripts.errors import MissingError, RemoteError

#: Seconds that a Terraform is waited for which holds the state: one whose `lab` was killed ends its work.
PATIENCE = 300.0

#: Seconds between two looks at a state that Terraform writes: so much of its work is not in the copy.
_INTERVAL = 0.5

#: How much of a state's beginning tells whose it is.
_HEAD = 4096


#: What reading something else as a state raises.
_NO_STATE = (ValueError, KeyError, TypeError, AttributeError)


class TornStateError(RemoteError):
    """A state file is cut off, or empty though there was a state."""


@dataclass(frozen=True)
class Mended:
    """What became of a torn state.

    Attributes
    ----------
    file
        The state file.
    size
        Bytes that it held.
    kept
        Where they are kept; None where there were none.
    source
        The copy that stands in its place now; None where there was none, and the state begins anew.
    resources
        How many managed resources that one holds.
    when
        When the copy was made, in words.
    """

    file: Path
    size: int
    kept: Path | None
    source: Path | None
    resources: int
    when: str

    def __str__(self) -> str:
        cut = f"{self.file} ends after {self.size:,} bytes"
        kept = f" (kept in {self.kept})" if self.kept else ""
        instead = (
            f"the last whole one, of {self.when} with {self.resources} resources, is put in its place"
            if self.source
            else "there is no whole one before it, so it begins anew"
        )
        return f"Terraform was killed while it wrote its state: {cut}{kept}; {instead}."


class StateFile:
    """One target's state, with the copies of it that lie beside it.

    Parameters
    ----------
    path
        Where Terraform has it; need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copy = path.with_name(f"{path.name}.whole")
        self._backup = path.with_name(f"{path.name}.backup")
        self._marker = path.with_name("unfinished")

    @property
    def unfinished(self) -> bool:
        """Whether the last apply or destroy was killed, so that the state may not know what it made."""
        return self._marker.exists()

    def begin(self) -> None:
        """Something will be made or removed; until `finish` the state may not know of it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._marker.touch()

    def finish(self) -> None:
        """The state knows everything, or what it did not know has been dealt with."""
        self._marker.unlink(missing_ok=True)

    def forget(self, archive: Path) -> bool:
        """Move the state into a file of another folder and drop what lies beside it; False without a state.

        For a state that describes what is no more.
        """
        there = self._path.is_file()
        if there:
            archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.replace(archive)
        for beside in (self._copy, self._backup):
            beside.unlink(missing_ok=True)
        self.finish()
        return there

    def content(self) -> bytes:
        """What the file holds, whole; waits while Terraform is just writing it. Empty without a state.

        Raises
        ------
        TornStateError
            Terraform was killed while it wrote it.
        MissingError
            Terraform does not come to an end with it.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            # Asked first: what a Terraform that ends in between has written is read after it.
            busy = self._held()
            content = self._read()
            if not _torn(content) or (not content and self._newest(content) is None):
                return content
            if not busy:
                raise TornStateError(
                    f"{self._path} is cut off: Terraform was killed while it wrote it.",
                    "`make plan`, `apply` or `destroy` for its target puts the last whole one in its place.",
                )
            if time.monotonic() > deadline:
                raise self._at_work()
            time.sleep(0.05)

    def keep(self) -> None:
        """Make the present state the copy, if it is whole."""
        content = self._read()
        # Twice the same: nobody has written in between.
        if content and not _torn(content) and content == self._read():
            self._write_copy(content)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While open, keep a copy of every state that Terraform writes, a moment later at most."""
        over, seen = threading.Event(), self._stamp()

        def watch(seen: tuple[int, int]) -> None:
            while not over.wait(_INTERVAL):
                if (stamp := self._stamp()) != seen:
                    seen = stamp
                    # A full disk, which Terraform will tell of: the copy before stays.
                    with suppress(OSError):
                        self.keep()

        self.keep()
        watcher = threading.Thread(target=watch, args=(seen,), name="terraform state", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            self.keep()

    def mend(self) -> Mended | None:
        """Put the last whole state in the place of a torn one, which is kept; None where none is torn.

        Afterwards the state is `unfinished` until somebody has looked for what it does not know. The present
        state, where it is whole, becomes the copy.

        Raises
        ------
        MissingError
            Terraform is at work on it and does not come to an end.
        """
        if not self._path.is_file():
            self._set_copies_aside()
            return None
        if not _torn(self._read()):
            self.keep()
            return None
        with self._path.open("r+b") as file:
            self._lock(file)
            content = file.read()
            if not _torn(content):
                return None
            source = self._newest(content)
            if source is None and not content:
                # As Terraform leaves it that was killed before it had made anything.
                return None
            # In this order: whatever kills us, nothing is lost and the next one does it again.
            self.begin()
            kept = self._set_aside(content) if content else None
            whole = source.read_bytes() if source else b""
            # In place, as Terraform does it: one that waits for the lock has this very file open.
            file.seek(0)
            file.truncate()
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        return Mended(
            file=self._path,
            size=len(content),
            kept=kept,
            source=source,
            resources=len(_managed(_state(whole))) if source else 0,
            when=_when(source.stat().st_mtime) if source else "",
        )

    def _read(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def _write_copy(self, content: bytes) -> None:
        before = self._copy.read_bytes() if self._copy.is_file() else b""
        if before == content:
            return
        if before and _lineage(before) != _lineage(content):
            # Plain Terraform takes an emptied state for none: what began then knows nothing of what was.
            self._set_aside(before)
        _write_whole(self._copy, content)

    def _newest(self, torn: bytes) -> Path | None:
        """The copy that is whole, of the torn state's life where that can be seen, and the youngest."""
        lineage = _lineage(torn)
        found = []
        for path in (self._copy, self._backup):
            with suppress(OSError, *_NO_STATE):
                state = _state(path.read_bytes())
                if lineage in (None, state["lineage"]):
                    found.append((int(state["serial"]), path.stat().st_mtime, path))
        return max(found)[-1] if found else None

    def _set_aside(self, content: bytes) -> Path:
        archive = self._path.parent / "archive"
        archive.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(
            dir=archive, prefix=f"kept-{_now('%Y%m%dT%H%M%SZ')}-", suffix=".tfstate"
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return Path(name)

    def _set_copies_aside(self) -> None:
        """Without a state, what begins has another life than the copies."""
        for path in (self._copy, self._backup):
            if path.is_file():
                self._set_aside(path.read_bytes())
                path.unlink()

    def _held(self) -> bool:
        """Whether Terraform holds the lock of the state: it does while it plans, applies and destroys."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            return not _locked(file, fcntl.LOCK_SH)
        return False

    def _lock(self, file: BinaryIO) -> None:
        deadline = time.monotonic() + PATIENCE
        while not _locked(file, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise self._at_work()
            time.sleep(0.1)

    def _at_work(self) -> MissingError:
        return MissingError(
            f"Terraform is at work on {self._path}.",
            "Wait until it has ended, then run this command again.",
        )


def resources_in_state(state_file: Path) -> list[str]:
    """Addresses of the managed resources in a state file, as ``terraform state list`` has them.

    Those of ``count`` and ``for_each`` are several, as a plan counts them; empty when there is no state.

    Raises
    ------
    RemoteError
        The file is not a Terraform state, or a torn one.
    """
    return _managed(read_state(state_file))


def read_state(state_file: Path) -> dict[str, Any]:
    """A state as Terraform keeps it (version 4); one without resources when there is no file.

    Raises
    ------
    RemoteError
        The file is not a Terraform state, or a torn one.
    """
    try:
        return _state(StateFile(state_file).content())
    except _NO_STATE as broken:
        raise RemoteError(
            f"{state_file} is not a Terraform state ({broken}).",
            f"Terraform keeps the one before it in {state_file}.backup.",
        ) from broken


def texts(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def _state(content: bytes) -> dict[str, Any]:
    state = json.loads(content or b"{}")
    resources = state.get("resources", [])
    # Who reads on can rely on these.
    _ = [(found["mode"], found["type"], found["name"], found.get("module")) for found in resources]
    return {**state, "resources": resources}


def _managed(state: dict[str, Any]) -> list[str]:
    return [
        ".".join(part for part in (found.get("module"), found["type"], found["name"]) if part) + _index(each)
        for found in state["resources"]
        if found["mode"] == "managed"
        for each in found.get("instances") or [{}]
    ]


def _index(instance: dict[str, Any]) -> str:
    return f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""


def _torn(content: bytes) -> bool:
    """Whether it ends too early: one object of JSON is none as soon as any of it is missing."""
    try:
        json.loads(content)
    except ValueError:
        return True
    return False


def _locked(file: BinaryIO, kind: int) -> bool:
    """Take the lock that Terraform itself holds while it works with a local state, if it is free."""
    try:
        fcntl.lockf(file, kind | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _lineage(content: bytes) -> str | None:
    """Whose life a state is of, if its beginning is there."""
    found = re.search(rb'"lineage":\s*"([^"]*)"', content[:_HEAD])
    return found[1].decode(errors="replace") if found else None


def _write_whole(path: Path, content: bytes) -> None:
    """Replace a file by another, so that at any time one of them is there and whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _now(pattern: str) -> str:
    return datetime.now(UTC).strftime(pattern)
