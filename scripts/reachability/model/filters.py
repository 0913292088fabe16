"""What lets packets pass: network ACLs at the subnet, security groups at the interface."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from scripts.reachability.model.base import Cidr, Component, Traffic


@dataclass(frozen=True)
class AclEntry:
    """One numbered entry; 32767 is the last, which nobody wrote and which denies."""

    number: int
    egress: bool
    allow: bool
    traffic: Traffic
    cidr: Cidr


@dataclass(frozen=True, kw_only=True)
class NetworkAcl(Component):
    """A subnet that is in no other list's ``subnets`` has its VPC's ``default`` one."""

    kind: ClassVar[str] = "network-acl"
    vpc: str
    default: bool = False
    subnets: tuple[str, ...] = ()
    entries: tuple[AclEntry, ...] = ()

    @cached_property
    def inbound(self) -> tuple[AclEntry, ...]:
        """Entries for what comes into a subnet, in the order in which they are tried."""
        return tuple(sorted((each for each in self.entries if not each.egress), key=_number))

    @cached_property
    def outbound(self) -> tuple[AclEntry, ...]:
        """Entries for what leaves a subnet, in the order in which they are tried."""
        return tuple(sorted((each for each in self.entries if each.egress), key=_number))


def _number(entry: AclEntry) -> int:
    return entry.number


@dataclass(frozen=True)
class GroupPeer:
    """Whoever has this security group."""

    group: str


@dataclass(frozen=True)
class ListPeer:
    """Every address of this prefix list."""

    prefix_list: str


@dataclass(frozen=True)
class GroupRule:
    """One rule: what is admitted, and from or to whom. ``id`` is ``sgr-...`` where it is known."""

    egress: bool
    traffic: Traffic
    peer: Cidr | GroupPeer | ListPeer
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup(Component):
    """``name`` is the group's name, or its tag Name where it has one."""

    kind: ClassVar[str] = "security-group"
    vpc: str
    rules: tuple[GroupRule, ...] = ()

    @cached_property
    def ingress(self) -> tuple[GroupRule, ...]:
        """Rules for what comes to an interface."""
        return tuple(each for each in self.rules if not each.egress)

    @cached_property
    def egress(self) -> tuple[GroupRule, ...]:
        """Rules for what an interface sends."""
        return tuple(each for each in self.rules if each.egress)
