"""Where packets may go: VPCs, subnets, route tables and gateways."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar

from scripts.reachability.model.base import Address, Cidr, Component


@dataclass(frozen=True, kw_only=True)
class Vpc(Component):
    """``cidrs`` and ``ipv6_cidrs`` are those that are associated."""

    kind: ClassVar[str] = "vpc"
    cidrs: tuple[IPv4Network, ...] = ()
    ipv6_cidrs: tuple[IPv6Network, ...] = ()

    def holds(self, address: Address) -> bool:
        """Whether an address is one of the VPC's own."""
        ranges: tuple[Cidr, ...] = self.cidrs if address.version == 4 else self.ipv6_cidrs
        return any(address in each for each in ranges)


@dataclass(frozen=True, kw_only=True)
class Subnet(Component):
    kind: ClassVar[str] = "subnet"
    vpc: str
    zone: str = ""
    cidr: IPv4Network | None = None
    ipv6_cidr: IPv6Network | None = None
    map_public_ip: bool = False


class TargetKind(StrEnum):
    """What a route may lead to."""

    LOCAL = "local"
    INTERNET_GATEWAY = "internet-gateway"
    EGRESS_ONLY_GATEWAY = "egress-only-internet-gateway"
    NAT_GATEWAY = "nat-gateway"
    PEERING = "vpc-peering-connection"
    GATEWAY_ENDPOINT = "vpc-endpoint"
    INTERFACE = "network-interface"
    UNMODELLED = "unmodelled"


@dataclass(frozen=True)
class Route:
    """One entry of a route table.

    Attributes
    ----------
    destination
        A range of addresses, or a prefix list's id.
    kind, target
        What it leads to, and that one's id; ``local`` for the VPC itself. A route to an instance leads to
        its interface.
    active
        False where AWS says ``blackhole``.
    """

    destination: Cidr | str
    kind: TargetKind
    target: str
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class RouteTable(Component):
    """A subnet without a table of its own follows its VPC's ``main`` one."""

    kind: ClassVar[str] = "route-table"
    vpc: str
    main: bool = False
    subnets: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InternetGateway(Component):
    """``vpc`` is None while it is attached to none."""

    kind: ClassVar[str] = "internet-gateway"
    vpc: str | None = None


@dataclass(frozen=True, kw_only=True)
class EgressOnlyGateway(Component):
    kind: ClassVar[str] = "egress-only-internet-gateway"
    vpc: str | None = None


@dataclass(frozen=True, kw_only=True)
class NatGateway(Component):
    """``interface`` is the id of its network interface; ``public`` its connectivity type."""

    kind: ClassVar[str] = "nat-gateway"
    vpc: str
    subnet: str
    interface: str | None = None
    public: bool = True
    state: str = "available"


@dataclass(frozen=True, kw_only=True)
class Peering(Component):
    """``status`` is AWS's code: ``active``, ``pending-acceptance``, ``deleted`` ..."""

    kind: ClassVar[str] = "vpc-peering-connection"
    requester: str
    accepter: str
    status: str = "active"

    def across(self, vpc: str) -> str | None:
        """The VPC at the other side; None where ``vpc`` is at neither."""
        return {self.requester: self.accepter, self.accepter: self.requester}.get(vpc)


@dataclass(frozen=True, kw_only=True)
class PrefixList(Component):
    """``name`` is such as ``com.amazonaws.us-east-1.s3``."""

    kind: ClassVar[str] = "prefix-list"
    cidrs: tuple[Cidr, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Endpoint(Component):
    """A VPC endpoint.

    Attributes
    ----------
    service
        Such as ``s3``: what stands behind the region in the service's name.
    gateway
        True for type Gateway, False for Interface.
    prefix_list
        Of a gateway endpoint: id of the list that its routes have as destination.
    """

    kind: ClassVar[str] = "vpc-endpoint"
    vpc: str
    service: str
    gateway: bool = True
    prefix_list: str | None = None
    route_tables: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    state: str = "available"
