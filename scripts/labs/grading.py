"""Checks a lab: exercise by exercise, what is right and what is not yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

from scripts.config import Settings
from scripts.errors import LabError
from scripts.labs import workspace as workspaces
from scripts.labs.databases import LearnerDatabase
from scripts.labs.manifest import Engine, Exercise, Lab
from scripts.labs.outcome import NotYetError, Outcome
from scripts.labs.python import Runner
from scripts.labs.work import Answered, Work, learner_environment
from scripts.labs.workspace import Answer, Workspace
from scripts.workers.preload import SERVICE

if TYPE_CHECKING:
    import boto3

Say = Callable[[str], None]

#: What comes of working with a value that is of another kind than was thought.
_OTHER_KIND = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)

#: Which module a line imports, and of which service a client is made.
_IMPORT = re.compile(r"^(?:import|from) ([\w.]+)", re.MULTILINE)
_CLIENT = re.compile(r"\.(?:client|resource)\(\"([a-z0-9-]+)\"")

#: What SQLAlchemy imports when it meets an engine.
_DRIVERS: Mapping[Engine, Sequence[str]] = {
    "mysql": ("pymysql", "sqlalchemy.dialects.mysql.pymysql"),
    "postgres": ("psycopg", "sqlalchemy.dialects.postgresql.psycopg"),
}


def runner(settings: Settings, lab: Lab, workspace: Workspace, exercises: Sequence[Exercise]) -> Runner:
    """Who calls the answers to these exercises: ready by then, if there is one to be called."""
    found = Runner(learner_environment(settings), likely_imports(lab, exercises, workspace.engine))
    if any(each.language == "python" and _is_written(workspace, lab, each) for each in exercises):
        found.prepare()
    return found


def likely_imports(lab: Lab, exercises: Sequence[Exercise], engine: Engine | None) -> list[str]:
    """What the reference solutions of these exercises import, as `scripts.workers.preload` takes it."""
    texts = [lab.solution(each, engine) for each in exercises if each.language == "python"]
    modules = {found for text in texts for found in _IMPORT.findall(text)}
    if "sqlalchemy" in modules:
        modules.update(driver for each in lab.engines(engine) for driver in _DRIVERS[each])
    services = {f"{SERVICE}{found}" for text in texts for found in _CLIENT.findall(text)}
    return sorted(modules | services)


def _is_written(workspace: Workspace, lab: Lab, exercise: Exercise) -> bool:
    """Whether there is an answer; what cannot be read is told when its turn has come."""
    with suppress(LabError):
        return not workspaces.is_untouched(workspaces.answer(workspace, lab, exercise), exercise)
    return False


class Grader:
    """Judges answers to one lab's exercises.

    Parameters
    ----------
    lab, workspace
        Which lab, and whose folder.
    settings, session
        The target.
    databases
        The learner's databases, by engine; none where the lab needs none.
    """

    def __init__(
        self,
        lab: Lab,
        workspace: Workspace,
        settings: Settings,
        session: boto3.Session,
        databases: Mapping[Engine, LearnerDatabase],
    ) -> None:
        self._lab = lab
        self._workspace = workspace
        self._settings = settings
        self._session = session
        self._databases = databases
        self._tables: dict[str, Answered] = {}

    def check(self, exercises: Sequence[Exercise], say: Say, runner: Runner) -> Iterator[Outcome]:
        """What is to be said of the learner's answers, one exercise after the other."""
        for exercise in exercises:
            answer = workspaces.answer(self._workspace, self._lab, exercise)
            yield self.outcome(exercise, answer, say, runner)

    def outcome(self, exercise: Exercise, answer: Answer, say: Say, runner: Runner) -> Outcome:
        """What is to be said of one answer."""
        outcome = Outcome(
            exercise.id, exercise.title, passed=True, source=answer.source.name,
            instead_of=answer.instead_of.name if answer.instead_of else "",
        )  # fmt: skip
        try:
            return replace(outcome, told=self._judge(exercise, answer, say, runner))
        except NotYetError as reason:
            return replace(
                outcome, passed=False, condition=reason.condition, seen=reason.seen, expected=reason.expected
            )
        except (ConnectionError, HTTPClientError):
            # Nobody answers: that says nothing of the learner's answer.
            raise
        except (ClientError, BotoCoreError) as error:
            # What a check looks for is not there: in AWS's own words.
            return replace(
                outcome, passed=False, seen=str(error), expected="what the exercise makes",
                condition="AWS answered with an error when the result was looked at.",
            )  # fmt: skip

    def _judge(self, exercise: Exercise, answer: Answer, say: Say, runner: Runner) -> tuple[str, ...]:
        """What is to be told of an answer that is right; raises NotYetError for another one."""
        if workspaces.is_untouched(answer, exercise):
            raise NotYetError(
                "Nothing is written yet.",
                seen="the stub",
                expected=f"your answer in {self._lab.file_name(exercise)}",
            )
        if exercise.waits:
            say(f"{exercise.title}: waits for {exercise.waits}")
        with Work(
            self._lab, exercise, self._workspace, answer, self._settings, self._session, self._databases,
            say, runner, tables=self._tables,
        ) as work:  # fmt: skip
            try:
                self._lab.check(exercise)(work)
            except _OTHER_KIND as error:
                if work.called is None:
                    raise
                raise NotYetError(
                    "What your function returns is not of the kind that is asked for.",
                    seen=f"{work.called.result!r:.60}",
                    expected="what the exercise says that it returns",
                ) from error
            return tuple(work.told)
