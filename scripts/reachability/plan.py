"""A question understood: its ends, version and ports, and every flow that has to be open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_network

from scripts.errors import BadInputError
from scripts.reachability import wording
from scripts.reachability.answer import Blocker, Direction, Question
from scripts.reachability.balancers import behind, node_blockers
from scripts.reachability.ends import SERVICES, End, resolve, service_list
from scripts.reachability.flow import Flow, Place
from scripts.reachability.model import (
    PORTS,
    TCP,
    UDP,
    Address,
    Component,
    DbInstance,
    Endpoint,
    Interface,
    LoadBalancer,
    Network,
)
from scripts.reachability.paths.gateways import EVERYWHERE
from scripts.reachability.public_space import representatives
from scripts.reachability.traffic import PROTOCOLS, Packets, packets
from scripts.reachability.walk import Party

#: Port that is asked for where the destination is the internet or a service, and none is given: HTTPS.
_HTTPS = (443, 443)


@dataclass(frozen=True)
class Asked:
    """A question whose ends, version, ports and outside addresses are settled, whatever is repaired."""

    question: Question
    sources: tuple[Place, ...]
    destinations: tuple[Place, ...]
    packets: Packets
    version: int
    notes: tuple[str, ...] = ()


def understand(network: Network, question: Question) -> Asked:
    """Settle what a question means.

    Raises
    ------
    BadInputError
        An end is unknown or ambiguous, both are the same or outside, the protocol is unknown, or ports are
        missing, out of order, or given where there are none.
    """
    if question.protocol not in PROTOCOLS:
        raise BadInputError(
            f"protocol {question.protocol!r} is unknown", f"Give one of {', '.join(PROTOCOLS)}."
        )
    if question.version not in (None, 4, 6):
        raise BadInputError(f"there is no version {question.version} of IP", "Give 4 or 6, or leave it out.")
    for first, last in filter(None, (question.ports, question.ephemeral)):
        if not 0 <= first <= last <= PORTS[1]:
            raise BadInputError(
                f"{first}-{last} is no range of ports", "Give ports of 0 to 65535, the lower one first."
            )
    source, destination = resolve(network, question.source), resolve(network, question.destination)
    _check_ends(question, source, destination)
    version = question.version or _version(network, source, destination)
    ports = _ports(network, question, destination)
    sent = packets(PROTOCOLS[question.protocol], version, ports or PORTS, question.ephemeral)
    notes = _preserving(source, destination)
    return Asked(
        replace(question, ports=ports, version=version),
        _places(network, source, destination, version, notes),
        _places(network, destination, source, version, notes),
        sent,
        version,
        tuple(notes),
    )


def plan(network: Network, asked: Asked) -> list[Flow]:
    """Every flow of a question in a network: from each place to each, and from a balancer to its targets."""
    flows: list[Flow] = []
    version, sent = asked.version, asked.packets
    for source in _now(network, asked.sources):
        for destination in _now(network, asked.destinations):
            blockers = tuple(_without_interface(each) for each in (source, destination) if not each.known)
            balancer = network.load_balancers.get(destination.component.id)
            if balancer is not None and destination.interface is not None:
                blockers += node_blockers(network, balancer, destination.interface, sent)
            flows.append(Flow(source, destination, sent, version, blockers))
    for identifier in dict.fromkeys(each.component.id for each in asked.destinations):
        if identifier in network.load_balancers:
            flows += behind(network, network.load_balancers[identifier], sent, version)
    return flows


def _now(network: Network, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The places with the nodes that a load balancer has got meanwhile."""
    balancer = network.load_balancers.get(places[0].component.id)
    if balancer is None or places[0].interface is None:
        return places
    return tuple(Place(balancer, each) for each in balancer.interfaces)


def _without_interface(place: Place) -> Blocker:
    component = place.component
    because = f"{wording.called(component)} has no network interface or address to send from or to."
    return Blocker("UNASSOCIATED_COMPONENT", component, Direction.FORWARD, None, because, None)


def _check_ends(question: Question, source: End, destination: End) -> None:
    if source.component.id in SERVICES and source.is_outside:
        raise BadInputError(
            f"{source.component.id} begins no connections: it only answers", "Give it as the destination."
        )
    if source.is_outside and destination.is_outside:
        raise BadInputError(
            f"neither {question.source} nor {question.destination} lies in this network",
            "Give at least one end that does.",
        )
    same = (
        source.component.id == destination.component.id
        and source.component.kind == destination.component.kind
    )
    if same or (source.interfaces and source.interfaces == destination.interfaces):
        raise BadInputError(
            f"{question.source} and {question.destination} are the same, and reach themselves",
            "Give two different ends.",
        )


def _version(network: Network, source: End, destination: End) -> int:
    for version in (4, 6):
        if all(_speaks(network, end, version) for end in (source, destination)):
            return version
    return 4


def _speaks(network: Network, end: End, version: int) -> bool:
    if end.is_outside:
        return not end.outside or any(address.version == version for address, _ in end.outside)
    found = [network.interfaces[each] for each in end.interfaces]
    return bool(found) and all(each.private_ips if version == 4 else each.ipv6_addresses for each in found)


def _ports(network: Network, question: Question, destination: End) -> tuple[int, int] | None:
    if question.protocol in {"icmp", "any"}:
        if question.ports is not None:
            raise BadInputError(
                f"protocol {question.protocol} is asked for without ports",
                "Leave the port out, or give tcp or udp.",
            )
        return None
    if question.ports is None:
        return _own_port(network, question, destination)
    return question.ports


def _own_port(network: Network, question: Question, destination: End) -> tuple[int, int]:
    """The port at which the destination listens, where it is known."""
    component = destination.component
    if isinstance(component, Interface):
        component = network.db_instances.get(component.owner, component)
    if isinstance(component, DbInstance):
        return component.port, component.port
    if isinstance(component, LoadBalancer) and component.listeners:
        port = min(each.port for each in component.listeners)
        return port, port
    registered = _target_port(network, question, component)
    if registered is not None:
        return registered, registered
    if destination.is_outside or isinstance(component, Endpoint):
        return _HTTPS
    raise BadInputError(
        f"{wording.called(component)} has no port of its own", "Say which one is meant, such as port 22."
    )


def _target_port(network: Network, question: Question, destination: Component) -> int | None:
    """Where a load balancer asks: the port at which the destination is registered with it."""
    source = resolve(network, question.source).component
    protocol = TCP if question.protocol == "tcp" else UDP
    if not isinstance(source, LoadBalancer):
        return None
    for listener in source.listeners:
        for name in listener.target_groups:
            group = network.target_groups.get(name)
            for target in group.targets if group is not None and group.protocol == protocol else ():
                if target.id == destination.id:
                    return target.port
    return None


def _places(network: Network, end: End, other: End, version: int, notes: list[str]) -> tuple[Place, ...]:
    """The places of an end in one version; one that is not known where it has none."""
    component = end.component
    if not end.is_outside:
        return tuple(Place(component, each) for each in end.interfaces) or (Place(component),)
    listed = service_list(network, component.id) if component.id in SERVICES else None
    parties = [
        Party(address, cidr, prefix_list=listed)
        for address, cidr in end.outside
        if address.version == version
    ]
    if not end.outside:
        address = _typical(network, other, version)
        parties = [Party(address, EVERYWHERE[version] if end.is_internet else ip_network(address))]
        notes.append(_stands_in(component, address))
    return tuple(Place(component, outside=each) for each in parties) or (Place(component),)


def _preserving(*ends: End) -> list[str]:
    """What is not modelled of a Network Load Balancer among the ends."""
    return [
        f"{wording.called(end.component)} is taken to end the connection: where it is set to "
        "preserve the client's address, its targets' rules must admit the clients themselves"
        for end in ends
        if isinstance(end.component, LoadBalancer) and end.component.type == "network"
    ]


def _typical(network: Network, other: End, version: int) -> Address:
    """A public address that as few rules as possible speak of."""
    interfaces = [network.interfaces[each] for each in other.interfaces]
    found = representatives(network, interfaces, version)
    return found[0]


def _stands_in(component: Component, address: Address) -> str:
    if component.id in SERVICES:
        return f"no prefix list of {component.id} is in the input: {address} on the internet stands for it"
    return f"{address} stands for the internet: an address that no narrower rule or route speaks of"
