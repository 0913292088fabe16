"""One packet there, one back."""

from __future__ import annotations

from dataclasses import replace

from scripts.reachability.model import Address, Interface, Network
from tests.scripts.reachability.oracle.gates import alive, groups_admit
from tests.scripts.reachability.oracle.journey import Journey
from tests.scripts.reachability.oracle.packets import Arrival, Dropped, Exchange, Packet, packet_of


def carry(
    network: Network,
    source: Interface | Address,
    destination: Interface | Address,
    version: int,
    exchange: Exchange,
) -> None:
    journey = Journey(network, exchange)
    from_, to = _addresses(network, source, destination, version)
    request = packet_of(exchange, from_, to, request=True)
    if isinstance(source, Interface):
        alive(network, source)
        there = journey.send(request, source)
    else:
        there = journey.from_outside(request)
    if isinstance(destination, Interface):
        if there.interface is None or there.interface.id != destination.id:
            raise Dropped(f"{request} came to {there.interface}")
        alive(network, destination)
    elif there.interface is not None:
        raise Dropped(f"{request} came to {there.interface.id} and not outside")
    if isinstance(source, Interface):
        other = there.interface if there.identity else None
        if not groups_admit(network, source, request, egress=True, other=other):
            raise Dropped(f"security groups of {source.id} let {request} not out")
    if there.interface is not None:
        other = source if isinstance(source, Interface) and there.identity else None
        if not groups_admit(network, there.interface, there.packet, egress=False, other=other):
            raise Dropped(f"security groups of {there.interface.id} let {there.packet} not in")
    answer = packet_of(exchange, there.packet.destination, there.packet.source, request=False)
    answer = replace(answer, destination_port=there.packet.source_port, source_port=exchange.server_port)
    journey.answering = True
    back = journey.send(answer, there.interface) if there.interface else journey.back_in(answer, there.door)
    _expected(source, request, back)


def _expected(source: Interface | Address, request: Packet, back: Arrival) -> None:
    """The sender waits for an answer of the address, and at the port, that it wrote on the request."""
    come_to = back.interface.id if back.interface else back.packet.destination
    sender = source.id if isinstance(source, Interface) else source
    if come_to != sender:
        raise Dropped(f"the answer came to {come_to}")
    if (back.packet.source, back.packet.destination) != (request.destination, request.source):
        raise Dropped(f"the answer is of {back.packet.source}, and {request.destination} was asked")


def _addresses(
    network: Network, source: Interface | Address, destination: Interface | Address, version: int
) -> tuple[Address, Address]:
    """What stands in the request when it is sent."""
    if isinstance(destination, Interface):
        outside = not isinstance(source, Interface) or not _connected(network, source.vpc, destination.vpc)
        to = _public(destination, version) if outside else _own(destination, version)
    else:
        to = destination
    return (_own(source, version) if isinstance(source, Interface) else source), to


def _own(interface: Interface, version: int) -> Address:
    own: tuple[Address, ...] = interface.private_ips if version == 4 else interface.ipv6_addresses
    if not own:
        raise Dropped(f"{interface.id} has no IPv{version} address")
    return own[0]


def _public(interface: Interface, version: int) -> Address:
    if version == 6:
        return _own(interface, 6)
    if interface.public_ip is None:
        raise Dropped(f"{interface.id} has no address that is known outside of its VPC")
    return interface.public_ip


def _connected(network: Network, one: str, other: str) -> bool:
    return one == other or any(each.across(one) == other for each in network.peerings.values())
