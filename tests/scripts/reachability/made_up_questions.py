"""What a made-up network is asked."""

from __future__ import annotations

from scripts.reachability.answer import Question
from scripts.reachability.model import (
    Component,
    DbInstance,
    Instance,
    Interface,
    LoadBalancer,
    NatGateway,
    RouteTable,
    TargetKind,
)
from tests.scripts.reachability.drafts import Draft

#: Addresses outside: one that some rules speak of, and others.
OUTSIDE = ("8.8.4.4", "9.9.9.9", "2a00:1450::7")
#: Kinds of questions; earlier ones are what Hypothesis shrinks to.
ELSEWHERE = ("out", "out", "in", "in", "service", "from-nat", "from-balancer", "boxed", "address")
KINDS = ("inside",) * 8 + ELSEWHERE
PORTS = (22, 80, 443, 1023, 1024, 3306, 5432, 8080)


def question_of(draft: Draft, *, boxed: bool = False) -> Question:
    inside: list[Component] = [*draft.all(Instance), *draft.all(DbInstance), *draft.all(LoadBalancer)]
    inside += [each for each in draft.all(Interface) if each.owner.startswith("i-")][-2:]
    names = [each.id for each in inside]
    sources = [each for each in names if each != "db"]
    kind = "boxed" if boxed else draft.pick(KINDS)
    source = draft.pick(tuple(sources))
    destination = draft.pick(
        tuple(each for each in names if draft.face(each) != draft.face(source)) or ("internet",)
    )
    special = [each for each in ("db", "lb") if each in names and each != source]
    if special and draft.half():
        destination = draft.pick(tuple(special))
    if kind == "out":
        destination = draft.pick(("internet", *_outside(draft, source)))
    elif kind == "in":
        destination = draft.pick(tuple(special or names) if draft.half() else tuple(names))
        source = draft.pick(("internet", *_outside(draft, destination)))
    elif kind == "service":
        destination = "s3"
    elif kind == "boxed" and _boxed(draft):
        source, destination = draft.pick(_boxed(draft))
    elif kind == "from-balancer" and "lb" in names:
        source, destination = "lb", draft.pick(tuple(each for each in names if each != "lb"))
    elif kind == "from-nat" and draft.all(NatGateway):
        source = draft.all(NatGateway)[0].id
        destination = "internet"
    elif kind == "address" and draft.unique_addresses(destination):
        destination = draft.pick(draft.unique_addresses(destination))
    return _traffic(draft, source, destination)


def _boxed(draft: Draft) -> list[tuple[str, str]]:
    """Pairs of instances between which a route leads over a middlebox."""
    faces = [draft.get(Interface, each.interfaces[0]) for each in draft.all(Instance)]
    return [
        (one.owner, other.owner)
        for table in draft.all(RouteTable)
        for route in table.routes
        for one in faces
        for other in faces
        if route.kind is TargetKind.INTERFACE
        and one.subnet in table.subnets
        and not isinstance(route.destination, str)
        and other.private_ips[0] in route.destination
        and route.target not in (one.id, other.id)
    ]


def question_between(draft: Draft) -> Question:
    """From an instance of the first VPC to one of the second."""
    first, second = (
        [each.id for each in draft.all(Instance) if each.id.split("-")[2] == vpc] for vpc in "01"
    )
    return _traffic(draft, draft.pick(first), draft.pick(second))


def _outside(draft: Draft, end: str) -> tuple[str, ...]:
    """Addresses outside of a version that an end speaks."""
    return tuple(each for each in OUTSIDE if draft.versions(end, each))


def _traffic(draft: Draft, source: str, destination: str) -> Question:
    port = draft.pick(PORTS)
    ports: tuple[int, int] | None = (port, port)
    protocol = draft.pick(("tcp",) * 6 + ("udp", "icmp", "any"))
    if destination == "lb":
        protocol, ports = "tcp", draft.pick((None, (80, 80), (443, 443)))
    elif destination == "db" and draft.mostly():
        protocol, ports = "tcp", draft.pick((None, (5432, 5432)))
    elif protocol in ("icmp", "any"):
        ports = None
    elif draft.rarely():
        ports = (port, draft.pick(tuple(each for each in (*PORTS, 65535) if each >= port)))
    versions = draft.versions(source, destination)
    version = draft.pick((None, None, None, *versions)) if versions else None
    ephemeral = (32768, 60999) if draft.rarely() else (1024, 65535)
    return Question(source, destination, protocol, ports, version, ephemeral)
