"""One pair of places with what is sent between them: what must be open for a yes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from scripts.reachability.answer import Blocker
from scripts.reachability.ends import owner_of
from scripts.reachability.model import Component, Interface, Network
from scripts.reachability.traffic import Packets
from scripts.reachability.walk import Party


@dataclass(frozen=True)
class Place:
    """One side of a flow: an interface by its id, somebody outside, or (neither) what has no interface."""

    component: Component
    interface: str | None = None
    outside: Party | None = None

    @property
    def known(self) -> bool:
        """Whether packets can start or end here at all."""
        return self.interface is not None or self.outside is not None

    @property
    def key(self) -> Hashable:
        """What tells places apart, whatever is repaired meanwhile."""
        return self.component.id, self.interface, self.outside.address if self.outside is not None else None


@dataclass(frozen=True)
class Flow:
    """What is sent from one place to another.

    Attributes
    ----------
    blockers
        What is in the way whatever the network between does, such as a listener that is missing.
    """

    source: Place
    destination: Place
    packets: Packets
    version: int
    blockers: tuple[Blocker, ...] = ()

    @property
    def key(self) -> Hashable:
        """What tells flows apart, whatever is repaired meanwhile."""
        return self.source.key, self.destination.key, self.packets.protocol, self.packets.ports


def place(network: Network, interface: Interface) -> Place:
    """An interface, under the name of what it belongs to."""
    return Place(owner_of(network, interface), interface.id)
