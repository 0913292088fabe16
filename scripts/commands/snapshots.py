"""`lab snapshot`: keep the whole local cloud, and bring it back."""

# What takes long to import, and few commands need, is imported by these alone.
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from scripts.commands import needs
from scripts.commands.output import AsJson, print_json, result, say, waiting
from scripts.errors import BadInputError

if TYPE_CHECKING:
    from scripts.local_cloud.snapshots.manifest import Manifest

app = typer.Typer(
    help="Keep the whole local cloud, and bring it back: on this machine, for this user.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as: before-lab-3")]


@app.command("save")
def save_snapshot(
    context: typer.Context,
    name: Name,
    force: Annotated[bool, typer.Option("--force", help="Replace the snapshot of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep services, databases and Terraform's state as they are; connections to the databases end."""
    from scripts.local_cloud import lifecycle
    from scripts.local_cloud.snapshots import saving

    settings = needs.local_target(context, "snapshot save")
    with lifecycle.exclusive(settings.local_dir), waiting(f"Saving {name}") as tell:
        saved = saving.save(settings, name, tell, replace=force)
    if as_json:
        print_json(_snapshot(name, saved))
    else:
        say(f"Saved {name}: {saved.size / 2**20:.0f} MiB in {settings.snapshot_dir / name}")


@app.command("load")
def load_snapshot(
    context: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "--force", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring everything back as it was saved, in place of what is there."""
    from scripts.local_cloud import lifecycle
    from scripts.local_cloud.snapshots import loading

    settings = needs.local_target(context, "snapshot load")
    with lifecycle.exclusive(settings.local_dir), ExitStack() as shown:

        @cache
        def begin() -> Callable[[str], None]:
            return shown.enter_context(waiting(f"Loading {name}"))

        def tell(text: str) -> None:
            # Not before the question is answered: what moves would write over it.
            begin()(text)

        loaded = loading.load(settings, name, tell, lambda question: needs.confirmed(question, yes))
    for identifier in loaded.moved:
        say(f"{identifier} has another address than before: its own is taken on this machine")
    if as_json:
        print_json(asdict(loaded))
    else:
        say(f"Loaded {name} in {loaded.seconds:.1f} s")


@app.command("list")
def list_snapshots(context: typer.Context, as_json: AsJson = False) -> None:
    """The snapshots, with what is in them."""
    from scripts.local_cloud.snapshots.manifest import Manifest
    from scripts.local_cloud.snapshots.shelf import Shelf

    settings = needs.local_target(context, "snapshot list")
    found = Shelf(settings.snapshot_dir).all()
    if as_json:
        print_json([_snapshot(name, each) for name, each in found.items()])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("NAME", "SAVED", "SIZE", "RESOURCES", "DATABASES"):
        table.add_column(title, overflow="fold")
    for name, each in found.items():
        if isinstance(each, Manifest):
            databases = ", ".join(str(server["identifier"]) for server in each.servers) or "-"
            table.add_row(name, each.when, f"{each.size / 2**20:.0f} MiB", str(each.resources), databases)
        else:
            table.add_row(name, "-", "-", "-", each.what)
    result.print(table)


@app.command("delete")
def delete_snapshot(context: typer.Context, name: Name) -> None:
    """Remove a snapshot."""
    from scripts.local_cloud.snapshots.shelf import Shelf

    settings = needs.local_target(context, "snapshot delete")
    shelf = Shelf(settings.snapshot_dir)
    shelf.find(name)
    with shelf.lock():
        shelf.delete(name)
    say(f"Snapshot {name} is removed.")


def _snapshot(name: str, found: Manifest | BadInputError) -> dict[str, Any]:
    if isinstance(found, BadInputError):
        return {"name": name, "error": found.what}
    return {**asdict(found), "name": name, "size": found.size}
