"""Repairs of what leads out of a VPC: gateways, peerings, public addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from scripts.reachability.model import (
    EgressOnlyGateway,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    Peering,
    RouteTable,
    TargetKind,
)


@dataclass(frozen=True)
class AttachInternetGateway:
    """An internet gateway that is there is attached to a VPC."""

    component: str
    vpc: str

    def apply(self, network: Network) -> Network:
        """Attached; routes to it work again."""
        gateway = replace(network.internet_gateways[self.component], vpc=self.vpc)
        return network.having(gateway, *revived(network, TargetKind.INTERNET_GATEWAY, gateway.id))


@dataclass(frozen=True)
class CreateInternetGateway:
    """A VPC that has no internet gateway gets one; ``component`` is the VPC."""

    component: str
    gateway: str

    def apply(self, network: Network) -> Network:
        """A new gateway, attached."""
        return network.having(InternetGateway(id=self.gateway, vpc=self.component))


@dataclass(frozen=True)
class CreateEgressOnlyGateway:
    """A VPC gets an egress-only internet gateway; ``component`` is the VPC."""

    component: str
    gateway: str

    def apply(self, network: Network) -> Network:
        """A new gateway, attached."""
        return network.having(EgressOnlyGateway(id=self.gateway, vpc=self.component))


@dataclass(frozen=True)
class CreateNatGateway:
    """A public NAT gateway in a subnet that an internet gateway serves; ``component`` is the subnet.

    ``private`` and ``public`` stand for addresses that only AWS will assign.
    """

    component: str
    gateway: str
    private: IPv4Address
    public: IPv4Address

    def apply(self, network: Network) -> Network:
        """A new NAT gateway and its network interface."""
        vpc = network.subnets[self.component].vpc
        interface = Interface(
            id=f"eni of {self.gateway}",
            vpc=vpc,
            subnet=self.component,
            private_ips=(self.private,),
            public_ip=self.public,
            source_dest_check=False,
            owner=self.gateway,
            assumed=True,
        )
        gateway = NatGateway(id=self.gateway, vpc=vpc, subnet=self.component, interface=interface.id)
        return network.having(gateway, interface)


@dataclass(frozen=True)
class AssociateAddress:
    """An interface gets a public address; ``address`` stands for the one that AWS will assign."""

    component: str
    address: IPv4Address

    def apply(self, network: Network) -> Network:
        """The interface with it."""
        interface = network.interfaces[self.component]
        return network.having(replace(interface, public_ip=self.address))


@dataclass(frozen=True)
class MakePublic:
    """A DB instance becomes publicly accessible: each of its interfaces gets a public address."""

    component: str
    addresses: tuple[IPv4Address, ...]

    def apply(self, network: Network) -> Network:
        """DB instance and interfaces with it."""
        db = network.db_instances[self.component]
        interfaces = (
            replace(network.interfaces[each], public_ip=address)
            for each, address in zip(db.interfaces, self.addresses, strict=True)
        )
        return network.having(replace(db, publicly_accessible=True), *interfaces)


@dataclass(frozen=True)
class AssignIpv6Address:
    """An interface gets an IPv6 address of its subnet; ``address`` stands for it."""

    component: str
    address: IPv6Address

    def apply(self, network: Network) -> Network:
        """The interface with it."""
        interface = network.interfaces[self.component]
        return network.having(replace(interface, ipv6_addresses=(*interface.ipv6_addresses, self.address)))


@dataclass(frozen=True)
class CreatePeering:
    """Two VPCs are peered; ``component`` is the one that asks."""

    component: str
    accepter: str
    peering: str

    def apply(self, network: Network) -> Network:
        """A new, accepted peering connection."""
        return network.having(Peering(id=self.peering, requester=self.component, accepter=self.accepter))


@dataclass(frozen=True)
class AcceptPeering:
    """A peering connection that was asked for is accepted."""

    component: str

    def apply(self, network: Network) -> Network:
        """Accepted; routes to it work."""
        peering = replace(network.peerings[self.component], status="active")
        return network.having(peering, *revived(network, TargetKind.PEERING, peering.id))


def revived(network: Network, kind: TargetKind, *targets: str) -> list[RouteTable]:
    """Route tables in which blackhole routes to some targets are active again."""
    tables = []
    for table in network.route_tables.values():
        if any(not each.active and each.kind is kind and each.target in targets for each in table.routes):
            routes = tuple(
                replace(each, active=True) if each.kind is kind and each.target in targets else each
                for each in table.routes
            )
            tables.append(replace(table, routes=routes))
    return tables
