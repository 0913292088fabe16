"""The command line put together, and the only place that exits; the commands are in `scripts.commands`."""

# What takes long to import is imported where it is needed.
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from scripts import config
from scripts.commands import (
    analytics,
    authorization,
    documentation,
    environment,
    inspection,
    labs,
    local_cloud,
    reachability,
    seeding,
    snapshots,
)
from scripts.commands.output import say, talk
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode, LabError

app = typer.Typer(
    name="lab",
    help="The lab environment of a data-engineering course, on AWS or on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(snapshots.app, name="snapshot")
labs.add_to(app)

app.command("doctor")(reachability.doctor)
app.command("reach")(reachability.reach)
app.command("can")(authorization.can)
analytics.add_to(app)

app.command()(local_cloud.setup)
app.command()(local_cloud.up)
app.command()(local_cloud.down)
app.command("status")(local_cloud.show_status)
app.command()(environment.plan)
app.command()(environment.apply)
app.command()(environment.destroy)
app.command("seed")(seeding.load_datasets)
app.command()(inspection.inspect)
app.command(hidden=True)(environment.validate)
app.command(hidden=True)(documentation.docs)
app.command()(local_cloud.clean)

#: What Typer exits with when somebody presses Ctrl-C.
_INTERRUPTED = 130


@app.callback()
def _options(
    context: typer.Context,
    target: Annotated[
        str | None, typer.Option(help="local (this machine) or aws.", envvar="LAB_TARGET")
    ] = None,
) -> None:
    context.obj = config.load({**os.environ, **({"LAB_TARGET": target} if target else {})})


def main() -> None:
    """The console script `lab`."""
    try:
        app()
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            _fail("Interrupted. The same command, run again, takes up the work.", ExitCode.MISSING)
        raise
    except LabError as known:
        _fail(str(known), known.exit_code)
    except Exception as error:  # noqa: BLE001 - the last resort: no trace reaches a user
        from scripts import failures

        explained = failures.explain(error)
        if explained:
            _fail(str(explained), explained.exit_code)
        _fail_unforeseen(error)


def _fail_unforeseen(error: Exception) -> NoReturn:
    from scripts import failures

    try:
        folder = config.load().local_dir / "log"
    except BadInputError:
        folder = Settings().local_dir / "log"
    kept = failures.keep(error, folder)
    trace = f"The trace is in {kept}" if kept else "The trace could not be kept: the folder is closed"
    _fail(
        f"This should not happen: {type(error).__name__}: {error}\n"
        f"{trace}; whoever maintains the project needs it. What was done so far stays: see `lab status`.",
        ExitCode.REMOTE,
    )


def _fail(message: str, code: ExitCode) -> NoReturn:
    talk.print("[bold red]Error:[/] ", end="")
    say(message)
    sys.exit(code)
