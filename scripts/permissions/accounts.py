"""The account that a question is asked about: from the AWS API, from saved documents, or from a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts import authorization_snapshot
from scripts.authorization import Account
from scripts.authorization.readers.folder import read_documents, read_folder
from scripts.authorization.readers.plan import read_plan
from scripts.config import LOCAL_ACCOUNT, Settings
from scripts.doctor.networks import read_shown
from scripts.errors import BadInputError

if TYPE_CHECKING:
    import boto3


def of_api(session: boto3.Session, keep: Path | None = None) -> Account:
    """The account as AWS describes it now; ``keep`` is a folder for its answers."""
    answers = authorization_snapshot.documents(session)
    if keep is not None:
        authorization_snapshot.save(answers, keep)
    return read_documents(answers)


def of_saved(folder: Path) -> Account:
    """The account as it was described in the JSON files of a folder.

    Raises
    ------
    BadInputError
        There is no such folder, or its files hold something else.
    """
    if not folder.is_dir():
        raise BadInputError(f"{folder} is no folder.", "Make one: lab can ... --save FOLDER")
    return read_folder(folder)


def of_plan(file: Path, settings: Settings, show: Callable[[Path], dict[str, Any]]) -> Account:
    """The account that a plan leads to; see ``scripts.doctor.networks.of_plan``."""
    plan = read_shown(file, show)
    variables = {name: each.get("value") for name, each in plan.get("variables", {}).items()}
    region = variables.get("region") or settings.region
    account = (
        variables.get("account_id")
        or _account_in(plan)
        or (LOCAL_ACCOUNT if settings.target == "local" else "")
    )
    if not account:
        raise BadInputError(
            f"{file} does not say for which account it is.",
            "Set the variable account_id, or ask after an apply.",
        )
    return read_plan(plan, account_id=account, region=region, sources=settings.infrastructure)


def _account_in(plan: Any) -> str:
    """The account of the ARNs that the plan knows already; empty where it knows none."""
    for change in plan.get("resource_changes", ()):
        after = change.get("change", {}).get("after") or {}
        fields = str(after.get("arn", "")).split(":", 5)
        if len(fields) == 6 and fields[4].isdigit() and len(fields[4]) == 12:
            return fields[4]
    return ""
