"""`lab setup`, `up`, `down`, `status`, `clean`: the local cloud as a whole."""

# What takes long to import, and few commands need, is imported by these alone.
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from scripts.commands import needs
from scripts.commands.output import AsJson, fits, line, print_json, result, say, show_table, waiting
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode
from scripts.terraform_state import resources_in_state

if TYPE_CHECKING:
    from scripts.local_cloud.status import Part


def setup(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what is missing.")] = False,
) -> None:
    """Check that Terraform, the database servers and ODBC's drivers are here; install what we may."""
    from scripts import odbc, system_packages
    from scripts.local_cloud import lifecycle

    settings: Settings = context.obj
    terraform = needs.terraform(settings)
    found = [f"Terraform {terraform.program.version} ({terraform.program.path})"]
    if settings.target == "local":
        found += system_packages.prepare(lifecycle.REQUIREMENTS, say, wished=odbc.REQUIREMENTS)
    if not quiet:
        for each in found:
            say(each)


def up(context: typer.Context, as_json: AsJson = False) -> None:
    """Start the local cloud: LocalStack, and the database servers that should run."""
    from scripts.local_cloud import lifecycle

    settings = needs.local_target(context, "up")
    with lifecycle.exclusive(settings.local_dir):
        arrival = needs.up(settings)
    if as_json:
        print_json(asdict(arrival))
    elif not (arrival.started or arrival.recovered):
        say("The local cloud is up already.")


def down(context: typer.Context) -> None:
    """Stop the local cloud with everything that it started."""
    from scripts.local_cloud import lifecycle
    from scripts.local_cloud.lifecycle import LocalCloud

    settings = needs.local_target(context, "down")
    with lifecycle.exclusive(settings.local_dir), waiting("Stopping the local cloud"):
        stopped = LocalCloud(settings).down()
    if stopped:
        say("The local cloud is stopped, and what it held is gone: `make apply` builds it anew.")
    else:
        say("The local cloud was not running.")


def show_status(context: typer.Context, as_json: AsJson = False) -> None:
    """Every part: real or simulated, version, address, process, memory, health. Exit 1 when one is down."""
    from scripts.local_cloud import status
    from scripts.local_cloud.lifecycle import LocalCloud

    settings = needs.local_target(context, "status")
    parts = status.parts(LocalCloud(settings))
    if as_json:
        print_json([asdict(part) for part in parts])
    else:
        _show(parts)
    if any(part.down for part in parts):
        raise typer.Exit(ExitCode.NO)


def _show(parts: Sequence[Part]) -> None:
    titles = ("PART", "KIND", "ADDRESS", "PID", "MEMORY", "VERSION", "HEALTH")
    rows = [
        [*map(Text, (*_cells(part), part.version)), Text(part.health, style=_colour(part))] for part in parts
    ]
    if fits([[Text(title) for title in titles], *rows]):
        show_table(titles, rows)
        return
    # What is said about a part gets lines of its own: squeezed into a column, it cannot be read.
    short = [titles[:-2], *map(_cells, parts)]
    widths = [max(map(len, column)) for column in zip(*short, strict=True)]
    lines = ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in short]
    result.print(Text(lines[0], style="bold"))
    for shown, part in zip(lines[1:], parts, strict=True):
        line(shown)
        words = part.health if part.version == "-" else f"{part.health}; {part.version}"
        result.print(Padding(Text(words, style=_colour(part)), (0, 0, 0, 4)))


def _cells(part: Part) -> tuple[str, ...]:
    memory = f"{part.memory_bytes / 2**20:.0f} MiB" if part.memory_bytes else "-"
    return (part.name, part.kind, part.address, str(part.pid or "-"), memory)


def _colour(part: Part) -> str:
    return "red" if part.down else "green" if part.health == "up" else "dim"


def clean(context: typer.Context) -> None:
    """Stop the local cloud and remove its run-time files."""
    from scripts.local_cloud import lifecycle
    from scripts.local_cloud.lifecycle import LocalCloud

    settings: Settings = context.obj
    on_aws = resources_in_state(replace(settings, target="aws").state_file)
    if on_aws:
        raise BadInputError(
            f"The AWS state holds {len(on_aws)} resources, which would go on costing money unseen.",
            "Run `make destroy TARGET=aws` first.",
        )
    with lifecycle.exclusive(settings.local_dir), waiting("Stopping the local cloud"):
        LocalCloud(settings).remove()
    if not settings.local_dir.exists():
        say(f"{settings.local_dir} is removed.")
        return
    kept = ", ".join(sorted(each.name for each in settings.local_dir.iterdir()))
    say(f"The run-time files in {settings.local_dir} are removed; what is not theirs stays: {kept}.")
