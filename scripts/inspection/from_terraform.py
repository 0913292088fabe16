"""Environments from a Terraform state or plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scripts.declarations import declared
from scripts.declarations.declared import Declarations
from scripts.inspection import terraform_analytics, terraform_network, terraform_parts
from scripts.inspection.model import (
    Environment,
    Mark,
    Resource,
    RouteTable,
    SecurityGroup,
    Subnet,
    Zone,
    ordered,
)
from scripts.inspection.tiers import with_tiers


def of_state(state: Mapping[str, Any], name: str) -> Environment:
    """The environment that a Terraform state (version 4) knows."""
    return of_declarations(declared.of_state(state), name, "Terraform's state")


def of_declarations(found: Declarations, name: str, source: str) -> Environment:
    """The environment that these resources make up."""
    resources: list[Resource] = [
        *terraform_network.network(found),
        *terraform_parts.machines(found),
        *terraform_parts.services(found),
        *terraform_analytics.analytics(found),
    ]
    return environment(name, source, [_changed_within(each) for each in resources])


def environment(name: str, source: str, resources: Iterable[Resource]) -> Environment:
    """Resources in their order, with the zones and tiers that follow from them."""
    found = [_in_order(each) for each in resources]
    zones = sorted({each.zone for each in found if isinstance(each, Subnet) and each.zone})
    found = with_tiers(found)
    return Environment(name, source, ordered([*found, *(Zone(id=zone, name=zone) for zone in zones)]))


def _in_order(resource: Resource) -> Resource:
    """With its lists in one order, whatever order a source has told them in."""
    fields: dict[str, Any] = {
        name: tuple(sorted(getattr(resource, name)))
        for name in ("subnets", "groups", "route_tables", "topics")
        if hasattr(resource, name)
    }
    if isinstance(resource, RouteTable):
        fields["routes"] = tuple(
            sorted(resource.routes, key=lambda route: (route.target != "local", route.destination))
        )
    return replace(resource, **fields)


def _changed_within(resource: Resource) -> Resource:
    """A group or table whose rules or routes change is itself shown as changed."""
    parts: tuple[Any, ...] = ()
    if isinstance(resource, SecurityGroup):
        parts = resource.rules
    elif isinstance(resource, RouteTable):
        parts = resource.routes
    if resource.mark is Mark.NONE and any(part.mark is not Mark.NONE for part in parts):
        return replace(resource, mark=Mark.CHANGE)
    return resource
