"""The ends that people know by name, and what of the matrix stands for each."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from scripts.reachability.ends import INTERNET, SERVICES, resolve
from scripts.reachability.model import Address, Component, Interface, Network
from scripts.reachability.public_space import representatives


@dataclass(frozen=True)
class NamedEnd:
    """One row or column of the table.

    Attributes
    ----------
    id
        What a question may name it by.
    name
        What people call it.
    kind
        ``load-balancer``, ``instance``, ``db-instance``, ``glue-connection`` or ``outside``.
    interfaces
        Ids of those that a question about it is about; none outside.
    outside
        Addresses of a service, outside; none where any public address stands for it.
    """

    id: str
    name: str
    kind: str
    interfaces: tuple[str, ...] = ()
    outside: tuple[Address, ...] = ()

    @property
    def is_outside(self) -> bool:
        """Whether it lies in no VPC."""
        return self.kind == "outside"

    @property
    def asks(self) -> bool:
        """Whether it ever begins a connection."""
        return self.id not in SERVICES or not self.is_outside


def named_ends(network: Network) -> Iterator[NamedEnd]:
    """Load balancers, instances, DB instances and Glue connections, each kind by name, and the outside."""
    kinds: tuple[Mapping[str, Component], ...] = (
        network.load_balancers,
        network.instances,
        network.db_instances,
        network.glue_connections,
    )
    for kind in kinds:
        for each in sorted(kind.values(), key=lambda each: (each.name or each.id, each.id)):
            interfaces = resolve(network, each.id).interfaces
            yield NamedEnd(each.id, each.name or each.id, each.kind, interfaces)
    for name in (INTERNET, *SERVICES):
        found = resolve(network, name).outside
        yield NamedEnd(name, name, "outside", outside=tuple(address for address, _ in found))


class Typical:
    """The public address that stands for the internet to each end inside, as in `engine.ask`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._found: dict[Hashable, Address] = {}

    def to(self, ends: Iterable[Interface], version: int) -> Address:
        """The address that stands for the internet to some interfaces."""
        ends = tuple(ends)
        key = version, frozenset((each.vpc, each.groups) for each in ends)
        if key not in self._found:
            self._found[key] = representatives(self._network, ends, version)[0]
        return self._found[key]
