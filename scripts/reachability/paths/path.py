"""One flow followed there and back, past every blocker, to a path."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import islice

from scripts.reachability import wording
from scripts.reachability.answer import Direction, Path
from scripts.reachability.flow import Flow
from scripts.reachability.model import Interface, Network, TargetKind
from scripts.reachability.paths.gates import network_acl, security_groups
from scripts.reachability.paths.gateways import gateway_id, through_internet_gateway
from scripts.reachability.paths.inbound import enter, outer_party, reply
from scripts.reachability.paths.outbound import Exit, come_back, leave
from scripts.reachability.paths.outside import TowardsOutside
from scripts.reachability.paths.private import carry
from scripts.reachability.paths.states import alive
from scripts.reachability.repairs import AssignIpv6Address
from scripts.reachability.routing import choose
from scripts.reachability.walk import Leg, Party, Probe, Stopped, Walk, answer, request, unseen


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


def is_open(network: Network, flow: Flow) -> bool:
    """Whether nothing stops the packets of a flow; cheaper than to follow it and note what does."""
    if flow.blockers or not (flow.source.known and flow.destination.known):
        return False
    try:
        _follow(Probe(network, flow.packets, flow.version), flow)
    except Stopped:
        return False
    return True


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
    # AWS keeps the first four of a subnet to itself.
    hosts = islice(cidr.hosts(), 3, None)
    address = next(each for each in hosts if (interface.vpc, each) not in taken)
    return AssignIpv6Address(interface.id, address)


def _joined(network: Network, one: Interface, other: Interface) -> bool:
    return any(each.across(one.vpc) == other.vpc for each in network.peerings.values())


def _private(walk: Walk, here: Party, source: Interface, there: Party, goal: Interface) -> None:
    """By private addresses: both directions are routed."""
    if source.vpc != goal.vpc and _clash(walk, here, source, there, goal):
        walk.kind = "peering"
        vpcs = walk.network.vpcs
        because = (
            f"The VPCs {source.vpc} and {goal.vpc} use the same addresses, and each keeps what goes "
            "to them: no peering can join them."
        )
        walk.block("DISCONNECTED_VPCS", vpcs[source.vpc], request(walk.packets, here, there), because)
        return
    # An IPv6 address is the same inside and outside: where routes lead out, packets reach it that way too.
    six = walk.version == 6 and source.vpc != goal.vpc
    if six and _leads_out(walk, source, there):
        outer = Party(there.address, ip_network(there.address))
        way = _sent_out(walk, here, source, outer)
        if way is not None:
            enter(walk, way.outer, goal, there)
    else:
        _sent_privately(walk, here, source, there, goal)
    if six and _leads_out(walk, goal, here, answers=True):
        reply(walk, here, goal, there)
        back = answer(walk.packets, there, here)
        through_internet_gateway(walk, back, gateway_id(walk.network, source.vpc), source.vpc)
        network_acl(walk, back, source.subnet, egress=False)
    else:
        carry(walk, answer(walk.packets, there, here), goal, source)
    walk.hop(answer(walk.packets, there, here), source, "knows the connection")


def _clash(walk: Walk, here: Party, source: Interface, there: Party, goal: Interface) -> bool:
    """Whether two VPCs take each other's addresses for their own, or would be refused a peering."""
    one, other = walk.network.vpcs[source.vpc], walk.network.vpcs[goal.vpc]
    if one.holds(there.address) or other.holds(here.address):
        return True
    new = not _joined(walk.network, source, goal)
    return new and any(mine.overlaps(theirs) for mine in one.cidrs for theirs in other.cidrs)


def _leads_out(walk: Walk, at: Interface, other: Party, *, answers: bool = False) -> bool:
    """Whether a subnet's table sends packets for an address out of its VPC, by a gateway that takes them."""
    network = walk.network
    table = network.table_of.get(at.subnet)
    choice = choose(network, table, network.vpcs[at.vpc], other.address) if table is not None else None
    gateways = {TargetKind.INTERNET_GATEWAY, TargetKind.EGRESS_ONLY_GATEWAY}
    towards = TowardsOutside(network, walk.packets, other, only_gateway=answers)
    return choice is not None and choice.route.kind in gateways and towards.fits(choice.route, at)


def _sent_privately(walk: Walk, here: Party, source: Interface, there: Party, goal: Interface) -> None:
    """The request, from interface to interface."""
    leg = request(walk.packets, here, there)
    alive(walk, leg, source)
    hops, blockers = len(walk.hops[leg.direction]), len(walk.blockers)
    seen = carry(walk, leg, source, goal)
    leg = leg if seen else unseen(leg)
    _first(walk, leg, source, hops, blockers)
    nat = walk.network.nat_gateways.get(goal.owner)
    if nat is not None:
        because = f"The NAT gateway {wording.called(nat)} takes no connections: it only carries others'."
        walk.block("NO_PATH", nat, leg, because)
    security_groups(walk, leg, goal, egress=False)
    alive(walk, leg, goal)


def _first(walk: Walk, leg: Leg, source: Interface, hops: int, blockers: int) -> None:
    """The sender's security groups, which packets meet first and which are judged when their way is known."""
    later, stopped = walk.hops[leg.direction][hops:], walk.blockers[blockers:]
    del walk.hops[leg.direction][hops:], walk.blockers[blockers:]
    security_groups(walk, leg, source, egress=True)
    walk.hops[leg.direction] += later
    walk.blockers += stopped


def _sent_out(walk: Walk, here: Party, source: Interface, there: Party) -> Exit | None:
    """The request, out of its VPC; None where it never gets there."""
    leg = request(walk.packets, here, there)
    alive(walk, leg, source)
    security_groups(walk, leg, source, egress=True)
    return leave(walk, here, source, there)


def _outward(walk: Walk, here: Party, source: Interface, there: Party) -> None:
    """To what lies outside."""
    way = _sent_out(walk, here, source, there)
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
    way = _sent_out(walk, here, source, outer)
    if way is not None:
        enter(walk, way.outer, goal, there)
        reply(walk, way.outer, goal, there)
        come_back(walk, way, here, source, outer)
