"""What a learner does with a lab: starts it, has it checked, asks for a hint or the solution, begins anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import connections
from scripts.config import Settings
from scripts.errors import BadInputError
from scripts.labs import manifest, removal, system, workspace
from scripts.labs.databases import ENGINES, Copies, LearnerDatabase
from scripts.labs.databases.client_file import write as write_client_file
from scripts.labs.grading import Grader
from scripts.labs.manifest import Engine, Exercise, Lab
from scripts.labs.outcome import Outcome
from scripts.labs.progress import Progress
from scripts.labs.workspace import Workspace

if TYPE_CHECKING:
    import boto3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """Where a learner stands with one lab; ``folder`` is None while it is not started."""

    name: str
    title: str
    minutes: int
    exercises: int
    passed: int
    folder: Path | None


@dataclass(frozen=True)
class Started:
    """``written`` are the files that were not there before; ``engine`` None without a choice."""

    folder: Path
    written: tuple[Path, ...]
    engine: Engine | None


class Desk:
    """One learner's labs.

    Parameters
    ----------
    settings, session
        The target.
    home
        Folder of the workspaces.
    labs
        Folder of the labs.
    """

    def __init__(
        self,
        settings: Settings,
        session: boto3.Session,
        home: Path | None = None,
        labs: Path = manifest.LABS,
    ) -> None:
        self._settings = settings
        self._session = session
        self.home = home if home is not None else workspace.home()
        self._labs = labs
        self._progress = Progress(settings.local_dir)

    def lab(self, name: str) -> Lab:
        """The lab of that name; raises BadInputError for another one."""
        return manifest.find(name, self._labs)

    def standings(self) -> Iterator[Standing]:
        """Every lab, and how far the learner is."""
        for folder in manifest.available(self._labs):
            lab = manifest.load(folder)
            found = workspace.find(lab, self.home)
            done = self._progress.of(found.id) if found else {}
            passed = sum(each.id in done and done[each.id].passed is not None for each in lab.exercises)
            yield Standing(
                lab.name, lab.title, lab.minutes, len(lab.exercises), passed, found.folder if found else None
            )

    def start(self, lab: Lab, engine: Engine | None, *, force: bool, say: Say) -> Started:
        """Make the learner's folder and databases; what is there stays, unless ``force``.

        Raises
        ------
        BadInputError
            The lab is not done with that engine.
        MissingError
            Something that the lab needs is not up: says what.
        """
        chosen = self._engine(lab, engine)
        system.prepare(lab, say)
        for each in lab.engines(chosen):
            connections.find(self._session, self._identifier(each)).address()
        found, written = workspace.make(lab, self.home, chosen, force=force)
        databases = self.databases(lab, found)
        for database in databases.values():
            if force or not database.exists():
                what = "Making your tables" if lab.setup else f"Copying {lab.needs.dataset} for you"
                say(f"{what} on {database.master.endpoint.identifier}")
                database.make(lab.needs.own_tables, lab.setup)
        if databases:
            write_client_file(databases, found.folder, lab)
        return Started(found.folder, tuple(written), chosen)

    def _engine(self, lab: Lab, engine: Engine | None) -> Engine | None:
        if lab.needs.together:
            if engine is not None:
                raise BadInputError(
                    f"Lab {lab.name} is done on {' and '.join(lab.needs.engines)} side by side.",
                    f"Start it without --engine: lab start {lab.name}",
                )
            return None
        known = workspace.find(lab, self.home) if engine is None else None
        chosen = engine or (known.engine if known else None) or next(iter(lab.needs.engines), None)
        if chosen is not None and chosen not in lab.needs.engines:
            raise BadInputError(
                f"Lab {lab.name} is not done with {chosen}.",
                f"It takes: {', '.join(lab.needs.engines)}" if lab.needs.engines else "It needs no database.",
            )
        return chosen

    def _identifier(self, engine: Engine) -> str:
        return f"{self._settings.name}-{engine}"

    def databases(self, lab: Lab, found: Workspace) -> dict[Engine, LearnerDatabase]:
        """The learner's databases, by the engine that they are on; none where the lab needs none."""
        if lab.needs.dataset is None:
            return {}
        copies = Copies(found.database_user, lab.needs.dataset)
        return {
            engine: ENGINES[engine](
                connections.access(self._settings, self._session, self._identifier(engine)),
                copies,
                found.password,
            )
            for engine in lab.engines(found.engine)
        }

    def database(self, lab: Lab, found: Workspace) -> LearnerDatabase | None:
        """The learner's databases on the one engine, or the first; None where the lab needs none."""
        return next(iter(self.databases(lab, found).values()), None)

    def grader(self, lab: Lab, found: Workspace) -> Grader:
        """Who judges the answers in a workspace."""
        databases = self.databases(lab, found)
        gone = [database for database in databases.values() if not database.exists()]
        for database in gone:
            # The local cloud was built anew since: the learner's files are still theirs.
            database.make(lab.needs.own_tables, lab.setup)
        if gone:
            write_client_file(databases, found.folder, lab)
        return Grader(lab, found, self._settings, self._session, databases)

    def check(self, lab: Lab, exercises: Sequence[str], say: Say) -> Iterator[Outcome]:
        """Judge the learner's answers, all or those named; noted as progress.

        Raises
        ------
        MissingError
            The lab is not started, or what it needs is not up.
        """
        found = workspace.required(lab, self.home)
        chosen = [lab.exercise(each) for each in exercises] or list(lab.exercises)
        system.require(lab)
        for outcome in self.grader(lab, found).check(chosen, say):
            self._progress.attempted(found.id, outcome.exercise, passed=outcome.passed)
            yield outcome

    def hint(self, lab: Lab, exercise: Exercise) -> tuple[int, str]:
        """The next hint, and its number; the last one again when there are no more."""
        found = workspace.required(lab, self.home)
        number = self._progress.hinted(found.id, exercise.id, len(exercise.hints))
        return number, exercise.hints[number - 1]

    def solve(self, lab: Lab, exercises: Sequence[str]) -> list[Path]:
        """Write reference solutions into the learner's files; what was there is kept beside them."""
        found = workspace.required(lab, self.home)
        written = []
        for each in [lab.exercise(name) for name in exercises] or list(lab.exercises):
            text = f"{workspace.stub(each).partition(chr(10) * 2)[0]}\n\n{lab.solution(each, found.engine)}"
            written.append(workspace.write(found, lab, each, text))
            self._progress.solved(found.id, each.id)
        return written

    def reset(self, lab: Lab) -> Path:
        """Remove what the learner made: databases, resources of AWS, progress, and the folder itself.

        Returns
        -------
        Path
            Where the folder's files were put aside.
        """
        found = workspace.required(lab, self.home)
        for database in self.databases(lab, found).values():
            database.remove()
        removal.remove(self._session, found.name())
        self._progress.forget(found.id)
        place = 1
        while (aside := found.folder.with_name(f"{lab.name}.{place}.bak")).exists():
            place += 1
        shutil.move(found.folder, aside)
        return aside
