"""The route that packets take at a subnet, or the one that they are taken to be meant for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from scripts.reachability import wording
from scripts.reachability.model import Interface, Network, Route, RouteTable, TargetKind
from scripts.reachability.repairs import AssociateEndpoint, CreateRoute, DeleteRoute, Repair, ReplaceRoute
from scripts.reachability.routing import Choice, choose, matched
from scripts.reachability.walk import Leg, Walk

#: Hops over middleboxes after which packets are taken to go in circles.
MOST_MIDDLEBOXES = 16


@dataclass(frozen=True)
class Wish:
    """A route to make where none leads on, and why it is taken to be the one that is meant."""

    route: Route
    why: str


@dataclass(frozen=True)
class Unfit:
    """Why a route does not lead on: AWS's code and a sentence; ``repairable`` where another route would."""

    code: str
    because: str
    repairable: bool = True


class Towards(Protocol):
    """Where packets are to go."""

    def fits(self, route: Route, at: Interface) -> bool:
        """Whether a route leads there, once what is wrong further on is repaired."""

    def wish(self, table: RouteTable | None, at: Interface) -> Wish:
        """The route to make where none leads there."""

    def unfit(self, route: Route, at: Interface) -> Unfit | None:
        """What is wrong with an active route that does not fit; None where there is no better word."""


def routed(walk: Walk, leg: Leg, at: Interface, towards: Towards) -> Route:
    """The route that packets take at an interface's subnet, or would after a repair; a hop of theirs."""
    network = walk.network
    table = network.table_of.get(at.subnet)
    if table is None:
        subnet = network.subnets[at.subnet]
        walk.hop(leg, subnet, "no route table", passes=False)
        walk.block("UNASSOCIATED_COMPONENT", subnet, leg, f"Of {at.subnet} no route table is known.")
        return towards.wish(None, at).route
    choice = choose(network, table, network.vpcs[at.vpc], leg.destination.address)
    if choice is not None and fits(network, choice.route, at, towards):
        if walk.tells:
            walk.hop(leg, table, wording.route(choice.route), rule=choice.route)
        return choice.route
    return _Junction(walk, leg, at, towards, table, choice).repaired()


def fits(network: Network, route: Route, at: Interface, towards: Towards) -> bool:
    """Whether a route leads on: over a middlebox, or in one of the ways that lead where packets are to go."""
    if route.kind is not TargetKind.INTERFACE:
        return towards.fits(route, at)
    box = network.interfaces.get(route.target)
    if box is None or box.vpc != at.vpc:
        return False
    owner = network.instances.get(box.owner)
    return route.active or (owner is not None and owner.state in {"stopped", "stopping"})


@dataclass(frozen=True)
class _Junction:
    """A table none of whose routes leads on, or not the one that is chosen."""

    walk: Walk
    leg: Leg
    at: Interface
    towards: Towards
    table: RouteTable
    choice: Choice | None

    def repaired(self) -> Route:
        """Note what is wrong and how it is repaired; the route that is followed nevertheless."""
        wish = self._meant()
        self.walk.assume(wish.why)
        address = self.leg.destination.address
        chosen = self.choice.route if self.choice is not None else None
        taken = wording.route(chosen) if chosen is not None else f"no route to {address}"
        self.walk.hop(self.leg, self.table, taken, passes=False, rule=chosen)
        unfit = self._wrong(wish.route)
        repairs = self._repairs(wish.route) if unfit.repairable else []
        told = f"The route table {wording.called(self.table)} of {self.at.subnet} {unfit.because}"
        first = repairs[0] if repairs else None
        self.walk.block(unfit.code, self.table, self.leg, told, first, tuple(repairs[1:]))
        return wish.route

    def _meant(self) -> Wish:
        """The chosen route if only it were active; one that comes after it; else one to make."""
        if self.choice is not None and not self.choice.route.active:
            active = replace(self.choice.route, active=True)
            if fits(self.walk.network, active, self.at, self.towards):
                return Wish(active, "")
        for other in self.choice.others if self.choice is not None else ():
            if fits(self.walk.network, other, self.at, self.towards):
                return Wish(other, "")
        return self.towards.wish(self.table, self.at)

    def _wrong(self, wish: Route) -> Unfit:
        """AWS's code for what is wrong here, and the second half of a sentence."""
        address = self.leg.destination.address
        if self.choice is None:
            if any(_leads_like(each, wish) for each in self.table.routes):
                return Unfit("CANNOT_ROUTE", f"leads to {wish.target}, but not for {address}.")
            return Unfit("NO_ROUTE_TO_DESTINATION", f"has no route to {address}.")
        chosen = self.choice.route
        taken = wording.route(chosen)
        if not chosen.active:
            return Unfit("BAD_STATE_ROUTE", f"sends packets for {address} into a black hole: {taken}.")
        if wish in self.choice.others:
            better = f"prefers {taken} to {wording.route(wish)}, which would lead there"
            if matched(self.walk.network, wish, address) == self.choice.length:
                return Unfit("HIGHER_PRIORITY_ROUTE", f"{better}: of two equally long ones it comes first.")
            return Unfit("MORE_SPECIFIC_ROUTE", f"{better}: the more specific one wins.")
        unfit = self.towards.unfit(chosen, self.at)
        return unfit or Unfit("NO_ROUTE_TO_DESTINATION", f"sends packets for {address} elsewhere: {taken}.")

    def _repairs(self, wish: Route) -> list[Repair]:
        """What leads on: the narrowest change first."""
        table, choice = self.table.id, self.choice
        if choice is None:
            return [self._made(wish)]
        chosen = choice.route
        delete = DeleteRoute(table, chosen)
        if wish in choice.others:
            fixed = {TargetKind.LOCAL, TargetKind.GATEWAY_ENDPOINT}
            if wish.kind in fixed or chosen.kind is TargetKind.GATEWAY_ENDPOINT:
                return [delete]
            return [self._replaced(wish), delete]
        if wish.kind is TargetKind.LOCAL:
            return [delete]
        if chosen.kind is TargetKind.LOCAL:
            return [CreateRoute(table, Route(self.leg.destination.scope, wish.kind, wish.target))]
        length = matched(self.walk.network, wish, self.leg.destination.address)
        if length is not None and length > choice.length:
            return [self._made(wish)]
        if wish.kind is TargetKind.GATEWAY_ENDPOINT and wish.destination != chosen.destination:
            return [self._made(wish)]
        return [self._replaced(wish)]

    def _made(self, wish: Route) -> Repair:
        if wish.kind is TargetKind.GATEWAY_ENDPOINT:
            return AssociateEndpoint(wish.target, self.table.id, wish)
        return CreateRoute(self.table.id, wish)

    def _replaced(self, wish: Route) -> Repair:
        assert self.choice is not None  # noqa: S101 (its callers have looked)
        chosen = self.choice.route
        return ReplaceRoute(self.table.id, Route(chosen.destination, wish.kind, wish.target), chosen)


def _leads_like(route: Route, wish: Route) -> bool:
    """Whether a route has another's target, in the same version of IP."""
    ranges = route.destination, wish.destination
    versions = {4 if isinstance(each, str) else each.version for each in ranges}
    return (route.kind, route.target) == (wish.kind, wish.target) and len(versions) == 1
