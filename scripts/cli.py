"""The command line: parses, calls, prints; the only place that exits.

What takes long to import, and few commands need, is imported by these alone.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args

import typer
from rich.progress import Progress as RichProgress
from rich.progress import TaskID
from rich.table import Table
from rich.text import Text as Content

from scripts import aws, config, costs, leftovers, odbc, orphans, overview, system_packages
from scripts.commands import authorization, needs, reachability
from scripts.commands import labs as lab_commands
from scripts.commands.output import AsJson
from scripts.commands.output import print_json as _print_json
from scripts.commands.output import result as _result
from scripts.commands.output import say as _say
from scripts.commands.output import talk as _talk
from scripts.config import ROOT, Settings
from scripts.errors import BadInputError, ExitCode, MissingError, RemoteError
from scripts.local_cloud import lifecycle, status
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.snapshots import loading, saving
from scripts.local_cloud.snapshots.manifest import Manifest
from scripts.local_cloud.snapshots.shelf import Shelf
from scripts.seed import DATASETS, DEFAULT_SCALE, DEFAULT_SEED
from scripts.terraform import Terraform
from scripts.terraform_state import resources_in_state

if TYPE_CHECKING:
    from scripts.inspection.model import Environment
    from scripts.seed.dump_loader import DumpLoaded
    from scripts.seed.model import Dialect
    from scripts.seed.runner import Seeded
    from scripts.seed.streaming import Progress

app = typer.Typer(
    name="lab",
    help="The lab environment of a data-engineering course, on AWS or on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


Yes = Annotated[bool, typer.Option("--yes", help="Do not ask (on aws).")]


snapshots = typer.Typer(
    help="Keep the whole local cloud, and bring it back: on this machine, for this user.",
    no_args_is_help=True,
)
app.add_typer(snapshots, name="snapshot")
lab_commands.add_to(app)

app.command("doctor")(reachability.doctor)
app.command("reach")(reachability.reach)
app.command("can")(authorization.can)

#: What Typer exits with when somebody presses Ctrl-C.
_INTERRUPTED = 130

Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as: before-lab-3")]


@app.callback()
def _options(
    context: typer.Context,
    target: Annotated[
        str | None, typer.Option(help="local (this machine) or aws.", envvar="LAB_TARGET")
    ] = None,
) -> None:
    context.obj = config.load({**os.environ, **({"LAB_TARGET": target} if target else {})})


@app.command()
def setup(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what is missing.")] = False,
) -> None:
    """Check that Terraform, the database servers and ODBC's drivers are here; install what we may."""
    settings: Settings = context.obj
    terraform = Terraform(settings)
    found = [f"Terraform {terraform.program.version} ({terraform.program.path})"]
    if settings.target == "local":
        found += system_packages.prepare(lifecycle.REQUIREMENTS, _say, wished=odbc.REQUIREMENTS)
    if not quiet:
        for each in found:
            _say(each)


@app.command()
def up(context: typer.Context, as_json: AsJson = False) -> None:
    """Start the local cloud: LocalStack, and the database servers that should run."""
    settings = _local(context, "up")
    with lifecycle.exclusive(settings.local_dir):
        arrival = _up(settings)
    if as_json:
        _print_json(asdict(arrival))
    elif not (arrival.started or arrival.recovered):
        _say("The local cloud is up already.")


@app.command()
def down(context: typer.Context) -> None:
    """Stop the local cloud with everything that it started."""
    settings = _local(context, "down")
    with lifecycle.exclusive(settings.local_dir):
        stopped = LocalCloud(settings).down()
    if stopped:
        _say("The local cloud is stopped, and what it held is gone: `make apply` builds it anew.")
    else:
        _say("The local cloud was not running.")


@app.command("status")
def show_status(context: typer.Context, as_json: AsJson = False) -> None:
    """Every part: real or simulated, version, address, process, memory, health. Exit 1 when one is down."""
    settings = _local(context, "status")
    parts = status.parts(LocalCloud(settings))
    if as_json:
        _print_json([asdict(part) for part in parts])
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
        _result.print(table)
    if any(part.down for part in parts):
        raise typer.Exit(ExitCode.NO)


@app.command()
def plan(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what apply would change. Exit 0: nothing; 1: something."""
    settings: Settings = context.obj
    terraform = needs.terraform(settings)
    with _changing(settings):
        if settings.target == "local":
            _up(settings)
        terraform.init()
        if terraform.unfinished:
            _say("The last run of Terraform was killed: `make apply` first removes what it made unseen")
        with terraform.planned(quiet=as_json) as planned:
            if as_json:
                _print_json(terraform.show_plan(planned))
    if planned.changes:
        raise typer.Exit(ExitCode.NO)


@app.command()
def apply(context: typer.Context, yes: Yes = False, as_json: AsJson = False) -> None:
    """Build the whole environment, load the datasets, and say what is there and how to reach it."""
    settings: Settings = context.obj
    terraform = needs.terraform(settings)
    with _changing(settings):
        if settings.target == "local":
            _up(settings)
        terraform.init()
        _recover(settings, terraform)
        if settings.target == "local":
            terraform.apply()
        else:
            with terraform.planned() as planned:
                _show_costs(terraform.show_plan(planned))
                if planned.changes:
                    _confirm("Make these changes on AWS?", yes)
                    terraform.apply_plan(planned)
        outputs = terraform.outputs()
        _seed(settings, outputs)
    _print_overview(overview.describe(settings, outputs), as_json)


@app.command()
def destroy(context: typer.Context, yes: Yes = False) -> None:
    """Remove everything that apply made, and show that nothing is left."""
    settings: Settings = context.obj
    terraform = Terraform(settings, say=_say)
    with _changing(settings):
        if settings.target == "local" and not _present(settings):
            archived = LocalCloud(settings).forget()
            kept = f" Its state is kept in {archived}." if archived else ""
            _say(f"LocalStack does not run, so nothing of the environment exists any more.{kept}")
            return
        terraform.init()
        _recover(settings, terraform)
        ours = terraform.known_texts()
        if settings.target == "local":
            terraform.destroy()
        else:
            with terraform.planned(destroy=True) as planned:
                if planned.changes:
                    _confirm("Destroy all of this on AWS?", yes)
                    terraform.apply_plan(planned)
        found = leftovers.find(aws.session(settings), settings.name)
        remains = [str(each) for each in found if each.kind in leftovers.BY_TAG or each.id in ours]
        others = [str(each) for each in found if str(each) not in remains]
        if settings.target == "local":
            remains += [f"server {server.identifier}" for server in LocalCloud(settings).servers()]
    if remains:
        raise RemoteError(
            "Destroyed, but this is left behind:\n  " + "\n  ".join(remains),
            "It was made outside Terraform, or an apply was interrupted: remove it by hand.",
        )
    _say(f"Nothing of {settings.name} is left.")
    if others:
        _say(f"Not made by this stack, though named like it: {', '.join(others)}")


@app.command("seed")
def load_datasets(
    context: typer.Context,
    datasets: Annotated[
        list[str] | None, typer.Argument(help=f"Of: {', '.join(DATASETS)}; all when not given.")
    ] = None,
    scale: Annotated[int, typer.Option(help="Times the rows of the course.")] = DEFAULT_SCALE,
    number: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = DEFAULT_SEED,
    dump: Annotated[
        Path | None, typer.Option(help="Load this mysqldump or pg_dump file, or folder of them, instead.")
    ] = None,
    into: Annotated[str | None, typer.Option(help="mysql or postgres: whose SQL the dump is.")] = None,
    database: Annotated[str | None, typer.Option(help="Where the dump goes, if it does not say so.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the course's datasets to exactly their state; what else is there stays."""
    from scripts.seed import runner
    from scripts.seed.dump_loader import DumpLoaded

    settings: Settings = context.obj
    session = aws.session(settings)
    with _changing(settings), _progress() as progress:
        if dump is None:
            _refuse("--dump", into=into, database=database)
            runner.check_request(datasets or (), scale, number)
            needs.local_cloud(settings)
            results: Sequence[Seeded | DumpLoaded] = runner.restore(
                settings, session, datasets or (), scale, number, progress
            )
        else:
            if datasets:
                raise BadInputError("Either datasets or --dump FILE can be loaded, not both at once.")
            if (scale, number) != (DEFAULT_SCALE, DEFAULT_SEED):
                raise BadInputError("--scale and --seed are for generated datasets, not for --dump FILE.")
            results = runner.load_dump(settings, session, dump, _dialect(into), database, progress)
    if as_json:
        _print_json([asdict(result) for result in results])
        return
    for result in results:
        if isinstance(result, DumpLoaded):
            _say_dump(result)
        else:
            _say_seeded(result)


@app.command()
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
        _print_json(inventory.document(environment))
    else:
        _print_inventory(environment)
    for path in written:
        _say(f"Written: {path}")


@app.command(hidden=True)
def validate(context: typer.Context) -> None:
    """What `make lint` asks of Terraform: format and validity."""
    terraform = Terraform(context.obj)
    terraform.check_format()
    terraform.validate()


@app.command(hidden=True)
def docs(context: typer.Context) -> None:
    """Write the parts of the documentation anew that are made from the code."""
    from scripts.documentation import example, pages
    from scripts.local_cloud import fidelity

    settings: Settings = context.obj
    made = {
        **pages.of_modules(ROOT),
        **pages.of_services(fidelity.tables()),
        **pages.of_commands(typer.main.get_command(app)),
        pages.DRAWING: example.drawing(example.plan(settings), settings),
    }
    changed = pages.write(ROOT, made)
    for path in changed:
        _say(f"Written: {path}")
    if not changed:
        _say("The documentation is as the code says.")


@app.command()
def clean(context: typer.Context) -> None:
    """Stop the local cloud and remove its run-time files."""
    settings: Settings = context.obj
    on_aws = resources_in_state(replace(settings, target="aws").state_file)
    if on_aws:
        raise BadInputError(
            f"The AWS state holds {len(on_aws)} resources, which would go on costing money unseen.",
            "Run `make destroy TARGET=aws` first.",
        )
    with lifecycle.exclusive(settings.local_dir):
        LocalCloud(settings).remove()
    _say(f"{settings.local_dir} is removed.")


@snapshots.command("save")
def save_snapshot(
    context: typer.Context,
    name: Name,
    force: Annotated[bool, typer.Option("--force", help="Replace the snapshot of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep services, databases and Terraform's state as they are; connections to the databases end."""
    settings = _local(context, "snapshot save")
    with lifecycle.exclusive(settings.local_dir):
        saved = saving.save(settings, name, _say, replace=force)
    if as_json:
        _print_json(_snapshot(name, saved))
    else:
        _say(f"Saved {name}: {saved.size / 2**20:.0f} MiB in {settings.snapshot_dir / name}")


@snapshots.command("load")
def load_snapshot(
    context: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "--force", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring everything back as it was saved, in place of what is there."""
    settings = _local(context, "snapshot load")
    with lifecycle.exclusive(settings.local_dir):
        loaded = loading.load(settings, name, _say, lambda question: _confirm(question, yes))
    for identifier in loaded.moved:
        _say(f"{identifier} has another address than before: its own is taken on this machine")
    if as_json:
        _print_json(asdict(loaded))
    else:
        _say(f"Loaded {name} in {loaded.seconds:.1f} s")


@snapshots.command("list")
def list_snapshots(context: typer.Context, as_json: AsJson = False) -> None:
    """The snapshots, with what is in them."""
    settings = _local(context, "snapshot list")
    found = Shelf(settings.snapshot_dir).all()
    if as_json:
        _print_json([_snapshot(name, each) for name, each in found.items()])
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
    _result.print(table)


@snapshots.command("delete")
def delete_snapshot(context: typer.Context, name: Name) -> None:
    """Remove a snapshot."""
    settings = _local(context, "snapshot delete")
    shelf = Shelf(settings.snapshot_dir)
    shelf.find(name)
    with shelf.lock():
        shelf.delete(name)
    _say(f"Snapshot {name} is removed.")


def main() -> None:
    """The console script `lab`."""
    try:
        app()
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            _fail("Interrupted. The same command, run again, takes up the work.", ExitCode.MISSING)
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: no trace reaches a user
        from scripts import failures

        known = failures.explain(error)
        if known:
            _fail(str(known), known.exit_code)
        _fail_unforeseen(error)


def _local(context: typer.Context, command: str) -> Settings:
    settings: Settings = context.obj
    if settings.target != "local":
        raise BadInputError(
            f"`lab {command}` is about the local cloud, and the target is {settings.target}.",
            f"Leave TARGET out, or say: lab --target local {command}",
        )
    return settings


@contextmanager
def _changing(settings: Settings) -> Iterator[None]:
    """One command at a time: two at once could carry out each other's plan."""
    with lifecycle.exclusive(settings.local_dir if settings.target == "local" else settings.aws_dir):
        yield


def _up(settings: Settings) -> lifecycle.Arrival:
    arrival = LocalCloud(settings).up(_say)
    if arrival.archived_state:
        _say(
            "The environment was of an earlier life of LocalStack; "
            f"its state is kept in {arrival.archived_state}"
        )
    if arrival.removed:
        _say(f"Removed the orphaned servers of that life: {len(arrival.removed)}")
    if arrival.recovered:
        _say(f"Started again, with their data: {', '.join(arrival.recovered)}")
    Terraform(settings, say=_say).mend()
    return arrival


def _snapshot(name: str, found: Manifest | BadInputError) -> dict[str, Any]:
    if isinstance(found, BadInputError):
        return {"name": name, "error": found.what}
    return {**asdict(found), "name": name, "size": found.size}


def _refuse(needed: str, **options: object) -> None:
    for name, value in options.items():
        if value is not None:
            raise BadInputError(f"--{name} goes with {needed}.")


def _dialect(name: str | None) -> Dialect | None:
    from scripts.seed.model import Dialect

    if name is None:
        return None
    if name not in get_args(Dialect):
        raise BadInputError(f"--into is {name!r}; expected one of: {', '.join(get_args(Dialect))}.")
    return "mysql" if name == "mysql" else "postgres"


def _seed(settings: Settings, outputs: dict[str, Any]) -> None:
    """Load what is missing. On AWS, DB instances are private: what cannot be reached is said, and goes on."""
    from scripts.seed import runner

    with _progress() as progress:
        for dataset in runner.available(outputs):
            try:
                seeded = runner.ensure(settings, aws.session(settings), [dataset], progress)
            except MissingError as unreachable:
                if settings.target == "local":
                    raise
                _say(f"{dataset} is not loaded: {unreachable.what}")
                _say(f"  From the bastion or through a tunnel (README, On AWS): lab seed {dataset}")
            else:
                for result in seeded:
                    _say_seeded(result)


def _say_seeded(result: Seeded) -> None:
    scale = f", scale {result.scale}, seed {result.seed}" if result.scale is not None else ""
    _say(f"{result.dataset}: {result.count:,} in {result.place} ({result.action}{scale})")


def _say_dump(result: DumpLoaded) -> None:
    for table, rows in result.rows.items():
        _say(f"{table}: {rows:,} in {result.instance}")


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a line for each piece of work that is done."""
    if not _talk.is_terminal:
        done_with: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if done >= total and what not in done_with:
                done_with.add(what)
                _say(f"  {what}: {total:,}")

        yield line
        return
    with RichProgress(console=_talk, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def bar(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total, visible=done < total)

        yield bar


def _recover(settings: Settings, terraform: Terraform) -> None:
    """Deal with what a killed Terraform made and did not write down."""
    if not terraform.unfinished:
        return
    _say("The last run of Terraform was killed: looking for what it made and did not write down")
    session = aws.session(settings)
    with terraform.planned(quiet=True) as planned:
        found = orphans.find(session, settings.name, settings.state_file, terraform.show_plan(planned))
    for each in found:
        _say(f"  {each}")
    if found and settings.target == "aws":
        raise RemoteError(
            "These exist on AWS and are not in Terraform's state.",
            "Import each with `terraform import`, or delete it; then remove "
            f"{settings.terraform_dir / 'unfinished'} and run the command again.",
        )
    orphans.remove(session, settings.name, found)
    terraform.recovered()


def _present(settings: Settings) -> bool:
    """Whether LocalStack is there; one that is and does not answer still holds the environment."""
    localstack = LocalCloud(settings).localstack
    running = localstack.running()
    return running is not None and localstack.wait(running) == running


def _show_costs(plan: dict[str, Any]) -> None:
    found = costs.of_plan(plan)
    table = Table(title=f"By the hour, used or not ({costs.PRICES_OF})", box=None, header_style="bold")
    for title in ("RESOURCE", "WHAT", "USD AN HOUR"):
        table.add_column(title, overflow="fold")
    for cost in found:
        table.add_row(cost.address, cost.what, "not known" if cost.hourly is None else f"{cost.hourly:.4f}")
    _talk.print(table)
    _say(
        f"Together at least {costs.monthly(found):.0f} US dollars a month; "
        "storage, requests and traffic come on top."
    )


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInputError(f"{question} Nobody is there to answer.", "Say --yes to go on without asking.")
    if not typer.confirm(question, err=True):
        raise typer.Exit(ExitCode.NO)


def _fresh_plan(settings: Settings) -> dict[str, Any]:
    """A plan made now, in the shape of ``terraform show -json``."""
    terraform = needs.terraform(settings)
    with _changing(settings):
        if settings.target == "local":
            _up(settings)
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
        table.add_row(*(Content(cell) for cell in cells))
    _result.print(table)
    _say(f"{environment.name}, {environment.source}. {inventory.summary(environment)}.")
    for difference in inventory.differences(environment):
        _say(f"! {difference}")


def _print_overview(entries: list[overview.Entry], as_json: bool) -> None:
    if as_json:
        _print_json([asdict(entry) for entry in entries])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("WHAT", "NAME", "WHERE"):
        table.add_column(title, overflow="fold")
    for entry in entries:
        table.add_row(entry.what, entry.name, entry.where)
    _result.print(table)
    # Not in the table: a line that is wrapped cannot be copied into a shell.
    _result.print("\nHow to reach it:", style="bold")
    for entry in entries:
        for command in entry.commands:
            _result.print(f"  {command}", soft_wrap=True, markup=False, highlight=False)


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
    _talk.print("[bold red]Error:[/] ", end="")
    _say(message)
    sys.exit(code)
