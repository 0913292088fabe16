"""`lab docs`: what the documentation takes from the code."""

# What takes long to import is imported by the command that needs it.
# ruff: noqa: PLC0415

from __future__ import annotations

import typer

from scripts.commands.output import say
from scripts.config import ROOT, Settings


def docs(context: typer.Context) -> None:
    """Write the parts of the documentation anew that are made from the code."""
    from scripts.documentation import example, pages
    from scripts.local_cloud import fidelity

    settings: Settings = context.obj
    made = {
        **pages.of_modules(ROOT),
        **pages.of_services(fidelity.tables()),
        **pages.of_commands(context.find_root().command),
        pages.DRAWING: example.drawing(example.plan(settings), settings),
    }
    changed = pages.write(ROOT, made)
    for path in changed:
        say(f"Written: {path}")
    if not changed:
        say("The documentation is as the code says.")
