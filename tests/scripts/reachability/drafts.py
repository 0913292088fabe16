"""A network while it is made up: its components, with rules, entries and routes still to be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any, TypeVar

from hypothesis import strategies as st

from scripts.reachability.model import (
    AclEntry,
    Cidr,
    Component,
    DbInstance,
    GroupRule,
    Instance,
    Interface,
    LoadBalancer,
    NatGateway,
    Network,
    NetworkAcl,
    PrefixList,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    TargetKind,
    Traffic,
    Vpc,
)

T = TypeVar("T")
C = TypeVar("C", bound=Component)

SERVICE_LIST, OUR_LIST = "pl-s3", "pl-ours"
EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


class Draft:
    """Collects components, and draws choices for whoever adds them.

    ``boxed`` asks for a network in which routes can lead over a middlebox.
    """

    def __init__(self, draw: st.DrawFn, *, boxed: bool = False) -> None:
        self.draw = draw
        self.boxed = boxed
        self.components: dict[str, Component] = {}

    # Choices. What Hypothesis shrinks to comes first: the network without that peculiarity.

    def pick(self, choices: Sequence[T]) -> T:
        return self.draw(st.sampled_from(choices))

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        """Several different ones, in their order."""
        count = min(len(choices), self.draw(st.integers(least, most)))
        start = self.draw(st.integers(0, max(0, len(choices) - count)))
        return list(choices[start : start + count])

    def half(self) -> bool:
        return self.draw(st.booleans())

    def rarely(self) -> bool:
        """One in eight."""
        return self.draw(st.integers(0, 7)) == 7

    def mostly(self) -> bool:
        return not self.rarely()

    def mostly_not(self) -> bool:
        """Three in eight."""
        return self.draw(st.integers(0, 7)) > 4

    # Components.

    def add(self, component: Component) -> None:
        assert component.id not in self.components, component.id
        self.components[component.id] = component

    def replace(self, component: Component, **changes: Any) -> None:
        self.components[component.id] = replace(self.components[component.id], **changes)

    def remove(self, component: Component) -> None:
        del self.components[component.id]

    def all(self, kind: type[C]) -> list[C]:
        return [each for each in self.components.values() if type(each) is kind]

    def get(self, kind: type[C], name: str) -> C:
        found = self.components[name]
        assert isinstance(found, kind)
        return found

    def network(self) -> Network:
        return Network.of(self.components.values())

    # Subnets and their tables.

    def subnets(self, vpc: str) -> list[Subnet]:
        return [each for each in self.all(Subnet) if each.vpc == vpc]

    def tables_of(self, vpc: str) -> None:
        """A main table for all subnets, and one of their own for some."""
        self.add(RouteTable(id=vpc.replace("vpc", "rtb"), vpc=vpc, main=True))
        for subnet in self.subnets(vpc):
            if self.boxed or self.half():
                self.add(RouteTable(id=f"rtb-{subnet.id}", vpc=vpc, subnets=(subnet.id,)))
        for table in self.tables(vpc):
            for cidr in self.ranges(vpc):
                self.route(table, cidr, TargetKind.LOCAL, "local")

    def ranges(self, vpc: str) -> tuple[Cidr, ...]:
        """A VPC's own addresses, of both versions."""
        found = self.get(Vpc, vpc)
        return (*found.cidrs, *found.ipv6_cidrs)

    def tables(self, vpc: str) -> list[str]:
        return [each.id for each in self.all(RouteTable) if each.vpc == vpc]

    def table_of(self, subnet: str) -> str:
        own = f"rtb-{subnet}"
        return own if own in self.components else self.get(Subnet, subnet).vpc.replace("vpc", "rtb")

    def route(self, table: str, destination: Cidr | str, kind: TargetKind, target: str) -> None:
        """One more route; a destination that the table has already stays as it is."""
        found = self.get(RouteTable, table)
        if all(each.destination != destination for each in found.routes):
            self.replace(found, routes=(*found.routes, Route(destination, kind, target)))

    # Filters.

    def groups_of(self, vpc: str) -> None:
        if OUR_LIST not in self.components:
            ours = (ip_network("10.0.0.0/15"), ip_network("8.8.4.0/24"), ip_network("2600:1f00::/40"))
            self.add(PrefixList(id=OUR_LIST, name="ours", cidrs=ours))
        for number in range(self.pick((1, 2, 3))):
            self.add(SecurityGroup(id=vpc.replace("vpc", f"sg-{number}"), vpc=vpc))

    def some_groups(self, vpc: str) -> tuple[str, ...]:
        return tuple(self.some([each.id for each in self.all(SecurityGroup) if each.vpc == vpc], 1, 2))

    def rule(self, group: str, rule: GroupRule) -> None:
        found = self.get(SecurityGroup, group)
        if rule not in found.rules:
            self.replace(found, rules=(*found.rules, rule))

    def acls_of(self, vpc: str) -> None:
        """The default list, which lets everything through, and sometimes one that does not yet."""
        open_ = tuple(
            AclEntry(number=100 + six, egress=egress, allow=True, traffic=Traffic(), cidr=EVERYWHERE[six])
            for egress in (False, True)
            for six in (0, 1)
        )
        self.add(NetworkAcl(id=vpc.replace("vpc", "acl"), vpc=vpc, default=True, entries=open_))
        for subnet in self.subnets(vpc):
            if self.mostly_not():
                self.add(NetworkAcl(id=f"acl-{subnet.id}", vpc=vpc, subnets=(subnet.id,)))

    def entry(self, acl: str, entry: AclEntry) -> None:
        """One more entry, at the next free number in its direction."""
        found = self.get(NetworkAcl, acl)
        taken = {each.number for each in found.entries if each.egress == entry.egress}
        while entry.number in taken:
            entry = replace(entry, number=entry.number + 1)
        self.replace(found, entries=(*found.entries, entry))

    def open_box(self, face: Interface) -> None:
        """A middlebox's groups let through what others send to others, mostly."""
        for group in face.groups:
            for egress in (False, True):
                for cidr in EVERYWHERE:
                    if self.mostly():
                        self.rule(group, GroupRule(egress, Traffic(), cidr))

    # Ends of questions.

    def faces(self, name: str) -> list[Interface]:
        """Interfaces of an end that is a component."""
        component = self.components.get(name)
        names: tuple[str, ...] = ()
        if isinstance(component, Interface):
            names = (component.id,)
        elif isinstance(component, Instance):
            names = component.interfaces[:1]
        elif isinstance(component, DbInstance | LoadBalancer):
            names = component.interfaces
        elif isinstance(component, NatGateway):
            names = (component.interface or "",)
        else:
            for each in self.all(Interface):
                if name in {str(one) for one in (*each.private_ips, *each.ipv6_addresses, each.public_ip)}:
                    return [each]
        return [self.get(Interface, each) for each in names]

    def face(self, name: str) -> str:
        return self.faces(name)[0].id

    def unique_addresses(self, name: str) -> tuple[str, ...]:
        """Addresses by which an end can be named, and nobody else."""
        faces = self.faces(name)
        if len(faces) != 1:
            return ()
        everybody = [
            str(address)
            for each in self.all(Interface)
            for address in (*each.private_ips, *each.ipv6_addresses, each.public_ip)
        ]
        own = (*faces[0].private_ips, *faces[0].ipv6_addresses, faces[0].public_ip)
        return tuple(str(each) for each in own if each is not None and everybody.count(str(each)) == 1)

    def versions(self, source: str, destination: str) -> tuple[int, ...]:
        """Versions of IP that both ends have."""
        return tuple(
            version for version in (4, 6) if all(self._speaks(end, version) for end in (source, destination))
        )

    def _speaks(self, end: str, version: int) -> bool:
        if end == "internet":
            return True
        if end == "s3":
            return version == 4
        faces = self.faces(end)
        if not faces:
            return (":" in end) == (version == 6)
        return all(each.private_ips if version == 4 else each.ipv6_addresses for each in faces)
