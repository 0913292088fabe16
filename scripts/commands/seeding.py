"""`lab seed`: the datasets of the course, or a dump of somebody's own."""

# What takes long to import is imported by what needs it.
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from rich.progress import Progress as RichProgress
from rich.progress import TaskID

from scripts.commands import needs
from scripts.commands.output import AsJson, print_json, say, talk
from scripts.config import Settings
from scripts.errors import BadInputError, MissingError
from scripts.seed import DATASETS, DEFAULT_SCALE, DEFAULT_SEED

if TYPE_CHECKING:
    from scripts.seed.dump_loader import DumpLoaded
    from scripts.seed.model import Dialect
    from scripts.seed.runner import Seeded
    from scripts.seed.streaming import Progress


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
    from scripts import aws
    from scripts.seed import runner
    from scripts.seed.dump_loader import DumpLoaded

    settings: Settings = context.obj
    session = aws.session(settings)
    with needs.changing(settings), shown_progress() as progress:
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
        print_json([asdict(result) for result in results])
        return
    for result in results:
        if isinstance(result, DumpLoaded):
            _say_dump(result)
        else:
            _say_seeded(result)


def load_missing(settings: Settings, outputs: dict[str, Any]) -> None:
    """Load what is missing. On AWS, DB instances are private: what cannot be reached is said, and goes on."""
    from scripts import aws
    from scripts.seed import runner

    with shown_progress() as progress:
        for dataset in runner.available(outputs):
            try:
                seeded = runner.ensure(settings, aws.session(settings), [dataset], progress)
            except MissingError as unreachable:
                if settings.target == "local":
                    raise
                say(f"{dataset} is not loaded: {unreachable.what}")
                say(f"  From the bastion or through a tunnel (README, On AWS): lab seed {dataset}")
            else:
                for result in seeded:
                    _say_seeded(result)


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


def _say_seeded(result: Seeded) -> None:
    scale = f", scale {result.scale}, seed {result.seed}" if result.scale is not None else ""
    say(f"{result.dataset}: {result.count:,} in {result.place} ({result.action}{scale})")


def _say_dump(result: DumpLoaded) -> None:
    for table, rows in result.rows.items():
        say(f"{table}: {rows:,} in {result.instance}")


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a line for each piece of work that is done."""
    if not talk.is_terminal:
        done_with: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if done >= total and what not in done_with:
                done_with.add(what)
                say(f"  {what}: {total:,}")

        yield line
        return
    with RichProgress(console=talk, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def bar(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total, visible=done < total)

        yield bar
