"""One network of what a reader has found, or a clear word on why it cannot be one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from scripts.errors import BadInputError
from scripts.reachability.model import (
    Component,
    GroupPeer,
    ListPeer,
    Network,
    TargetKind,
    Unmodelled,
)

Found = Component | Unmodelled

#: Messages name at most this many faults; the rest is counted.
_SHOWN = 8


def assemble(found: Iterable[Found], *, region: str, source: str) -> Network:
    """The network of what was found.

    Legal are an empty network, several VPCs with the same addresses, groups that name themselves or each
    other, and routes that lead in a circle: what comes of them is the answer's business.

    Parameters
    ----------
    found
        Components in any order, and what the model does not know. The same component may come twice.
    source
        What was read, for messages.

    Raises
    ------
    BadInputError
        Two components have one id, or one refers to another that is not there.
    """
    components: dict[tuple[str, str], Component] = {}
    unmodelled: dict[Unmodelled, None] = {}
    for each in found:
        if isinstance(each, Unmodelled):
            unmodelled[each] = None
        elif components.setdefault((each.kind, each.id), each) != each:
            raise BadInputError(
                f"{source}: the {each.kind} {each.id} is described twice, and differently.",
                "Read everything anew: all pages must be of one moment and one account.",
            )
    network = Network.of(components.values(), region=region, unmodelled=unmodelled)
    faults = sorted({*dangling(network), *_ambiguous(network)})
    if faults:
        more = f" And {len(faults) - _SHOWN} more." if len(faults) > _SHOWN else ""
        raise BadInputError(
            f"{source} does not fit together. " + " ".join(f"{each}." for each in faults[:_SHOWN]) + more,
            "Read everything anew: all pages of all commands, of one moment and one account.",
        )
    return network


def dangling(network: Network) -> Iterator[str]:
    """Sentences on what is referred to and is not there, each with one that refers to it."""
    missing: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
    for component, kind, wanted in references(network):
        if wanted not in getattr(network, kind):
            missing[kind, wanted][component.kind, component.id] = None
    for (kind, wanted), by in missing.items():
        what = kind.replace("_", " ").removesuffix("s")
        (first_kind, first), *others = by
        also = f" ({len(others)} more refer to it)" if others else ""
        yield f"The {first_kind} {first} refers to the {what} {wanted}, which is nowhere{also}"


def references(network: Network) -> Iterator[tuple[Component, str, str]]:
    """Who refers to what: the component, the network's field, the id."""
    for component in _all(network):
        for field, kind in _FIELDS:
            wanted = getattr(component, field, None)
            for each in (wanted,) if isinstance(wanted, str) else wanted or ():
                if isinstance(each, str):
                    yield component, kind, each
    yield from _routes(network)
    yield from _rules(network)
    for balancer in network.load_balancers.values():
        for listener in balancer.listeners:
            for group in listener.target_groups:
                yield balancer, "target_groups", group


#: Fields of components, whatever component has them, and where what they name is found.
_FIELDS = (
    ("vpc", "vpcs"),
    ("requester", "vpcs"),
    ("accepter", "vpcs"),
    ("subnet", "subnets"),
    ("subnets", "subnets"),
    ("groups", "groups"),
    ("interface", "interfaces"),
    ("interfaces", "interfaces"),
    ("route_tables", "route_tables"),
    ("prefix_list", "prefix_lists"),
)

_TARGETS = {
    TargetKind.INTERNET_GATEWAY: "internet_gateways",
    TargetKind.EGRESS_ONLY_GATEWAY: "egress_only_gateways",
    TargetKind.NAT_GATEWAY: "nat_gateways",
    TargetKind.PEERING: "peerings",
    TargetKind.GATEWAY_ENDPOINT: "endpoints",
    TargetKind.INTERFACE: "interfaces",
}


def _routes(network: Network) -> Iterator[tuple[Component, str, str]]:
    for table in network.route_tables.values():
        for route in table.routes:
            # What a blackhole has led to is gone: that is what AWS says by the word.
            if route.active and route.kind in _TARGETS:
                yield table, _TARGETS[route.kind], route.target
            if isinstance(route.destination, str):
                yield table, "prefix_lists", route.destination


def _rules(network: Network) -> Iterator[tuple[Component, str, str]]:
    for group in network.groups.values():
        for rule in group.rules:
            if isinstance(rule.peer, GroupPeer):
                yield group, "groups", rule.peer.group
            elif isinstance(rule.peer, ListPeer):
                yield group, "prefix_lists", rule.peer.prefix_list


def _all(network: Network) -> Iterator[Component]:
    kinds = (
        network.subnets, network.route_tables, network.internet_gateways, network.egress_only_gateways,
        network.nat_gateways, network.peerings, network.endpoints, network.acls, network.groups,
        network.interfaces, network.instances, network.load_balancers, network.target_groups,
        network.db_instances, network.glue_connections,
    )  # fmt: skip
    for each in kinds:
        yield from each.values()


def _ambiguous(network: Network) -> Iterator[str]:
    """Sentences on what can only be once and is there twice."""
    for acl in network.acls.values():
        numbers = Counter((entry.number, entry.egress) for entry in acl.entries)
        for (number, egress), count in numbers.items():
            if count > 1:
                way = "outbound" if egress else "inbound"
                yield f"The network-acl {acl.id} has {count} {way} entries with the number {number}"
    for what, mains in (
        ("main route tables", Counter(each.vpc for each in network.route_tables.values() if each.main)),
        ("default network ACLs", Counter(each.vpc for each in network.acls.values() if each.default)),
    ):
        yield from (f"The vpc {vpc} has {count} {what}" for vpc, count in mains.items() if count > 1)
    for what, joined in (
        ("route tables", Counter(s for each in network.route_tables.values() for s in each.subnets)),
        ("network ACLs", Counter(s for each in network.acls.values() for s in each.subnets)),
    ):
        yield from (f"The subnet {name} has {count} {what}" for name, count in joined.items() if count > 1)
    yield from _two_ways(network)
    yield from _overlapping(network)
    addresses = Counter(
        (each.vpc, address)
        for each in network.interfaces.values()
        if not each.assumed
        for address in (*each.private_ips, *each.ipv6_addresses)
    )
    for (vpc, address), count in addresses.items():
        if count > 1:
            yield f"The address {address} is on {count} interfaces in the vpc {vpc}"


def _two_ways(network: Network) -> Iterator[str]:
    """Sentences on routes of one table that lead the same packets to different targets."""
    for table in network.route_tables.values():
        targets: dict[object, dict[str, None]] = defaultdict(dict)
        for route in table.routes:
            # A route that is propagated by a gateway of another kind may stand beside one that is written.
            if route.active and (route.kind in _TARGETS or route.kind is TargetKind.LOCAL):
                targets[route.destination][route.target] = None
        for destination, found in targets.items():
            if len(found) > 1:
                yield (
                    f"The route-table {table.id} has routes to {destination} that lead to different targets: "
                    f"{' and '.join(found)}"
                )


def _overlapping(network: Network) -> Iterator[str]:
    """Sentences on subnets of one VPC that have addresses in common."""
    ranges = [(each.vpc, each.cidr, each.id) for each in network.subnets.values() if each.cidr is not None]
    for (vpc, wide, first), (other, cidr, second) in pairwise(sorted(ranges)):
        if vpc == other and wide.overlaps(cidr):
            yield f"The subnets {first} and {second} overlap in the vpc {vpc}"
