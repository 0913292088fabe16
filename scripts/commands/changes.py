"""What Terraform is going to change, and how far it is: in short for people, whole in a log."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from scripts import terraform_events as events
from scripts.commands.output import say, talk
from scripts.terraform import Plan, Terraform
from scripts.terraform_events import Event

#: Terraform's words for kinds of change, with the titles of their columns, in the order of these.
_KINDS = {
    "create": "CREATE", "update": "CHANGE", "replace": "REPLACE", "delete": "DESTROY",
    "import": "IMPORT", "move": "MOVE", "remove": "FORGET",
}  # fmt: skip

#: What loses what it holds: always told by name.
_LOSING = {"replace": "Replaced (destroyed and made anew)", "delete": "Destroyed"}

#: Steps of work that a change is; what is only read, moved or forgotten is none.
_STEPS = {"create": 1, "update": 1, "delete": 1, "replace": 2}
_WORDS = {"create": "creating", "update": "changing", "delete": "destroying"}

#: Seconds between two lines where there is no terminal: as often as Terraform itself says that it is at work.
_PAUSE = 10.0

#: Of what is worked on at the same time, how many are named.
_NAMED = 3


@contextmanager
def account(log: Path, *, verbose: bool) -> Iterator[Account]:
    """An account of one `apply` or `destroy`, as long as Terraform works.

    Parameters
    ----------
    log
        File that everything is written to, anew.
    verbose
        Tell people everything too.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    # Line by line: whoever follows it, or comes after a crash, finds all that was said.
    with os.fdopen(descriptor, "w", buffering=1, encoding="utf-8") as file:
        told = Account(file, log, verbose=verbose)
        try:
            yield told
        finally:
            told.rest()


class Account:
    """Hears what Terraform says, and tells it.

    Parameters
    ----------
    log
        Gets everything.
    path
        Where that is.
    verbose
        Tell people everything too.
    """

    def __init__(self, log: TextIO, path: Path, *, verbose: bool) -> None:
        self._log = log
        self._path = path
        self._verbose = verbose
        self._planned: dict[str, Event] = {}
        self._drift: dict[str, Event] = {}
        self._work: Work | None = None
        self._shown: Shown | None = None if verbose else Shown(talk, "Planning")

    def hear(self, event: Event) -> None:
        """Take note of it, and tell people at once what they must know."""
        self._log.write(f"{event.text}\n")
        if event.type == events.PLANNED:
            self._planned[event.address] = event
        elif event.type == events.DRIFT:
            self._drift[event.address] = event
        if self._verbose or event.type in _TOLD:
            say(event.text)
        if self._work is None:
            if self._shown and event.type == events.REFRESHED:
                self._shown.count()
            return
        self._work.hear(event)
        if self._shown:
            self._shown.set(self._work.done, str(self._work) or None)

    @property
    def drift(self) -> bool:
        """Whether something is otherwise than Terraform left it."""
        return bool(self._drift)

    def plan(self, terraform: Terraform, plan: Plan, *, whole: bool) -> None:
        """Tell what is planned: in short, and before that ``whole`` if so; the log has it whole."""
        self.rest()
        if plan.changes:
            text = Text.from_ansi(terraform.plan_text(plan))
            self._log.write(f"{text.plain}\n")
            if whole:
                talk.print(text, soft_wrap=True)
        planned = list(self._planned.values())
        if table := by_module(planned):
            talk.print(table)
        for line in losses(planned):
            say(line)
        if not plan.changes:
            say("No changes: everything is as it is described.")
            return
        say(f"The whole plan, and all that Terraform says: {self._path}")

    def work(self) -> None:
        """From now on Terraform carries out what was planned."""
        self._work = Work(sum(_STEPS.get(each.action, 0) for each in self._planned.values()))
        if not self._verbose:
            # Nothing to do is no bar that stands at 0 of 0: the state alone takes note of things.
            what = "" if self._work.total else "Taking note of what is otherwise"
            self._shown = Shown(talk, what, total=self._work.total or None)

    def rest(self) -> None:
        """Stop showing that something is done."""
        if self._shown:
            self._shown.stop()
            self._shown = None


#: Told as it comes: errors and warnings, what Terraform says to Ctrl-C, how much it will do and has done.
_TOLD = frozenset({events.DIAGNOSTIC, events.OTHER, events.LOG, events.SUMMARY})


class Work:
    """How far Terraform is with what was planned.

    Parameters
    ----------
    total
        Steps that it has.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._ended: set[tuple[str, str]] = set()
        self._begun: dict[tuple[str, str], float] = {}

    @property
    def done(self) -> int:
        """Steps that have ended."""
        return len(self._ended)

    def hear(self, event: Event) -> None:
        """Take note of what begins and what has ended."""
        if event.action not in _WORDS:
            return
        step = (event.address, event.action)
        if event.type == events.BEGUN:
            self._begun[step] = time.monotonic()
        elif event.type in (events.DONE, events.FAILED):
            self._begun.pop(step, None)
            if event.type == events.DONE:
                self._ended.add(step)

    def __str__(self) -> str:
        now = time.monotonic()
        # What takes longest first: that is what everybody waits for.
        oldest = sorted(self._begun.items(), key=lambda item: item[1])
        named = [
            f"{_WORDS[action]} {address} ({_since(now - at)})" for (address, action), at in oldest[:_NAMED]
        ]
        more = [f"{len(oldest) - _NAMED} more"] if len(oldest) > _NAMED else []
        return ", ".join(named + more)


class Shown:
    """That work goes on: a bar on a terminal; elsewhere a line from time to time.

    Parameters
    ----------
    console
        Where.
    what
        Is done.
    total
        Steps that it has; None where nobody knows.
    """

    def __init__(self, console: Console, what: str, total: int | None = None) -> None:
        self._total = total
        self._done = 0
        self._said = time.monotonic()
        self._bars: Progress | None = None
        if not console.is_terminal:
            if what:
                say(what)
            return
        text = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        self._bars = Progress(
            BarColumn(bar_width=20), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False, table_column=text),
            console=console, transient=True, expand=True,
        )  # fmt: skip
        self._task: TaskID = self._bars.add_task(what, total=total)
        self._bars.start()

    def count(self) -> None:
        """One more."""
        self.set(self._done + 1)

    def set(self, done: int, what: str | None = None) -> None:
        """So many steps are done, and this is being done."""
        self._done = done
        if self._bars:
            self._bars.update(self._task, completed=done, description=what)
        elif what and time.monotonic() - self._said >= _PAUSE:
            self._said = time.monotonic()
            say(f"  {done} of {self._total}: {what}")

    def stop(self) -> None:
        """Leave nothing of it on the terminal."""
        if self._bars:
            self._bars.stop()


def by_module(planned: Sequence[Event]) -> Table | None:
    """How many of each kind of change there are in each module; None where there are none."""
    counts = Counter((each.module, each.action) for each in planned if each.action in _KINDS)
    if not counts:
        return None
    kinds = [kind for kind in _KINDS if any(action == kind for _, action in counts)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("MODULE", overflow="fold")
    for kind in kinds:
        table.add_column(_KINDS[kind], justify="right")
    for module in sorted({module for module, _ in counts}):
        cells = [str(counts[module, kind] or "") for kind in kinds]
        table.add_row(Text(module.removeprefix("module.") or "(root)"), *cells)
    return table


def losses(planned: Iterable[Event]) -> Iterator[str]:
    """Everything that is replaced or destroyed, by name."""
    every = list(planned)
    for kind, title in _LOSING.items():
        if found := sorted((each.address, each.reason) for each in every if each.action == kind):
            yield f"{title}:"
            for address, reason in found:
                yield f"  {address}" + (f" ({reason.replace('_', ' ')})" if reason else "")


def _since(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
