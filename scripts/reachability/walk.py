"""What is collected while packets are followed: hops and blockers, past every blocker to the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_network

from scripts.reachability.answer import Blocker, Direction, Header, Hop
from scripts.reachability.model import (
    AclEntry,
    Address,
    Cidr,
    Component,
    GroupRule,
    Interface,
    Network,
    Route,
    Traffic,
)
from scripts.reachability.ranges import Range
from scripts.reachability.repairs import Repair
from scripts.reachability.traffic import Packets, Part


@dataclass(frozen=True)
class Party:
    """Who stands behind an address in a header.

    Attributes
    ----------
    scope
        Range that a network ACL would let in for it: its subnet's, or what it stands for outside.
    interface
        Whose address it is; None outside, and where the address is public and so nobody's inside.
    prefix_list
        List that holds it, of a service.
    """

    address: Address
    scope: Cidr
    interface: Interface | None = None
    prefix_list: str | None = None

    @property
    def host(self) -> Cidr:
        """The address alone; its subnet where the address is only a possible one; everybody for everybody."""
        if self.scope.prefixlen == 0 or (self.interface is not None and self.interface.assumed):
            return self.scope
        return ip_network(self.address)


@dataclass(frozen=True)
class Leg:
    """Packets of one way as some hops see them, between two translations of addresses.

    Attributes
    ----------
    identity
        Whether the filters can still see which interface the other end is.
    """

    direction: Direction
    source: Party
    destination: Party
    packets: Packets
    source_ports: Range
    destination_ports: Range
    identity: bool = True

    @property
    def header(self) -> Header:
        """The packets of this leg."""
        return Header(
            self.packets.protocol,
            self.source.address,
            self.destination.address,
            self.source_ports,
            self.destination_ports,
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """What filters look at."""
        return self.packets.request if self.direction is Direction.FORWARD else self.packets.answer

    @property
    def rule(self) -> Traffic:
        """The narrowest rule that lets it pass."""
        return self.packets.rule if self.direction is Direction.FORWARD else self.packets.answer_rule


def request(packets: Packets, source: Party, destination: Party) -> Leg:
    """The request between two parties."""
    return Leg(Direction.FORWARD, source, destination, packets, packets.ephemeral, packets.ports)


def answer(packets: Packets, source: Party, destination: Party) -> Leg:
    """The answer, which ``source`` sends."""
    return Leg(Direction.RETURN, source, destination, packets, packets.ports, packets.ephemeral)


class Stopped(Exception):
    """Packets of a `Probe` are stopped."""


class Walk:
    """The hops and blockers of one path, as they are found.

    Attributes
    ----------
    passed
        Ids of middleboxes that the request went over: their security groups know the answer.
    tells
        False where nobody reads the hops, so that none need be put into words.
    """

    tells = True

    def __init__(self, network: Network, packets: Packets, version: int) -> None:
        self.network = network
        self.packets = packets
        self.version = version
        self.hops: dict[Direction, list[Hop]] = {Direction.FORWARD: [], Direction.RETURN: []}
        self.blockers: list[Blocker] = []
        self.assumptions: list[str] = []
        self.passed: set[str] = set()
        self.kind = "local"

    def hop(
        self,
        leg: Leg,
        component: Component,
        decided: str = "",
        *,
        passes: bool = True,
        rule: GroupRule | AclEntry | Route | None = None,
    ) -> None:
        """Packets come to a component."""
        self.hops[leg.direction].append(Hop(component, leg.header, decided, passes, rule))

    def block(
        self,
        code: str,
        component: Component,
        leg: Leg,
        because: str,
        repair: Repair | None = None,
        alternatives: tuple[Repair, ...] = (),
    ) -> None:
        """Packets are stopped. What the request met is not said again of its answer."""
        known = [(each.code, each.component.id, each.repair) for each in self.blockers]
        if (code, component.id, repair) not in known:
            found = Blocker(code, component, leg.direction, leg.header, because, repair, alternatives)
            self.blockers.append(found)

    def assume(self, why: str) -> None:
        """A route is missing, and this kind of path is taken to be meant."""
        if why and why not in self.assumptions:
            self.assumptions.append(why)

    def party(self, interface: Interface) -> Party | None:
        """An interface by its own address; None where it has none in this version."""
        own: tuple[Address, ...] = interface.private_ips if self.version == 4 else interface.ipv6_addresses
        if not own:
            return None
        subnet = self.network.subnets.get(interface.subnet)
        cidr: Cidr | None = None
        if subnet is not None:
            cidr = subnet.cidr if self.version == 4 else subnet.ipv6_cidr
        return Party(own[0], cidr or ip_network(own[0]), interface)


class Probe(Walk):
    """Asks only whether a path is open: it notes nothing, and ends at the first blocker."""

    tells = False

    def hop(
        self,
        leg: Leg,
        component: Component,
        decided: str = "",
        *,
        passes: bool = True,
        rule: GroupRule | AclEntry | Route | None = None,
    ) -> None:
        """Nobody reads it."""

    def block(
        self,
        code: str,
        component: Component,
        leg: Leg,
        because: str,
        repair: Repair | None = None,
        alternatives: tuple[Repair, ...] = (),
    ) -> None:
        """The path is not open."""
        raise Stopped


def unseen(leg: Leg) -> Leg:
    """The same packets after something that hides who sent them from the filters."""
    return replace(leg, identity=False)
