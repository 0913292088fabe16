"""The environment as plain data: what AWS, a Terraform state or a plan is read into, and all that is drawn.

Every resource refers to others by their ``id``: AWS's own or, for what a plan has yet to make, Terraform's
address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, TypeVar


class Mark(StrEnum):
    """What is to be said of a resource beside that it exists."""

    NONE = ""
    """In the state and in AWS; or a plan leaves it as it is."""
    AWS_MADE = "made by AWS"
    """Came with another resource, and so is in no state."""
    STATE_ONLY = "in the state, not in AWS"
    AWS_ONLY = "in AWS, not in the state"
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One thing of the environment.

    Attributes
    ----------
    id
        AWS's id of it (where AWS gives none, its name), or the Terraform address while it has none.
    name
        What people call it.
    state
        In the words of its service, such as ``available``.
    address
        Terraform's address; empty when it is in no state and no plan.
    mark
        Whether state and AWS differ, or what a plan does to it.
    """

    kind: ClassVar[str] = "resource"

    id: str
    name: str
    state: str = ""
    address: str = ""
    mark: Mark = Mark.NONE

    @property
    def where(self) -> str:
        """Addresses, zone, endpoint or whatever else says where to find it."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Vpc(Resource):
    kind: ClassVar[str] = "VPC"
    cidrs: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return ", ".join(self.cidrs)


@dataclass(frozen=True, kw_only=True)
class Zone(Resource):
    kind: ClassVar[str] = "zone"


@dataclass(frozen=True, kw_only=True)
class Subnet(Resource):
    """``tier`` is what the tag Tier says; where there is none, what its routes make of it.

    ``table_known`` is False where only an apply will tell its route table.
    """

    kind: ClassVar[str] = "subnet"
    vpc: str = ""
    zone: str = ""
    cidr: str = ""
    tier: str = ""
    table_known: bool = True

    @property
    def where(self) -> str:
        return " ".join(part for part in (self.cidr, self.zone, self.tier) if part)


@dataclass(frozen=True, kw_only=True)
class InternetGateway(Resource):
    kind: ClassVar[str] = "internet gateway"
    vpc: str = ""

    @property
    def where(self) -> str:
        return self.vpc


@dataclass(frozen=True, kw_only=True)
class NatGateway(Resource):
    kind: ClassVar[str] = "NAT gateway"
    subnet: str = ""
    public_ip: str = ""

    @property
    def where(self) -> str:
        return " ".join(part for part in (self.public_ip, self.subnet) if part)


@dataclass(frozen=True, kw_only=True)
class Endpoint(Resource):
    """A VPC endpoint; ``type`` is ``Gateway`` or ``Interface``."""

    kind: ClassVar[str] = "VPC endpoint"
    vpc: str = ""
    service: str = ""
    type: str = "Gateway"
    subnets: tuple[str, ...] = ()
    route_tables: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"{self.type.lower()} {self.service}"


@dataclass(frozen=True)
class Route:
    """One entry of a route table.

    Attributes
    ----------
    destination
        A CIDR, a prefix list's id, or the service behind a gateway endpoint.
    target
        Id of what traffic is sent to; ``local`` for the VPC itself.
    active
        False when the target is gone (AWS: ``blackhole``).
    """

    destination: str
    target: str
    active: bool = True
    mark: Mark = Mark.NONE


@dataclass(frozen=True, kw_only=True)
class RouteTable(Resource):
    kind: ClassVar[str] = "route table"
    vpc: str = ""
    main: bool = False
    subnets: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()

    @property
    def where(self) -> str:
        routes = (f"{route.destination} to {route.target}" for route in self.routes)
        return "; ".join(routes) + (" (main)" if self.main else "")


@dataclass(frozen=True, order=True)
class AclRule:
    """One numbered entry of a network ACL, as people read it: ``tcp 80`` ``10.0.0.0/18``."""

    egress: bool
    number: int
    allow: bool
    traffic: str
    cidr: str


@dataclass(frozen=True, kw_only=True)
class NetworkAcl(Resource):
    """``rules`` is None where only an apply will tell which rules are whose."""

    kind: ClassVar[str] = "network ACL"
    vpc: str = ""
    default: bool = False
    subnets: tuple[str, ...] = ()
    rules: tuple[AclRule, ...] | None = ()

    @property
    def counts(self) -> str:
        """How many numbered rules each direction has."""
        if self.rules is None:
            return "rules known after apply"
        outwards = sum(rule.egress for rule in self.rules)
        return f"rules {len(self.rules) - outwards} in, {outwards} out"

    @property
    def where(self) -> str:
        return f"{len(self.subnets)} subnets, {self.counts}" + (" (default)" if self.default else "")


@dataclass(frozen=True, order=True)
class GroupRule:
    """One rule of a security group.

    Attributes
    ----------
    egress
        Direction.
    peer
        Id of another group, a CIDR, or a prefix list's id.
    traffic
        As people read it, such as ``tcp 5432`` or ``all traffic``.
    """

    egress: bool
    peer: str
    traffic: str
    description: str = ""
    mark: Mark = Mark.NONE


@dataclass(frozen=True, kw_only=True)
class SecurityGroup(Resource):
    kind: ClassVar[str] = "security group"
    vpc: str = ""
    rules: tuple[GroupRule, ...] = ()

    @property
    def where(self) -> str:
        inwards = (f"{rule.traffic} from {rule.peer}" for rule in self.rules if not rule.egress)
        outwards = (f"{rule.traffic} to {rule.peer}" for rule in self.rules if rule.egress)
        return "; ".join((*inwards, *outwards)) or "no rules"


@dataclass(frozen=True, kw_only=True)
class Instance(Resource):
    """``subnets`` has one element; several before an apply that alone can say which."""

    kind: ClassVar[str] = "EC2 instance"
    type: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    private_ip: str = ""
    public_ip: str = ""

    @property
    def where(self) -> str:
        return " ".join(part for part in (self.type, self.private_ip, self.public_ip) if part)


@dataclass(frozen=True)
class Target:
    """Where a listener sends requests: an instance's id or an address, a port, and its health."""

    id: str
    port: int | None
    health: str = ""

    def __str__(self) -> str:
        return f"{self.id}:{self.port or '?'}" + (f" ({self.health})" if self.health else "")


@dataclass(frozen=True)
class Listener:
    """``action`` is its default one: ``forward``, ``redirect`` ...; targets are those it forwards to."""

    port: int | None
    protocol: str
    action: str
    targets: tuple[Target, ...] = ()
    mark: Mark = Mark.NONE

    def __str__(self) -> str:
        aims = ", ".join(map(str, self.targets))
        return f"{self.protocol} {self.port or '?'}: {self.action} {aims}".strip()


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(Resource):
    kind: ClassVar[str] = "load balancer"
    internal: bool = False
    dns_name: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    listeners: tuple[Listener, ...] = ()

    @property
    def where(self) -> str:
        return "; ".join(part for part in (self.dns_name, *map(str, self.listeners)) if part)


@dataclass(frozen=True, kw_only=True)
class DbInstance(Resource):
    """``zone`` is where the writer runs, empty while nobody knows; ``subnets`` are those of its group."""

    kind: ClassVar[str] = "DB instance"
    engine: str = ""
    version: str = ""
    instance_class: str = ""
    endpoint: str = ""
    port: int | None = None
    zone: str = ""
    multi_az: bool = False
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        at = f"{self.endpoint}:{self.port}" if self.endpoint else f"port {self.port}" if self.port else ""
        parts = (f"{self.engine} {self.version}".strip(), self.instance_class, at, self.zone)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class Bucket(Resource):
    kind: ClassVar[str] = "bucket"

    @property
    def where(self) -> str:
        return f"s3://{self.id}" if self.id != self.address else ""


@dataclass(frozen=True, kw_only=True)
class Table(Resource):
    """``keys`` are its partition key and, where it has one, its sort key."""

    kind: ClassVar[str] = "DynamoDB table"
    keys: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"key {', '.join(self.keys)}" if self.keys else ""


@dataclass(frozen=True, kw_only=True)
class Stream(Resource):
    kind: ClassVar[str] = "stream"
    shards: int | None = None

    @property
    def where(self) -> str:
        return "" if self.shards is None else f"{self.shards} shard{'s' if self.shards != 1 else ''}"


@dataclass(frozen=True, kw_only=True)
class DeliveryStream(Resource):
    """Firehose: ``source`` is a stream's id, ``bucket`` a bucket's, ``prefix`` that of its objects."""

    kind: ClassVar[str] = "delivery stream"
    source: str = ""
    bucket: str = ""
    prefix: str = ""

    @property
    def folder(self) -> str:
        """The part of the prefix that is the same for all objects."""
        fixed, expression, _ = self.prefix.partition("!")
        return fixed.rpartition("/")[0] + "/" if expression and "/" in fixed else fixed

    @property
    def where(self) -> str:
        return f"{self.source} to s3://{self.bucket}/{self.folder}".strip()


@dataclass(frozen=True, kw_only=True)
class Queue(Resource):
    kind: ClassVar[str] = "queue"
    url: str = ""
    dead_letters: str = ""

    @property
    def where(self) -> str:
        return self.url


@dataclass(frozen=True, kw_only=True)
class Topic(Resource):
    kind: ClassVar[str] = "topic"


@dataclass(frozen=True, kw_only=True)
class Alarm(Resource):
    kind: ClassVar[str] = "alarm"
    metric: str = ""
    topics: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return self.metric


@dataclass(frozen=True, kw_only=True)
class Address(Resource):
    kind: ClassVar[str] = "elastic IP"
    public_ip: str = ""

    @property
    def where(self) -> str:
        return self.public_ip


@dataclass(frozen=True, kw_only=True)
class Secret(Resource):
    """A secret's name; its value is never read."""

    kind: ClassVar[str] = "secret"


@dataclass(frozen=True, kw_only=True)
class Role(Resource):
    kind: ClassVar[str] = "role"


@dataclass(frozen=True, kw_only=True)
class LogGroup(Resource):
    kind: ClassVar[str] = "log group"


#: The order of an inventory: from the network inwards, then what lies beside it.
KINDS: tuple[type[Resource], ...] = (
    Vpc, Zone, Subnet, InternetGateway, NatGateway, Address, Endpoint, RouteTable, NetworkAcl, SecurityGroup,
    LoadBalancer, Instance, DbInstance, Bucket, Table, Stream, DeliveryStream, Queue, Topic, Alarm, LogGroup,
    Secret, Role,
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
