"""Security groups and network ACLs: does a rule let these packets pass, and which one?

Nothing here knows of hops: whoever asks for many pairs of ends calls these functions alone.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TypeVar

from scripts.reachability.model import (
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    AclEntry,
    Address,
    GroupPeer,
    GroupRule,
    ListPeer,
    Network,
    NetworkAcl,
    SecurityGroup,
    Traffic,
)
from scripts.reachability.ranges import Range, minus
from scripts.reachability.traffic import Part

_Decides = TypeVar("_Decides")


@dataclass(frozen=True)
class GroupVerdict:
    """What security groups say: ``rules`` are those that let something pass, with the group of each."""

    passes: bool
    rules: tuple[tuple[SecurityGroup, GroupRule], ...] = ()


@dataclass(frozen=True)
class AclVerdict:
    """What a network ACL says: the entries that decided. None denies where no entry matches."""

    passes: bool
    allowing: tuple[AclEntry, ...] = ()
    denying: tuple[AclEntry | None, ...] = ()


def group_verdict(
    network: Network,
    groups: Iterable[str],
    *,
    egress: bool,
    parts: Iterable[Part],
    address: Address,
    peer_groups: Container[str] = (),
) -> GroupVerdict:
    """Whether the union of the rules of some security groups admits every part.

    Parameters
    ----------
    address
        The other end, as the packets carry it at this interface.
    peer_groups
        Groups of the other end's interface; none where its identity was lost on the way.
    """
    rules = [
        (group, rule)
        for group in (network.groups[each] for each in groups if each in network.groups)
        for rule in (group.egress if egress else group.ingress)
        if is_peer(network, rule, address, peer_groups)
    ]
    deciding: list[tuple[SecurityGroup, GroupRule]] = []
    passes = True
    for part in parts:
        left: tuple[Range, ...] = (part.ports,)
        for group, rule in rules:
            share = overlap(rule.traffic, part)
            if share is not None and (rest := minus(left, share)) != left:
                left = rest
                _note(deciding, (group, rule))
            if not left:
                break
        passes = passes and not left
    return GroupVerdict(passes, tuple(deciding))


def _note(deciding: list[_Decides], one: _Decides) -> None:
    """Add what decides for a further part. (A set would hash every rule of a group each time.)"""
    if one not in deciding:
        deciding.append(one)


def is_peer(network: Network, rule: GroupRule, address: Address, peer_groups: Container[str]) -> bool:
    """Whether the other end is one that a rule speaks of."""
    peer = rule.peer
    if isinstance(peer, GroupPeer):
        return peer.group in peer_groups
    if isinstance(peer, ListPeer):
        found = network.prefix_lists.get(peer.prefix_list)
        return found is not None and any(address in cidr for cidr in found.cidrs)
    return address in peer


def acl_verdict(
    acl: NetworkAcl, *, egress: bool, parts: Iterable[Part], address: Address, without: Container[int] = ()
) -> AclVerdict:
    """What the entries of a network ACL say of every part: of each port the lowest number that matches.

    Parameters
    ----------
    address
        The other end, as the packets carry it at this subnet's border.
    without
        Numbers of entries that are passed over, as if they were not there.
    """
    entries = [
        each
        for each in (acl.outbound if egress else acl.inbound)
        if address in each.cidr and each.number not in without
    ]
    allowing: list[AclEntry] = []
    denying: list[AclEntry | None] = []
    for part in parts:
        left: tuple[Range, ...] = (part.ports,)
        for entry in entries:
            share = overlap(entry.traffic, part)
            if share is not None and (rest := minus(left, share)) != left:
                left = rest
                if entry.allow:
                    _note(allowing, entry)
                else:
                    _note(denying, entry)
            if not left:
                break
        if left:
            _note(denying, None)
    return AclVerdict(not denying, tuple(allowing), tuple(denying))


def overlap(traffic: Traffic, part: Part) -> Range | None:
    """The ports of a part that a rule speaks of (of ICMP: the type and its code); None for none of them."""
    if traffic.protocol == -1:
        return part.ports
    if traffic.protocol != part.protocol:
        return None
    low, high = part.ports
    if part.protocol in (TCP, UDP):
        if traffic.first == -1:
            return part.ports
        share = max(low, traffic.first), min(high, traffic.last)
        return share if share[0] <= share[1] else None
    if part.protocol in (ICMP, ICMPV6):
        return part.ports if traffic.first in (-1, low) and traffic.last in (-1, high) else None
    return part.ports
