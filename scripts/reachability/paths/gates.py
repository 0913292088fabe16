"""The filters on a path: verdicts made into hops and, where they deny, into blockers with a repair."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from scripts.reachability import wording
from scripts.reachability.filters import AclVerdict, acl_verdict, group_verdict, overlap
from scripts.reachability.model import (
    AclEntry,
    Cidr,
    GroupPeer,
    GroupRule,
    Interface,
    ListPeer,
    NetworkAcl,
    SecurityGroup,
)
from scripts.reachability.repairs import AddAclEntry, AddGroupRule, DeleteAclEntry, Repair
from scripts.reachability.walk import Leg, Party, Walk

#: Number of the entry that ends every network ACL.
LAST_ENTRY = 32767


def security_groups(walk: Walk, leg: Leg, interface: Interface, *, egress: bool) -> None:
    """The security groups of an interface judge what it sends or gets; none at all let everything pass."""
    if not interface.groups:
        return
    other = leg.destination if egress else leg.source
    theirs = other.interface.groups if other.interface is not None else ()
    verdict = group_verdict(
        walk.network,
        interface.groups,
        egress=egress,
        parts=leg.parts,
        address=other.address,
        peer_groups=theirs if leg.identity else (),
    )
    if verdict.passes and not walk.tells:
        return
    if verdict.passes:
        decided = "; ".join(wording.rule(rule) for _, rule in verdict.rules)
        group, rule = verdict.rules[0]
        walk.hop(leg, group, decided, rule=rule)
        return
    own = [walk.network.groups[each] for each in interface.groups if each in walk.network.groups]
    way = "out" if egress else "in"
    what = f"{wording.traffic(leg.packets.protocol, leg.destination_ports)} {_way(leg, egress)}"
    walk.hop(leg, own[0] if own else interface, f"no rule lets {what} {way}", passes=False)
    code, because = _group_code(walk, leg, own, other, egress)
    repairs = _group_repairs(leg, own, other, egress)
    names = " and ".join(wording.called(each) for each in own) or "none of the groups is known"
    sentence = f"The security groups of {wording.called(interface)} ({names}) let no {what} {way}: {because}"
    walk.block(
        code, own[0] if own else interface, leg, sentence, repairs[0] if repairs else None, tuple(repairs[1:])
    )


def _way(leg: Leg, egress: bool) -> str:
    return f"to {leg.destination.address}" if egress else f"from {leg.source.address}"


def _group_code(
    walk: Walk, leg: Leg, own: list[SecurityGroup], other: Party, egress: bool
) -> tuple[str, str]:
    """AWS's code for what is wrong with security groups, and the sentence's second half."""
    way = "outbound" if egress else "inbound"
    rules = list(chain.from_iterable(each.egress if egress else each.ingress for each in own))
    if not rules:
        return "SG_HAS_NO_RULES", f"they have no {way} rules at all, and what no rule admits is dropped."
    peers = {each.peer.group for each in rules if isinstance(each.peer, GroupPeer) and _speaks(each, leg)}
    theirs = _groups_behind(walk, other)
    seen = leg.identity and other.interface is not None
    if peers & theirs and not seen:
        return "SG_REFERENCES_NOT_PRESERVED", (
            "a rule admits the other end's security group, but that is not seen here, since the packets come "
            "by way of a gateway, a middlebox or a public address."
        )
    vpcs = {walk.network.groups[each].vpc for each in peers if each in walk.network.groups}
    if peers and not vpcs and walk.kind == "peering":
        return "UNKNOWN_PEERED_SGS", (
            "a rule admits a security group that is not known here, probably of another account, and is "
            "taken to admit nobody."
        )
    return "ENI_SG_RULES_MISMATCH", f"none of their {way} rules fits."


def _speaks(rule: GroupRule, leg: Leg) -> bool:
    return any(overlap(rule.traffic, part) is not None for part in leg.parts)


def _groups_behind(walk: Walk, other: Party) -> set[str]:
    """Groups of whoever is behind an address, be it a public one."""
    interface = other.interface or walk.network.interface_of_public.get(other.address)
    return set(interface.groups) if interface is not None else set()


def _group_repairs(leg: Leg, own: list[SecurityGroup], other: Party, egress: bool) -> list[Repair]:
    """One rule more: the narrowest first, then wider ones, then the same in the other groups."""
    if not own:
        return []
    peers = list(dict.fromkeys(_peers(leg, other)))
    rules = [GroupRule(egress=egress, traffic=leg.rule, peer=peer) for peer in peers]
    repairs: list[Repair] = [AddGroupRule(own[0].id, rule) for rule in rules]
    return [*repairs, *(AddGroupRule(group.id, rules[0]) for group in own[1:])]


def _peers(leg: Leg, other: Party) -> Iterator[Cidr | GroupPeer | ListPeer]:
    if other.interface is not None and leg.identity:
        yield from (GroupPeer(each) for each in other.interface.groups)
    if other.prefix_list is not None:
        yield ListPeer(other.prefix_list)
    yield other.host
    yield other.scope


def network_acl(walk: Walk, leg: Leg, subnet: str, *, egress: bool) -> None:
    """The network ACL of a subnet judges what crosses its border."""
    acl = walk.network.acl_of.get(subnet)
    if acl is None:
        where = walk.network.subnets[subnet]
        walk.hop(leg, where, "no network ACL", passes=False)
        walk.block(
            "UNASSOCIATED_COMPONENT", where, leg, f"Of {wording.called(where)} no network ACL is known."
        )
        return
    other = leg.destination if egress else leg.source
    verdict = acl_verdict(acl, egress=egress, parts=leg.parts, address=other.address)
    if verdict.passes and not walk.tells:
        return
    if verdict.passes:
        decided = "; ".join(wording.entry(each) for each in verdict.allowing)
        walk.hop(leg, acl, decided, rule=verdict.allowing[0])
        return
    denied = [wording.entry(each) if each is not None else "no entry allows it" for each in verdict.denying]
    decided = "; ".join(denied)
    walk.hop(leg, acl, decided, passes=False, rule=verdict.denying[0])
    what = f"{wording.traffic(leg.packets.protocol, leg.destination_ports)} {_way(leg, egress)}"
    stateless = (
        " (it remembers no connection, so answers need an entry too)" if leg.direction == "return" else ""
    )
    because = (
        f"The network ACL {wording.called(acl)} of {subnet} stops {what} on its way "
        f"{'out' if egress else 'in'}{stateless}: {decided}."
    )
    first, *others = _acl_repairs(leg, acl, other, verdict, egress)
    walk.block("SUBNET_ACL_RESTRICTION", acl, leg, because, first, tuple(others))


def _acl_repairs(leg: Leg, acl: NetworkAcl, other: Party, verdict: AclVerdict, egress: bool) -> list[Repair]:
    """An entry that comes before the one that denies, or else that one's removal."""
    repairs: list[Repair] = []
    number = _free_number(acl, verdict, egress)
    if number is not None:
        scopes = dict.fromkeys((other.scope, other.host))
        repairs += [
            AddAclEntry(acl.id, AclEntry(number, egress, allow=True, traffic=leg.rule, cidr=scope))
            for scope in scopes
        ]
    denying = [each for each in verdict.denying if each is not None and each.number < LAST_ENTRY]
    if len(denying) == 1 or not repairs:
        without = {each.number for each in denying[:1]}
        rest = acl_verdict(acl, egress=egress, parts=leg.parts, address=other.address, without=without)
        if rest.passes or not repairs:
            repairs.append(DeleteAclEntry(acl.id, denying[0]))
    return repairs


def _free_number(acl: NetworkAcl, verdict: AclVerdict, egress: bool) -> int | None:
    """A number before the entries that deny, with room to its neighbours where there is some."""
    entries = acl.outbound if egress else acl.inbound
    taken = {each.number for each in entries}
    before = min(each.number if each is not None else LAST_ENTRY for each in verdict.denying)
    previous = max((each for each in taken if each < before), default=0)
    if before == LAST_ENTRY and previous + 100 < LAST_ENTRY:
        return (previous // 100 + 1) * 100
    if before - previous > 1:
        step = before - previous
        return before - 10 if step > 10 else previous + step // 2
    return next((each for each in range(before - 1, 0, -1) if each not in taken), None)
