"""What several commands need before they begin, told at once where it is missing."""

# What takes long to import, and few commands need, is imported by these alone.
# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scripts.commands.output import say
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode, MissingError
from scripts.terraform import Plan, Terraform

if TYPE_CHECKING:
    from scripts.local_cloud.lifecycle import Arrival


def local_cloud(settings: Settings) -> None:
    """Say at once that there is none, where boto3 would try for many seconds.

    Raises
    ------
    MissingError
        The target is local and LocalStack does not run.
    BadInputError
        It runs on another port than the settings say, as in a shell that was opened later.
    """
    from scripts.local_cloud.localstack import LocalStack

    if settings.target != "local":
        return
    running = LocalStack(settings).running()
    if running is None:
        raise MissingError(
            "LocalStack does not run, so nothing of the environment exists.", "Start it: make apply"
        )
    if running.port != settings.gateway_port:
        raise BadInputError(
            f"LocalStack runs on port {running.port}, and port {settings.gateway_port} is asked for.",
            f"For this shell: export LAB_GATEWAY_PORT={running.port}",
        )


def terraform(settings: Settings) -> Terraform:
    """Terraform, found before anything else is begun.

    Raises
    ------
    MissingError
        There is none that fits; with what else is missing and cannot be installed from here, so that nobody
        is told of it only after the next try.
    """
    found = Terraform(settings, say=say)
    try:
        _ = found.program
    except MissingError as missing:
        if settings.target == "local" and (more := _not_installable()):
            raise MissingError(f"{missing.what} {more.what}", f"{missing.hint}\n{more.hint}") from None
        raise
    return found


def _not_installable() -> MissingError | None:
    from scripts import system_packages
    from scripts.local_cloud import lifecycle

    return None if system_packages.can_install() else system_packages.lacking(lifecycle.REQUIREMENTS)


def shown_plan(settings: Settings, file: Path) -> dict[str, Any]:
    """Terraform's own plan file in the shape of ``terraform show -json``."""
    from scripts.local_cloud import lifecycle

    found = terraform(settings)
    with lifecycle.exclusive(settings.local_dir if settings.target == "local" else settings.aws_dir):
        found.init()
        return found.show_plan(Plan(file, changes=True))


def local_target(context: typer.Context, command: str) -> Settings:
    """The settings of a command that is about the local cloud; raises BadInputError for another target."""
    settings: Settings = context.obj
    if settings.target != "local":
        raise BadInputError(
            f"`lab {command}` is about the local cloud, and the target is {settings.target}.",
            f"Leave TARGET out, or say: lab --target local {command}",
        )
    return settings


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """One command at a time: two at once could carry out each other's plan."""
    from scripts.local_cloud import lifecycle

    with lifecycle.exclusive(settings.local_dir if settings.target == "local" else settings.aws_dir):
        yield


def up(settings: Settings) -> Arrival:
    """The local cloud, started where it does not run; says what was found and done."""
    from scripts.local_cloud.lifecycle import LocalCloud

    arrival = LocalCloud(settings).up(say)
    if arrival.archived_state:
        say(
            "The environment was of an earlier life of LocalStack; "
            f"its state is kept in {arrival.archived_state}"
        )
    if arrival.removed:
        say(f"Removed the orphaned servers of that life: {len(arrival.removed)}")
    if arrival.recovered:
        say(f"Started again, with their data: {', '.join(arrival.recovered)}")
    Terraform(settings, say=say).mend()
    return arrival


def confirmed(question: str, yes: bool) -> None:
    """Go on only when somebody said yes; ends the command with "no" otherwise."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInputError(f"{question} Nobody is there to answer.", "Say --yes to go on without asking.")
    if not typer.confirm(question, err=True):
        raise typer.Exit(ExitCode.NO)
