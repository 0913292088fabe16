"""IAM as ``GetAccountAuthorizationDetails`` answers: every user, group, role and policy at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.authorization.account import Account
from scripts.authorization.entities import Entity, Group
from scripts.authorization.policies import Policy, PolicyKind, unknown_policy
from scripts.authorization.readers.documents import stored_policy, tags_of
from scripts.errors import BadInputError


def read_authorization_details(details: Mapping[str, Any], account_id: str = "") -> Account:
    """The account of an answer.

    Parameters
    ----------
    details
        ``UserDetailList``, ``GroupDetailList``, ``RoleDetailList`` and ``Policies`` of all pages.
    account_id
        By default that of the first ARN.

    Raises
    ------
    BadInputError
        It holds no ARN and no ``account_id`` was given.
    """
    users = {one["Arn"]: _user(one) for one in details.get("UserDetailList", ())}
    roles = {one["Arn"]: _role(one) for one in details.get("RoleDetailList", ())}
    groups = {one["GroupName"]: _group(one) for one in details.get("GroupDetailList", ())}
    policies = {one["Arn"]: one for one in details.get("Policies", ())}
    entities = [*users.values(), *roles.values()]
    # The details hold every policy of AWS's own too, over a thousand, of which a few are attached.
    attached = [*(one.attached for one in entities), *(one.attached for one in groups.values())]
    in_use = {entity.boundary for entity in entities}.union(*attached)
    return Account(
        account_id or _account_id([*users, *roles, *policies]),
        users,
        roles,
        groups,
        {arn: _managed(one) for arn, one in policies.items() if arn in in_use},
    )


def _account_id(arns: Iterable[str]) -> str:
    for arn in arns:
        account = arn.split(":")[4]
        if account.isdigit():
            return account
    raise BadInputError(
        "The details of an account name no user, role or policy, and so not the account either.",
        "Give the account's id beside them (AccountId).",
    )


def _user(detail: Mapping[str, Any]) -> Entity:
    return Entity(
        detail["Arn"],
        detail.get("UserId", ""),
        _inline(detail, "UserPolicyList"),
        _attached(detail),
        tuple(detail.get("GroupList", ())),
        _boundary(detail),
        tags=tags_of(detail.get("Tags")),
    )


def _role(detail: Mapping[str, Any]) -> Entity:
    trust = detail.get("AssumeRolePolicyDocument")
    return Entity(
        detail["Arn"],
        detail.get("RoleId", ""),
        _inline(detail, "RolePolicyList"),
        _attached(detail),
        boundary=_boundary(detail),
        trust=stored_policy(trust, detail["RoleName"], PolicyKind.TRUST) if trust else None,
        tags=tags_of(detail.get("Tags")),
    )


def _group(detail: Mapping[str, Any]) -> Group:
    return Group(detail["GroupName"], _inline(detail, "GroupPolicyList"), _attached(detail))


def _managed(detail: Mapping[str, Any]) -> Policy:
    arn = detail["Arn"]
    versions = detail.get("PolicyVersionList", ())
    for version in versions:
        is_default = version.get("VersionId") == detail.get("DefaultVersionId")
        if (version.get("IsDefaultVersion") or is_default) and version.get("Document"):
            return stored_policy(version["Document"], arn, PolicyKind.IDENTITY)
    return unknown_policy(arn, PolicyKind.IDENTITY, f"the document of {arn} is not among the details")


def _inline(detail: Mapping[str, Any], key: str) -> tuple[Policy, ...]:
    return tuple(
        stored_policy(one["PolicyDocument"], one["PolicyName"], PolicyKind.IDENTITY)
        for one in detail.get(key, ())
    )


def _attached(detail: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one["PolicyArn"] for one in detail.get("AttachedManagedPolicies", ()))


def _boundary(detail: Mapping[str, Any]) -> str:
    return str(detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))
