"""What security groups admit: for every set of groups at once, to or from every class of ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scripts.reachability.filters import overlap
from scripts.reachability.model import TCP, UDP, Address, Cidr, GroupPeer, GroupRule, ListPeer, Network
from scripts.reachability.traffic import Part

Flags = npt.NDArray[np.bool_]


class Peers:
    """Other ends, as a packet shows them.

    Parameters
    ----------
    addresses
        Their addresses; None for one that has none of the kind.
    groups
        Security groups that they are known by; none where the packet does not come from its own address.
    """

    def __init__(self, addresses: Sequence[Address | None], groups: Sequence[frozenset[str]]) -> None:
        self._count = len(addresses)
        self._versions = np.array([0 if each is None else each.version for each in addresses], np.uint8)
        numbers = [0 if each is None else int(each) for each in addresses]
        self._words = [np.array([each >> shift & _WORD for each in numbers], np.uint64) for shift in (64, 0)]
        self._with: dict[str, list[int]] = {}
        for index, held in enumerate(groups):
            for group in held:
                self._with.setdefault(group, []).append(index)
        self._in: dict[Cidr, Flags] = {}

    def none(self) -> Flags:
        return np.zeros(self._count, np.bool_)

    def of_group(self, group: str) -> list[int]:
        """Positions of those that are known by a group."""
        return self._with.get(group, [])

    def within(self, cidr: Cidr) -> Flags:
        """Which of them have an address in a range."""
        found = self._in.get(cidr)
        if found is None:
            found = self._versions == cidr.version
            mask, first = int(cidr.netmask), int(cidr.network_address)
            for shift, words in zip((64, 0), self._words, strict=True):
                found &= (words & np.uint64(mask >> shift & _WORD)) == np.uint64(first >> shift & _WORD)
            self._in[cidr] = found
        return found


class Admission:
    """Which sets of groups let packets pass to or from which peers."""

    def __init__(self, network: Network, sets: Sequence[frozenset[str]]) -> None:
        self._network = network
        self._sets = sets

    def table(self, peers: Peers, parts: Iterable[Part], *, egress: bool) -> Flags:
        """Which peers each set of groups admits every part to (egress) or from, whole.

        Returns
        -------
        numpy.ndarray
            Bool, shape (sets, peers). The empty set of groups is no filter, and admits everything.
        """
        table = np.ones((len(self._sets), len(peers.none())), np.bool_)
        for part in self._cut(parts):
            of_group: dict[str, Flags] = {}
            for row, groups in enumerate(self._sets):
                if not groups:
                    continue
                admitted = peers.none()
                for group in groups:
                    if group not in of_group:
                        of_group[group] = self._admitted(group, peers, part, egress=egress)
                    admitted |= of_group[group]
                table[row] &= admitted
        return table

    def _cut(self, parts: Iterable[Part]) -> Iterator[Part]:
        """The parts, cut where rules begin and end: of each piece every rule admits all or nothing."""
        for part in parts:
            if part.protocol not in (TCP, UDP):
                yield part
                continue
            first, last = part.ports
            rules = (rule.traffic for group in self._network.groups.values() for rule in group.rules)
            own = [rule for rule in rules if rule.protocol == part.protocol]
            cuts = {each for rule in own for each in (rule.first, rule.last + 1) if first < each <= last}
            bounds = [first, *sorted(cuts), last + 1]
            yield from (Part(part.protocol, (low, high - 1)) for low, high in pairwise(bounds))

    def _admitted(self, group: str, peers: Peers, part: Part, *, egress: bool) -> Flags:
        found = peers.none()
        known = self._network.groups.get(group)
        for rule in known.rules if known else ():
            if rule.egress == egress and overlap(rule.traffic, part) is not None:
                self._add(found, peers, rule)
        return found

    def _add(self, found: Flags, peers: Peers, rule: GroupRule) -> None:
        match rule.peer:
            case GroupPeer(group):
                found[peers.of_group(group)] = True
            case ListPeer(prefix_list):
                listed = self._network.prefix_lists.get(prefix_list)
                for cidr in listed.cidrs if listed else ():
                    found |= peers.within(cidr)
            case cidr:
                found |= peers.within(cidr)


_WORD = 2**64 - 1
