"""`lab list`, `show`, `start`, `check`, `hint`, `solve`, `reset`, `notebook`: the course's labs."""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.table import Table
from rich.text import Text

from scripts.commands import needs
from scripts.commands.output import AsJson, indented, line, paragraph, print_json, result, say
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode

if TYPE_CHECKING:
    from scripts.labs.desk import Desk
    from scripts.labs.manifest import Engine, Lab
    from scripts.labs.outcome import Outcome

app = typer.Typer()

LabName = Annotated[str, typer.Argument(metavar="LAB", help="As `lab list` shows it, such as: relational")]
ExerciseName = Annotated[str, typer.Argument(metavar="EXERCISE", help="As `lab show LAB` shows it.")]
Exercises = Annotated[
    list[str] | None, typer.Argument(metavar="[EXERCISE]...", help="Some of the lab's; all when not given.")
]

#: Cells of a full bar of progress.
_BAR = 12


def _desk(settings: Settings) -> Desk:
    from scripts.labs.desk import Desk

    return Desk(settings)


def begun(settings: Settings) -> list[str]:
    """Names of the labs that were started and not reset."""
    return [each.name for each in _desk(settings).standings() if each.folder]


def _asked(settings: Settings, name: str, exercises: list[str] | None = None) -> tuple[Desk, Lab]:
    """The desk, and the lab with the exercises that are named: what is misspelt is told before all else."""
    desk = _desk(settings)
    lab = desk.lab(name)
    for each in exercises or ():
        lab.exercise(each)
    return desk, lab


@app.command("list")
def list_labs(context: typer.Context, as_json: AsJson = False) -> None:
    """The labs, and how far you are with each."""
    standings = list(_desk(context.obj).standings())
    if as_json:
        print_json([asdict(each) for each in standings])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("LAB", "TITLE", "MINUTES", "PROGRESS"):
        table.add_column(title)
    for each in standings:
        full = _BAR * each.passed // each.exercises
        bar = f"{'#' * full}{'.' * (_BAR - full)} {each.passed}/{each.exercises}"
        table.add_row(each.name, each.title, str(each.minutes), bar if each.folder else "not started")
    result.print(table)
    for each in standings:
        if each.trouble:
            say(f"! {each.name}: {each.trouble}")


@app.command()
def show(context: typer.Context, name: LabName, as_json: AsJson = False) -> None:
    """A lab's story, objectives and exercises."""
    from rich.markdown import Markdown

    lab = _desk(context.obj).lab(name)
    if as_json:
        print_json(
            json.loads(lab.model_dump_json(exclude={"folder": True, "exercises": {"__all__": {"hints"}}}))
        )
        return
    exercises = "\n".join(f"- `{each.id}` {each.title}" for each in lab.exercises)
    objectives = "\n".join(f"- {each}" for each in lab.objectives)
    text = f"# {lab.title}\n{lab.story}\nYou will be able to:\n\n{objectives}\n\nExercises:\n\n{exercises}"
    result.print(Markdown(text))
    say(f"Begin: lab start {lab.name}")


@app.command()
def start(
    context: typer.Context,
    name: LabName,
    engine: Annotated[str | None, typer.Option(help="mysql or postgres, where a lab takes both.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Begin anew: stubs replace your files, which are kept as .bak.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make your working folder for a lab: a file for each exercise, and a notebook. Yours are kept."""
    if engine not in (None, "mysql", "postgres"):
        raise BadInputError(f"--engine is {engine!r}; expected mysql or postgres.")
    settings: Settings = context.obj
    desk, lab = _asked(settings, name)
    chosen = cast("Engine | None", engine)
    desk.fits(lab, chosen)
    needs.local_cloud(settings)
    with _busy(f"Starting {lab.name}", as_json=as_json) as busy:
        started = desk.start(lab, chosen, force=force, say=busy)
    if as_json:
        print_json(asdict(started))
        return
    line(f"Your files for {lab.name} are in {started.folder}")
    line(
        f"{len(started.written)} written, {len(lab.exercises) + 2 - len(started.written)} were there already."
    )
    if started.lake:
        line(f"Your database of the catalog: lab athena --database {started.lake} 'SHOW TABLES'")
    line(f"Begin with {lab.file_name(lab.exercises[0])} or with {lab.name}.ipynb (lab notebook {lab.name});")
    line(f"then: lab check {lab.name}")


@app.command()
def check(
    context: typer.Context, name: LabName, exercises: Exercises = None, as_json: AsJson = False
) -> None:
    """What is right, and what is not yet, without the answer. Exit 1 while something is not right."""
    settings: Settings = context.obj
    desk, lab = _asked(settings, name, exercises)
    desk.required(lab)
    needs.local_cloud(settings)
    outcomes = []
    with _busy(f"Checking {lab.name}", as_json=as_json) as busy:
        for outcome in desk.check(lab, exercises or [], busy):
            outcomes.append(outcome)
            if not as_json:
                _tell(outcome)
    passed = sum(each.passed for each in outcomes)
    if as_json:
        print_json(
            {
                "lab": lab.name,
                "passed": passed,
                "of": len(outcomes),
                "exercises": [asdict(each) for each in outcomes],
            }
        )
    elif len(outcomes) > 1:
        line(f"{passed} of {len(outcomes)} right.")
    if passed < len(outcomes):
        raise typer.Exit(ExitCode.NO)


def _tell(outcome: Outcome) -> None:
    line(f"{'right  ' if outcome.passed else 'not yet'}  {outcome.exercise}: {outcome.title}")
    if outcome.instead_of:
        indented(f"looked at {outcome.source}, saved after {outcome.instead_of}, which holds another answer")
    for each in outcome.told:
        indented(each)
    if outcome.passed:
        return
    indented(outcome.condition)
    if outcome.seen:
        indented(f"seen: {outcome.seen}")
    if outcome.expected:
        indented(f"expected: {outcome.expected}")


@contextmanager
def _busy(what: str, *, as_json: bool) -> Iterator[Callable[[str], None]]:
    """Tell what goes on: on a terminal below the result so far, until it is over; elsewhere in lines."""
    if as_json or not result.is_terminal:
        yield say
        return
    # On the console of the result itself: two that write to one terminal write over each other.
    with result.status(what) as status:
        yield lambda text: status.update(Text(text))


@app.command()
def hint(context: typer.Context, name: LabName, exercise: ExerciseName, as_json: AsJson = False) -> None:
    """The next hint to an exercise; each time a little more."""
    desk, lab = _asked(context.obj, name, [exercise])
    found = lab.exercise(exercise)
    number, text = desk.hint(lab, found)
    if as_json:
        print_json(
            {"lab": lab.name, "exercise": found.id, "hint": number, "of": len(found.hints), "text": text}
        )
        return
    paragraph(f"Hint {number} of {len(found.hints)}: {text}")
    if number == len(found.hints):
        line(f"That was the last one. The solution: lab solve {lab.name} {found.id}")


@app.command()
def solve(
    context: typer.Context, name: LabName, exercises: Exercises = None, as_json: AsJson = False
) -> None:
    """Write the reference solution into your files; what you had is kept beside them as .bak."""
    desk, lab = _asked(context.obj, name, exercises)
    solved = desk.solve(lab, exercises or [])
    if as_json:
        kept = {str(each.file): each.kept for each in solved if each.kept}
        print_json({"lab": lab.name, "written": [each.file for each in solved], "kept": kept})
        return
    for each in solved:
        line(f"Solved: {each.file}")
        if each.kept:
            indented(f"what you had is kept as {each.kept.name} beside it")
    line(f"Read it, then: {' '.join(['lab check', lab.name, *(exercises or [])])}")


@app.command()
def reset(
    context: typer.Context,
    name: LabName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what you made in a lab: databases, AWS resources, progress. Your files are put aside."""
    settings: Settings = context.obj
    desk, lab = _asked(settings, name)
    desk.required(lab)
    needs.local_cloud(settings)
    if not yes and sys.stdin.isatty() and not typer.confirm(f"Remove what you made in {lab.name}?", err=True):
        raise typer.Exit(ExitCode.NO)
    with _busy(f"Removing what you made in {lab.name}", as_json=as_json):
        aside = desk.reset(lab)
    if as_json:
        print_json({"lab": lab.name, "files": aside})
        return
    line(f"Reset. Your files are now in {aside}; begin again: lab start {lab.name}")


@app.command()
def notebook(
    context: typer.Context,
    name: LabName,
    port: Annotated[int, typer.Option(help="Where it listens, on this machine; another when taken.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Open JupyterLab on a lab's notebook; Ctrl-C ends it."""
    from scripts.labs import jupyter

    settings: Settings = context.obj
    desk, lab = _asked(settings, name)
    desk.required(lab)
    needs.local_cloud(settings)
    found = desk.ready(lab, say)
    jupyter.run(lab, found, settings, port=port, browser=browser)


def add_to(main: typer.Typer) -> None:
    """Make these commands of ``lab`` itself."""
    main.registered_commands.extend(app.registered_commands)
