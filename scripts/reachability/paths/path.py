"""One flow followed there and back, past every blocker, to a path."""

from __future__ import annotations

from ipaddress import ip_network

from scripts.reachability import wording
from scripts.reachability.answer import Direction, Path
from scripts.reachability.flow import Flow
from scripts.reachability.model import Interface, Network
from scripts.reachability.paths.gates import security_groups
from scripts.reachability.paths.inbound import enter, outer_party, reply
from scripts.reachability.paths.outbound import come_back, leave
from scripts.reachability.paths.private import carry
from scripts.reachability.paths.states import alive
from scripts.reachability.repairs import AssignIpv6Address
from scripts.reachability.walk import Leg, Party, Walk, answer, request, unseen


def follow(network: Network, flow: Flow) -> Path:
    """Carry the packets of a flow through a network as if nothing stopped them, and note what does."""
    walk = Walk(network, flow.packets, flow.version)
    walk.blockers += flow.blockers
    if flow.source.known and flow.destination.known:
        _follow(walk, flow)
    return Path(
        source=flow.source.component,
        destination=flow.destination.component,
        forward=tuple(walk.hops[Direction.FORWARD]),
        back=tuple(walk.hops[Direction.RETURN]),
        kind=walk.kind,
        blockers=tuple(walk.blockers),
        assumption="; ".join(walk.assumptions),
    )


def _follow(walk: Walk, flow: Flow) -> None:
    source = _interface(walk, flow.source.interface)
    goal = _interface(walk, flow.destination.interface)
    here = _party(walk, source, flow.source.outside)
    there = _party(walk, goal, flow.destination.outside)
    if here is None or there is None:
        return
    if source is None:
        if goal is not None:
            _inward(walk, here, goal, there)
    elif goal is None:
        _outward(walk, here, source, there)
    elif source.vpc == goal.vpc or _joined(walk.network, source, goal):
        _private(walk, here, source, there, goal)
    elif walk.version == 6 or goal.public_ip is not None:
        _between(walk, here, source, there, goal)
    else:
        _private(walk, here, source, there, goal)


def _interface(walk: Walk, identifier: str | None) -> Interface | None:
    return walk.network.interfaces[identifier] if identifier is not None else None


def _party(walk: Walk, interface: Interface | None, outside: Party | None) -> Party | None:
    """Who an end is in the header; notes where an interface has no address of this version."""
    if interface is None:
        return outside
    party = walk.party(interface)
    if party is None:
        because = f"{wording.called(interface)} has no IPv{walk.version} address."
        leg = _nowhere(walk)
        walk.block("ENI_ADDRESS_RESTRICTION", interface, leg, because, _new_address(walk, interface))
    return party


def _nowhere(walk: Walk) -> Leg:
    nobody = ip_network("0.0.0.0/32" if walk.version == 4 else "::/128")
    party = Party(nobody[0], nobody)
    return request(walk.packets, party, party)


def _new_address(walk: Walk, interface: Interface) -> AssignIpv6Address | None:
    cidr = walk.network.subnets[interface.subnet].ipv6_cidr
    if walk.version == 4 or cidr is None:
        return None
    taken = walk.network.interface_at
    address = next(each for each in cidr.hosts() if (interface.vpc, each) not in taken)
    return AssignIpv6Address(interface.id, address)


def _joined(network: Network, one: Interface, other: Interface) -> bool:
    return any(each.across(one.vpc) == other.vpc for each in network.peerings.values())


def _private(walk: Walk, here: Party, source: Interface, there: Party, goal: Interface) -> None:
    """By private addresses: both directions are routed."""
    leg = request(walk.packets, here, there)
    vpcs = walk.network.vpcs
    if source.vpc != goal.vpc and (
        vpcs[source.vpc].holds(there.address)
        or vpcs[goal.vpc].holds(here.address)
        or _overlap(walk, source, goal)
    ):
        walk.kind = "peering"
        because = (
            f"The VPCs {source.vpc} and {goal.vpc} use the same addresses, and each keeps what goes to them to "
            "itself: no peering can join them."
        )
        walk.block("DISCONNECTED_VPCS", vpcs[source.vpc], leg, because)
        return
    alive(walk, leg, source)
    hops, blockers = len(walk.hops[leg.direction]), len(walk.blockers)
    seen = carry(walk, leg, source, goal)
    leg = leg if seen else unseen(leg)
    _first(walk, leg, source, hops, blockers)
    nat = walk.network.nat_gateways.get(goal.owner)
    if nat is not None:
        because = (
            f"The NAT gateway {wording.called(nat)} takes no connections: it only carries those of others."
        )
        walk.block("NO_PATH", nat, leg, because)
    security_groups(walk, leg, goal, egress=False)
    alive(walk, leg, goal)
    back = answer(walk.packets, there, here)
    carry(walk, back, goal, source)
    walk.hop(back, source, "knows the connection")


def _overlap(walk: Walk, source: Interface, goal: Interface) -> bool:
    """Whether a peering that is not there yet would be refused: no two ranges may overlap."""
    if _joined(walk.network, source, goal):
        return False
    vpcs = walk.network.vpcs
    return any(one.overlaps(other) for one in vpcs[source.vpc].cidrs for other in vpcs[goal.vpc].cidrs)


def _first(walk: Walk, leg: Leg, source: Interface, hops: int, blockers: int) -> None:
    """The sender's security groups, which packets meet first and which are judged when their way is known."""
    later, stopped = walk.hops[leg.direction][hops:], walk.blockers[blockers:]
    del walk.hops[leg.direction][hops:], walk.blockers[blockers:]
    security_groups(walk, leg, source, egress=True)
    walk.hops[leg.direction] += later
    walk.blockers += stopped


def _outward(walk: Walk, here: Party, source: Interface, there: Party) -> None:
    """To what lies outside."""
    leg = request(walk.packets, here, there)
    alive(walk, leg, source)
    security_groups(walk, leg, source, egress=True)
    way = leave(walk, here, source, there)
    if way is not None:
        come_back(walk, way, here, source, there)


def _inward(walk: Walk, here: Party, goal: Interface, there: Party) -> None:
    """From outside."""
    walk.kind = "internet gateway"
    enter(walk, here, goal, there)
    reply(walk, here, goal, there)


def _between(walk: Walk, here: Party, source: Interface, there: Party, goal: Interface) -> None:
    """Out of one VPC and into another that nothing joins to it, by public addresses."""
    outer = outer_party(walk, goal, there)
    leg = request(walk.packets, here, outer)
    alive(walk, leg, source)
    security_groups(walk, leg, source, egress=True)
    way = leave(walk, here, source, outer)
    if way is not None:
        enter(walk, way.outer, goal, there)
        reply(walk, way.outer, goal, there)
        come_back(walk, way, here, source, outer)
