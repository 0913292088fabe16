"""What is carried: a packet, and how it and its answer belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

from scripts.reachability.model import ICMP, ICMPV6, TCP, UDP, Address, Interface, Network, Traffic

#: Ports that NAT gateways and load balancers send from.
EPHEMERAL = (1024, 65535)
#: A protocol that has neither ports nor types, to stand for all such (ESP).
ANOTHER = 50
ANSWERING_DATABASES = {"available", "backing-up", "modifying"}
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
NOT_PUBLIC = [ip_network(each) for each in _PRIVATE]


class Dropped(Exception):
    """A packet went no further; the message says why."""


@dataclass(frozen=True)
class Exchange:
    """One packet and its answer: which ports, and the port that a NAT gateway on the way sends from."""

    protocol: int
    server_port: int = 0
    client_port: int = 0
    nat_port: int = 0


@dataclass(frozen=True)
class Packet:
    """What is in the header; for ICMP ``type`` and ``code`` in the place of ports."""

    protocol: int
    source: Address
    destination: Address
    source_port: int = 0
    destination_port: int = 0
    type: int = 0
    code: int = 0


@dataclass(frozen=True)
class Arrival:
    """Where a packet came to: an interface, or (None) somewhere outside of every VPC.

    ``identity`` tells whether security groups can still see who sent it; ``door`` is the gateway endpoint or
    the gateway by which it left, when it left.
    """

    packet: Packet
    interface: Interface | None
    identity: bool
    door: str = ""


def with_ports(
    network: Network, protocol: int, server: tuple[int, int], client: tuple[int, int]
) -> Iterator[Exchange]:
    """Every port that rules can tell apart: a request is judged by one, an answer by the other."""
    first = Exchange(protocol, server[0], client[0], EPHEMERAL[0])
    for port in _telling(network, server):
        yield replace(first, server_port=port)
    for port in _telling(network, client):
        yield replace(first, client_port=port)
    for port in _telling(network, EPHEMERAL):
        yield replace(first, nat_port=port)


def _telling(network: Network, ports: tuple[int, int]) -> list[int]:
    """The first port of every run of ports that all rules treat alike."""
    rules: list[Traffic] = [
        entry.traffic for group in network.groups.values() for entry in group.rules
    ] + [entry.traffic for acl in network.acls.values() for entry in acl.entries]  # fmt: skip
    starts = {ports[0]} | {edge for rule in rules for edge in (rule.first, rule.last + 1)}
    return sorted(each for each in starts if ports[0] <= each <= ports[1])


def packet_of(exchange: Exchange, source: Address, destination: Address, *, request: bool) -> Packet:
    bare = Packet(exchange.protocol, source, destination)
    if exchange.protocol in (TCP, UDP):
        if request:
            return replace(bare, source_port=exchange.client_port, destination_port=exchange.server_port)
        return replace(bare, source_port=exchange.server_port, destination_port=exchange.client_port)
    echo = {ICMP: (8, 0), ICMPV6: (128, 129)}.get(exchange.protocol, (0, 0))
    return replace(bare, type=echo[0] if request else echo[1])
