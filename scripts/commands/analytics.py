"""`lab glue`, `lab crawl` and `lab athena`: the way from the source to an answer, one step at a time."""

# What takes long to import is imported by the command that needs it.
# ruff: noqa: PLC0415

from __future__ import annotations

import csv
import re
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from scripts.commands import needs
from scripts.commands.output import AsJson, line, print_json, say, show_table, waiting
from scripts.config import Settings
from scripts.errors import BadInputError, RemoteError

if TYPE_CHECKING:
    import boto3

    from scripts.analytics.jobs import Run
    from scripts.analytics.queries import Answer

glue = typer.Typer(help="Jobs of Glue: run one, read what it printed.", no_args_is_help=True)

JobName = Annotated[
    str, typer.Argument(metavar="JOB", help="With the prefix or without, such as: star-schema")
]

#: Lines of a run's output that are shown.
_END = 20
#: How a run ended, where Glue's word alone makes no sentence.
_ENDS = {"TIMEOUT": "took longer than it may and was ended", "STOPPED": "was stopped"}
#: How drivers and Python tell that no connection came about.
_NO_CONNECTION = re.compile("timed out|refused|Could not connect|Communications link failure", re.IGNORECASE)
_FORMATS = ("table", "csv", "json")
_SUCH_AS = "Such as: lab athena 'SELECT count(*) FROM fact_orders'"


def _session(settings: Settings) -> boto3.Session:
    from scripts import aws

    needs.local_cloud(settings)
    return aws.session(settings)


@glue.command("run")
def run_job(
    context: typer.Context,
    name: JobName,
    given: Annotated[
        list[str] | None,
        typer.Option("--argument", metavar="KEY=VALUE", help="Of the job, for this run; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a job, wait for it, and show what it tells of itself. Exit 4 when it fails, with the reason."""
    from scripts.analytics import jobs, names

    settings: Settings = context.obj
    arguments = names.arguments(given or ())
    session = _session(settings)
    job = jobs.find(session, name, settings.name)
    with waiting(job) as tell:
        ran = jobs.run(session, job, arguments, tell)
    figures, output = jobs.figures(list(jobs.output(session, ran)))
    if as_json:
        print_json({**asdict(ran), "figures": figures, "log": list(jobs.log(session, ran))})
    if not ran.succeeded:
        raise _failed(ran)
    if not as_json:
        line(f"{ran.job} succeeded in {ran.seconds} s")
        for each in deque(output, _END):
            line(each)
        _show_figures(figures)


def _failed(ran: Run) -> RemoteError:
    hint = f"What it printed: lab glue logs {ran.job} --run {ran.id}"
    if _NO_CONNECTION.search(ran.error):
        hint += f"\nWhat stands in its way: lab doctor {ran.job} mysql (or whom else it connects to)"
    return RemoteError(
        f"Run {ran.id} of {ran.job} {_ENDS.get(ran.state, ran.state.lower())} after {ran.seconds} s: "
        f"{ran.error or 'it says no more'}",
        hint,
    )


def _show_figures(figures: Mapping[str, Any]) -> None:
    """Figures by their names, then those of each kind, such as rows by table, below each other."""
    named = {key.replace("_", " "): value for key, value in figures.items()}
    longest = max((len(name) for name, value in named.items() if not isinstance(value, dict)), default=0)
    for name, value in named.items():
        if not isinstance(value, dict):
            line(f"{name.ljust(longest)}  {_readable(value)}")
    for name, values in named.items():
        if isinstance(values, dict) and values:
            _show_counts(name, {key: _readable(value) for key, value in values.items()})


def _show_counts(title: str, values: Mapping[str, str]) -> None:
    width = max(len(title), *map(len, values.values()))
    rows = [[Text(key), Text(value.rjust(width))] for key, value in values.items()]
    show_table(("", title.upper().rjust(width)), rows)


def _readable(value: Any) -> str:
    """A number with its thousands apart, yes or no, or the text as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    # Amounts are told as text, so that no cent is lost; a text of digits alone may be somebody's number.
    is_amount = isinstance(value, int) or re.fullmatch(r"-?\d+\.\d+", text)
    return f"{Decimal(text):,}" if is_amount else text


@glue.command("logs")
def show_log(
    context: typer.Context,
    name: JobName,
    run_id: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Of the run; the last one when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What a run of a job printed."""
    from scripts.analytics import jobs

    settings: Settings = context.obj
    session = _session(settings)
    job = jobs.find(session, name, settings.name)
    found = jobs.look(session, job, run_id) if run_id else jobs.latest(session, job)
    if found is None:
        raise BadInputError(f"{job} has never run.", f"Run it: lab glue run {name}")
    if as_json:
        print_json({**asdict(found), "log": list(jobs.log(session, found))})
        return
    for each in jobs.log(session, found):
        line(each)


def crawl(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="CRAWLER", help="With the prefix or without, such as: gold")],
    as_json: AsJson = False,
) -> None:
    """Run a crawler, wait for it, and show the tables of its database. Exit 4 when it fails."""
    from scripts.analytics import crawls

    settings: Settings = context.obj
    session = _session(settings)
    crawler = crawls.find(session, name, settings.name)
    with waiting(crawler) as tell:
        crawled = crawls.crawl(session, crawler, tell)
    if as_json:
        print_json(asdict(crawled))
    if not crawled.succeeded:
        why = crawled.error or "it says no more"
        raise RemoteError(f"{crawled.crawler} {crawled.status.lower()}: {why}", _hint(why))
    if as_json:
        return
    rows = [
        (
            f"{each.database}.{each.name}",
            str(len(each.columns)),
            ", ".join(key for key, _ in each.partition_keys) or "-",
            each.location,
        )
        for each in crawled.tables
    ]
    titles = ("TABLE", "COLUMNS", "PARTITIONED BY", "LOCATION")
    show_table(titles, [[Text(cell) for cell in row] for row in rows])


def _hint(why: str) -> str:
    if "is not in the catalog" not in why:
        return ""
    return "It looks at tables that are there. Those of gold are made by: lab glue run star-schema"


def athena(
    context: typer.Context,
    sql: Annotated[
        str | None,
        typer.Argument(metavar="SQL", help="A statement in Athena's SQL; - for standard input."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Read it from there.")] = None,
    database: Annotated[str, typer.Option(help="Of the catalog, with the prefix or without.")] = "gold",
    work_group: Annotated[
        str | None, typer.Option(help="That it runs in; the environment's when not given.")
    ] = None,
    output: Annotated[str, typer.Option(help=f"Of: {', '.join(_FORMATS)}.")] = "table",
    as_json: AsJson = False,
) -> None:
    """Ask Athena. Exit 4 when it cannot answer; what a query scanned is said on standard error."""
    from scripts.analytics import queries

    settings: Settings = context.obj
    if output not in _FORMATS:
        raise BadInputError(f"--output is {output!r}.", f"Expected one of: {', '.join(_FORMATS)}.")
    statement = _statement(sql, file)
    session = _session(settings)
    answer = queries.ask(
        session,
        statement,
        database=queries.find_database(session, database, settings.name),
        work_group=queries.find_work_group(session, work_group or settings.name, settings.name),
        say=say,
    )
    rows = "1 row" if len(answer.rows) == 1 else f"{len(answer.rows)} rows"
    say(f"{rows}, {answer.bytes_scanned:,} bytes scanned, {answer.milliseconds} ms")
    _show(answer, "json" if as_json else output)


def _statement(sql: str | None, file: Path | None) -> str:
    if (sql is None) == (file is None):
        raise BadInputError(
            "A statement is expected, as an argument or with --file.",
            _SUCH_AS,
        )
    if sql is not None:
        text = sys.stdin.read() if sql == "-" else sql
    else:
        try:
            text = (file or Path()).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise BadInputError(f"{file} cannot be read: {why}") from None
    if not text.strip():
        raise BadInputError("The statement is empty.", _SUCH_AS)
    return text


def _show(answer: Answer, form: str) -> None:
    names = [name for name, _ in answer.columns]
    if form == "json":
        print_json(asdict(answer))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(answer.rows)
    elif names:
        null = Text("NULL", style="dim")
        show_table(names, [[null if cell is None else Text(cell) for cell in row] for row in answer.rows])


def add_to(main: typer.Typer) -> None:
    """Make these commands of ``lab`` itself."""
    main.add_typer(glue, name="glue")
    main.command("crawl")(crawl)
    main.command("athena")(athena)
