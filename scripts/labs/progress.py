"""What a learner has done so far, in the run-time folder: whole at every moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from scripts.labs.files import Document


@dataclass(frozen=True)
class Done:
    """Of one exercise: when it first passed (UTC, ISO 8601; None while it has not), and what it took."""

    passed: str | None = None
    attempts: int = 0
    hints: int = 0
    solved: bool = False


class Progress:
    """Progress by workspace and exercise.

    Parameters
    ----------
    local_dir
        Run-time folder of the target.
    """

    def __init__(self, local_dir: Path) -> None:
        self._file = Document(local_dir / "labs" / "progress.json", "what was noted of your progress")

    def of(self, workspace: str) -> Mapping[str, Done]:
        """Exercises of a workspace that something was done about."""
        return self._done(self._file.read(), workspace)

    def _done(self, content: dict[str, Any], workspace: str) -> dict[str, Done]:
        try:
            return {exercise: Done(**done) for exercise, done in content.get(workspace, {}).items()}
        except (TypeError, AttributeError):
            raise self._file.damaged() from None

    def attempted(self, workspace: str, exercise: str, *, passed: bool) -> None:
        """A check was made."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self._change(
            workspace,
            exercise,
            lambda done: replace(
                done, attempts=done.attempts + 1, passed=done.passed or (now if passed else None)
            ),
        )

    def hinted(self, workspace: str, exercise: str, most: int) -> int:
        """One more hint is given; answers which one, counted from 1."""
        done = self._change(workspace, exercise, lambda done: replace(done, hints=min(done.hints + 1, most)))
        return done.hints

    def solved(self, workspace: str, exercise: str) -> None:
        """The solution was shown."""
        self._change(workspace, exercise, lambda done: replace(done, solved=True))

    def forget(self, workspace: str) -> None:
        """Nothing was done in this workspace."""
        with self._file.change() as content:
            content.pop(workspace, None)

    def _change(self, workspace: str, exercise: str, change: Callable[[Done], Done]) -> Done:
        with self._file.change() as content:
            found = self._done(content, workspace)
            found[exercise] = change(found.get(exercise, Done()))
            content[workspace] = {each: asdict(done) for each, done in found.items()}
        return found[exercise]
