"""Who reaches whom, of everything that has a name, each at its own port."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.doctor.text import wrapped
from scripts.doctor.wording import ports as told
from scripts.reachability.model import GlueConnection, LoadBalancer, Network
from scripts.reachability.pairs.ends import NamedEnd, named_ends
from scripts.reachability.pairs.table import table
from scripts.reachability.ranges import Range

#: What is asked where an end has no port of its own: people come to an instance by SSH, services speak HTTPS.
_SSH, _HTTPS = (22, 22), (443, 443)


@dataclass(frozen=True)
class Pair:
    """Whether one end reaches another at some ports."""

    source: NamedEnd
    destination: NamedEnd
    ports: Range
    reachable: bool


def of(network: Network, ports: Sequence[Range] = ()) -> list[Pair]:
    """Every ordered pair of named ends: instances, databases, load balancers, Glue jobs, the outside.

    Parameters
    ----------
    ports
        TCP ports; each destination's own when empty.
    """
    registered = _registered(network)
    own = {each.id: tuple(ports) or _own_ports(network, each, registered) for each in named_ends(network)}
    found = table(network, "tcp", sorted({each for asked in own.values() for each in asked}))
    return [
        Pair(source, destination, each, bool(found.open[each][row, column]))
        for row, source in enumerate(found.ends)
        if source.asks
        for column, destination in enumerate(found.ends)
        if row != column
        and not (source.is_outside and destination.is_outside)
        # A job's workers listen to each other alone.
        and destination.kind != GlueConnection.kind
        for each in own[destination.id]
    ]


def _registered(network: Network) -> Mapping[str, set[int]]:
    """Id of a target to the ports at which load balancers speak to it."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for group in network.target_groups.values():
        for target in group.targets:
            found[target.id].add(target.port)
    return found


def _own_ports(network: Network, end: NamedEnd, registered: Mapping[str, set[int]]) -> tuple[Range, ...]:
    """The ports that an end is there for."""
    if end.is_outside:
        return (_HTTPS,)
    database, balancer = network.db_instances.get(end.id), network.load_balancers.get(end.id)
    if database is not None:
        found = {database.port}
    elif balancer is not None:
        found = {each.port for each in balancer.listeners}
    else:
        found = registered.get(end.id, set())
    return tuple((port, port) for port in sorted(found)) or (_SSH,)


def lines(pairs: Sequence[Pair]) -> Iterator[str]:
    """For each source whom it reaches and whom not; sources that reach the same are told together."""
    if not pairs:
        yield "Nothing here has a name: there is nobody to reach."
        return
    named = _names(pairs)
    rows: dict[str, list[Pair]] = defaultdict(list)
    for each in pairs:
        rows[each.source.id].append(each)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source, own in rows.items():
        yes, no = (
            ", ".join(
                f"{named[each.destination.id]} {told(each.ports)}" for each in own if each.reachable is so
            )
            for so in (True, False)
        )
        alike[yes, no].append(named[source])
    for number, ((yes, no), sources) in enumerate(alike.items()):
        if number:
            yield ""
        yield from wrapped(", ".join(sources))
        yield from wrapped(f"  reaches  {yes or 'nobody'}", " " * 11)
        if no:
            yield from wrapped(f"  not      {no}", " " * 11)


def _names(pairs: Sequence[Pair]) -> Mapping[str, str]:
    """Id to what is printed: the name, and what it is where that is no machine; the id where two share it."""
    ends = {each.id: each for pair in pairs for each in (pair.source, pair.destination)}
    printed = {
        each.id: f"load balancer {each.name}" if each.kind == LoadBalancer.kind else each.name
        for each in ends.values()
    }
    shared = Counter(printed.values())
    return {id_: name if shared[name] == 1 else id_ for id_, name in printed.items()}


def document(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The pairs as a document."""
    return [
        {
            "from": {"name": each.source.name, "id": each.source.id},
            "to": {"name": each.destination.name, "id": each.destination.id},
            "ports": {"from": each.ports[0], "to": each.ports[1]},
            "reachable": each.reachable,
        }
        for each in pairs
    ]
