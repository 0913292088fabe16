"""What every part of the network has, and how traffic and addresses are written down."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import ClassVar

Address = IPv4Address | IPv6Address
Cidr = IPv4Network | IPv6Network

#: Protocol numbers as IANA assigns them; -1 is AWS's "all".
ALL, ICMP, TCP, UDP, ICMPV6 = -1, 1, 6, 17, 58

PORTS = (0, 65535)


@dataclass(frozen=True, kw_only=True)
class Component:
    """A part of the network that has an id.

    Attributes
    ----------
    id
        What AWS calls it: an id, an ARN, or an identifier; the Terraform address while AWS has not named it.
    name
        Its tag Name or its own name; empty without one.
    address
        Terraform's address where the source is Terraform; else empty.
    """

    kind: ClassVar[str] = "component"
    id: str
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Traffic:
    """Which packets a rule speaks of.

    Attributes
    ----------
    protocol
        IANA's number, or -1 for every protocol.
    first, last
        Range of ports, ends included, of TCP and UDP. Of ICMP type and code, where -1 is any.
        Both are -1 where the protocol has neither.
    """

    protocol: int = ALL
    first: int = -1
    last: int = -1

    def admits(self, protocol: int, port: int, code: int = -1) -> bool:
        """Whether one packet is meant: by destination port, or by ICMP type and code."""
        if self.protocol == ALL:
            return True
        if self.protocol != protocol:
            return False
        if protocol in (TCP, UDP):
            return self.first == -1 or self.first <= port <= self.last
        if protocol in (ICMP, ICMPV6):
            return self.first in (-1, port) and self.last in (-1, code)
        return True


@dataclass(frozen=True)
class Unmodelled:
    """Something that the source holds and the model does not know; reported, never ignored.

    Attributes
    ----------
    component
        Id of what holds it.
    what
        Its type, or the field, in AWS's words.
    consequence
        What may be wrong in an answer because of it.
    """

    component: str
    what: str
    consequence: str
