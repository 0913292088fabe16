"""Which addresses no rule tells apart: those that lie in the same ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from scripts.reachability.model import Address, Cidr, GroupPeer, ListPeer, Network

#: Ranges that an address lies in, widest first, as (prefix length, first address).
Signature = tuple[tuple[int, int], ...]


class Signatures:
    """Of every address, the ranges that it lies in.

    Parameters
    ----------
    cidrs
        Ranges that some rule speaks of. Two addresses with one signature are the same to each of them.
    """

    def __init__(self, cidrs: Iterable[Cidr]) -> None:
        self._ranges: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        for each in cidrs:
            lengths = self._ranges[each.version]
            lengths.setdefault(each.prefixlen, set()).add(int(each.network_address))
        self._ranges = {version: dict(sorted(lengths.items())) for version, lengths in self._ranges.items()}

    def of(self, address: Address | None) -> Signature | None:
        """The signature of one address; None for no address."""
        if address is None:
            return None
        number, bits = int(address), address.max_prefixlen
        found = []
        for length, firsts in self._ranges[address.version].items():
            first = number >> (bits - length) << (bits - length)
            if first in firsts:
                found.append((length, first))
        return tuple(found)


def routing_ranges(network: Network) -> Iterator[Cidr]:
    """Ranges that decide at VPCs, route tables and network ACLs."""
    for vpc in network.vpcs.values():
        yield from chain(vpc.cidrs, vpc.ipv6_cidrs)
    for acl in network.acls.values():
        yield from (entry.cidr for entry in acl.entries)
    for table in network.route_tables.values():
        yield from (each.destination for each in table.routes if not isinstance(each.destination, str))
    for listed in network.prefix_lists.values():
        yield from listed.cidrs


def group_ranges(network: Network) -> Iterator[Cidr]:
    """Ranges that decide at security groups, but for those of prefix lists."""
    for group in network.groups.values():
        for rule in group.rules:
            if not isinstance(rule.peer, GroupPeer | ListPeer):
                yield rule.peer
