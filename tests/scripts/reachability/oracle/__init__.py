"""A second opinion: one packet and its answer, carried hop by hop, by brute force.

Written from AWS's documentation and not from the engine: linear scans, no index, nothing shared with
`scripts.reachability` but the model's dataclasses and the question. It says only whether a path is open, and
the first thing that stopped a packet.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.reachability.answer import Question
from scripts.reachability.model import ICMP, ICMPV6, TCP, UDP, Network
from tests.scripts.reachability.oracle.balancers import behind
from tests.scripts.reachability.oracle.ends import own_port, points_of, version_of
from tests.scripts.reachability.oracle.exchange import carry
from tests.scripts.reachability.oracle.packets import ANOTHER, Dropped, Exchange, with_ports


def reachable(network: Network, question: Question) -> bool:
    """Whether every packet that the question means goes there, and every answer comes back."""
    return obstacle(network, question) is None


def obstacle(network: Network, question: Question) -> str | None:
    """The first thing that stops a packet of the question; None where nothing does."""
    try:
        _ask(network, question)
    except Dropped as dropped:
        return str(dropped)
    return None


def _ask(network: Network, question: Question) -> None:
    balancer = network.load_balancers.get(question.destination)
    version = question.version or version_of(network, question)
    sources = points_of(network, question.source, version, network.region)
    destinations = points_of(network, question.destination, version, network.region)
    if not sources or not destinations:
        raise Dropped(f"an end has no IPv{version} address")
    for source in sources:
        for destination in destinations:
            for exchange in _exchanges(network, question, version):
                carry(network, source, destination, version, exchange)
    if balancer is not None:
        behind(network, balancer, question, version)


def _exchanges(network: Network, question: Question, version: int) -> Iterator[Exchange]:
    icmp = ICMP if version == 4 else ICMPV6
    if question.protocol == "icmp":
        yield Exchange(icmp)
    elif question.protocol == "any":
        yield from with_ports(network, TCP, (0, 65535), (0, 65535))
        yield from with_ports(network, UDP, (0, 65535), (0, 65535))
        yield Exchange(icmp)
        yield Exchange(ANOTHER)
    else:
        protocol = {"tcp": TCP, "udp": UDP}[question.protocol]
        ports = question.ports or own_port(network, question)
        yield from with_ports(network, protocol, ports, question.ephemeral)
