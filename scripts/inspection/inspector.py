"""What `lab inspect` does: read, compare, and write the files that are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from scripts.config import Settings
from scripts.errors import BadInputError
from scripts.inspection import from_aws, from_terraform, page, plan
from scripts.inspection.comparison import compare
from scripts.inspection.drawing import compose, png, svg
from scripts.inspection.model import Environment
from scripts.terraform_state import read_state


def of_aws(settings: Settings, session: boto3.Session) -> Environment:
    """The environment as it is, with what state and AWS do not agree on marked."""
    state = from_terraform.of_state(read_state(settings.state_file), settings.name)
    known = {each.id for each in state.resources}
    return compare(state, from_aws.read(session, settings.name, known))


def of_plan(settings: Settings, shown: dict[str, Any]) -> Environment:
    """What a plan, in the shape of ``terraform show -json``, leads to."""
    return plan.of_plan(shown, settings.name, settings.infrastructure)


def read_plan(file: Path) -> dict[str, Any]:
    """A plan from a file.

    Raises
    ------
    BadInputError
        There is no such file, or it is not JSON.
    """
    try:
        shown = json.loads(file.read_text())
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise BadInputError(
            f"{file} is not JSON.", "Expected is what `lab plan --json` prints, or terraform show -json."
        ) from None
    if not isinstance(shown, dict):
        raise BadInputError(f"{file} is JSON, but no Terraform plan.")
    return shown


@dataclass(frozen=True)
class Files:
    """Which files to write.

    Attributes
    ----------
    svg, png, html
        Paths; None for those that nobody asks for.
    dark
        Whether the PNG has dark colours. The others follow their reader's.
    """

    svg: Path | None = None
    png: Path | None = None
    html: Path | None = None
    dark: bool = False


def write(env: Environment, files: Files) -> list[Path]:
    """Write the files and tell which.

    Raises
    ------
    BadInputError
        One of them cannot be written there.
    """
    drawing = compose.draw(env)
    written = []
    wanted: tuple[tuple[Path | None, Callable[[], bytes]], ...] = (
        (files.svg, lambda: svg.render(drawing).encode()),
        (files.png, lambda: png.render(drawing, "dark" if files.dark else "light")),
        (files.html, lambda: page.render(env).encode()),
    )
    for path, content in wanted:
        if path is not None:
            try:
                path.write_bytes(content())
            except OSError as error:
                raise BadInputError(f"{path} cannot be written: {error.strerror}.") from None
            written.append(path)
    return written
