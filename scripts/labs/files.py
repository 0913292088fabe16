"""Files that are whole at every moment, and what somebody wrote kept before it is replaced."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from scripts.errors import BadInputError

#: Ends the name of what is being written.
PARTIAL = ".new"


def write(file: Path, content: str, *, private: bool = False) -> None:
    """Write a file so that it is there whole, or as it was, whatever happens; ``private``: for its owner."""
    partial = file.with_name(f".{file.name}{PARTIAL}")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600 if private else 0o666)
    partial.write_text(content)
    partial.replace(file)


def keep(file: Path, content: str) -> Path | None:
    """Put a copy beside a file that will be replaced, unless it holds just that; answers where."""
    if not file.exists() or file.read_text(errors="replace") == content:
        return None
    kept = _aside(file.parent, f"{file.name}.{{}}.bak")
    partial = kept.with_name(f".{kept.name}{PARTIAL}")
    shutil.copy2(file, partial)
    partial.replace(kept)
    return kept


def put_aside(folder: Path) -> Path:
    """Move a folder out of the way; answers where it is now."""
    aside = _aside(folder.parent, f"{folder.name}.{{}}.bak")
    return folder.rename(aside)


@contextmanager
def filled(place: Path) -> Iterator[Path]:
    """An empty folder beside another; what is in it at the end is moved there, file by file.

    A file takes the place of one of its name; whatever else is there stays. After an error nothing is moved.

    Raises
    ------
    BadInputError
        The files cannot be moved there.
    """
    partial = place.with_name(f".{place.name}{PARTIAL}")
    # Of one who was killed.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        _move(partial, place)
    finally:
        shutil.rmtree(partial)


def _move(source: Path, place: Path) -> None:
    try:
        for each in source.rglob("*"):
            if each.is_file():
                target = place / each.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                each.replace(target)
    except OSError as error:
        raise BadInputError(
            f"Nothing can be put into {place}: {error.strerror}.",
            "It is to be a folder of files that can be replaced: move away what is there.",
        ) from None


def _aside(folder: Path, pattern: str) -> Path:
    place = 1
    while (free := folder / pattern.format(place)).exists():
        place += 1
    return free


class Document:
    """A JSON object in a file, read and changed by one at a time.

    Parameters
    ----------
    file
        Where; it need not be there.
    lost
        What is lost with it, for whoever has to remove a damaged one.
    """

    def __init__(self, file: Path, lost: str) -> None:
        self._file = file
        self._lost = lost

    def read(self) -> dict[str, Any]:
        """What it holds.

        Raises
        ------
        BadInputError
            It is damaged.
        """
        try:
            content = json.loads(self._file.read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise self.damaged() from None
        if not isinstance(content, dict):
            raise self.damaged()
        return content

    def damaged(self) -> BadInputError:
        """What to say of content that cannot be."""
        return BadInputError(f"{self._file} is damaged.", f"Remove it: only {self._lost} is lost.")

    @contextmanager
    def change(self) -> Iterator[dict[str, Any]]:
        """What it holds, to be changed; written when that is done, and nobody comes between."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with filelock.FileLock(self._file.with_suffix(".lock")):
            content = self.read()
            yield content
            write(self._file, json.dumps(content, indent=2) + "\n")
