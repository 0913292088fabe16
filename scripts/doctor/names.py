"""Name resolution: what an endpoint's name leads to, seen from this machine."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from scripts.doctor.layer import Layer, Outcome, Spot

NAME = "name resolution"

Addresses = tuple[IPv4Address | IPv6Address, ...]


@dataclass(frozen=True)
class Resolved:
    """The layer, and the addresses that it found."""

    layer: Layer
    addresses: Addresses = ()


def resolve(spot: Spot) -> Resolved:
    """Ask this machine's resolver for the endpoint's name, and compare with the model of the network."""
    literal = _literal(spot.host)
    if literal is not None:
        return Resolved(
            _found(f"{spot.host} is an address: there is no name to look up", spot, (literal,)), (literal,)
        )
    try:
        answers = socket.getaddrinfo(spot.host, spot.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Resolved(_unknown(spot, error.strerror or str(error)))
    addresses: Addresses = tuple(dict.fromkeys(ipaddress.ip_address(str(each[4][0])) for each in answers))
    seen = f"{spot.host} leads to {_listed(addresses)}, asked from this machine"
    return Resolved(_found(seen, spot, addresses), addresses)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _unknown(spot: Spot, said: str) -> Layer:
    seen = f"{spot.host}: {said}"
    if spot.tunnel:
        meaning = "This machine does not know the name; the far end of the tunnel looks it up."
        return Layer(NAME, Outcome.NOT_JUDGED, seen, meaning)
    return Layer(
        NAME,
        Outcome.FAILED,
        seen,
        "Nobody tells this machine an address for the name, so nothing can be connected to.",
        "Check the spelling and that the resource still exists; inside a VPC, that its enableDnsSupport and "
        "enableDnsHostnames are on.",
    )


def _found(seen: str, spot: Spot, addresses: Addresses) -> Layer:
    if all(address.is_loopback for address in addresses):
        meaning = "It runs on this machine, where no packet is dropped: the network's verdict is the model's."
        if spot.expected:
            meaning += f" In the VPC its interface has {_either(spot.expected)}."
        return Layer(NAME, Outcome.OK, seen, meaning)
    if not spot.expected:
        return Layer(NAME, Outcome.OK, seen, "The name has an address.")
    if set(addresses) & set(spot.expected):
        return Layer(NAME, Outcome.OK, seen, "It is the address of the endpoint's network interface.")
    return Layer(
        NAME,
        Outcome.FAILED,
        f"{seen}; its interface has {_listed(spot.expected)}",
        "The name leads elsewhere than to the endpoint's network interface.",
        "A resolver may hold an old answer (after a failover, or a replaced resource): wait a minute and ask "
        "again; look for the name in /etc/hosts and in private hosted zones.",
    )


def _either(addresses: Addresses) -> str:
    return " or ".join(str(each) for each in addresses)


def _listed(addresses: Addresses) -> str:
    return ", ".join(str(each) for each in addresses)
