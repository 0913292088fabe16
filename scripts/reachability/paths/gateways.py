"""What joins a VPC to the internet: its gateway, and the address that it is known by there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, ip_network
from itertools import islice

from scripts.reachability import wording
from scripts.reachability.ends import owner_of
from scripts.reachability.model import (
    Cidr,
    DbInstance,
    Instance,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    RouteTable,
    TargetKind,
)
from scripts.reachability.repairs import (
    AssociateAddress,
    AttachInternetGateway,
    CreateEgressOnlyGateway,
    CreateInternetGateway,
    CreateNatGateway,
    MakePublic,
    Repair,
)
from scripts.reachability.walk import Leg, Walk

#: Addresses for documentation (RFC 5737), to stand for those that only AWS will assign.
_STAND_INS = IPv4Network("192.0.2.0/24")

#: All addresses of a version: what a default route is for.
EVERYWHERE: dict[int, Cidr] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


@dataclass(frozen=True)
class PublicAddress:
    """The address that an interface is known by outside; ``repair`` is what gives it one."""

    address: IPv4Address
    given: bool
    repair: Repair | None = None


def attached(network: Network, vpc: str) -> InternetGateway | None:
    """The internet gateway of a VPC."""
    return next((each for each in network.internet_gateways.values() if each.vpc == vpc), None)


def gateway_id(network: Network, vpc: str) -> str:
    """The internet gateway that a VPC has or should have: one that its routes name, a free one, a new one."""
    found = attached(network, vpc)
    if found is not None:
        return found.id
    free = [each.id for each in network.internet_gateways.values() if each.vpc is None]
    named = {
        route.target
        for table in network.route_tables.values()
        if table.vpc == vpc
        for route in table.routes
        if route.kind is TargetKind.INTERNET_GATEWAY
    }
    return next((each for each in free if each in named), free[0] if free else f"the new gateway of {vpc}")


def through_internet_gateway(walk: Walk, leg: Leg, target: str, vpc: str) -> None:
    """The internet gateway is a hop; it is there and attached to this VPC."""
    gateway = walk.network.internet_gateways.get(target)
    if gateway is not None:
        walk.hop(leg, gateway, f"attached to {gateway.vpc or 'no VPC'}", passes=gateway.vpc == vpc)
        if gateway.vpc != vpc:
            because = f"The internet gateway {wording.called(gateway)} is not attached to {vpc}."
            repair = AttachInternetGateway(gateway.id, vpc)
            walk.block("BAD_STATE_ATTACHMENT", gateway, leg, because, repair)
        return
    because = f"The VPC {vpc} has no internet gateway, so nothing of it reaches the internet or is reached."
    where = walk.network.vpcs[vpc]
    walk.block("BAD_STATE_ATTACHMENT", where, leg, because, CreateInternetGateway(vpc, target))


def through_egress_only(walk: Walk, leg: Leg, target: str, vpc: str) -> None:
    """The egress-only internet gateway is a hop; it is there."""
    gateway = walk.network.egress_only_gateways.get(target)
    if gateway is not None:
        walk.hop(leg, gateway, f"attached to {gateway.vpc}")
        return
    because = f"The VPC {vpc} has no egress-only internet gateway."
    repair = CreateEgressOnlyGateway(vpc, target)
    walk.block("BAD_STATE_ATTACHMENT", walk.network.vpcs[vpc], leg, because, repair)


def public_address(network: Network, interface: Interface) -> PublicAddress:
    """The public IPv4 address of an interface, or one that stands for what it would get."""
    if interface.public_ip is not None:
        return PublicAddress(interface.public_ip, given=True)
    owner = owner_of(network, interface)
    stand_ins = _stand_ins(network)
    if isinstance(owner, DbInstance):
        addresses = {each: network.interfaces[each].public_ip or next(stand_ins) for each in owner.interfaces}
        repair = MakePublic(owner.id, tuple(addresses.values()))
        return PublicAddress(addresses[interface.id], given=False, repair=repair)
    address = next(stand_ins)
    if isinstance(owner, Instance | Interface):
        return PublicAddress(address, given=False, repair=AssociateAddress(interface.id, address))
    return PublicAddress(address, given=False)


def _stand_ins(network: Network) -> Iterator[IPv4Address]:
    return (each for each in _STAND_INS.hosts() if each not in network.interface_of_public)


def address_of_node(network: Network, subnet: str) -> IPv4Address:
    """What stands for the public address of a balancer's new node, another in each subnet.

    They are taken from the end, so that none stands for an address of somebody else in the same answer.
    """
    free = [each for each in _STAND_INS.hosts() if each not in network.interface_of_public]
    return free[-1 - sorted(network.subnets).index(subnet) % len(free)]


def serves(network: Network, gateway: NatGateway, vpc: str) -> bool:
    """Whether a NAT gateway carries packets of a VPC to the internet, when its own subnet does."""
    interface = network.interfaces.get(gateway.interface or "")
    return (
        gateway.vpc == vpc
        and gateway.public
        and gateway.state == "available"
        and interface is not None
        and bool(interface.private_ips)
        and interface.public_ip is not None
    )


def nat_gateway_for(network: Network, at: Interface) -> tuple[str, str] | None:
    """A NAT gateway for an interface, and why: one of its zone, one of its VPC, a new one.

    None where the VPC has no subnet for one: no other one with a route to an internet gateway.
    """
    zone = network.subnets[at.subnet].zone
    found = [
        each
        for each in network.nat_gateways.values()
        if each.subnet != at.subnet and serves(network, each, at.vpc)
    ]
    best = min(found, key=lambda each: network.subnets[each.subnet].zone != zone, default=None)
    if best is not None:
        return best.id, f"the VPC has the NAT gateway {wording.called(best)}"
    if public_subnet(network, at) is None:
        return None
    return f"the new NAT gateway of {at.vpc}", "a subnet with a route to an internet gateway could hold one"


def public_subnet(network: Network, at: Interface) -> str | None:
    """Another subnet of an interface's VPC whose table leads everywhere over an internet gateway."""
    own = network.table_of.get(at.subnet)
    for subnet in network.subnets.values():
        if subnet.vpc != at.vpc or subnet.cidr is None:
            continue
        table = network.table_of.get(subnet.id)
        if table is not None and table is not own and leads_outside(table):
            return subnet.id
    return None


def leads_outside(table: RouteTable) -> bool:
    """Whether a table's default route of IPv4 is an internet gateway: what makes a subnet public."""
    return any(
        route.kind is TargetKind.INTERNET_GATEWAY and route.active and route.destination == EVERYWHERE[4]
        for route in table.routes
    )


def new_nat_gateway(network: Network, gateway: str, at: Interface) -> CreateNatGateway | None:
    """How a NAT gateway is made for an interface; None where there is no subnet for it."""
    subnet = public_subnet(network, at)
    if subnet is None:
        return None
    cidr = network.subnets[subnet].cidr
    hosts = islice(cidr.hosts(), 3, None) if cidr is not None else iter(())
    private = next((each for each in hosts if (at.vpc, each) not in network.interface_at), None)
    return CreateNatGateway(subnet, gateway, private, next(_stand_ins(network))) if private else None
