"""What is sent: a question's protocols and ports, as rules and entries look at them."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.reachability.answer import EPHEMERAL
from scripts.reachability.model import ALL, ICMP, ICMPV6, PORTS, TCP, UDP, Traffic
from scripts.reachability.ranges import Range

#: Stands, where every protocol is asked for, for those that have no ports: a rule must say "all" to admit it.
WITHOUT_PORTS = 50

PROTOCOLS = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "any": ALL}


@dataclass(frozen=True)
class Part:
    """Packets of one protocol to a range of destination ports; of ICMP the range is one type and its code."""

    protocol: int
    ports: Range


@dataclass(frozen=True)
class Packets:
    """A request and the answer to it.

    Attributes
    ----------
    protocol
        IANA's number; -1 where every protocol is asked for.
    ports
        Destination ports of the request; type and code of ICMP.
    ephemeral
        Ports that the request comes from and the answer goes to; of ICMP type and code of the answer.
    request, answer
        What must pass there, and back: every part, whole.
    """

    protocol: int
    ports: Range
    ephemeral: Range
    request: tuple[Part, ...]
    answer: tuple[Part, ...]

    @property
    def rule(self) -> Traffic:
        """The narrowest rule that admits the request."""
        return _rule(self.protocol, self.ports)

    @property
    def answer_rule(self) -> Traffic:
        """The narrowest rule that admits the answer."""
        return _rule(self.protocol, self.ephemeral)


def packets(protocol: int, version: int, ports: Range = PORTS, ephemeral: Range = EPHEMERAL) -> Packets:
    """What a question's protocol and ports mean, in one version of IP.

    Parameters
    ----------
    protocol
        TCP, UDP, ICMP or ALL; ICMP is an echo request and its reply, in version 6 ICMPv6's.
    """
    icmp, echo, reply = (ICMP, (8, 0), (0, 0)) if version == 4 else (ICMPV6, (128, 0), (129, 0))
    if protocol == ALL:
        both = (Part(TCP, PORTS), Part(UDP, PORTS), Part(WITHOUT_PORTS, (-1, -1)))
        return Packets(ALL, PORTS, PORTS, (*both, Part(icmp, echo)), (*both, Part(icmp, reply)))
    if protocol == ICMP:
        return Packets(icmp, echo, reply, (Part(icmp, echo),), (Part(icmp, reply),))
    return Packets(protocol, ports, ephemeral, (Part(protocol, ports),), (Part(protocol, ephemeral),))


def _rule(protocol: int, ports: Range) -> Traffic:
    return Traffic() if protocol == ALL else Traffic(protocol, *ports)
