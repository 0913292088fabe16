"""Who reaches whom, by the names that people know: instances, DB instances, load balancers, the outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scripts.reachability.balancers import behind, node_blockers
from scripts.reachability.model import PORTS, Address, LoadBalancer, Network
from scripts.reachability.pairs.admission import Flags
from scripts.reachability.pairs.ends import NamedEnd, Typical, named_ends
from scripts.reachability.pairs.matrix import Matrix, matrix
from scripts.reachability.paths.path import follow
from scripts.reachability.ranges import Range
from scripts.reachability.traffic import PROTOCOLS, packets


@dataclass(frozen=True)
class Table:
    """Who reaches whom.

    Attributes
    ----------
    protocol
        ``tcp``, ``udp``, ``icmp`` or ``any``.
    ends
        Rows and columns.
    open
        For each range of ports, bool, shape (ends, ends), sources in rows. False, too, for what is not asked:
        an end and itself, two ends outside, a service as source.
    """

    protocol: str
    ends: tuple[NamedEnd, ...]
    open: Mapping[Range, Flags]


def table(network: Network, protocol: str = "tcp", ports: Sequence[Range] = (PORTS,)) -> Table:
    """Judge every named end of a network against every other one.

    Parameters
    ----------
    protocol
        ``tcp``, ``udp``, ``icmp`` or ``any``; the last two have no ports, and take the default.
    ports
        Ranges of destination ports, ends included; each is judged by itself.

    Returns
    -------
    Table
        With the verdict that `engine.ask` gives on each pair by itself.
    """
    ends = tuple(named_ends(network))
    points = _Points(network, ends)
    found = matrix(network, protocol, ports, outside=points.outside())
    judge = _Judge(network, ends, points, found)
    return Table(protocol, ends, {each: judge.table(each) for each in found.open})


class _Points:
    """What of the matrix stands for an end, to another one."""

    def __init__(self, network: Network, ends: Sequence[NamedEnd]) -> None:
        self._network, self._ends = network, ends
        self._typical = Typical(network)

    def version(self, one: NamedEnd, other: NamedEnd) -> int:
        """4 where both ends have it."""
        both = one, other
        return next((each for each in (4, 6) if all(self._speaks(end, each) for end in both)), 4)

    def of(self, end: NamedEnd, other: NamedEnd, version: int) -> tuple[str, ...]:
        """Every point that stands for an end: all of them must reach, or be reached."""
        if not end.is_outside:
            return end.interfaces
        if end.outside:
            return tuple(str(each) for each in end.outside if each.version == version)
        return (str(self._address(other, version)),)

    def outside(self) -> Iterator[Address]:
        """Every address outside that stands for something."""
        for end in self._ends:
            yield from end.outside
            if not end.is_outside:
                yield from (self._address(end, each) for each in (4, 6) if self._speaks(end, each))

    def _address(self, other: NamedEnd, version: int) -> Address:
        return self._typical.to((self._network.interfaces[each] for each in other.interfaces), version)

    def _speaks(self, end: NamedEnd, version: int) -> bool:
        if end.is_outside:
            return not end.outside or any(each.version == version for each in end.outside)
        found = [self._network.interfaces[each] for each in end.interfaces]
        return bool(found) and all(
            each.private_ips if version == 4 else each.ipv6_addresses for each in found
        )


class _Judge:
    def __init__(self, network: Network, ends: Sequence[NamedEnd], points: _Points, found: Matrix) -> None:
        self._network, self._ends, self._points, self._matrix = network, ends, points, found
        self._inside = [number for number, each in enumerate(ends) if each.interfaces]
        self._outside = [number for number, each in enumerate(ends) if each.is_outside]

    def table(self, ports: Range) -> Flags:
        """Which end reaches which at some ports."""
        table = np.zeros((len(self._ends),) * 2, np.bool_)
        reached = self._matrix.open[ports]
        classes = {
            each: [self._matrix.class_of(one) for one in self._ends[each].interfaces] for each in self._inside
        }
        rows = np.array([reached[classes[each]].all(axis=0) for each in self._inside])
        for column in self._inside:
            table[self._inside, column] = rows[:, classes[column]].all(axis=1)
        for inside in self._inside:
            for outside in self._outside:
                table[inside, outside] = self._all(inside, outside, ports)
                if self._ends[outside].asks:
                    table[outside, inside] = self._all(outside, inside, ports)
        self._balancers(table, ports)
        np.fill_diagonal(table, val=False)
        return table

    def _all(self, source: int, destination: int, ports: Range) -> bool:
        one, other = self._ends[source], self._ends[destination]
        version = self._points.version(one, other)
        froms, tos = self._points.of(one, other, version), self._points.of(other, one, version)
        return bool(froms and tos) and all(
            self._matrix.reaches(each, to, ports) for each in froms for to in tos
        )

    def _balancers(self, table: Flags, ports: Range) -> None:
        """Who reaches a load balancer must be passed on, too."""
        for column, end in enumerate(self._ends):
            balancer = self._network.load_balancers.get(end.id)
            if balancer is None:
                continue
            passed = {version: self._passes_on(balancer, ports, version) for version in (4, 6)}
            versions = [self._points.version(source, end) for source in self._ends]
            table[:, column] &= [passed[version] for version in versions]

    def _passes_on(self, balancer: LoadBalancer, ports: Range, version: int) -> bool:
        sent = packets(PROTOCOLS[self._matrix.protocol], version, ports)
        if any(node_blockers(self._network, balancer, node, sent) for node in balancer.interfaces):
            return False
        flows = behind(self._network, balancer, sent, version)
        return all(follow(self._network, flow).open for flow in flows)
