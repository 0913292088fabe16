"""All resources of an environment, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from scripts.inspection.model.analytics import (
    CatalogDatabase,
    Crawler,
    GlueConnection,
    GlueJob,
    Rule,
    StateMachine,
    WorkGroup,
)
from scripts.inspection.model.base import Mark, Resource
from scripts.inspection.model.network import (
    Endpoint,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    Zone,
)
from scripts.inspection.model.parts import (
    Address,
    Alarm,
    Bucket,
    DbInstance,
    DeliveryStream,
    Instance,
    LoadBalancer,
    LogGroup,
    Queue,
    Role,
    Secret,
    Stream,
    Table,
    Topic,
)

#: The order of an inventory: from the network inwards, then what lies beside it.
KINDS: tuple[type[Resource], ...] = (
    Vpc, Zone, Subnet, InternetGateway, NatGateway, Address, Endpoint, RouteTable, NetworkAcl, SecurityGroup,
    LoadBalancer, Instance, DbInstance, Bucket, Table, Stream, DeliveryStream, GlueConnection, GlueJob,
    CatalogDatabase, Crawler, WorkGroup, StateMachine, Rule, Queue, Topic, Alarm, LogGroup, Secret, Role,
)  # fmt: skip

AnyResource = TypeVar("AnyResource", bound=Resource)


@dataclass(frozen=True)
class Environment:
    """All that was found.

    Attributes
    ----------
    name
        Terraform's ``var.name``.
    source
        Where this was read, for people: ``AWS (us-east-1) and Terraform's state``, ``a plan``.
    resources
        In the order of `KINDS`, then by name.
    """

    name: str
    source: str
    resources: tuple[Resource, ...]

    def of(self, kind: type[AnyResource]) -> Iterator[AnyResource]:
        """The resources of one kind."""
        return (each for each in self.resources if isinstance(each, kind))

    def get(self, identifier: str) -> Resource | None:
        """The resource with this id."""
        return next((each for each in self.resources if each.id == identifier), None)


def ordered(resources: Iterator[Resource] | tuple[Resource, ...] | list[Resource]) -> tuple[Resource, ...]:
    """In the order of an inventory."""
    place = {kind: index for index, kind in enumerate(KINDS)}
    return tuple(sorted(resources, key=lambda each: (place[type(each)], each.name, each.id)))


def without_marks(env: Environment, source: str) -> Environment:
    """The same as if nothing were to be said of any resource; ``source`` is what it is called then."""
    return Environment(env.name, source, tuple(_unmarked(each) for each in env.resources))


def _unmarked(resource: Resource) -> Resource:
    parts: dict[str, tuple[object, ...]] = {}
    if isinstance(resource, RouteTable):
        parts["routes"] = tuple(replace(route, mark=Mark.NONE) for route in resource.routes)
    elif isinstance(resource, SecurityGroup):
        parts["rules"] = tuple(replace(rule, mark=Mark.NONE) for rule in resource.rules)
    elif isinstance(resource, LoadBalancer):
        parts["listeners"] = tuple(replace(listener, mark=Mark.NONE) for listener in resource.listeners)
    return replace(resource, mark=Mark.NONE, **parts)  # type: ignore[arg-type]
