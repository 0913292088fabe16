"""The learner's folder: ``workspace/<lab>/`` with a file for each exercise and a notebook of the same.

What they have written is never overwritten unless they say so.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

import filelock

from scripts.config import ROOT
from scripts.errors import BadInputError, MissingError
from scripts.labs import files, notebook
from scripts.labs.manifest import SUFFIXES, Engine, Exercise, Lab

#: Says whose folder it is; beside it everything is the learner's.
RECORD = ".lab.json"

_COMMENT = {"sql": "-- ", "athena": "-- ", "python": "# ", "yaml": "# ", "shell": "# "}


@dataclass(frozen=True)
class Workspace:
    """A learner's folder for one lab.

    Attributes
    ----------
    folder
        Where it is.
    lab
        The lab's name.
    id
        Names everything that belongs to this folder in databases and AWS: eight hexadecimal digits.
    password
        Of the learner's database user.
    engine
        Which database it works with; None where the lab needs none.
    """

    folder: Path
    lab: str
    id: str
    password: str
    engine: Engine | None = None

    def name(self, what: str = "") -> str:
        """Name of a resource of this workspace, such as ``lab-1f0c2d3e-orders``."""
        return f"lab-{self.id}-{what}" if what else f"lab-{self.id}"

    @property
    def database_user(self) -> str:
        """The learner's user on the DB instance."""
        return f"lab_{self.id}"


def home(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of all workspaces: ``LAB_WORKSPACE``, or ``workspace`` in the checkout."""
    env = os.environ if environ is None else environ
    return Path(env.get("LAB_WORKSPACE") or ROOT / "workspace").absolute()


def find(lab: Lab, place: Path) -> Workspace | None:
    """The workspace of a lab; None where it was not started.

    Raises
    ------
    BadInputError
        The folder's record is damaged.
    """
    record = place / lab.name / RECORD
    if not record.is_file():
        return None
    try:
        found = Workspace(folder=record.parent, lab=lab.name, **json.loads(record.read_text()))
        known = bool(re.fullmatch(r"[0-9a-f]{8}", found.id)) and isinstance(found.password, str)
    except (ValueError, TypeError):
        known = False
    if not known or found.engine not in (None, *get_args(Engine)):
        raise BadInputError(
            f"{record} is damaged.", f"Start again, keeping your files: lab start {lab.name} --force"
        )
    return found


def required(lab: Lab, place: Path) -> Workspace:
    """The workspace of a lab that was started.

    Raises
    ------
    MissingError
        It was not.
    """
    found = find(lab, place)
    if found is None:
        raise MissingError(f"Lab {lab.name} is not started.", f"Start it: lab start {lab.name}")
    return found


@contextmanager
def alone(lab: Lab, place: Path) -> Iterator[None]:
    """Let one command at a time work on a lab's folder; what is killed holds nobody up.

    Raises
    ------
    MissingError
        Another command is at it.
    """
    place.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(place / f".{lab.name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise MissingError(
            f"Another `lab` command works on {place / lab.name}.",
            "Wait until it has ended, then run this one again.",
        ) from None
    try:
        yield
    finally:
        lock.release()


def make(
    lab: Lab, place: Path, engine: Engine | None, *, force: bool, known_id: str | None = None
) -> tuple[Workspace, list[Path]]:
    """Make a lab's folder, or complete it: a file that is there stays, unless ``force``.

    Parameters
    ----------
    known_id
        Of a workspace that was in this folder, and whose record is gone.

    Returns
    -------
    tuple
        The workspace, and the files that were written.
    """
    folder = place / lab.name
    folder.mkdir(parents=True, exist_ok=True)
    known = None if force and _damaged(lab, place) else find(lab, place)
    workspace = Workspace(
        folder=folder,
        lab=lab.name,
        id=known.id if known else known_id or secrets.token_hex(4),
        password=known.password if known else f"{secrets.token_urlsafe(18)}7a",
        engine=engine,
    )
    record = {name: value for name, value in asdict(workspace).items() if name not in ("folder", "lab")}
    files.write(folder / RECORD, json.dumps(record, indent=2) + "\n", private=True)
    contents = {"README.md": _readme(lab)}
    for each in lab.exercises:
        _moved(folder, lab, each)
        contents[lab.file_name(each)] = stub(each)
    if force:
        for name in {each.results for each in lab.exercises if each.results}:
            if (folder / name).is_dir():
                files.put_aside(folder / name)
    written = []
    for name, content in contents.items():
        if force or not (folder / name).exists():
            written.append(_replace(folder / name, content))
    book = folder / f"{lab.name}.ipynb"
    if force or not book.exists():
        written.append(_replace(book, notebook.text(lab, workspace.engine)))
    return workspace, written


def _damaged(lab: Lab, place: Path) -> bool:
    try:
        find(lab, place)
    except BadInputError:
        return True
    return False


def _moved(folder: Path, lab: Lab, exercise: Exercise) -> None:
    """Find an answer again that was written when the exercise had another number."""
    file = folder / lab.file_name(exercise)
    others = sorted(folder.glob(f"[0-9][0-9]-{exercise.id}{SUFFIXES[exercise.language]}"))
    if not file.exists() and others:
        others[-1].rename(file)


def _replace(file: Path, content: str) -> Path:
    files.keep(file, content)
    files.write(file, content)
    return file


def write(workspace: Workspace, lab: Lab, exercise: Exercise, content: str) -> tuple[Path, Path | None]:
    """Put text into an exercise's file; answers the file, and where what was written there is kept."""
    file = workspace.folder / lab.file_name(exercise)
    untouched = file.is_file() and _is_stub(file.read_text(errors="replace"), exercise)
    kept = None if untouched else files.keep(file, content)
    files.write(file, content)
    return file, kept


def stub(exercise: Exercise) -> str:
    """What an exercise's file holds at first: the question as a comment, and where to begin."""
    mark = _COMMENT[exercise.language]
    lines = [f"{exercise.title}", "", *exercise.prompt.splitlines()]
    asked = "\n".join((mark + line).rstrip() for line in lines)
    return f"{asked}\n\n{exercise.stub.rstrip()}\n" if exercise.stub.strip() else f"{asked}\n\n"


@dataclass(frozen=True)
class Answer:
    """What the learner wrote for an exercise: ``text``, and the file that it is from.

    ``instead_of`` is an older file that holds another answer, which is not looked at.
    """

    text: str
    source: Path
    instead_of: Path | None = None


def answer(workspace: Workspace, lab: Lab, exercise: Exercise) -> Answer:
    """What the learner wrote: in the file, or in the notebook where that was changed last.

    Raises
    ------
    MissingError
        The file is gone and the notebook has no such cell.
    """
    file = workspace.folder / lab.file_name(exercise)
    written = file.read_text(errors="replace") if file.is_file() else None
    book = workspace.folder / f"{lab.name}.ipynb"
    cell = notebook.answer(book, exercise)
    if cell is None or _is_stub(cell, exercise):
        if written is None:
            raise MissingError(f"{file} is not there.", f"lab start {lab.name} writes what is missing.")
        return Answer(written, file)
    if written is None or _is_stub(written, exercise):
        return Answer(cell, book)
    other = _plain(cell) != _plain(written)
    if book.stat().st_mtime > file.stat().st_mtime:
        return Answer(cell, book, file if other else None)
    return Answer(written, file, book if other else None)


def is_untouched(found: Answer, exercise: Exercise) -> bool:
    """Whether nothing has been written yet."""
    return _is_stub(found.text, exercise)


def _is_stub(text: str, exercise: Exercise) -> bool:
    return _plain(text) in (_plain(stub(exercise)), _plain(exercise.stub), "")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _readme(lab: Lab) -> str:
    objectives = "\n".join(f"- {each}" for each in lab.objectives)
    exercises = "\n\n".join(
        f"## {place}. {each.title}\nFile: `{lab.file_name(each)}`\n\n{each.prompt}"
        for place, each in enumerate(lab.exercises, 1)
    )
    return f"# {lab.title}\n{lab.story.strip()}\n\nYou will be able to:\n{objectives}\n\n{exercises}\n"
