"""`lab plan`, `apply`, `destroy`, `validate`: the environment that Terraform describes."""

# What takes long to import, and few commands need, is imported by these alone.
# ruff: noqa: PLC0415

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from scripts import costs, overview
from scripts.commands import changes, labs, needs, seeding
from scripts.commands.output import AsJson, print_json, result, say, talk, waiting
from scripts.config import Settings
from scripts.errors import ExitCode, RemoteError
from scripts.terraform import Terraform

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask (on aws).")]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", help="Show the whole plan (on aws it is anyway) and all that Terraform says."),
]

Command = Literal["apply", "destroy"]
_QUESTIONS: dict[Command, str] = {
    "apply": "Make these changes on AWS?",
    "destroy": "Destroy all of this on AWS?",
}


def plan(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what apply would change. Exit 0: nothing; 1: something."""
    settings: Settings = context.obj
    terraform = needs.terraform(settings)
    with needs.changing(settings):
        if settings.target == "local":
            needs.up(settings)
        terraform.init()
        if terraform.unfinished:
            say("The last run of Terraform was cut short: `make apply` first removes what it made unseen")
        with terraform.planned(quiet=as_json) as planned:
            if as_json:
                print_json(terraform.show_plan(planned))
    if planned.changes:
        raise typer.Exit(ExitCode.NO)


def apply(
    context: typer.Context, yes: Yes = False, verbose: Verbose = False, as_json: AsJson = False
) -> None:
    """Build the whole environment, load the datasets, and say what is there and how to reach it."""
    settings: Settings = context.obj
    terraform = needs.terraform(settings)
    with needs.changing(settings):
        if settings.target == "local":
            needs.up(settings)
        terraform.init()
        _recover(settings, terraform)
        _change(settings, terraform, "apply", yes=yes, verbose=verbose)
        outputs = terraform.outputs()
        seeding.load_missing(settings, outputs)
    _print_overview(overview.describe(settings, outputs), as_json)


def destroy(context: typer.Context, yes: Yes = False, verbose: Verbose = False) -> None:
    """Remove everything that apply made, and show that nothing is left."""
    from scripts import aws, leftovers
    from scripts.local_cloud.lifecycle import LocalCloud

    settings: Settings = context.obj
    terraform = Terraform(settings, say=say)
    with needs.changing(settings):
        if settings.target == "local" and not _present(settings):
            archived = LocalCloud(settings).forget()
            kept = f" Its state is kept in {archived}." if archived else ""
            say(f"LocalStack does not run, so nothing of the environment exists any more.{kept}")
            return
        if begun := labs.begun(settings):
            say(f"What was made in labs stays, unless they are reset: {', '.join(begun)} (lab reset LAB)")
        terraform.init()
        _recover(settings, terraform)
        ours = terraform.known_texts()
        _change(settings, terraform, "destroy", yes=yes, verbose=verbose)
        with waiting("Looking for what is left"):
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
    say(f"Nothing of {settings.name} is left.")
    if others:
        say(f"Not made by this stack, though named like it: {', '.join(others)}")


def validate(context: typer.Context) -> None:
    """What `make lint` asks of Terraform: format and validity."""
    terraform = Terraform(context.obj)
    terraform.check_format()
    terraform.validate()


def _change(settings: Settings, terraform: Terraform, command: Command, *, yes: bool, verbose: bool) -> None:
    """Plan, tell, on AWS ask, and carry out."""
    on_aws = settings.target == "aws"
    log = settings.log_dir / f"terraform-{command}.log"
    with (
        changes.account(log, verbose=verbose) as account,
        terraform.planned(destroy=command == "destroy", hear=account.hear) as planned,
    ):
        account.plan(terraform, planned, whole=verbose or on_aws)
        if on_aws and command == "apply":
            _show_costs(terraform.show_plan(planned))
        if on_aws and planned.changes:
            needs.confirmed(_QUESTIONS[command], yes)
        # Without changes too the state takes note of what has become of things outside Terraform.
        if planned.changes or (account.drift and not on_aws):
            account.work()
            terraform.apply_plan(planned, account.hear)


def _recover(settings: Settings, terraform: Terraform) -> None:
    """Deal with what a killed Terraform made and did not write down."""
    from scripts import aws, orphans

    if not terraform.unfinished:
        return
    say("The last run of Terraform was cut short: looking for what it made and did not write down")
    session = aws.session(settings)
    with waiting("Looking for it"), terraform.planned(quiet=True) as planned:
        found = orphans.find(session, settings.name, settings.state_file, terraform.show_plan(planned))
    for each in found:
        say(f"  {each}")
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
    from scripts.local_cloud.lifecycle import LocalCloud

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
    talk.print(table)
    say(
        f"Together at least {costs.monthly(found):.0f} US dollars a month; "
        "storage, requests and traffic come on top."
    )


def _print_overview(entries: list[overview.Entry], as_json: bool) -> None:
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("WHAT", "NAME", "WHERE"):
        table.add_column(title, overflow="fold")
    for entry in entries:
        table.add_row(entry.what, entry.name, entry.where)
    result.print(table)
    # Not in the table: a line that is wrapped cannot be copied into a shell.
    result.print("\nHow to reach it:", style="bold")
    for entry in entries:
        for command in entry.commands:
            result.print(f"  {command}", soft_wrap=True, markup=False, highlight=False)
