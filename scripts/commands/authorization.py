"""`lab can`: who may do what, and which statement says so."""

# What takes long to import is imported by the command that needs it.
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.commands import needs
from scripts.commands.output import AsJson, line, print_json
from scripts.commands.reachability import FromPlan
from scripts.config import Settings
from scripts.errors import BadInputError, ExitCode

if TYPE_CHECKING:
    from scripts.authorization import Account


def can(
    context: typer.Context,
    principal: Annotated[
        str,
        typer.Argument(
            metavar="PRINCIPAL",
            help="Who asks: an ARN, a user's or role's name, ROLE/SESSION, `root`, `anonymous` or a service.",
        ),
    ],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="IAM's name, such as s3:GetObject.")],
    resource: Annotated[
        str, typer.Argument(metavar="RESOURCE", help="On what: an ARN, s3://BUCKET/KEY, a name or `*`.")
    ],
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--context", metavar="KEY=VALUE", help="A condition key of the request; may be repeated."
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Every statement that was weighed.")] = False,
    from_plan: FromPlan = None,
    from_saved: Annotated[
        Path | None,
        typer.Option("--from-saved", metavar="FOLDER", help="Saved answers of AWS: see --save."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep AWS's answers there, for --from-saved.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """May PRINCIPAL do ACTION on RESOURCE? With the statement that decides; nothing is done."""
    from scripts.authorization import require_action
    from scripts.permissions import names, question, report

    settings: Settings = context.obj
    if from_plan is not None and from_saved is not None:
        raise BadInputError("Either --from-plan or --from-saved, not both.")
    if save is not None and (from_plan or from_saved):
        raise BadInputError("--save keeps what AWS answers; nothing is asked with an account from files.")
    # What is wrong whatever the account holds is said before anybody is asked.
    require_action(action)
    names.context(keys or ())
    account = _account(settings, from_plan, from_saved, save)
    answer = question.ask(
        account, principal, action, resource, keys or (), region=settings.region, prefix=settings.name
    )
    if as_json:
        print_json(report.document(answer, explain=explain))
    else:
        for each in report.lines(answer, explain=explain):
            line(each)
    if not answer.allowed:
        raise typer.Exit(ExitCode.NO)


def _account(settings: Settings, plan: Path | None, saved: Path | None, keep: Path | None) -> Account:
    from scripts import aws
    from scripts.permissions import accounts

    if saved is not None:
        return accounts.of_saved(saved)
    if plan is not None:
        return accounts.of_plan(plan, settings, lambda file: needs.shown_plan(settings, file))
    needs.local_cloud(settings)
    return accounts.of_api(aws.session(settings), keep)
