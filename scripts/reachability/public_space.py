"""The public addresses, divided where rules tell them apart: one address for each part.

Who asks whether *any* public address gets somewhere must try one of each part: a rule for 203.0.113.0/24 lets
nobody in from elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network
from itertools import chain
from operator import itemgetter

from scripts.reachability.model import Address, Cidr, GroupPeer, Interface, ListPeer, Network, TargetKind

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
    The first one is typical: only the widest ranges speak of it. Addresses that belong to somebody in the
    network are not the internet's, and are left out.
    """
    whole = _WHOLE[version]
    ranges, inside = (
        {each for each in found if each.version == version and _within(each, whole)}
        for found in (_ranges(network, tuple(ends)), chain(_NOT_PUBLIC, _own(network)))
    )
    found = sorted(_one_of_each({*ranges, whole}, inside, network.interface_of_public), key=itemgetter(0))
    return tuple(address for _, address in found)


def _own(network: Network) -> Iterator[Cidr]:
    for vpc in network.vpcs.values():
        yield from chain(vpc.cidrs, vpc.ipv6_cidrs)


def _ranges(network: Network, ends: Collection[Interface]) -> Iterator[Cidr]:
    vpcs = {each.vpc for each in ends}
    judging = [*ends, *_middleboxes(network, vpcs)]
    for name in dict.fromkeys(group for each in judging for group in each.groups):
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


def _middleboxes(network: Network, vpcs: Container[str]) -> Iterator[Interface]:
    """Interfaces that routes of these VPCs lead over."""
    for table in network.route_tables.values():
        for route in table.routes if table.vpc in vpcs else ():
            if route.kind is TargetKind.INTERFACE and route.target in network.interfaces:
                yield network.interfaces[route.target]


def _one_of_each(
    ranges: Collection[Cidr], inside: Collection[Cidr], taken: Container[Address]
) -> Iterator[tuple[int, Address]]:
    """Of every range, with its prefix's length, an address of nobody that is in no narrower one.

    Widest first where ranges begin together, so that what contains others comes before them.
    """
    known = sorted({*ranges, *inside}, key=lambda each: (int(each.network_address), each.prefixlen))
    firsts = [int(each.network_address) for each in known]
    lasts = [int(each.broadcast_address) for each in known]
    reached = -1
    for index, outer in enumerate(known):
        if lasts[index] <= reached:
            continue
        if outer in inside:
            reached = lasts[index]
            continue
        free, following = firsts[index], index + 1
        while free <= lasts[index]:
            if following < len(known) and firsts[following] <= free:
                free = max(free, lasts[following] + 1)
                following += 1
            elif (address := _address(free, outer.version)) in taken:
                free += 1
            else:
                yield outer.prefixlen, address
                break


def _address(number: int, version: int) -> Address:
    return IPv4Address(number) if version == 4 else IPv6Address(number)


def _within(inner: Cidr, outer: Cidr) -> bool:
    return inner.prefixlen >= outer.prefixlen and (
        int(outer.network_address) <= int(inner.network_address) <= int(outer.broadcast_address)
    )
