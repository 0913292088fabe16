"""Users, roles, groups, policies and attachments of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scripts.authorization.entities import Entity, Group
from scripts.authorization.policies import Policy, PolicyKind, unknown_policy
from scripts.authorization.readers.documents import stored_policy, tags_of
from scripts.authorization.readers.plan_resources import Collected, PlannedResource, planned_policy


def collect_entity(found: Collected, resource: PlannedResource) -> None:
    """Take a user, role or group; nothing of other resources."""
    kind = {"aws_iam_user": "user", "aws_iam_role": "role", "aws_iam_group": "group"}.get(resource.type)
    if kind is None:
        return
    name = resource.text("name")
    if not name:
        found.unknowns.append(f"{resource.address}.name is known only after it is applied")
        return
    if kind == "group":
        found.groups[name] = Group(name)
        return
    trust = None
    inline: tuple[Policy, ...] = ()
    if kind == "role":
        trust = planned_policy(found, resource, name, PolicyKind.TRUST, "assume_role_policy")
        inline = tuple(_inline_blocks(found, resource))
    boundary = resource.text("permissions_boundary")
    if "permissions_boundary" in resource.unknown:
        boundary = f"{resource.address}.permissions_boundary"
        found.unknowns.append(f"{boundary} is known only after it is applied")
    found.entities[kind][name] = Entity(
        _arn(found, resource, kind),
        resource.text("unique_id"),
        inline,
        tuple(_managed_arns(found, resource)),
        boundary=boundary,
        trust=trust,
        tags=tags_of(resource.values.get("tags_all") or resource.values.get("tags")),
    )


def _is_open(resource: PlannedResource, attribute: str) -> bool:
    """Whether somebody gives the attribute a value, of which at least a part is not known yet."""
    configured = {attribute} <= resource.configured & resource.unknown
    return configured or attribute in resource.partly


def _unknown_part(found: Collected, resource: PlannedResource, attribute: str) -> str:
    """Say that an attribute is not known, and keep a policy of its name that is not known either."""
    name = f"{resource.address}.{attribute}"
    why = f"{name} is known only after it is applied"
    found.managed[name] = unknown_policy(name, PolicyKind.IDENTITY, why)
    found.unknowns.append(why)
    return name


def _inline_blocks(found: Collected, role: PlannedResource) -> Iterator[Policy]:
    for block in role.values.get("inline_policy") or ():
        if block.get("name") and block.get("policy"):
            yield stored_policy(block["policy"], block["name"], PolicyKind.IDENTITY)
    if _is_open(role, "inline_policy"):
        yield found.managed[_unknown_part(found, role, "inline_policy")]


def _managed_arns(found: Collected, role: PlannedResource) -> Iterator[str]:
    yield from (arn for arn in role.values.get("managed_policy_arns") or () if arn)
    if _is_open(role, "managed_policy_arns"):
        yield _unknown_part(found, role, "managed_policy_arns")


def collect_policy(found: Collected, resource: PlannedResource) -> None:
    """Take a managed policy, or give an inline one to its holder."""
    if resource.type == "aws_iam_policy":
        arn = _arn(found, resource, "policy")
        if arn:
            found.managed[arn] = planned_policy(found, resource, arn, PolicyKind.IDENTITY)
        return
    kind = {
        "aws_iam_user_policy": "user",
        "aws_iam_role_policy": "role",
        "aws_iam_group_policy": "group",
    }.get(resource.type)
    if kind:
        name = resource.text("name") or resource.address
        policy = planned_policy(found, resource, name, PolicyKind.IDENTITY)
        for holder in _holders(found, resource, kind, kind):
            _give(found, kind, holder, inline=policy)


def collect_attachment(found: Collected, resource: PlannedResource) -> None:
    """Join users to groups, and attach managed policies."""
    if resource.type == "aws_iam_user_group_membership":
        groups = _names(resource, "groups")
        for user in _holders(found, resource, "user", "user"):
            _join(found, user, groups)
    if resource.type == "aws_iam_group_membership":
        for user in _holders(found, resource, "user", "users"):
            _join(found, user, [resource.text("group") or f"{resource.address}.group"])
    attachment = re.fullmatch(r"aws_iam_(?:(user|role|group)_)?policy_attachment", resource.type)
    if not attachment:
        return
    for kind in [attachment[1]] if attachment[1] else ("user", "role", "group"):
        attribute = kind if attachment[1] else f"{kind}s"
        if attribute in resource.values.keys() | resource.unknown:
            for holder in _holders(found, resource, kind, attribute):
                _give(found, kind, holder, attached=_attached_arn(found, resource))


def _attached_arn(found: Collected, resource: PlannedResource) -> str:
    if "policy_arn" in resource.unknown:
        return _unknown_part(found, resource, "policy_arn")
    return resource.text("policy_arn")


def _names(resource: PlannedResource, attribute: str) -> list[str]:
    names = [str(name) for name in resource.values.get(attribute) or () if name]
    if attribute in resource.unknown | resource.partly:
        # A name that no group has: the user is then in a group whose policies are not known.
        names.append(f"{resource.address}.{attribute}")
    return names


def _holders(found: Collected, resource: PlannedResource, kind: str, attribute: str) -> list[str]:
    """Names of the users, roles or groups that an attribute names; all of the kind where it is not known."""
    if attribute in resource.unknown | resource.partly:
        found.unknowns.append(f"{resource.address}.{attribute} is known only after it is applied")
        return list(found.groups if kind == "group" else found.entities[kind])
    value = resource.values.get(attribute)
    names = value if isinstance(value, list) else [value]
    holders: Mapping[str, object] = found.groups if kind == "group" else found.entities[kind]
    return [name for name in names if isinstance(name, str) and name in holders]


def _give(
    found: Collected, kind: str, name: str, *, inline: Policy | None = None, attached: str = ""
) -> None:
    more = (inline,) if inline else ()
    arns = (attached,) if attached else ()
    if kind == "group":
        group = found.groups[name]
        found.groups[name] = replace(group, inline=group.inline + more, attached=group.attached + arns)
        return
    entity = found.entities[kind][name]
    if not set(arns) <= set(entity.attached) or more:
        found.entities[kind][name] = replace(
            entity, inline=entity.inline + more, attached=entity.attached + arns
        )


def _join(found: Collected, user: str, groups: list[str]) -> None:
    entity = found.entities["user"][user]
    more = tuple(name for name in groups if name not in entity.groups)
    found.entities["user"][user] = replace(entity, groups=entity.groups + more)


def _arn(found: Collected, resource: PlannedResource, kind: str) -> str:
    name = resource.text("name")
    path = resource.text("path") or "/"
    made = f"arn:{found.partition}:iam::{found.account_id}:{kind}{path}{name}" if name else ""
    return resource.text("arn") or made
