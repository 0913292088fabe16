"""`lab inspect`: what is there, or would be."""

# What takes long to import is imported by the command that needs it.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from scripts.commands import needs
from scripts.commands.output import AsJson, print_json, result, say
from scripts.config import Settings
from scripts.errors import BadInputError

if TYPE_CHECKING:
    from scripts.inspection.model import Environment


def inspect(
    context: typer.Context,
    plan_file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="With --from-plan: a plan as JSON. None: made now."),
    ] = None,
    from_plan: Annotated[
        bool, typer.Option("--from-plan", help="What a plan would make, change and destroy.")
    ] = False,
    svg: Annotated[Path | None, typer.Option(help="Write the network drawing to this file.")] = None,
    png: Annotated[Path | None, typer.Option(help="The same as a picture.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="The picture in dark colours.")] = False,
    html: Annotated[Path | None, typer.Option(help="One page with drawing and inventory.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show everything that is there, as a list and as a drawing, and where state and AWS do not agree."""
    from scripts import aws
    from scripts.inspection import inspector, inventory

    settings: Settings = context.obj
    if plan_file is not None and not from_plan:
        raise BadInputError("FILE goes with --from-plan.", f"Say: lab inspect --from-plan {plan_file}")
    if dark and png is None:
        raise BadInputError("--dark goes with --png FILE: the other files follow their reader's colours.")
    if from_plan:
        shown = inspector.read_plan(plan_file) if plan_file else _fresh_plan(settings)
        environment = inspector.of_plan(settings, shown)
    else:
        needs.local_cloud(settings)
        environment = inspector.of_aws(settings, aws.session(settings))
    written = inspector.write(environment, inspector.Files(svg, png, html, dark))
    if as_json:
        print_json(inventory.document(environment))
    else:
        _print_inventory(environment)
    for path in written:
        say(f"Written: {path}")


def _fresh_plan(settings: Settings) -> dict[str, Any]:
    """A plan made now, in the shape of ``terraform show -json``."""
    terraform = needs.terraform(settings)
    with needs.changing(settings):
        if settings.target == "local":
            needs.up(settings)
        terraform.init()
        with terraform.planned(quiet=True) as planned:
            return terraform.show_plan(planned)


def _print_inventory(environment: Environment) -> None:
    from scripts.inspection import inventory

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("KIND", "NAME", "ID", "WHERE", "STATE", ""):
        table.add_column(title, overflow="fold")
    for line in inventory.lines(environment):
        cells = (line.kind, line.name, line.id, line.where, line.state, line.mark)
        table.add_row(*(Text(cell) for cell in cells))
    result.print(table)
    say(f"{environment.name}, {environment.source}. {inventory.summary(environment)}.")
    for difference in inventory.differences(environment):
        say(f"! {difference}")
