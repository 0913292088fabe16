"""What several commands need before they begin, told at once where it is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scripts.commands.output import say
from scripts.config import Settings
from scripts.errors import MissingError
from scripts.local_cloud import lifecycle
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.terraform import Plan, Terraform


def local_cloud(settings: Settings) -> None:
    """Say at once that there is none, where boto3 would try for many seconds.

    Raises
    ------
    MissingError
        The target is local and LocalStack does not run.
    """
    if settings.target == "local" and LocalCloud(settings).localstack.running() is None:
        raise MissingError(
            "LocalStack does not run, so nothing of the environment exists.", "Start it: make apply"
        )


def terraform(settings: Settings) -> Terraform:
    """Terraform, found before anything else is begun."""
    found = Terraform(settings, say=say)
    _ = found.program
    return found


def shown_plan(settings: Settings, file: Path) -> dict[str, Any]:
    """Terraform's own plan file in the shape of ``terraform show -json``."""
    found = terraform(settings)
    with lifecycle.exclusive(settings.local_dir if settings.target == "local" else settings.aws_dir):
        found.init()
        return found.show_plan(Plan(file, changes=True))
