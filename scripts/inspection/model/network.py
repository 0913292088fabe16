"""The network: VPCs and all that is in them but machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scripts.inspection.model.base import Mark, Resource


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
