"""From interface to interface by private addresses: inside a VPC, over middleboxes, over a peering."""

from __future__ import annotations

from ipaddress import ip_network

from scripts.reachability import wording
from scripts.reachability.answer import Direction
from scripts.reachability.ends import PRIVATE, SHARED
from scripts.reachability.model import (
    Address,
    Cidr,
    Interface,
    Network,
    Peering,
    Route,
    RouteTable,
    TargetKind,
)
from scripts.reachability.paths.gates import network_acl, security_groups
from scripts.reachability.paths.routes import MOST_MIDDLEBOXES, Towards, Unfit, Wish, routed
from scripts.reachability.paths.states import alive
from scripts.reachability.repairs import AcceptPeering, CreatePeering, DeleteRoute, DisableSourceDestCheck
from scripts.reachability.routing import choose
from scripts.reachability.walk import Leg, Walk, unseen

_USABLE = frozenset({"active", "pending-acceptance"})


class TowardsInterface:
    """To an interface of the same VPC, or of one that is peered or can be."""

    def __init__(self, network: Network, goal: Interface, address: Address) -> None:
        self.network = network
        self.goal = goal
        self.address = address

    def fits(self, route: Route, at: Interface) -> bool:
        """Local inside the VPC's ranges; a peering that ends at the goal's VPC."""
        if route.kind is TargetKind.LOCAL:
            return at.vpc == self.goal.vpc and self.network.vpcs[at.vpc].holds(self.address)
        if route.kind is not TargetKind.PEERING or at.vpc == self.goal.vpc:
            return False
        peering = self.network.peerings.get(route.target)
        if peering is None or peering.across(at.vpc) != self.goal.vpc or peering.status not in _USABLE:
            return False
        return self.network.vpcs[self.goal.vpc].holds(self.address) and (
            route.active or peering.status != "active"
        )

    def wish(self, table: RouteTable | None, at: Interface) -> Wish:
        """The VPC's own route, or one to the peering that there is or should be."""
        cidr = range_of(self.network, self.goal, self.address)
        if at.vpc == self.goal.vpc:
            return Wish(Route(cidr, TargetKind.LOCAL, "local"), "")
        peering = peering_between(self.network, at.vpc, self.goal.vpc)
        if peering is not None:
            why = f"the VPCs are joined by {wording.called(peering)}, so a route over it is taken to be meant"
            return Wish(Route(cidr, TargetKind.PEERING, peering.id), why)
        # In one order, so that it is not told again of the way back.
        vpcs = " and ".join(sorted((at.vpc, self.goal.vpc)))
        why = f"nothing joins {vpcs}, and who is asked has no public address: a peering is taken to be meant"
        return Wish(Route(cidr, TargetKind.PEERING, peering_id(at.vpc, self.goal.vpc)), why)

    def unfit(self, route: Route, at: Interface) -> Unfit | None:
        """What each kind of target does with packets for a private address elsewhere."""
        taken = wording.route(route)
        match route.kind:
            case TargetKind.LOCAL:
                return Unfit(
                    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
                    f"takes {self.address} for an address of {at.vpc}, which has no such range: {taken}.",
                )
            case TargetKind.PEERING:
                return _unfit_peering(self.network, route, at, self.address)
            case TargetKind.INTERNET_GATEWAY | TargetKind.EGRESS_ONLY_GATEWAY:
                return _unfit_gateway(route, self.address)
            case TargetKind.UNMODELLED:
                return Unfit(
                    "UNSUPPORTED_COMPONENT", f"leads to {route.target}, which is not known here.", False
                )
            case _:
                return None


def _unfit_peering(network: Network, route: Route, at: Interface, address: Address) -> Unfit:
    peering = network.peerings.get(route.target)
    across = peering.across(at.vpc) if peering is not None else None
    if peering is None or across is None:
        return Unfit("BAD_STATE_ROUTE", f"leads to a peering that does not join {at.vpc}: {route.target}.")
    if peering.status not in _USABLE:
        return Unfit("BAD_STATE_ROUTE", f"leads to the peering {peering.id}, which is {peering.status}.")
    return Unfit(
        "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
        f"leads to the peering {peering.id} with {across}, and {address} is not an address of that VPC: "
        "a peering carries only what goes to the VPC at its other side, and nothing further.",
    )


def _unfit_gateway(route: Route, address: Address) -> Unfit | None:
    if any(address in each for each in SHARED):
        code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
    elif any(address in each for each in PRIVATE):
        code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
    else:
        return None
    return Unfit(code, f"sends it to {route.target}, but nothing on the internet has the address {address}.")


def range_of(network: Network, goal: Interface, address: Address) -> Cidr:
    """The range of an interface's VPC that holds its address."""
    vpc = network.vpcs[goal.vpc]
    ranges: tuple[Cidr, ...] = (*vpc.cidrs, *vpc.ipv6_cidrs)
    return next((each for each in ranges if address in each), ip_network(address))


def peering_between(network: Network, one: str, other: str) -> Peering | None:
    """The peering of two VPCs that works, or else could be accepted."""
    found = [
        each for each in network.peerings.values() if each.across(one) == other and each.status in _USABLE
    ]
    return min(found, key=lambda each: each.status != "active", default=None)


def peering_id(one: str, other: str) -> str:
    """What a peering is called that is still to be made."""
    return f"the new peering of {min(one, other)} and {max(one, other)}"


def carry(walk: Walk, leg: Leg, origin: Interface, goal: Interface) -> bool:
    """Follow packets from one interface to another; whether filters can still see where they come from."""
    towards = TowardsInterface(walk.network, goal, leg.destination.address)
    at, seen = origin, True
    for _ in range(MOST_MIDDLEBOXES):
        if at.subnet == goal.subnet:
            return seen
        route = routed(walk, leg, at, towards)
        if route.kind is TargetKind.PEERING:
            over_peering(walk, leg, route.target, at, goal)
        if route.kind is not TargetKind.INTERFACE or route.target == goal.id:
            cross(walk, leg, at.subnet, goal.subnet)
            return seen
        at = over_middlebox(walk, leg, at, route.target)
        seen = False
    circles(walk, leg, at)
    return seen


def circles(walk: Walk, leg: Leg, at: Interface) -> None:
    """Routes send packets from middlebox to middlebox for ever: one of these routes has to go."""
    network, address = walk.network, leg.destination.address
    because = f"Routes send packets for {address} in circles, again and again by way of {at.id}."
    table = network.table_of.get(at.subnet)
    choice = choose(network, table, network.vpcs[at.vpc], address) if table is not None else None
    repair = DeleteRoute(table.id, choice.route) if table is not None and choice is not None else None
    walk.block("NO_PATH", at, leg, because, repair)


def cross(walk: Walk, leg: Leg, here: str, there: str) -> None:
    """From one subnet into another: both network ACLs judge."""
    if here != there:
        network_acl(walk, leg, here, egress=True)
        network_acl(walk, leg, there, egress=False)


def over_middleboxes(
    walk: Walk, leg: Leg, origin: Interface, towards: Towards
) -> tuple[Interface, Route] | None:
    """Who sends packets out of the VPC at last, and by which route; None where they go in circles."""
    at = origin
    for _ in range(MOST_MIDDLEBOXES):
        route = routed(walk, leg, at, towards)
        if route.kind is not TargetKind.INTERFACE:
            return at, route
        at = over_middlebox(walk, leg, at, route.target)
    circles(walk, leg, at)
    return None


def over_middlebox(walk: Walk, leg: Leg, at: Interface, target: str) -> Interface:
    """A route leads to an interface that forwards. It hides from security groups who sent the packets."""
    box = walk.network.interfaces[target]
    cross(walk, leg, at.subnet, box.subnet)
    alive(walk, leg, box)
    if box.source_dest_check:
        because = (
            f"The interface {wording.called(box)} gets packets that are not for its own address, and its "
            "source/destination check drops them."
        )
        walk.block("ENI_SOURCE_DEST_CHECK_RESTRICTION", box, leg, because, DisableSourceDestCheck(box.id))
    if leg.direction is Direction.FORWARD or box.id not in walk.passed:
        security_groups(walk, unseen(leg), box, egress=False)
        security_groups(walk, unseen(leg), box, egress=True)
    walk.passed.add(box.id)
    return box


def over_peering(walk: Walk, leg: Leg, target: str, at: Interface, goal: Interface) -> None:
    """A peering connection, when it has been accepted."""
    walk.kind = "peering"
    peering = walk.network.peerings.get(target)
    if peering is None:
        vpc = walk.network.vpcs[at.vpc]
        one, other = sorted((at.vpc, goal.vpc))
        because = f"The VPCs {at.vpc} and {goal.vpc} are not connected: no working peering joins them."
        walk.block("DISCONNECTED_VPCS", vpc, leg, because, CreatePeering(one, other, target))
        return
    works = peering.status == "active"
    walk.hop(leg, peering, peering.status, passes=works)
    if not works:
        because = f"The peering connection {wording.called(peering)} is {peering.status}: it carries nothing."
        walk.block("BAD_STATE", peering, leg, because, AcceptPeering(peering.id))
