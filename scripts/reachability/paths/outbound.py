"""From an interface to what lies outside of its VPC, and the answer back in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from scripts.reachability import wording
from scripts.reachability.answer import EPHEMERAL
from scripts.reachability.ends import PRIVATE
from scripts.reachability.model import TCP, UDP, Interface, Route, TargetKind
from scripts.reachability.paths.gates import network_acl
from scripts.reachability.paths.gateways import (
    new_nat_gateway,
    public_address,
    through_egress_only,
    through_internet_gateway,
)
from scripts.reachability.paths.outside import TowardsOutside, carried
from scripts.reachability.paths.private import carry, cross, over_middleboxes
from scripts.reachability.paths.routes import routed
from scripts.reachability.paths.states import state_of, works
from scripts.reachability.traffic import WITHOUT_PORTS, Packets, packets
from scripts.reachability.walk import Leg, Party, Walk, answer, request

_KINDS = {
    TargetKind.INTERNET_GATEWAY: "internet gateway",
    TargetKind.NAT_GATEWAY: "nat gateway",
    TargetKind.EGRESS_ONLY_GATEWAY: "egress-only internet gateway",
    TargetKind.GATEWAY_ENDPOINT: "gateway endpoint",
}


@dataclass(frozen=True)
class Exit:
    """How packets left a VPC, and so how answers come back.

    Attributes
    ----------
    outer
        Who they seem to come from, outside.
    door
        The route to the gateway by which they left.
    nat
        Interface of the NAT gateway that they took before, and the door of its subnet.
    """

    outer: Party
    door: Route
    nat: Interface | None = None
    nat_id: str = ""


def leave(walk: Walk, source: Party, origin: Interface, goal: Party) -> Exit | None:
    """Follow the request out of its VPC; None where it never gets there."""
    leg = request(walk.packets, source, goal)
    towards = TowardsOutside(walk.network, walk.packets, goal, only_gateway=_is_nat(walk, origin))
    left = over_middleboxes(walk, leg, origin, towards)
    if left is None:
        return None
    at, route = left
    walk.kind = _KINDS.get(route.kind, walk.kind)
    if route.kind is TargetKind.NAT_GATEWAY:
        return _over_nat(walk, leg, at, route)
    network_acl(walk, leg, at.subnet, egress=True)
    return Exit(_through(walk, leg, route, origin), route)


def _is_nat(walk: Walk, interface: Interface) -> bool:
    return interface.owner in walk.network.nat_gateways


def _through(walk: Walk, leg: Leg, route: Route, sender: Interface) -> Party:
    """The gateway itself; who the packets seem to come from behind it."""
    if route.kind is TargetKind.GATEWAY_ENDPOINT:
        _over_endpoint(walk, leg, route.target)
        return leg.source
    if route.kind is TargetKind.EGRESS_ONLY_GATEWAY:
        through_egress_only(walk, leg, route.target, sender.vpc)
        return _known_by(leg.source)
    through_internet_gateway(walk, leg, route.target, sender.vpc)
    _carried_outside(walk, leg, sender)
    if leg.source.address.version == 6:
        return _known_by(leg.source)
    public = public_address(walk.network, sender)
    if not public.given:
        because = (
            f"{wording.called(sender)} has no public IPv4 address, and the internet gateway carries nothing "
            "for who has none: nobody could answer."
        )
        walk.block("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", sender, leg, because, public.repair)
    return Party(public.address, ip_network(public.address))


def _known_by(source: Party) -> Party:
    return Party(source.address, ip_network(source.address))


def _carried_outside(walk: Walk, leg: Leg, sender: Interface) -> None:
    """An internet gateway carries nothing between private addresses."""
    if any(leg.destination.address in each for each in PRIVATE):
        because = f"{leg.destination.address} is a private address: no gateway leads to it."
        walk.block("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", sender, leg, because)
    if leg.source.address.version == 6 and any(leg.source.address in each for each in PRIVATE):
        because = f"{leg.source.address} is a private address, which is unknown outside of the VPC."
        walk.block("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", sender, leg, because)


def _over_endpoint(walk: Walk, leg: Leg, target: str) -> None:
    endpoint = walk.network.endpoints[target]
    carries = carried(walk.packets)
    walk.hop(leg, endpoint, state_of(endpoint), passes=works(endpoint) and carries)
    if not works(endpoint):
        because = (
            f"The gateway endpoint {wording.called(endpoint)} is {state_of(endpoint)}: it carries nothing."
        )
        walk.block("BAD_STATE", endpoint, leg, because)
    if not carries:
        because = f"The gateway endpoint {wording.called(endpoint)} carries TCP and ICMP echoes only."
        walk.block("VPCE_GATEWAY_PROTOCOL_RESTRICTION", endpoint, leg, because)


def _over_nat(walk: Walk, leg: Leg, at: Interface, route: Route) -> Exit | None:
    """Into the NAT gateway, and from its own address on."""
    network = walk.network
    nat = network.nat_gateways.get(route.target)
    if nat is None or nat.interface is None:
        made = new_nat_gateway(network, route.target, at)
        if made is None:
            return None
        subnet = network.subnets[made.component]
        because = f"The VPC {at.vpc} has no NAT gateway that works; {wording.called(subnet)} could hold one."
        walk.block("NO_PATH", subnet, leg, because, made)
        after = made.apply(network)
        face = after.interfaces[after.nat_gateways[route.target].interface or ""]
    else:
        face = network.interfaces[nat.interface]
    cross(walk, leg, at.subnet, face.subnet)
    if nat is not None:
        walk.hop(leg, nat, f"sends it on from {face.private_ips[0]}, from a port of 1024-65535")
    _nat_protocol(walk, leg, route.target, at)
    cidr = network.subnets[face.subnet].cidr
    own = Party(face.private_ips[0], cidr or ip_network(face.private_ips[0]), face)
    onward = request(_remapped(walk), own, leg.destination)
    towards = TowardsOutside(network, walk.packets, leg.destination, only_gateway=True)
    door = routed(walk, onward, face, towards)
    network_acl(walk, onward, face.subnet, egress=True)
    return Exit(_through(walk, onward, door, face), door, face, route.target)


def _remapped(walk: Walk) -> Packets:
    """What a NAT gateway sends: the same request, from its own ports."""
    if walk.packets.protocol in (TCP, UDP):
        return packets(walk.packets.protocol, walk.version, walk.packets.ports, EPHEMERAL)
    return walk.packets


def _nat_protocol(walk: Walk, leg: Leg, target: str, at: Interface) -> None:
    if any(part.protocol == WITHOUT_PORTS for part in walk.packets.request):
        component = walk.network.nat_gateways.get(target, walk.network.subnets[at.subnet])
        because = f"The NAT gateway {target} carries TCP, UDP and ICMP only, not every protocol."
        walk.block("PROTOCOL_RESTRICTION", component, leg, because)


def come_back(walk: Walk, way: Exit, source: Party, origin: Interface, goal: Party) -> None:
    """Follow the answer back in: gateways know the request and need no route for it, network ACLs judge."""
    inward = answer(walk.packets, goal, source)
    if way.nat is None:
        _door(walk, answer(walk.packets, goal, way.outer), way)
        network_acl(walk, inward, origin.subnet, egress=False)
        return
    cidr = walk.network.subnets[way.nat.subnet].cidr
    face = Party(way.nat.private_ips[0], cidr or ip_network(way.nat.private_ips[0]), way.nat)
    _door(walk, answer(_remapped(walk), goal, way.outer), way)
    network_acl(walk, answer(_remapped(walk), goal, face), way.nat.subnet, egress=False)
    nat = walk.network.nat_gateways.get(way.nat_id)
    if nat is not None:
        walk.hop(inward, nat, f"gives the answer to {source.address}, which asked")
    carry(walk, inward, way.nat, origin)


def _door(walk: Walk, leg: Leg, way: Exit) -> None:
    network = walk.network
    target = way.door.target
    found = (
        network.internet_gateways.get(target)
        or network.egress_only_gateways.get(target)
        or network.endpoints.get(target)
    )
    if found is not None:
        walk.hop(leg, found, f"knows {way.outer.address}")
