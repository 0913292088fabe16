"""An account from a Terraform plan (``terraform show -json``): as it will be, without a call to AWS.

A value that Terraform knows only after it has applied is worked out from the sources where that is certain,
as ARNs are that follow from account, region and name. All others are said to be unknown, never guessed: what
depends on them cannot be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.authorization.account import Account
from scripts.authorization.readers.plan_iam import collect_attachment, collect_entity, collect_policy
from scripts.authorization.readers.plan_policies import collect_public_access, collect_resource_policy
from scripts.authorization.readers.plan_resources import Collected, planned_resources
from scripts.declarations.values.arns import Place
from scripts.declarations.values.planned import Planned
from scripts.errors import BadInputError


def read_plan(
    plan: Mapping[str, Any],
    *,
    account_id: str,
    region: str = "us-east-1",
    partition: str = "aws",
    sources: Path | None = None,
) -> Account:
    """The account that a plan leads to.

    Parameters
    ----------
    plan
        The JSON of ``terraform show -json PLANFILE``.
    account_id, region, partition
        Where it will be applied; ARNs are made with them where the plan does not have them yet.
    sources
        The root module's folder: what its expressions will come to is worked out, as far as that is certain.

    Raises
    ------
    BadInputError
        It is not the JSON of a plan.
    """
    if "resource_changes" not in plan:
        raise BadInputError(
            "The document is not a Terraform plan: it has no resource_changes.",
            "Make one with `terraform plan -out PLANFILE` and `terraform show -json PLANFILE`.",
        )
    values = Planned(plan, Place(account_id, region, partition), sources)
    resources = list(planned_resources(plan, values))
    found = Collected(account_id, partition, region)
    for resource in resources:
        collect_entity(found, resource)
    for resource in resources:
        collect_policy(found, resource)
        collect_attachment(found, resource)
        collect_resource_policy(found, resource)
        collect_public_access(found, resource)
    return Account(
        account_id,
        {user.arn: user for user in found.entities["user"].values()},
        {role.arn: role for role in found.entities["role"].values()},
        found.groups,
        found.managed,
        found.resource_policies,
        found.blocks,
        found.account_block,
        resources=tuple(arn for one in resources if (arn := one.text("arn"))),
        unplaced=tuple(found.unplaced),
        unplaced_block=found.unplaced_block,
        unknowns=tuple(found.unknowns),
    )
