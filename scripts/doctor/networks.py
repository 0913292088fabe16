"""The network that a question is asked about: from the AWS API, from saved answers of it, or from a plan."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts import network_snapshot
from scripts.config import Settings
from scripts.declarations import plan as plans
from scripts.errors import BadInputError
from scripts.reachability.model import Network
from scripts.reachability.readers import aws, saved, terraform

if TYPE_CHECKING:
    import boto3

#: What a plan that Terraform wrote itself begins with: it is a zip archive.
_BINARY_PLAN = b"PK\x03\x04"


def of_api(session: boto3.Session, keep: Path | None = None) -> Network:
    """The network as AWS describes it now.

    Parameters
    ----------
    keep
        Folder that AWS's answers are written into, so that the network can be asked about without AWS.
    """
    answers = network_snapshot.documents(session)
    if keep is not None:
        network_snapshot.save(answers, keep)
    return aws.network(answers, session.region_name)


def of_saved(folder: Path) -> Network:
    """The network as it was described in ``describe-*.json`` files."""
    return saved.network(folder)


def of_plan(file: Path, settings: Settings, show: Callable[[Path], dict[str, Any]]) -> Network:
    """The network that a plan leads to.

    Parameters
    ----------
    file
        What ``lab plan --json`` or ``terraform show -json`` printed, or Terraform's own binary plan; ``-``
        for standard input.
    show
        Makes the first of the second: ``terraform show -json``.

    Raises
    ------
    BadInputError
        It cannot be read, or it is no plan.
    """
    plan = read_shown(file, show)
    return terraform.network(plans.of_plan(plan, settings.infrastructure), settings.region)


def read_shown(file: Path, show: Callable[[Path], dict[str, Any]]) -> Mapping[str, Any]:
    """The plan in a file, in the shape of ``terraform show -json``; see `of_plan`."""
    name = "standard input" if str(file) == "-" else str(file)
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise BadInputError(f"{name} cannot be read: {error.strerror}.") from None
    if content.startswith(_BINARY_PLAN):
        if str(file) == "-":
            raise BadInputError(
                "Standard input holds a binary plan.",
                "Give its file, or: terraform show -json FILE | lab ...",
            )
        return show(file.absolute())
    try:
        shown = json.loads(content)
    except ValueError:
        raise BadInputError(
            f"{name} is not JSON.", "Expected is what `lab plan --json` prints, or terraform show -json."
        ) from None
    if not isinstance(shown, dict):
        raise BadInputError(f"{name} is JSON, but no Terraform plan.")
    return shown
