"""The public addresses, divided where rules tell them apart: one address for each part.

Who asks whether *any* public address gets somewhere must try one of each part: a rule for 203.0.113.0/24 lets
nobody in from elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network
from itertools import chain

from scripts.reachability.model import Address, Cidr, GroupPeer, Interface, ListPeer, Network

_WHOLE: dict[int, Cidr] = {4: ip_network("0.0.0.0/0"), 6: ip_network("2000::/3")}

#: Never on the internet (IANA's special-purpose registry), and multicast. Ranges for documentation are left
#: in: examples write them for public ones.
_NOT_PUBLIC: tuple[Cidr, ...] = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    )
)  # fmt: skip


def representatives(network: Network, ends: Iterable[Interface], version: int = 4) -> tuple[Address, ...]:
    """One public address of every part that these interfaces' rules and routes tell apart.

    Parameters
    ----------
    ends
        The interfaces at the other side.
    version
        4 or 6.

    Notes
    -----
    Addresses that belong to somebody in the network are not the internet's, and are left out.
    """
    whole = _WHOLE[version]
    ranges, taken = (
        {each for each in found if each.version == version and _within(each, whole)}
        for found in (_ranges(network, tuple(ends)), chain(_NOT_PUBLIC, _own(network)))
    )
    return tuple(_one_of_each({*ranges, whole}, taken))


def _own(network: Network) -> Iterator[Cidr]:
    for vpc in network.vpcs.values():
        yield from chain(vpc.cidrs, vpc.ipv6_cidrs)
    yield from (ip_network(address) for address in network.interface_of_public)


def _ranges(network: Network, ends: Collection[Interface]) -> Iterator[Cidr]:
    vpcs = {each.vpc for each in ends}
    for name in dict.fromkeys(group for each in ends for group in each.groups):
        group = network.groups.get(name)
        for rule in group.rules if group else ():
            if not isinstance(rule.peer, GroupPeer | ListPeer):
                yield rule.peer
    for acl in network.acls.values():
        if acl.vpc in vpcs:
            yield from (entry.cidr for entry in acl.entries)
    for table in network.route_tables.values():
        if table.vpc in vpcs:
            yield from (each.destination for each in table.routes if not isinstance(each.destination, str))
    for listed in network.prefix_lists.values():
        yield from listed.cidrs


def _one_of_each(ranges: Collection[Cidr], taken: Collection[Cidr]) -> Iterator[Address]:
    """Of every range an address that is in no narrower one and not taken, where there is one."""
    firsts = sorted({*ranges, *taken}, key=lambda each: (int(each.network_address), each.prefixlen))
    for index, outer in enumerate(firsts):
        if any(_within(outer, each) for each in taken):
            continue
        free, last = int(outer.network_address), int(outer.broadcast_address)
        for inner in firsts[index + 1 :]:
            first = int(inner.network_address)
            if first > last or first > free:
                break
            free = max(free, int(inner.broadcast_address) + 1)
        if free <= last:
            yield IPv4Address(free) if outer.version == 4 else IPv6Address(free)


def _within(inner: Cidr, outer: Cidr) -> bool:
    return inner.prefixlen >= outer.prefixlen and (
        int(outer.network_address) <= int(inner.network_address) <= int(outer.broadcast_address)
    )
