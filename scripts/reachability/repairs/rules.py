"""Repairs of filters: one rule of a security group, one entry of a network ACL."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.reachability.model import AclEntry, GroupRule, Network


@dataclass(frozen=True)
class AddGroupRule:
    """Admit some traffic; ``component`` is the security group."""

    component: str
    rule: GroupRule

    def apply(self, network: Network) -> Network:
        """The group with one rule more."""
        group = network.groups[self.component]
        return network.having(replace(group, rules=(*group.rules, self.rule)))


@dataclass(frozen=True)
class AddAclEntry:
    """Allow some traffic, under a number that comes before the entry that denies it."""

    component: str
    entry: AclEntry

    def apply(self, network: Network) -> Network:
        """The network ACL with one entry more."""
        acl = network.acls[self.component]
        return network.having(replace(acl, entries=(*acl.entries, self.entry)))


@dataclass(frozen=True)
class DeleteAclEntry:
    """Take an entry away; ``component`` is the network ACL."""

    component: str
    entry: AclEntry

    def apply(self, network: Network) -> Network:
        """The network ACL without it."""
        acl = network.acls[self.component]
        left = tuple(each for each in acl.entries if each != self.entry)
        return network.having(replace(acl, entries=left))
