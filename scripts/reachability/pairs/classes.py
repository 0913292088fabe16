"""Interfaces that nothing in the network tells apart, as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, ip_network

from scripts.reachability.model import TCP, Address, Interface, Network, TargetKind
from scripts.reachability.pairs.signatures import Signatures, group_ranges, routing_ranges
from scripts.reachability.paths.states import alive
from scripts.reachability.traffic import packets
from scripts.reachability.walk import Party, Walk, request

_NOBODY = Party(IPv4Address("0.0.0.0"), ip_network("0.0.0.0/32"))  # noqa: S104 - binds nothing


@dataclass(frozen=True)
class Class:
    """What stands for all its members.

    Attributes
    ----------
    ends
        Ids of interfaces, or one address outside of the network; the first one stands for all.
    interface
        The first one; None where it is an outside address.
    place
        Number of what decides on the way: all but the security groups. Classes of one place differ in nothing
        else.
    inner
        The same for ways on which private addresses alone are seen: of several places it may be the same.
    alive
        Whether it sends and answers at all.
    subnet
        Where it lies: within a subnet no network ACL is asked.
    groups
        Its security groups.
    """

    ends: tuple[str, ...]
    interface: Interface | None
    address: Address | None
    place: int
    inner: int
    alive: bool
    subnet: str
    groups: frozenset[str]

    def private(self, version: int) -> Address | None:
        """Address by which its own VPC knows it."""
        if self.interface is None:
            return self.address if self.address is not None and self.address.version == version else None
        found = self.interface.private_ips if version == 4 else self.interface.ipv6_addresses
        return found[0] if found else None

    def public(self, version: int) -> Address | None:
        """Address by which the internet knows it."""
        if self.interface is None or version == 6:
            return self.private(version)
        return self.interface.public_ip


def classes(network: Network, outside: Iterable[Address] = ()) -> tuple[Class, ...]:
    """Every interface of the network and these outside addresses, in classes; those of one place together."""
    return _Grouping(network).classes(outside)


class _Grouping:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.routing = Signatures(routing_ranges(network))
        self.filtering = Signatures(group_ranges(network))
        self._around: dict[str, int] = {}
        self._numbers: dict[Hashable, int] = {}

    def classes(self, outside: Iterable[Address]) -> tuple[Class, ...]:
        found: defaultdict[tuple[Hashable, ...], list[Interface]] = defaultdict(list)
        for each in self.network.interfaces.values():
            inner, lives = self._inner(each), _alive(self.network, each)
            own = each.subnet, frozenset(each.groups), self._told_apart(each)
            found[inner, self.routing.of(each.public_ip), lives, own].append(each)
        made = []
        for (inner, public, living, _), members in found.items():
            ends, first = tuple(each.id for each in members), members[0]
            place, groups = self._number(inner, public, living), frozenset(first.groups)
            number = self._number(inner)
            made.append(Class(ends, first, None, place, number, bool(living), first.subnet, groups))
        for other in dict.fromkeys(outside):
            place = self._number(other)
            made.append(Class((str(other),), None, other, place, place, True, "", frozenset()))
        return tuple(sorted(made, key=lambda each: (each.place, each.subnet)))

    def _number(self, *what: Hashable) -> int:
        return self._numbers.setdefault(what, len(self._numbers))

    def _inner(self, each: Interface) -> Hashable:
        """What decides inside a VPC and over a peering."""
        if each.id in self._single:
            return each.id
        private = each.private_ips[0] if each.private_ips else None
        six = each.ipv6_addresses[0] if each.ipv6_addresses else None
        around, judged = self._surroundings(each.subnet), bool(each.groups)
        return each.vpc, around, judged, self.routing.of(private), self.routing.of(six)

    def _surroundings(self, subnet: str) -> int:
        """Number of what a subnet's routes and entries say, whatever table and ACL they stand in."""
        if subnet not in self._around:
            table, acl = self.network.table_of.get(subnet), self.network.acl_of.get(subnet)
            beside_box = subnet if subnet in self._box_subnets else ""
            self._around[subnet] = self._number(table and table.routes, acl and acl.entries, beside_box)
        return self._around[subnet]

    def _told_apart(self, each: Interface) -> Hashable:
        """What security groups tell apart."""
        if each.id in self._single:
            return each.id
        private = each.private_ips[0] if each.private_ips else None
        six = each.ipv6_addresses[0] if each.ipv6_addresses else None
        return self.filtering.of(private), self.filtering.of(six), self.filtering.of(each.public_ip)

    @cached_property
    def _boxes(self) -> frozenset[str]:
        """Interfaces that routes lead over."""
        tables = self.network.route_tables.values()
        routes = (route for table in tables for route in table.routes)
        return frozenset(route.target for route in routes if route.kind is TargetKind.INTERFACE)

    @cached_property
    def _single(self) -> frozenset[str]:
        """Interfaces that are like no other: packets of others pass through them."""
        nats = {each.interface for each in self.network.nat_gateways.values() if each.interface}
        return self._boxes | nats

    @cached_property
    def _box_subnets(self) -> frozenset[str]:
        """Where interfaces lie that routes lead over: from the same subnet no network ACL is asked."""
        known = self.network.interfaces
        return frozenset(known[each].subnet for each in self._boxes if each in known)


def _alive(network: Network, interface: Interface) -> bool:
    """Whether an interface sends and answers at all."""
    walk = Walk(network, packets(TCP, 4), 4)
    alive(walk, request(walk.packets, _NOBODY, _NOBODY), interface)
    return not walk.blockers
