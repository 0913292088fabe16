"""`lab list`, `show`, `start`, `check`, `hint`, `solve`, `reset`, `notebook`: the course's labs."""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.markdown import Markdown
from rich.table import Table

from scripts import aws
from scripts.commands import needs
from scripts.commands.output import AsJson, line, print_json, result, say
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode

if TYPE_CHECKING:
    from scripts.labs.desk import Desk
    from scripts.labs.manifest import Engine
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

    return Desk(settings, aws.session(settings))


def _ready(context: typer.Context) -> Desk:
    settings: Settings = context.obj
    needs.local_cloud(settings)
    return _desk(settings)


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


@app.command()
def show(context: typer.Context, name: LabName, as_json: AsJson = False) -> None:
    """A lab's story, objectives and exercises."""
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
    desk = _ready(context)
    lab = desk.lab(name)
    started = desk.start(lab, cast("Engine | None", engine), force=force, say=say)
    if as_json:
        print_json(asdict(started))
        return
    line(f"Your files for {lab.name} are in {started.folder}")
    line(
        f"{len(started.written)} written, {len(lab.exercises) + 2 - len(started.written)} were there already."
    )
    line(f"Begin with {lab.file_name(lab.exercises[0])} or with {lab.name}.ipynb (lab notebook {lab.name});")
    line(f"then: lab check {lab.name}")


@app.command()
def check(
    context: typer.Context, name: LabName, exercises: Exercises = None, as_json: AsJson = False
) -> None:
    """What is right, and what is not yet, without the answer. Exit 1 while something is not right."""
    desk = _ready(context)
    lab = desk.lab(name)
    outcomes = []
    for outcome in desk.check(lab, exercises or [], say):
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
    if outcome.passed:
        line(f"right    {outcome.exercise}: {outcome.title}")
        return
    line(f"not yet  {outcome.exercise}: {outcome.title}")
    line(f"           {outcome.condition}")
    if outcome.seen:
        line(f"           seen: {outcome.seen}")
    if outcome.expected:
        line(f"           expected: {outcome.expected}")


@app.command()
def hint(context: typer.Context, name: LabName, exercise: ExerciseName) -> None:
    """The next hint to an exercise; each time a little more."""
    desk = _desk(context.obj)
    lab = desk.lab(name)
    found = lab.exercise(exercise)
    number, text = desk.hint(lab, found)
    line(f"Hint {number} of {len(found.hints)}: {text}")
    if number == len(found.hints):
        line(f"That was the last one. The solution: lab solve {lab.name} {found.id}")


@app.command()
def solve(context: typer.Context, name: LabName, exercises: Exercises = None) -> None:
    """Write the reference solution into your files; what you had is kept beside them as .bak."""
    desk = _desk(context.obj)
    for file in desk.solve(desk.lab(name), exercises or []):
        line(f"Solved: {file}")


@app.command()
def reset(
    context: typer.Context,
    name: LabName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove what you made in a lab: databases, AWS resources, progress. Your files are put aside."""
    desk = _ready(context)
    lab = desk.lab(name)
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Remove what you made in {lab.name}?", abort=True)
    line(f"Reset. Your files are now in {desk.reset(lab)}; begin again: lab start {lab.name}")


@app.command()
def notebook(context: typer.Context, name: LabName) -> None:
    """Open JupyterLab on a lab's notebook; Ctrl-C ends it."""
    from scripts.labs import jupyter

    desk = _ready(context)
    raise typer.Exit(jupyter.run(desk.lab(name), desk.home, context.obj))


def add_to(main: typer.Typer) -> None:
    """Make these commands of ``lab`` itself."""
    main.registered_commands.extend(app.registered_commands)
