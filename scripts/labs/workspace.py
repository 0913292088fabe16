"""The learner's folder: ``workspace/<lab>/`` with a file for each exercise and a notebook of the same.

What they have written is never overwritten unless they say so.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.config import ROOT
from scripts.errors import BadInputError, MissingError
from scripts.labs import notebook
from scripts.labs.manifest import Engine, Exercise, Lab

#: Says whose folder it is; beside it everything is the learner's.
RECORD = ".lab.json"

_COMMENT = {"sql": "-- ", "python": "# ", "yaml": "# ", "shell": "# "}


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
        content = json.loads(record.read_text())
        return Workspace(folder=record.parent, lab=lab.name, **content)
    except (ValueError, TypeError):
        raise BadInputError(
            f"{record} is damaged.", f"Start again, keeping your files: lab start {lab.name} --force"
        ) from None


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


def make(lab: Lab, place: Path, engine: Engine | None, *, force: bool) -> tuple[Workspace, list[Path]]:
    """Make a lab's folder, or complete it: a file that is there stays, unless ``force``.

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
        id=known.id if known else secrets.token_hex(4),
        password=known.password if known else f"{secrets.token_urlsafe(18)}7a",
        engine=engine,
    )
    record = {name: value for name, value in asdict(workspace).items() if name not in ("folder", "lab")}
    _private(folder / RECORD, json.dumps(record, indent=2) + "\n")
    files = {"README.md": _readme(lab)}
    files |= {lab.file_name(each): stub(each) for each in lab.exercises}
    files[f"{lab.name}.ipynb"] = notebook.text(lab, workspace.engine)
    written = []
    for name, content in files.items():
        file = folder / name
        if force or not file.exists():
            _keep(file, content)
            file.write_text(content)
            written.append(file)
    return workspace, written


def _damaged(lab: Lab, place: Path) -> bool:
    try:
        find(lab, place)
    except BadInputError:
        return True
    return False


def _keep(file: Path, content: str) -> None:
    """Put aside what the learner wrote before it is replaced."""
    if file.exists() and file.read_text(errors="replace") != content:
        place = 1
        while (kept := file.with_name(f"{file.name}.{place}.bak")).exists():
            place += 1
        file.replace(kept)


def write(workspace: Workspace, lab: Lab, exercise: Exercise, content: str) -> Path:
    """Put text into an exercise's file; what was there is kept beside it."""
    file = workspace.folder / lab.file_name(exercise)
    _keep(file, content)
    file.write_text(content)
    return file


def stub(exercise: Exercise) -> str:
    """What an exercise's file holds at first: the question as a comment, and where to begin."""
    mark = _COMMENT[exercise.language]
    lines = [f"{exercise.title}", "", *exercise.prompt.splitlines()]
    asked = "\n".join((mark + line).rstrip() for line in lines)
    return f"{asked}\n\n{exercise.stub.rstrip()}\n" if exercise.stub.strip() else f"{asked}\n\n"


@dataclass(frozen=True)
class Answer:
    """What the learner wrote for an exercise: ``text``, and the file that it is from."""

    text: str
    source: Path


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
    if cell is not None and not _is_stub(cell, exercise):
        untouched = written is None or _is_stub(written, exercise)
        if untouched or book.stat().st_mtime > file.stat().st_mtime:
            return Answer(cell, book)
    if written is None:
        raise MissingError(f"{file} is not there.", f"lab start {lab.name} writes what is missing.")
    return Answer(written, file)


def is_untouched(found: Answer, exercise: Exercise) -> bool:
    """Whether nothing has been written yet."""
    return _is_stub(found.text, exercise)


def _is_stub(text: str, exercise: Exercise) -> bool:
    def plain(of: str) -> str:
        return re.sub(r"\s+", " ", of).strip()

    return plain(text) in (plain(stub(exercise)), plain(exercise.stub), "")


def _readme(lab: Lab) -> str:
    objectives = "\n".join(f"- {each}" for each in lab.objectives)
    exercises = "\n\n".join(
        f"## {place}. {each.title}\nFile: `{lab.file_name(each)}`\n\n{each.prompt}"
        for place, each in enumerate(lab.exercises, 1)
    )
    return f"# {lab.title}\n{lab.story.strip()}\n\nYou will be able to:\n{objectives}\n\n{exercises}\n"


def _private(file: Path, content: str) -> None:
    """Write what nobody else may read."""
    partial = file.with_name(f"{file.name}.new")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(content)
    partial.replace(file)
