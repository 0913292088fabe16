"""What a plan says of each resource, and what has been read of them so far."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.authorization.entities import Entity, Group
from scripts.authorization.policies import Policy, PolicyKind, unknown_policy
from scripts.authorization.public_access import PublicAccessBlock
from scripts.authorization.readers.documents import stored_policy
from scripts.declarations.values.documents import Document, unknown_parts
from scripts.declarations.values.planned import Planned
from scripts.declarations.values.unknown import Partly, Unknown

#: A policy variable that nobody knows: it stands where a part of a text is not known. What a text without any
#: known part may be the ARN of is left open as well.
_VARIABLE = "${unknown}"
_ANY_ARN = f"arn:aws:{_VARIABLE}:{_VARIABLE}:{_VARIABLE}:{_VARIABLE}"
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
    open_parts
        Attributes that hold a policy document of which some resource or value is unknown.
    """

    address: str
    type: str
    values: Mapping[str, Any]
    unknown: frozenset[str]
    partly: frozenset[str]
    configured: frozenset[str]
    open_parts: frozenset[str] = frozenset()

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


def planned_resources(plan: Mapping[str, Any], values: Planned) -> Iterator[PlannedResource]:
    """Every resource that the plan leaves in place or makes, with what ``values`` knows beyond the plan."""
    arguments = _arguments(plan.get("configuration", {}).get("root_module", {}))
    for change in plan["resource_changes"]:
        after = change["change"].get("after")
        if change.get("mode") == "managed" and after is not None:
            not_known = change["change"].get("after_unknown") or {}
            unknown = frozenset(name for name, value in not_known.items() if value is True)
            partly = frozenset(name for name, value in not_known.items() if _has_unknown(value)) - unknown
            known = {name: value for name, value in after.items() if name not in unknown}
            worked_out, open_parts = _worked_out(values, change["address"], unknown)
            configured = arguments.get(_INDEX.sub("", change["address"]), frozenset())
            yield PlannedResource(
                change["address"],
                change["type"],
                known | worked_out,
                unknown - worked_out.keys(),
                partly,
                configured,
                open_parts,
            )


def _worked_out(
    values: Planned, address: str, unknown: frozenset[str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Attributes that the sources tell, and which of them are documents with unknown parts."""
    found: dict[str, str] = {}
    open_parts = set()
    for name in unknown:
        value = values.value(address, name)
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, Document):
            found[name] = _text(value)
            if any(True for _ in unknown_parts(value)):
                open_parts.add(name)
    return found, frozenset(open_parts)


def _text(document: Document) -> str:
    statements = [{name: _written(part) for name, part in one.items()} for one in document.statements]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _written(part: Any, unknown: str = _ANY_ARN) -> Any:
    if isinstance(part, Mapping):
        return {name: _written(value, _VARIABLE) for name, value in part.items()}
    if isinstance(part, list):
        return [_written(value, unknown) for value in part]
    if isinstance(part, Partly):
        return "".join(_VARIABLE if piece is None else piece for piece in part.pieces)
    return unknown if isinstance(part, Unknown) else part


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
    if attribute in resource.open_parts:
        found.unknowns.append(f"parts of {resource.address}.{attribute} are known only after it is applied")
    return stored_policy(resource.text(attribute), name, kind)
