"""`lab setup`, `up`, `down`, `status`, `clean`: the local cloud as a whole."""

# What takes long to import, and few commands need, is imported by these alone.
# ruff: noqa: PLC0415

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer
from rich.table import Table

from scripts.commands import needs
from scripts.commands.output import AsJson, print_json, result, say
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode
from scripts.terraform import Terraform
from scripts.terraform_state import resources_in_state


def setup(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what is missing.")] = False,
) -> None:
    """Check that Terraform, the database servers and ODBC's drivers are here; install what we may."""
    from scripts import odbc, system_packages
    from scripts.local_cloud import lifecycle

    settings: Settings = context.obj
    terraform = Terraform(settings)
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
    with lifecycle.exclusive(settings.local_dir):
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
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("PART", "KIND", "VERSION", "ADDRESS", "PID", "MEMORY", "HEALTH"):
            table.add_column(title, overflow="fold", no_wrap=title not in ("VERSION", "HEALTH"))
        for part in parts:
            memory = f"{part.memory_bytes / 2**20:.0f} MiB" if part.memory_bytes else "-"
            colour = "red" if part.down else "green" if part.health == "up" else "dim"
            table.add_row(
                part.name, part.kind, part.version, part.address, str(part.pid or "-"), memory,
                f"[{colour}]{part.health}[/]",
            )  # fmt: skip
        result.print(table)
    if any(part.down for part in parts):
        raise typer.Exit(ExitCode.NO)


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
    with lifecycle.exclusive(settings.local_dir):
        LocalCloud(settings).remove()
    say(f"{settings.local_dir} is removed.")
