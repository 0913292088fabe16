"""Which route of a table a packet takes."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.reachability.model import Address, Network, Route, RouteTable, TargetKind, Vpc

#: Every VPC delivers inside its own ranges, whether or not a table lists the route.
_LOCAL = "local"


@dataclass(frozen=True)
class Choice:
    """The route that is taken, and those that match too but come after it, best first."""

    route: Route
    length: int
    others: tuple[Route, ...] = ()


def choose(network: Network, table: RouteTable, vpc: Vpc, address: Address) -> Choice | None:
    """The route for an address: the longest prefix of active and blackhole ones; None without any.

    Of equal length the local route comes first, then one to a range, then one to a prefix list (whose length
    is that of its narrowest range that holds the address).
    """
    matching: list[tuple[int, int, Route]] = []
    local = False
    for route in table.routes:
        length = matched(network, route, address)
        if length is not None:
            local = local or route.kind is TargetKind.LOCAL
            matching.append((-length, _rank(route), route))
    if not local:
        matching += [
            (-cidr.prefixlen, 0, Route(cidr, TargetKind.LOCAL, _LOCAL))
            for cidr in (vpc.cidrs if address.version == 4 else vpc.ipv6_cidrs)
            if address in cidr
        ]
    if not matching:
        return None
    matching.sort(key=lambda each: each[:2])
    length, _, best = matching[0]
    return Choice(best, -length, tuple(route for _, _, route in matching[1:]))


def matched(network: Network, route: Route, address: Address) -> int | None:
    """Length of the prefix by which a route speaks of an address; None where it does not."""
    destination = route.destination
    if not isinstance(destination, str):
        return destination.prefixlen if address in destination else None
    found = network.prefix_lists.get(destination)
    return max((cidr.prefixlen for cidr in found.cidrs if address in cidr), default=None) if found else None


def _rank(route: Route) -> int:
    if route.kind is TargetKind.LOCAL:
        return 0
    return 2 if isinstance(route.destination, str) else 1
