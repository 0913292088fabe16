"""Addresses that only an apply will tell: possible ones, no two the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import chain

from scripts.reachability.model import Subnet

#: Reserved for documentation (RFC 5737) and for benchmarks (RFC 2544): no rule is about them but by design.
#: 203.0.113.0/24 is left to those who write rules for an address of their own.
_PUBLIC = (IPv4Network("192.0.2.0/24"), IPv4Network("198.18.0.0/15"))
#: Reserved for documentation (RFC 9637).
_IPV6 = IPv6Network("3fff::/20")
#: Reserved for documentation; what stands for a service's addresses while nobody knows them.
SERVICES = {"s3": IPv4Network("198.51.100.0/25"), "dynamodb": IPv4Network("198.51.100.128/25")}
OTHER_SERVICE = IPv4Network("198.51.100.0/24")

#: The first four addresses and the last one of a subnet are AWS's.
_RESERVED = 4


class Places:
    """Hands out possible addresses.

    Parameters
    ----------
    taken
        Addresses that are known to be somebody's, in any subnet.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._public = chain.from_iterable(each.hosts() for each in _PUBLIC)
        self._vpcs = _IPV6.subnets(new_prefix=56)
        self._next: dict[str, int] = defaultdict(lambda: _RESERVED)

    def private(self, subnet: Subnet) -> IPv4Address | None:
        """A free address of a subnet; None where it has none."""
        if subnet.cidr is None:
            return None
        for offset in range(self._next[subnet.id], subnet.cidr.num_addresses - 1):
            address = subnet.cidr[offset]
            if str(address) not in self._taken:
                self._next[subnet.id] = offset + 1
                return address
        return None

    def ipv6(self, subnet: Subnet) -> IPv6Address | None:
        """A free IPv6 address of a subnet; None where it has none."""
        if subnet.ipv6_cidr is None:
            return None
        self._next[f"{subnet.id} v6"] += 1
        return subnet.ipv6_cidr[self._next[f"{subnet.id} v6"]]

    def public(self) -> IPv4Address:
        """A public address that nobody else has."""
        return next(self._public)

    def ipv6_block(self) -> IPv6Network:
        """A block such as AWS gives to a VPC."""
        return next(self._vpcs)


def free_ipv6_subnets(block: IPv6Network, taken: Iterable[IPv6Network]) -> Iterator[IPv6Network]:
    """Blocks such as subnets have, within a VPC's, that no other subnet has."""
    used = set(taken)
    return (each for each in block.subnets(new_prefix=64) if each not in used)
