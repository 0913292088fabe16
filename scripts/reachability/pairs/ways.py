"""Ways between places: for each pair the engine follows one packet, with every security group open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network

from scripts.reachability.answer import Hop
from scripts.reachability.ends import Outside
from scripts.reachability.filters import overlap
from scripts.reachability.flow import Flow, Place, place
from scripts.reachability.model import (
    EgressOnlyGateway,
    GroupRule,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    SecurityGroup,
    Traffic,
)
from scripts.reachability.pairs.classes import Class
from scripts.reachability.pairs.gates import Look, View
from scripts.reachability.paths.path import follow
from scripts.reachability.ranges import Range
from scripts.reachability.traffic import PROTOCOLS, Packets, packets
from scripts.reachability.walk import Party

_EVERYWHERE = tuple(ip_network(each) for each in ("0.0.0.0/0", "::/0"))
#: Behind these, security groups cannot tell any more whose packets they are.
_GATEWAYS = (EgressOnlyGateway, InternetGateway, NatGateway)


@dataclass(frozen=True)
class Way:
    """What was found between two places.

    Attributes
    ----------
    open
        Whether all is open but, maybe, the security groups of the two ends.
    singly
        True where others' security groups judge too: every pair of classes must be asked about by itself.
    egress, ingress
        How the destination looks to the source's groups, and the source to the destination's; None where no
        group is asked.
    """

    packets: Packets
    open: bool
    singly: bool = False
    egress: View | None = None
    ingress: View | None = None


class Ways:
    """The ways between all places of a network, each found once.

    Parameters
    ----------
    classes
        All classes; those of one place differ in subnet and security groups alone.
    protocol
        As in a question.
    """

    def __init__(self, network: Network, classes: Sequence[Class], protocol: str) -> None:
        self._network = network
        self._open = _opened(network)
        self._protocol = PROTOCOLS[protocol]
        self._entries = {entry.traffic for acl in network.acls.values() for entry in acl.entries}
        self._members: defaultdict[int, defaultdict[str, list[Class]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for each in classes:
            self._members[each.place][each.subnet].append(each)
        self._found: dict[Hashable, Way] = {}
        self._kinds: dict[Packets, Hashable] = {}
        ends = {frozenset((each.requester, each.accepter)) for each in network.peerings.values()}
        self._joined = ends | {frozenset((each,)) for each in network.vpcs}

    def between(self, source: int, destination: int, ports: Range, *, within: bool) -> Way | None:
        """The way from one place to another.

        Parameters
        ----------
        within
            Whether both ends lie in the same subnet.

        Returns
        -------
        Way or None
            None where there are no two ends that lie so, or none of them ever sends or answers.
        """
        pair = self._pair(self._members[source], self._members[destination], within)
        if pair is None or not all(each.alive for each in pair):
            return None
        version = _version(*pair)
        sent = packets(self._protocol, version, ports)
        key = *self._seen(*pair, version), within, self._kind(sent)
        if key not in self._found:
            self._found[key] = self._way(*pair, sent, version)
        return replace(self._found[key], packets=sent)

    def open_between(self, source: Class, destination: Class, ports: Range) -> bool:
        """Whether all is open between the first members of two classes, or two members of the same one."""
        pair = self._ends(source, destination)
        if pair is None:
            return False
        version = _version(source, destination)
        sent = packets(self._protocol, version, ports)
        flow = Flow(self._place(self._network, pair[0]), self._place(self._network, pair[1]), sent, version)
        return follow(self._network, flow).open

    def _seen(self, source: Class, destination: Class, version: int) -> tuple[int, int]:
        """What decides between two ends: where VPCs are joined, IPv4 packets show private addresses alone."""
        vpcs = frozenset(each.interface.vpc for each in (source, destination) if each.interface is not None)
        inside = source.interface is not None and destination.interface is not None
        if version == 4 and inside and vpcs in self._joined:
            return source.inner, destination.inner
        return source.place, destination.place

    def _kind(self, sent: Packets) -> Hashable:
        """What tells these packets from others on the way: which entries of network ACLs speak of them."""
        if sent not in self._kinds:
            whole = all(part.ports[0] == part.ports[1] for part in sent.request)
            spoken = (each for each in self._entries if any(overlap(each, part) for part in sent.request))
            self._kinds[sent] = frozenset(spoken) if whole else sent
        return self._kinds[sent]

    @staticmethod
    def _pair(
        sources: Mapping[str, list[Class]], destinations: Mapping[str, list[Class]], within: bool
    ) -> tuple[Class, Class] | None:
        for here, of_source in sources.items():
            for there, of_destination in destinations.items():
                if (here == there and here != "") != within:
                    continue
                for source in of_source[:2]:
                    for destination in of_destination[:2]:
                        if source is not destination or len(source.ends) > 1:
                            return source, destination
        return None

    @staticmethod
    def _ends(source: Class, destination: Class) -> tuple[str, str] | None:
        if source is not destination:
            return source.ends[0], destination.ends[0]
        return (source.ends[0], source.ends[1]) if len(source.ends) > 1 else None

    def _way(self, source: Class, destination: Class, sent: Packets, version: int) -> Way:
        ends = self._ends(source, destination)
        if ends is None or (source.interface is None and destination.interface is None):
            return Way(sent, open=False)
        flow = Flow(self._place(self._open, ends[0]), self._place(self._open, ends[1]), sent, version)
        path = follow(self._open, flow)
        if not path.open:
            return Way(sent, open=False)
        if any(
            isinstance(hop.component, Interface) and hop.component.id not in ends
            for hop in path.forward + path.back
        ):
            return Way(sent, open=True, singly=True)
        gates = {hop.component.id: hop for hop in path.forward if isinstance(hop.component, SecurityGroup)}
        here, there = (self._network.interfaces.get(each) for each in ends)
        known = not any(isinstance(hop.component, _GATEWAYS) for hop in path.forward)
        return Way(
            sent,
            open=True,
            egress=_view(gates, ends[0], there, known, source=False),
            ingress=_view(gates, ends[1], here, known, source=True),
        )

    @staticmethod
    def _place(network: Network, end: str) -> Place:
        interface = network.interfaces.get(end)
        if interface is not None:
            return place(network, interface)
        alone = ip_network(end)
        return Place(Outside(id=end), outside=Party(alone[0], alone))


def _opened(network: Network) -> Network:
    """The network with a security group for each interface that has any, of its name, which admits all."""
    rules = tuple(GroupRule(egress, Traffic(), peer) for egress in (True, False) for peer in _EVERYWHERE)
    judged = [each for each in network.interfaces.values() if each.groups]
    groups = {each.id: SecurityGroup(id=each.id, vpc=each.vpc, rules=rules) for each in judged}
    interfaces = dict(network.interfaces) | {each.id: replace(each, groups=(each.id,)) for each in judged}
    return replace(network, groups=groups, interfaces=interfaces)


def _view(
    gates: Mapping[str, Hop], at: str, other: Interface | None, known: bool, *, source: bool
) -> View | None:
    """How the other end looks to the security groups of the interface ``at``."""
    gate = gates.get(at)
    if gate is None:
        return None
    address = gate.header.source if source else gate.header.destination
    if other is None or address in (*other.private_ips[:1], *other.ipv6_addresses[:1]):
        return View(Look.OWN, address.version, known)
    if address == other.public_ip:
        return View(Look.PUBLIC, address.version)
    return View(Look.ANOTHERS, address.version, address=address)


def _version(source: Class, destination: Class) -> int:
    both = (source, destination)
    return next((each for each in (4, 6) if all(end.private(each) is not None for end in both)), 4)
