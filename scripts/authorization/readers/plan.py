"""An account from a Terraform plan (``terraform show -json``): as it will be, without a call to AWS.

A value that Terraform knows only after it has applied is said to be unknown, never guessed: what depends on
it cannot be judged. ARNs of users, roles, groups and policies follow from account, path and name, and so are
known earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.authorization.account import Account
from scripts.authorization.readers.plan_iam import collect_attachment, collect_entity, collect_policy
from scripts.authorization.readers.plan_policies import collect_public_access, collect_resource_policy
from scripts.authorization.readers.plan_resources import Collected, planned_resources
from scripts.errors import BadInputError


def read_plan(
    plan: Mapping[str, Any], *, account_id: str, region: str = "us-east-1", partition: str = "aws"
) -> Account:
    """The account that a plan leads to.

    Parameters
    ----------
    plan
        The JSON of ``terraform show -json PLANFILE``.
    account_id, region, partition
        Where it will be applied; ARNs are made with them where the plan does not have them yet.

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
    resources = list(planned_resources(plan))
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
        unplaced=tuple(found.unplaced),
        unplaced_block=found.unplaced_block,
        unknowns=tuple(found.unknowns),
    )
