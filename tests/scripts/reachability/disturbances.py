"""What closes paths: a few things that somebody changed without thinking of the question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network

from scripts.reachability.answer import Question
from scripts.reachability.model import (
    TCP,
    AclEntry,
    Component,
    DbInstance,
    EgressOnlyGateway,
    Endpoint,
    GroupPeer,
    Instance,
    Interface,
    InternetGateway,
    LoadBalancer,
    NatGateway,
    NetworkAcl,
    Peering,
    RouteTable,
    SecurityGroup,
    TargetGroup,
    TargetKind,
    Traffic,
    Vpc,
)
from tests.scripts.reachability.drafts import EVERYWHERE, OUR_LIST, Draft


def disturb(draft: Draft, question: Question) -> None:
    """One to three disturbances, mostly near the question's ends."""
    for _ in range(draft.pick((1, 1, 2, 3))):
        draft.pick(DISTURBANCES)(draft, question)


def _near(draft: Draft, question: Question) -> list[Interface]:
    faces = [*draft.faces(question.source), *draft.faces(question.destination)]
    return faces or draft.all(Interface)


def _deny(draft: Draft, question: Question) -> None:
    """An entry before the others."""
    face = draft.pick(_near(draft, question))
    own = f"acl-{face.subnet}"
    acl = own if own in draft.components else face.vpc.replace("vpc", "acl")
    cidr = draft.pick(
        (*EVERYWHERE, ip_network("10.0.0.0/16"), ip_network("10.1.0.0/24"), ip_network("10.0.1.0/24"))
    )
    traffic = draft.pick(
        (
            Traffic(),
            Traffic(TCP, 0, 1023),
            Traffic(TCP, 5000, 6000),
            Traffic(TCP, 40000, 40000),
            Traffic(TCP, 2000, 3000),
            Traffic(TCP, 64000, 65000),
            Traffic(1, 0, -1),
        )
    )
    entry = AclEntry(
        draft.pick((50, 90, 210)), draft.half(), allow=draft.rarely(), traffic=traffic, cidr=cidr
    )
    draft.entry(acl, entry)


def _close_list(draft: Draft, question: Question) -> None:
    acl = draft.pick(draft.all(NetworkAcl))
    kept = tuple(each for each in acl.entries if each.egress == draft.half())
    draft.replace(acl, entries=kept)


def _lose_rules(draft: Draft, question: Question) -> None:
    groups = [each for face in _near(draft, question) for each in face.groups]
    if groups:
        group = draft.get(SecurityGroup, draft.pick(groups))
        egress = draft.half()
        draft.replace(group, rules=tuple(each for each in group.rules if each.egress != egress))


def _only_other_groups(draft: Draft, question: Question) -> None:
    """Rules for everybody become rules for a group."""
    groups = [each for face in _near(draft, question) for each in face.groups]
    if groups:
        group = draft.get(SecurityGroup, draft.pick(groups))
        peer = GroupPeer(draft.pick(draft.all(SecurityGroup)).id)
        draft.replace(group, rules=tuple(replace(each, peer=peer) for each in group.rules))


def _blackhole(draft: Draft, question: Question) -> None:
    table = draft.get(RouteTable, draft.table_of(draft.pick(_near(draft, question)).subnet))
    chosen = draft.pick(table.routes)
    if chosen.kind is not TargetKind.LOCAL:
        routes = tuple(replace(each, active=each.active and each != chosen) for each in table.routes)
        draft.replace(table, routes=routes)


def _lose_route(draft: Draft, question: Question) -> None:
    table = draft.get(RouteTable, draft.table_of(draft.pick(_near(draft, question)).subnet))
    chosen = draft.pick(table.routes)
    if chosen.kind is not TargetKind.LOCAL:
        draft.replace(table, routes=tuple(each for each in table.routes if each != chosen))


def _other_way(draft: Draft, question: Question) -> None:
    """A more specific route that leads where nobody wanted it to."""
    face = draft.pick(_near(draft, question))
    table = draft.table_of(face.subnet)
    gateways: list[tuple[TargetKind, str]] = [
        (kind, each.id)
        for type_, kind in (
            (InternetGateway, TargetKind.INTERNET_GATEWAY),
            (NatGateway, TargetKind.NAT_GATEWAY),
            (Peering, TargetKind.PEERING),
        )
        for each in draft.all(type_)
    ]
    here = draft.get(Vpc, face.vpc)
    to = draft.pick((ip_network("8.8.4.0/24"), ip_network("10.1.0.0/17"), OUR_LIST, ip_network("3.0.0.0/9")))
    if (isinstance(to, str) or not any(to.overlaps(each) for each in here.cidrs)) and gateways:
        draft.route(table, to, *draft.pick(gateways))


def _unknown_way(draft: Draft, question: Question) -> None:
    """A route to something that the model does not know, or that is gone."""
    face = draft.pick(_near(draft, question))
    to = draft.pick((ip_network("8.8.4.4/32"), ip_network("10.1.0.0/18")))
    if not any(to.overlaps(each) for each in draft.get(Vpc, face.vpc).cidrs):
        kind, target = draft.pick(((TargetKind.UNMODELLED, "tgw-1"), (TargetKind.PEERING, "pcx-gone")))
        draft.route(draft.table_of(face.subnet), to, kind, target)


def _detach(draft: Draft, question: Question) -> None:
    gateways: list[Component] = [*draft.all(InternetGateway), *draft.all(EgressOnlyGateway)]
    draft.replace(draft.pick(gateways), vpc=None)


def _stop(draft: Draft, question: Question) -> None:
    choices: list[tuple[Component, dict[str, str]]] = [
        *((each, {"state": draft.pick(("stopped", "stopping"))}) for each in _owners(draft, question)),
        *((each, {"status": "stopped"}) for each in draft.all(DbInstance)),
        *((each, {"state": "failed"}) for each in draft.all(NatGateway)),
        *((each, {"state": "deleting"}) for each in draft.all(Endpoint)),
        *((each, {"status": "pending-acceptance"}) for each in draft.all(Peering)),
    ]
    component, change = draft.pick(choices)
    draft.replace(component, **change)


def _owners(draft: Draft, question: Question) -> list[Instance]:
    near = {each.owner for each in _near(draft, question)}
    return [each for each in draft.all(Instance) if each.id in near] or draft.all(Instance)


def _lose_public_address(draft: Draft, question: Question) -> None:
    draft.replace(draft.pick(_near(draft, question)), public_ip=None)


def _lose_targets(draft: Draft, question: Question) -> None:
    for group in draft.all(TargetGroup):
        if draft.half():
            draft.replace(group, targets=group.targets[1:])


def _enable_fewer_zones(draft: Draft, question: Question) -> None:
    for balancer in draft.all(LoadBalancer):
        draft.replace(balancer, subnets=balancer.subnets[:1], interfaces=balancer.interfaces[:1])


DISTURBANCES: tuple[Callable[[Draft, Question], None], ...] = (
    _deny,
    _deny,
    _deny,
    _close_list,
    _lose_rules,
    _lose_rules,
    _only_other_groups,
    _blackhole,
    _lose_route,
    _lose_route,
    _other_way,
    _unknown_way,
    _detach,
    _stop,
    _lose_public_address,
    _lose_targets,
    _enable_fewer_zones,
)
