"""A question and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from scripts.reachability.model import AclEntry, Address, Component, GroupRule, Route

if TYPE_CHECKING:
    from scripts.reachability.repairs import Repair

#: Ports at which a client waits for the answer: what NAT gateways and load balancers use.
EPHEMERAL = (1024, 65535)


@dataclass(frozen=True)
class Question:
    """May packets go from A to B, and the answers back?

    Attributes
    ----------
    source, destination
        Ends: an id, a tag Name, an identifier, an address, ``internet``, ``s3`` or ``dynamodb``.
    protocol
        ``tcp``, ``udp``, ``icmp`` or ``any``.
    ports
        Range of destination ports, ends included; None for the destination's own.
    version
        4 or 6; None for 4 where both ends have such an address.
    ephemeral
        Ports that answers go to; every one of them must be let through.
    """

    source: str
    destination: str
    protocol: str = "tcp"
    ports: tuple[int, int] | None = None
    version: int | None = None
    ephemeral: tuple[int, int] = EPHEMERAL


class Direction(StrEnum):
    """``forward`` is the way of the request, ``return`` that of the answer."""

    FORWARD = "forward"
    RETURN = "return"


@dataclass(frozen=True)
class Header:
    """What filters and routes look at in a packet. Port ranges include their ends.

    Of ICMP ``destination_ports`` are type and code; protocol -1 stands for every protocol, as in a rule.
    """

    protocol: int
    source: Address
    destination: Address
    source_ports: tuple[int, int]
    destination_ports: tuple[int, int]


@dataclass(frozen=True)
class Hop:
    """One component on the way.

    Attributes
    ----------
    component
        What the packet passes.
    header
        The packet as it leaves it.
    decided
        The rule that decided, in words: ``rule 100 allows tcp 5432 from 10.0.0.0/16``; empty where the
        component decides nothing.
    passes
        False where it is stopped here: the way goes on as if it were not, so that all blockers are found.
    rule
        What decided, as data: the first of them where several did.
    """

    component: Component
    header: Header
    decided: str = ""
    passes: bool = True
    rule: GroupRule | AclEntry | Route | None = None


@dataclass(frozen=True)
class Blocker:
    """One setting that must change.

    Attributes
    ----------
    code
        AWS's explanation code, such as ``ENI_SG_RULES_MISMATCH``.
    component
        What stops the packet.
    direction
        On which way.
    header
        The packet that is stopped.
    because
        One sentence that a learner understands.
    repair
        What is proposed; None where no setting repairs it.
    alternatives
        Other changes, each of which would do instead of the proposed one.
    """

    code: str
    component: Component
    direction: Direction
    header: Header | None
    because: str
    repair: Repair | None
    alternatives: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Path:
    """One way, there and back: of one address of the source to one of the destination.

    Attributes
    ----------
    forward, back
        Hops in the order in which packets meet them; empty where the path cannot even be begun.
    kind
        Which kind of path: ``local``, ``peering``, ``internet gateway``, ``nat gateway``,
        ``gateway endpoint`` ...
    assumption
        Where a route is missing: which kind is assumed to be meant, and why; else empty.
    """

    source: Component
    destination: Component
    forward: tuple[Hop, ...]
    back: tuple[Hop, ...]
    kind: str
    blockers: tuple[Blocker, ...] = ()
    assumption: str = ""

    @property
    def open(self) -> bool:
        """Whether packets go there and back."""
        return not self.blockers


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes
    ----------
    question
        As it was asked, with the ports and the version that were taken.
    paths
        Every way that must be open: several where an end has several addresses (the nodes of a load
        balancer, targets, places where a DB instance may come to lie).
    notes
        What the answer rests on: assumed addresses, what the model does not know.
    """

    question: Question
    paths: tuple[Path, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def reachable(self) -> bool:
        """Whether every way is open."""
        return bool(self.paths) and all(path.open for path in self.paths)

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Every setting that must change, each once."""
        return tuple(dict.fromkeys(blocker for path in self.paths for blocker in path.blockers))

    @property
    def repairable(self) -> bool:
        """Whether the named repairs open every way."""
        return all(blocker.repair is not None for blocker in self.blockers)
