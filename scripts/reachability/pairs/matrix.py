"""Who reaches whom: every class of ends against every other one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scripts.errors import BadInputError
from scripts.reachability.model import PORTS, Address, Network
from scripts.reachability.pairs.admission import Flags
from scripts.reachability.pairs.classes import Class, classes
from scripts.reachability.pairs.gates import Gates
from scripts.reachability.pairs.ways import Way, Ways
from scripts.reachability.ranges import Range
from scripts.reachability.traffic import PROTOCOLS


@dataclass(frozen=True)
class Matrix:
    """Who reaches whom.

    Attributes
    ----------
    protocol
        ``tcp``, ``udp``, ``icmp`` or ``any``.
    classes
        Ends that nothing tells apart, as one.
    open
        For each range of ports, whether a class's members reach another's: bool, shape (classes, classes),
        sources in rows. On the diagonal: whether members of a class reach each other.
    """

    protocol: str
    classes: tuple[Class, ...]
    open: Mapping[Range, Flags]

    def reaches(self, source: str, destination: str, ports: Range) -> bool:
        """Whether one end reaches another one.

        Parameters
        ----------
        source, destination
            Ids of interfaces, or outside addresses that the matrix was made with.

        Raises
        ------
        BadInputError
            An end, or the ports, are not in the matrix; both ends are the same.
        """
        if source == destination:
            raise BadInputError(f"{source} reaches itself.", "Give two different ends.")
        return bool(self._of(ports)[self.class_of(source), self.class_of(destination)])

    def _of(self, ports: Range) -> Flags:
        if ports not in self.open:
            asked = ", ".join(f"{first}-{last}" for first, last in self.open)
            raise BadInputError(
                f"Ports {ports[0]}-{ports[1]} were not asked about.", f"Asked about: {asked}."
            )
        return self.open[ports]

    def class_of(self, end: str) -> int:
        """Place in `classes` of the one that an end belongs to."""
        number = self._numbers.get(end)
        if number is None:
            raise BadInputError(f"{end} is no end of the matrix.", "Give the id of an interface.")
        return number

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {end: number for number, each in enumerate(self.classes) for end in each.ends}


def matrix(
    network: Network,
    protocol: str = "tcp",
    ports: Sequence[Range] = (PORTS,),
    *,
    outside: Iterable[Address] = (),
) -> Matrix:
    """Judge every interface of a network against every other one.

    Parameters
    ----------
    protocol
        ``tcp``, ``udp``, ``icmp`` or ``any``.
    ports
        Ranges of destination ports, ends included; each is judged by itself.
    outside
        Addresses outside of the network that are ends too.

    Returns
    -------
    Matrix
        With the verdict that `engine.ask` gives on each pair of interfaces by itself.

    Raises
    ------
    BadInputError
        The protocol is unknown, ports are out of order, or given where the protocol has none.

    Notes
    -----
    Everything but security groups depends on the places of two ends, of which there are few: the engine
    follows one packet for each pair of places, in a network in which every group admits all. What groups
    admit is a table for each direction; a pair is open where the way is and both tables say so.
    """
    _check(protocol, ports)
    found = classes(network, outside)
    judge = _Judge(network, found, protocol)
    return Matrix(protocol, found, {each: judge.table(each) for each in dict.fromkeys(ports)})


def _check(protocol: str, ports: Iterable[Range]) -> None:
    if protocol not in PROTOCOLS:
        known = ", ".join(PROTOCOLS)
        raise BadInputError(f"Protocol {protocol!r} is unknown.", f"Give one of {known}.")
    for first, last in ports:
        if not PORTS[0] <= first <= last <= PORTS[1]:
            what = f"{first}-{last} is no range of ports."
            raise BadInputError(what, "Give ports of 0 to 65535, the lower one first.")
        if protocol in {"icmp", "any"} and (first, last) != PORTS:
            what = f"Protocol {protocol} is asked for without ports."
            raise BadInputError(what, "Leave the ports out, or give tcp or udp.")


class _Judge:
    def __init__(self, network: Network, found: tuple[Class, ...], protocol: str) -> None:
        self._classes = found
        self._ways = Ways(network, found, protocol)
        self._gates = Gates(network, found)
        subnets = {each: number for number, each in enumerate(dict.fromkeys(each.subnet for each in found))}
        self._subnets = np.array([subnets[each.subnet] for each in found], np.intp)
        self._blocks: dict[int, slice] = {}
        for number, each in enumerate(found):
            first = self._blocks[each.place].start if each.place in self._blocks else number
            self._blocks[each.place] = slice(first, number + 1)

    def table(self, ports: Range) -> Flags:
        """Who reaches whom at some ports: bool, shape (classes, classes)."""
        table = np.zeros((len(self._classes),) * 2, np.bool_)
        for source, rows in self._blocks.items():
            for destination, columns in self._blocks.items():
                for within in (False, True):
                    way = self._ways.between(source, destination, ports, within=within)
                    if way is not None and way.open:
                        so = (self._subnets[rows, None] == self._subnets[None, columns]) == within
                        table[rows, columns] |= so & self._admitted(rows, columns, way, ports)
        self._gates.forget()
        return table

    def _admitted(self, rows: slice, columns: slice, way: Way, ports: Range) -> Flags:
        if way.singly:
            pairs = ((one, other) for one in self._classes[rows] for other in self._classes[columns])
            verdicts = [self._ways.open_between(one, other, ports) for one, other in pairs]
            return np.array(verdicts, np.bool_).reshape(rows.stop - rows.start, -1)
        parts = way.packets.request
        out = self._gates.admitted(rows, columns, way.egress, parts, egress=True)
        in_ = self._gates.admitted(columns, rows, way.ingress, parts, egress=False)
        found: Flags = out & in_.T
        return found
