"""From outside of every VPC to an interface, and its answer out again."""

from __future__ import annotations

from ipaddress import ip_network

from scripts.reachability import wording
from scripts.reachability.model import Interface
from scripts.reachability.paths.gates import network_acl, security_groups
from scripts.reachability.paths.gateways import gateway_id, public_address, through_internet_gateway
from scripts.reachability.paths.outside import TowardsOutside
from scripts.reachability.paths.private import over_middleboxes
from scripts.reachability.paths.states import alive
from scripts.reachability.walk import Party, Walk, answer, request


def outer_party(walk: Walk, goal: Interface, own: Party) -> Party:
    """An interface as it is known outside: by its public address, or by its IPv6 one."""
    address = own.address if walk.version == 6 else public_address(walk.network, goal).address
    return Party(address, ip_network(address))


def enter(walk: Walk, source: Party, goal: Interface, own: Party) -> None:
    """Follow the request from the internet to an interface."""
    outer = outer_party(walk, goal, own)
    leg = request(walk.packets, source, outer)
    gateway = gateway_id(walk.network, goal.vpc)
    through_internet_gateway(walk, leg, gateway, goal.vpc)
    nat = walk.network.nat_gateways.get(goal.owner)
    public = public_address(walk.network, goal)
    if nat is not None:
        because = f"The NAT gateway {wording.called(nat)} takes no connections: it only brings answers back."
        walk.block("NO_PATH", nat, leg, because)
    elif walk.version == 4 and not public.given:
        because = (
            f"{wording.called(goal)} has no public IPv4 address, so nobody on the internet can reach it."
        )
        walk.block("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", goal, leg, because, public.repair)
    inward = request(walk.packets, source, own)
    network_acl(walk, inward, goal.subnet, egress=False)
    security_groups(walk, inward, goal, egress=False)
    alive(walk, inward, goal)


def reply(walk: Walk, source: Party, goal: Interface, own: Party) -> None:
    """Follow the answer out: it must leave by the internet gateway that let the request in."""
    leg = answer(walk.packets, own, source)
    towards = TowardsOutside(walk.network, walk.packets, source, only_gateway=True)
    left = over_middleboxes(walk, leg, goal, towards)
    if left is None:
        return
    at, route = left
    network_acl(walk, leg, at.subnet, egress=True)
    through_internet_gateway(walk, leg, route.target, goal.vpc)
