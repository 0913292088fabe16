"""Interfaces that nothing in the network tells apart, as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address

from scripts.reachability.model import Address, Interface, Network, TargetKind
from scripts.reachability.pairs.signatures import Signatures, group_ranges, routing_ranges


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
    subnet
        Where it lies: within a subnet no network ACL is asked.
    groups
        Its security groups.
    """

    ends: tuple[str, ...]
    interface: Interface | None
    address: Address | None
    place: int
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

    def classes(self, outside: Iterable[Address]) -> tuple[Class, ...]:
        found: defaultdict[tuple[Hashable, Hashable], list[Interface]] = defaultdict(list)
        for each in self.network.interfaces.values():
            own = each.subnet, frozenset(each.groups), self._told_apart(each)
            found[self._place(each), own].append(each)
        places: dict[Hashable, int] = {}
        made = []
        for (place, _), members in found.items():
            number = places.setdefault(place, len(places))
            ends, first = tuple(each.id for each in members), members[0]
            made.append(Class(ends, first, None, number, first.subnet, frozenset(first.groups)))
        for address in dict.fromkeys(outside):
            number = places.setdefault(address, len(places))
            made.append(Class((str(address),), None, address, number, "", frozenset()))
        return tuple(sorted(made, key=lambda each: (each.place, each.subnet)))

    def _place(self, each: Interface) -> tuple[Hashable, ...]:
        if each.id in self._single:
            return (each.id,)
        table, acl = self.network.table_of.get(each.subnet), self.network.acl_of.get(each.subnet)
        beside_gateway = each.subnet if each.subnet in self._gateway_subnets else ""
        return (
            each.vpc,
            table.id if table else "",
            acl.id if acl else "",
            beside_gateway,
            each.source_dest_check,
            each.status,
            bool(each.groups),
            self._owners.get(each.id, ""),
            *self._signatures(self.routing, each),
        )

    def _told_apart(self, each: Interface) -> tuple[Hashable, ...]:
        return (each.id,) if each.id in self._single else self._signatures(self.filtering, each)

    @staticmethod
    def _signatures(signatures: Signatures, each: Interface) -> tuple[Hashable, ...]:
        v4: IPv4Address | None = each.private_ips[0] if each.private_ips else None
        v6: IPv6Address | None = each.ipv6_addresses[0] if each.ipv6_addresses else None
        return signatures.of(v4), signatures.of(each.public_ip), signatures.of(v6)

    @cached_property
    def _single(self) -> frozenset[str]:
        """Interfaces that are like no other: packets of others pass through them."""
        through = {
            route.target
            for table in self.network.route_tables.values()
            for route in table.routes
            if route.kind is TargetKind.INTERFACE
        }
        nats = {each.interface for each in self.network.nat_gateways.values() if each.interface}
        return frozenset(through | nats)

    @cached_property
    def _gateway_subnets(self) -> frozenset[str]:
        """Subnets of interfaces that others' packets pass through: within them no network ACL is asked."""
        held = {
            self.network.interfaces[each].subnet for each in self._single if each in self.network.interfaces
        }
        return frozenset(held | {each.subnet for each in self.network.nat_gateways.values()})

    @cached_property
    def _owners(self) -> Mapping[str, tuple[str, str]]:
        """Interface to the kind and the state of what it belongs to."""
        network = self.network
        found: dict[str, tuple[str, str]] = {}
        for kind, state, interfaces in (
            *(("instance", each.state, each.interfaces) for each in network.instances.values()),
            *(("db-instance", each.status, each.interfaces) for each in network.db_instances.values()),
            *(("load-balancer", each.state, each.interfaces) for each in network.load_balancers.values()),
            *(("vpc-endpoint", each.state, each.interfaces) for each in network.endpoints.values()),
        ):
            found |= dict.fromkeys(interfaces, (kind, state))
        return found
