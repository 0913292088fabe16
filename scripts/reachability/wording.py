"""How rules, routes, entries and packets are written in a sentence."""

from __future__ import annotations

from scripts.reachability.model import (
    ALL,
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    AclEntry,
    Cidr,
    Component,
    GroupPeer,
    GroupRule,
    Interface,
    ListPeer,
    Route,
    Traffic,
)
from scripts.reachability.ranges import Range

_NAMES = {ALL: "all traffic", ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}


def called(component: Component) -> str:
    """A component by its name, where it has one, and its id."""
    if isinstance(component, Interface) and component.label:
        return component.label
    if component.name and component.name != component.id:
        return f"{component.name} ({component.id})"
    return component.id


def traffic(protocol: int, ports: Range) -> str:
    """Such as ``tcp 5432``, ``tcp 1024-65535``, ``icmp type 8`` or ``all traffic``."""
    name = _NAMES.get(protocol, f"protocol {protocol}")
    first, last = ports
    if protocol in (ICMP, ICMPV6):
        return f"{name} type {first}" if first >= 0 else name
    if protocol not in (TCP, UDP) or first < 0:
        return name
    return f"{name} {first}" if first == last else f"{name} {first}-{last}"


def of(meant: Traffic) -> str:
    """What a rule speaks of."""
    return traffic(meant.protocol, (meant.first, meant.last))


def peer(meant: Cidr | GroupPeer | ListPeer) -> str:
    """Whom a rule speaks of."""
    match meant:
        case GroupPeer():
            return meant.group
        case ListPeer():
            return meant.prefix_list
        case _:
            return str(meant)


def rule(meant: GroupRule) -> str:
    """Such as ``rule sgr-1 admits tcp 5432 from sg-2``."""
    name = f"rule {meant.id}" if meant.id else "a rule"
    return f"{name} admits {of(meant.traffic)} {'to' if meant.egress else 'from'} {peer(meant.peer)}"


def entry(meant: AclEntry) -> str:
    """Such as ``entry 100 allows tcp 5432 from 10.0.0.0/16``."""
    does = "allows" if meant.allow else "denies"
    return f"entry {meant.number} {does} {of(meant.traffic)} {'to' if meant.egress else 'from'} {meant.cidr}"


def route(meant: Route) -> str:
    """Such as ``10.0.0.0/16 -> local``."""
    return f"{meant.destination} -> {meant.target}{'' if meant.active else ' (blackhole)'}"
