"""What a learner does with a lab: starts it, has it checked, asks for a hint or the solution, begins anew."""

# What speaks to AWS and to databases takes long to import, and half of this needs neither.
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.config import Settings
from scripts.errors import BadInputError, MissingError
from scripts.labs import files, manifest, system, workspace
from scripts.labs.databases.client_file import write as write_client_file
from scripts.labs.manifest import Engine, Exercise, Lab
from scripts.labs.outcome import Outcome
from scripts.labs.progress import Progress
from scripts.labs.register import Register
from scripts.labs.workspace import Workspace

if TYPE_CHECKING:
    import boto3

    from scripts.labs.databases.learner import LearnerDatabase

Say = Callable[[str], None]

#: Lies in the learner's folder while a check runs: one that was killed removed nothing of what it made.
_CHECKING = ".checking"

#: Lies there while databases are made: what is there of them is not whole.
_MAKING = ".making"


@dataclass(frozen=True)
class Standing:
    """Where a learner stands with one lab.

    ``folder`` is None while it is not started; ``trouble`` says what keeps it from being gone on with.
    """

    name: str
    title: str
    minutes: int
    exercises: int
    passed: int
    folder: Path | None
    trouble: str = ""


@dataclass(frozen=True)
class Started:
    """``written`` are the files that were not there before; ``engine`` None without a choice.

    ``lake`` is the learner's database of the catalog, None where the lab needs none.
    """

    folder: Path
    written: tuple[Path, ...]
    engine: Engine | None
    lake: str | None


@dataclass(frozen=True)
class Solved:
    """``file`` holds a solution now, ``kept`` what the learner had written there, if anything."""

    file: Path
    kept: Path | None


class Desk:
    """One learner's labs.

    Parameters
    ----------
    settings, session
        The target; the session is made when it is first needed, where none is given.
    home
        Folder of the workspaces.
    labs
        Folder of the labs.
    """

    def __init__(
        self,
        settings: Settings,
        session: boto3.Session | None = None,
        home: Path | None = None,
        labs: Path = manifest.LABS,
    ) -> None:
        self._settings = settings
        self._given = session
        self.home = home if home is not None else workspace.home()
        self._labs = labs
        self._progress = Progress(settings.local_dir)
        self._register = Register(settings.local_dir)

    @cached_property
    def _session(self) -> boto3.Session:
        from scripts import aws

        return self._given or aws.session(self._settings)

    def lab(self, name: str) -> Lab:
        """The lab of that name; raises BadInputError for another one."""
        return manifest.find(name, self._labs)

    def required(self, lab: Lab) -> Workspace:
        """The learner's workspace of a lab; raises MissingError where it is not started."""
        return workspace.required(lab, self.home)

    def standings(self) -> Iterator[Standing]:
        """Every lab, and how far the learner is."""
        for folder in manifest.available(self._labs):
            lab = manifest.load(folder)
            try:
                found, trouble = workspace.find(lab, self.home), ""
            except BadInputError as damaged:
                found, trouble = None, str(damaged)
            done = self._progress.of(found.id) if found else {}
            passed = sum(each.id in done and done[each.id].passed is not None for each in lab.exercises)
            place = found.folder if found else None
            yield Standing(lab.name, lab.title, lab.minutes, len(lab.exercises), passed, place, trouble)

    def start(self, lab: Lab, engine: Engine | None, *, force: bool, say: Say) -> Started:
        """Make the learner's folder and databases; what is there stays, unless ``force``.

        Raises
        ------
        BadInputError
            The lab is not done with that engine.
        MissingError
            Something that the lab needs is not up: says what.
        """
        from scripts import connections

        with workspace.alone(lab, self.home):
            chosen = self._engine(lab, engine, force=force)
            system.prepare(lab, say)
            for each in lab.engines(chosen):
                connections.find(self._session, self._identifier(each)).address()
            before = self._register.known(self.home / lab.name)
            found, written = workspace.make(lab, self.home, chosen, force=force, known_id=before)
            self._register.note(found)
            if force:
                self._leave_others(lab, found, say)
            self._provide(lab, found, say, anew=force)
            lake = found.database_user if lab.lake is not None else None
            return Started(found.folder, tuple(written), chosen, lake)

    def _leave_others(self, lab: Lab, found: Workspace, say: Say) -> None:
        """Remove the learner's databases on engines that they do not go on with."""
        for engine in lab.needs.engines:
            if engine in lab.engines(found.engine):
                continue
            try:
                self._remove_database(lab, found, engine)
            except MissingError as down:
                # Nobody needs this engine to begin anew with another one.
                say(
                    f"{down.what} If you worked there, `lab reset {lab.name}` removes it once it is up again."
                )

    def _provide(
        self, lab: Lab, found: Workspace, say: Say, *, anew: bool = False
    ) -> dict[Engine, LearnerDatabase]:
        """What the learner works on, made where it is not there; answers their databases."""
        databases = self.databases(lab, found, lab.engines(found.engine))
        making = found.folder / _MAKING
        anew = anew or making.exists()
        gone = [each for each in databases.values() if anew or not each.exists()]
        for database in gone:
            what = "Making your tables" if lab.setup else f"Copying {lab.needs.dataset} for you"
            say(f"{what} on {database.master.endpoint.identifier}")
            making.touch()
            database.make(lab.needs.own_tables, lab.setup)
        self._fill_lake(lab, found, databases, say, anew=bool(gone))
        making.unlink(missing_ok=True)
        if databases:
            write_client_file(databases, found.folder, lab)
        if lab.preparation is not None and (made := lab.preparation(self._session, found)):
            say(made)
        return databases

    def _fill_lake(
        self,
        lab: Lab,
        found: Workspace,
        databases: Mapping[Engine, LearnerDatabase],
        say: Say,
        *,
        anew: bool,
    ) -> None:
        if lab.lake is None:
            return
        from scripts.labs.lake import Lake

        lake = Lake(self._session, found)
        if anew or not lake.exists():
            say(f"Filling a lake for you: database {lake.database} of the catalog, bucket {lake.bucket}")
            (found.folder / _MAKING).touch()
            lake.make(next(iter(databases.values())), lab.lake)

    def fits(self, lab: Lab, engine: Engine | None) -> None:
        """Raise BadInputError for an engine that the lab is not done with."""
        if engine is None:
            return
        if lab.needs.together:
            raise BadInputError(
                f"Lab {lab.name} is done on {' and '.join(lab.needs.engines)} side by side.",
                f"Start it without --engine: lab start {lab.name}",
            )
        if engine not in lab.needs.engines:
            raise BadInputError(
                f"Lab {lab.name} is not done with {engine}.",
                f"It takes: {', '.join(lab.needs.engines)}" if lab.needs.engines else "It needs no database.",
            )

    def _engine(self, lab: Lab, engine: Engine | None, *, force: bool) -> Engine | None:
        self.fits(lab, engine)
        if lab.needs.together:
            return None
        known = None
        if engine is None:
            try:
                known = workspace.find(lab, self.home)
            except BadInputError:
                if not force:
                    raise
        chosen = engine or (known.engine if known else None) or next(iter(lab.needs.engines), None)
        self.fits(lab, chosen)
        return chosen

    def _identifier(self, engine: Engine) -> str:
        return f"{self._settings.name}-{engine}"

    def databases(
        self, lab: Lab, found: Workspace, engines: Sequence[Engine]
    ) -> dict[Engine, LearnerDatabase]:
        """The learner's databases, by the engine that they are on; none where the lab needs none."""
        if lab.needs.dataset is None:
            return {}
        from scripts import connections
        from scripts.labs.databases import Copies, learner_database

        copies = Copies(found.database_user, lab.needs.dataset)
        return {
            engine: learner_database(engine)(
                connections.access(self._settings, self._session, self._identifier(engine)),
                copies,
                found.password,
            )
            for engine in engines
        }

    def database(self, lab: Lab, found: Workspace) -> LearnerDatabase | None:
        """The learner's databases on the one engine, or the first; None where the lab needs none."""
        return next(iter(self.databases(lab, found, lab.engines(found.engine)).values()), None)

    def ready(self, lab: Lab, say: Say) -> Workspace:
        """The workspace of a lab that was started, with the databases that it connects to.

        Raises
        ------
        MissingError
            The lab is not started, or what it needs is not up.
        """
        with workspace.alone(lab, self.home):
            found = workspace.required(lab, self.home)
            system.require(lab)
            self._provide(lab, found, say)
            return found

    def check(self, lab: Lab, exercises: Sequence[str], say: Say) -> Iterator[Outcome]:
        """Judge the learner's answers, all or those named; noted as progress.

        Raises
        ------
        MissingError
            The lab is not started, or what it needs is not up.
        """
        from scripts.labs import grading

        found = workspace.required(lab, self.home)
        chosen = [lab.exercise(each) for each in exercises] or list(lab.exercises)
        system.require(lab)
        with (
            workspace.alone(lab, self.home),
            self._checking(found),
            grading.runner(self._settings, lab, found, chosen) as runner,
        ):
            # The local cloud may have been built anew since: the learner's files are still theirs.
            databases = self._provide(lab, found, say)
            grader = grading.Grader(lab, found, self._settings, self._session, databases)
            for outcome in grader.check(chosen, say, runner):
                self._progress.attempted(found.id, outcome.exercise, passed=outcome.passed)
                yield outcome

    @contextmanager
    def _checking(self, found: Workspace) -> Iterator[None]:
        """Remove what a check that was killed has left, and tell the next one should this one be."""
        from scripts.labs import removal

        mark = found.folder / _CHECKING
        if mark.exists():
            removal.remove(self._session, found.name("check-"))
        mark.touch()
        yield
        mark.unlink(missing_ok=True)

    def hint(self, lab: Lab, exercise: Exercise) -> tuple[int, str]:
        """The next hint, and its number; the last one again when there are no more."""
        found = workspace.required(lab, self.home)
        number = self._progress.hinted(found.id, exercise.id, len(exercise.hints))
        return number, exercise.hints[number - 1]

    def solve(self, lab: Lab, exercises: Sequence[str]) -> list[Solved]:
        """Write reference solutions into the learner's files; what was there is kept beside them."""
        found = workspace.required(lab, self.home)
        chosen = [lab.exercise(name) for name in exercises] or list(lab.exercises)
        written = []
        with workspace.alone(lab, self.home):
            for each in chosen:
                question = workspace.stub(each).partition("\n\n")[0]
                text = f"{question}\n\n{lab.solution(each, found.engine)}"
                written.append(Solved(*workspace.write(found, lab, each, text)))
                self._progress.solved(found.id, each.id)
        return written

    def reset(self, lab: Lab) -> Path:
        """Remove what the learner made: databases, resources of AWS, progress, and the folder itself.

        Returns
        -------
        Path
            Where the folder's files were put aside.
        """
        from scripts.labs import removal

        found = workspace.required(lab, self.home)
        with workspace.alone(lab, self.home):
            for engine in lab.needs.engines:
                self._remove_database(lab, found, engine)
            removal.remove(self._session, found.name())
            self._progress.forget(found.id)
            # From here on the folder alone knows of it: should this be killed, it is reset again.
            self._register.forget(found.folder)
            return files.put_aside(found.folder)

    def _remove_database(self, lab: Lab, found: Workspace, engine: Engine) -> None:
        from scripts import connections

        try:
            databases = self.databases(lab, found, [engine])
        except connections.InstanceNotFoundError:
            # Gone with its DB instance, if it was ever there.
            return
        for database in databases.values():
            database.remove()
