"""What a plan says of each resource, and what has been read of them so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.authorization.entities import Entity, Group
from scripts.authorization.policies import Policy, PolicyKind, unknown_policy
from scripts.authorization.public_access import PublicAccessBlock
from scripts.authorization.readers.documents import stored_policy

_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class PlannedResource:
    """A resource as it will be.

    Attributes
    ----------
    values
        Its attributes, without those of ``unknown``.
    unknown
        Attributes that are known only after it is applied.
    partly
        Lists and blocks of which some entry is known only then; the others are in ``values``.
    configured
        Arguments that the configuration gives it; others that are unknown are AWS's own.
    """

    address: str
    type: str
    values: Mapping[str, Any]
    unknown: frozenset[str]
    partly: frozenset[str]
    configured: frozenset[str]

    def text(self, name: str) -> str:
        """An attribute that is a text; empty where it is none, or not known."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""


@dataclass
class Collected:
    """What has been read of a plan; users and roles by kind and name, the rest as in an account."""

    account_id: str
    partition: str
    region: str
    entities: dict[str, dict[str, Entity]] = field(default_factory=lambda: {"user": {}, "role": {}})
    groups: dict[str, Group] = field(default_factory=dict)
    managed: dict[str, Policy] = field(default_factory=dict)
    resource_policies: dict[str, Policy] = field(default_factory=dict)
    blocks: dict[str, PublicAccessBlock] = field(default_factory=dict)
    account_block: PublicAccessBlock = field(default_factory=PublicAccessBlock)
    unplaced: list[tuple[str, Policy]] = field(default_factory=list)
    unplaced_block: PublicAccessBlock = field(default_factory=PublicAccessBlock)
    unknowns: list[str] = field(default_factory=list)


def planned_resources(plan: Mapping[str, Any]) -> Iterator[PlannedResource]:
    """Every resource that the plan leaves in place or makes."""
    arguments = _arguments(plan.get("configuration", {}).get("root_module", {}))
    for change in plan["resource_changes"]:
        after = change["change"].get("after")
        if change.get("mode") == "managed" and after is not None:
            not_known = change["change"].get("after_unknown") or {}
            unknown = frozenset(name for name, value in not_known.items() if value is True)
            partly = frozenset(name for name, value in not_known.items() if _has_unknown(value)) - unknown
            values = {name: value for name, value in after.items() if name not in unknown}
            configured = arguments.get(_INDEX.sub("", change["address"]), frozenset())
            yield PlannedResource(change["address"], change["type"], values, unknown, partly, configured)


def _has_unknown(value: Any) -> bool:
    """Whether something in a value of ``after_unknown`` is true."""
    if isinstance(value, Mapping):
        return any(_has_unknown(one) for one in value.values())
    return any(_has_unknown(one) for one in value) if isinstance(value, list) else value is True


def _arguments(module: Mapping[str, Any], prefix: str = "") -> dict[str, frozenset[str]]:
    """Names of the arguments that the configuration gives each resource, by its address without index."""
    found = {
        prefix + resource["address"]: frozenset(resource.get("expressions", ()))
        for resource in module.get("resources", ())
    }
    for name, call in module.get("module_calls", {}).items():
        found |= _arguments(call.get("module", {}), f"{prefix}module.{name}.")
    return found


def planned_policy(
    found: Collected, resource: PlannedResource, name: str, kind: PolicyKind, attribute: str = "policy"
) -> Policy:
    """The policy in an attribute; an unknown one, and a sentence about it, where it is not known yet."""
    if attribute in resource.unknown:
        why = f"{resource.address}.{attribute} is known only after it is applied"
        found.unknowns.append(why)
        return unknown_policy(name, kind, why)
    return stored_policy(resource.text(attribute), name, kind)
