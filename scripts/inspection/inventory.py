"""The environment as rows of a table and as a JSON document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

from scripts.inspection.model import (
    Endpoint,
    Environment,
    InternetGateway,
    Mark,
    NatGateway,
    Resource,
)


@dataclass(frozen=True)
class Line:
    """One resource as a table shows it; ``mark`` is empty where there is nothing to say."""

    kind: str
    name: str
    id: str
    where: str
    state: str
    mark: str
    address: str


def lines(env: Environment) -> list[Line]:
    """One line for each resource, in the order of the inventory."""
    names = {each.id: _called(each) for each in env.resources if each.name != each.id}
    known = re.compile("|".join(re.escape(key) for key in sorted(names, key=len, reverse=True)) or r"(?!)")
    return [
        Line(
            kind=each.kind,
            name=each.name,
            id="" if each.id in (each.name, each.address) else each.id,
            # Ids of others say nothing to people.
            where=known.sub(lambda found: names[found[0]], each.where),
            state=each.state,
            mark=str(each.mark),
            address=each.address,
        )
        for each in env.resources
    ]


def _called(resource: Resource) -> str:
    """Gateways are often called like the environment, so that the name alone says nothing."""
    gateway = isinstance(resource, InternetGateway | NatGateway | Endpoint)
    return f"{resource.kind} {resource.name}" if gateway else resource.name


def differences(env: Environment) -> list[str]:
    """A sentence for each resource that is only in the state or only in AWS."""
    return [
        f"{each.kind} {each.name}" + (f" ({each.id})" if each.id != each.name else "") + f": {each.mark}"
        for each in env.resources
        if each.mark in (Mark.STATE_ONLY, Mark.AWS_ONLY)
    ]


def summary(env: Environment) -> str:
    """How many there are of each kind."""
    counts: dict[str, int] = {}
    for each in env.resources:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    return ", ".join(f"{kind}: {count}" for kind, count in counts.items()) or "nothing"


def document(env: Environment) -> dict[str, Any]:
    """Everything that is known, for programs: each resource with all attributes of its kind."""
    return {
        "name": env.name,
        "source": env.source,
        "resources": [_plain(each) | {"where": each.where} for each in env.resources],
    }


def _plain(found: Any) -> Any:
    if isinstance(found, Enum):
        return str(found)
    if isinstance(found, str | int | float | bool) or found is None:
        return found
    if isinstance(found, Iterable):
        return [_plain(each) for each in found]
    own = {each.name: _plain(getattr(found, each.name)) for each in fields(found)}
    return {"kind": found.kind, **own} if isinstance(found, Resource) else own
