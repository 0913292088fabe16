"""What a learner has done so far: one JSON file in the run-time folder, whole at every moment."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import filelock

from scripts.errors import BadInputError


@dataclass(frozen=True)
class Done:
    """Of one exercise: when it first passed (UTC, ISO 8601; None while it has not), and what it took."""

    passed: str | None = None
    attempts: int = 0
    hints: int = 0
    solved: bool = False


Record = dict[str, dict[str, Done]]


class Progress:
    """Progress by workspace and exercise.

    Parameters
    ----------
    local_dir
        Run-time folder of the target.
    """

    def __init__(self, local_dir: Path) -> None:
        self._file = local_dir / "labs" / "progress.json"

    def of(self, workspace: str) -> Mapping[str, Done]:
        """Exercises of a workspace that something was done about."""
        return self._read().get(workspace, {})

    def attempted(self, workspace: str, exercise: str, *, passed: bool) -> None:
        """A check was made."""
        with self._change(workspace, exercise) as change:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            when = change.done.passed or (now if passed else None)
            change.done = replace(change.done, attempts=change.done.attempts + 1, passed=when)

    def hinted(self, workspace: str, exercise: str, most: int) -> int:
        """One more hint is given; answers which one, counted from 1."""
        with self._change(workspace, exercise) as change:
            change.done = replace(change.done, hints=min(change.done.hints + 1, most))
            return change.done.hints

    def solved(self, workspace: str, exercise: str) -> None:
        """The solution was shown."""
        with self._change(workspace, exercise) as change:
            change.done = replace(change.done, solved=True)

    def forget(self, workspace: str) -> None:
        """Nothing was done in this workspace."""
        with self._locked():
            found = self._read()
            found.pop(workspace, None)
            self._write(found)

    @contextmanager
    def _change(self, workspace: str, exercise: str) -> Iterator[_Change]:
        with self._locked():
            found = self._read()
            change = _Change(found.get(workspace, {}).get(exercise, Done()))
            yield change
            found.setdefault(workspace, {})[exercise] = change.done
            self._write(found)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self._file.with_suffix(".lock")):
            yield

    def _read(self) -> Record:
        if not self._file.is_file():
            return {}
        try:
            return {
                workspace: {exercise: Done(**done) for exercise, done in exercises.items()}
                for workspace, exercises in json.loads(self._file.read_text()).items()
            }
        except (ValueError, TypeError, AttributeError):
            raise BadInputError(
                f"{self._file} is damaged.", "Remove it: only what was noted of your progress is lost."
            ) from None

    def _write(self, found: Record) -> None:
        text = {
            workspace: {exercise: asdict(done) for exercise, done in exercises.items()}
            for workspace, exercises in found.items()
        }
        partial = self._file.with_suffix(".new")
        partial.write_text(json.dumps(text, indent=2) + "\n")
        partial.replace(self._file)


@dataclass
class _Change:
    done: Done
