"""One layer between a client and what it asks for, and what a probe of it saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

Protocol = Literal["mysql", "postgres", "https", "http"]


class Outcome(StrEnum):
    """What a probe says. ``not judged`` is neither yes nor no: it could not be asked, or not from here."""

    OK = "ok"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Layer:
    """A layer's finding.

    Attributes
    ----------
    name
        Such as ``name resolution``, ``TCP``, ``TLS``, ``login``.
    outcome
        Whether the next layer can rest on it.
    seen
        What the probe saw, in the other side's own words where it has any.
    meaning
        One sentence: what follows from that.
    next_step
        What to do; empty where nothing is to be done.
    """

    name: str
    outcome: Outcome
    seen: str
    meaning: str
    next_step: str = ""


@dataclass(frozen=True)
class Spot:
    """Where a probe goes, always from this machine.

    Attributes
    ----------
    host, port
        The endpoint: its certificate must name this host.
    speaks
        What is spoken there.
    tunnel
        Host and port on this machine that lead there; None where the endpoint is asked directly.
    expected
        Addresses that the endpoint has in the model of the network; empty where none are known.
    stopped
        Identifier of the DB instance that is stopped, so that nobody listens; empty where none is.
    """

    host: str
    port: int
    speaks: Protocol
    tunnel: tuple[str, int] | None = None
    expected: tuple[IPv4Address | IPv6Address, ...] = ()
    stopped: str = ""

    @property
    def door(self) -> tuple[str, int]:
        """What a client on this machine connects to."""
        return self.tunnel or (self.host, self.port)


def stopped(names: Iterable[str], because: str) -> list[Layer]:
    """The layers that cannot be judged any more."""
    return [Layer(name, Outcome.NOT_JUDGED, "not asked", because) for name in names]
