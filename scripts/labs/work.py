"""What a check works with: the learner's answer, and ways to try it out."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scripts.config import LOCAL_KEYS, Settings
from scripts.labs import files, shell
from scripts.labs import workspace as workspaces
from scripts.labs.comparison import Table, Wanted, compare
from scripts.labs.databases import LearnerDatabase, Session
from scripts.labs.manifest import SUFFIXES, Engine, Exercise, Lab
from scripts.labs.outcome import NotYetError
from scripts.labs.python import Called, Runner
from scripts.labs.workspace import Answer, Workspace

if TYPE_CHECKING:
    import boto3

    from scripts.labs.lake.athena import Athena

#: Rows of a table that a check looks at whole.
_LOOKED_AT = 1_000_000

#: What a call of a learner's function may take, in seconds.
CALL_SECONDS = 30.0


@dataclass(frozen=True)
class Answered:
    """What answers an exercise: the learner's own rows, where ``theirs``; else the reference's."""

    table: Table
    theirs: bool


@dataclass
class Work:
    """One exercise that is looked at.

    Attributes
    ----------
    lab, exercise, workspace
        Which, and whose.
    answer
        What the learner wrote.
    settings, session
        The target; ``session`` is the check's own, and can do everything.
    databases
        The learner's databases, by engine; none where the lab needs none.
    say
        Tells the learner what is waited for.
    runner
        Has a process ready for each call; without it each begins from nothing.
    called
        What the learner's function answered last; None before it was called.
    tables
        Rows that queries in Athena's SQL gave in this check, by exercise.
    told
        What is said of the answer once it is right.
    """

    lab: Lab
    exercise: Exercise
    workspace: Workspace
    answer: Answer
    settings: Settings
    session: boto3.Session
    databases: Mapping[Engine, LearnerDatabase]
    say: Callable[[str], None]
    runner: Runner | None = None
    called: Called | None = None
    tables: dict[str, Answered] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    _undo: ExitStack = field(default_factory=ExitStack)
    _sessions: dict[Engine, Session] = field(default_factory=dict)

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @property
    def sql(self) -> Session:
        """The learner's database user, connected to the copy that checks run in."""
        engine = next(iter(self.databases), None)
        if engine is None:
            raise TypeError(f"lab {self.lab.name} has no engines in its manifest")
        return self.on(engine)

    def on(self, engine: Engine) -> Session:
        """As `sql`, on one of the engines of a lab that is done on several at once."""
        if engine not in self._sessions:
            opened = self.databases[engine].session(checked=True)
            self._sessions[engine] = self._undo.enter_context(opened)
        return self._sessions[engine]

    def name(self, what: str) -> str:
        """Name of a resource that this check makes, such as ``lab-1f0c2d3e-check-orders``."""
        return self.workspace.name(f"check-{what}")

    def afterwards(self, undo: Callable[[], object]) -> None:
        """Have something undone when the check is over, passed or not; the last one first."""
        self._undo.callback(undo)

    def tell(self, text: str) -> None:
        """Have a line said of the answer if it is right: what was measured, where something lies now."""
        self.told.append(text)

    def results(self) -> AbstractContextManager[Path]:
        """An empty folder; what is in it at the end goes to the exercise's `results`: see `files.filled`."""
        if self.exercise.results is None:
            raise TypeError(f"exercise {self.exercise.id} has no results in its manifest")
        return files.filled(self.workspace.folder / self.exercise.results)

    def solution(self, exercise: str | None = None) -> str:
        """Text of the reference solution of this exercise, or of another one."""
        which = self.lab.exercise(exercise) if exercise else self.exercise
        return self.lab.solution(which, self.workspace.engine)

    @cached_property
    def athena(self) -> Athena:
        """Athena, in the learner's database of the catalog that checks run in."""
        from scripts.labs.lake import Lake  # noqa: PLC0415 - takes long, and few labs need it

        return Lake(self.session, self.workspace).athena(checked=True)

    def ask(self, *, each_row: str, columns: Sequence[str], order: str = "", named: bool = False) -> Table:
        """As `query`, in Athena's SQL; `asked` tells it to other exercises."""
        with ThreadPoolExecutor(1) as beside:
            # Both are asked before either is waited for.
            wanted = beside.submit(self.athena.script, self.solution())
            mine = self.athena.script(self.answer.text)
        if not mine.columns:
            raise NotYetError("There is no query that answers with rows.", expected=f"SELECT: {each_row}")
        reference = wanted.result()
        self.tables[self.exercise.id] = Answered(reference, theirs=False)
        right = compare(mine, Wanted(reference, each_row, columns, order, named))
        self.tables[self.exercise.id] = Answered(right, theirs=True)
        return right

    def asked(self, exercise: str) -> Answered:
        """The rows that answer another exercise in Athena's SQL: the learner's, once they are right."""
        if exercise not in self.tables:
            self._ask(self.lab.exercise(exercise))
        return self.tables[exercise]

    def _ask(self, exercise: Exercise) -> None:
        answer = workspaces.answer(self.workspace, self.lab, exercise)
        if not workspaces.is_untouched(answer, exercise):
            with (
                suppress(NotYetError),
                replace(self, exercise=exercise, answer=answer, _undo=ExitStack(), _sessions={}) as other,
            ):
                self.lab.check(exercise)(other)
        if exercise.id not in self.tables:
            found = self.athena.script(self.solution(exercise.id))
            self.tables[exercise.id] = Answered(found, theirs=False)

    def query(self, *, each_row: str, columns: Sequence[str], order: str = "", named: bool = False) -> Table:
        """Hold what the learner's query gives against what the reference's gives; see `comparison.Wanted`."""
        mine = self.sql.script(self.answer.text)
        if not mine.columns:
            raise NotYetError("There is no query that answers with rows.", expected=f"SELECT: {each_row}")
        return compare(mine, Wanted(self.sql.script(self.solution()), each_row, columns, order, named))

    def change(self, look: str, *, after: Sequence[str] = (), each_row: str, columns: Sequence[str]) -> None:
        """Hold what the learner's statements leave behind against what the reference's leave.

        Parameters
        ----------
        look
            Query that looks at it.
        after
            Exercises whose reference solutions come before.
        each_row, columns
            As in `comparison.Wanted`.
        """
        wanted = self._left_by(look, after, self.solution())
        mine = self._left_by(look, after, self.answer.text)
        compare(mine, Wanted(wanted, each_row, columns, named=True))

    def _left_by(self, look: str, after: Sequence[str], text: str) -> Table:
        self.fresh(after)
        self.sql.script(text)
        return self.sql.run(look, limit=_LOOKED_AT)

    def fresh(self, after: Sequence[str] = (), *, engine: Engine | None = None) -> None:
        """Begin with none of the lab's own tables but what its setup and these exercises' solutions make."""
        sql = self.on(engine) if engine else self.sql
        for table in self.lab.needs.own_tables:
            sql.run(f"DROP TABLE IF EXISTS {table}")
        for text in filter(None, [self.lab.setup, *map(self.solution, after)]):
            sql.script(text)

    def call(self, function: str, *arguments: Any, seconds: float = CALL_SECONDS, **named: Any) -> Called:
        """Call a function of the learner's file, in a process of its own."""
        with self._processes() as runner:
            self.called = runner.call(self._source(), function, arguments, named, seconds=seconds)
            return self.called

    def command(self, *, seconds: float = CALL_SECONDS, **variables: str) -> shell.Ran:
        """Run the learner's shell command, with these variables beside the target's; see `shell.run`."""
        environment = shell.with_tools(learner_environment(self.settings), self.settings)
        return shell.run(self._source(), environment=environment | variables, seconds=seconds)

    def crash(self, function: str, *arguments: Any, changes: int, seconds: float = CALL_SECONDS) -> bool:
        """Call a function in a process that is killed when AWS has answered so many requests of change.

        Returns
        -------
        bool
            Whether it was killed; False when it came to its end before.
        """
        with self._processes() as runner:
            return runner.crash(self._source(), function, arguments, changes=changes, seconds=seconds)

    def _processes(self) -> AbstractContextManager[Runner]:
        """Where calls run: with those of the whole check, or by themselves."""
        return nullcontext(self.runner) if self.runner else Runner(learner_environment(self.settings))

    def _source(self) -> Path:
        """A file with the learner's code: theirs, so that an error names it; from a notebook, a copy."""
        if self.answer.source.suffix == SUFFIXES[self.exercise.language]:
            return self.answer.source
        # What is said of a line names it, without the dot: nobody has seen this file.
        copy = self.workspace.folder / f".cell {self.exercise.id} of {self.answer.source.name}"
        copy.write_text(self.answer.text)
        self.afterwards(lambda: copy.unlink(missing_ok=True))
        return copy

    def answers(self) -> Mapping[str, Any]:
        """What the learner answered, by question.

        Raises
        ------
        NotYetError
            It is no YAML mapping.
        """
        text = io.StringIO(self.answer.text)
        # As the file that it is from: errors name it.
        text.name = self.answer.source.name
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise NotYetError(
                "The answers cannot be read as YAML.",
                seen=" ".join(str(error).split()),
                expected="key: value",
            ) from None
        if not isinstance(found, dict):
            raise NotYetError("There are no answers yet.", expected="key: value, one line for each question")
        return found


def learner_environment(settings: Settings) -> dict[str, str]:
    """Variables of a learner's process: the target's endpoint, region and keys."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    kept |= {"AWS_DEFAULT_REGION": settings.region, "AWS_REGION": settings.region}
    if settings.endpoint_url is None:
        return {**os.environ, **kept}
    # Nothing of a user's real account reaches the local cloud.
    return kept | {
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "AWS_ACCESS_KEY_ID": LOCAL_KEYS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": LOCAL_KEYS["aws_secret_access_key"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
