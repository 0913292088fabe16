"""The whole network, and the look-ups that every question needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from scripts.reachability.model.base import Address, Component, Unmodelled
from scripts.reachability.model.ends import (
    DbInstance,
    GlueConnection,
    Instance,
    Interface,
    LoadBalancer,
    TargetGroup,
)
from scripts.reachability.model.filters import NetworkAcl, SecurityGroup
from scripts.reachability.model.routing import (
    EgressOnlyGateway,
    Endpoint,
    InternetGateway,
    NatGateway,
    Peering,
    PrefixList,
    RouteTable,
    Subnet,
    Vpc,
)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything that decides who reaches whom, in one region of one account.

    Built by a reader, or from a list of components with `of`; never changed: a repair makes another one.
    Every mapping is from id to component.
    """

    region: str = "us-east-1"
    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    route_tables: Mapping[str, RouteTable] = field(default_factory=dict)
    internet_gateways: Mapping[str, InternetGateway] = field(default_factory=dict)
    egress_only_gateways: Mapping[str, EgressOnlyGateway] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway] = field(default_factory=dict)
    peerings: Mapping[str, Peering] = field(default_factory=dict)
    prefix_lists: Mapping[str, PrefixList] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    acls: Mapping[str, NetworkAcl] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    instances: Mapping[str, Instance] = field(default_factory=dict)
    load_balancers: Mapping[str, LoadBalancer] = field(default_factory=dict)
    target_groups: Mapping[str, TargetGroup] = field(default_factory=dict)
    db_instances: Mapping[str, DbInstance] = field(default_factory=dict)
    glue_connections: Mapping[str, GlueConnection] = field(default_factory=dict)
    unmodelled: tuple[Unmodelled, ...] = ()

    @classmethod
    def of(
        cls,
        components: Iterable[Component],
        *,
        region: str = "us-east-1",
        unmodelled: Iterable[Unmodelled] = (),
    ) -> Network:
        """The network of these components, in any order."""
        sorted_: dict[str, dict[str, Component]] = defaultdict(dict)
        for each in components:
            sorted_[_FIELDS[type(each)]][each.id] = each
        return cls(region=region, unmodelled=tuple(unmodelled), **sorted_)  # type: ignore[arg-type]

    def having(self, *components: Component) -> Network:
        """The network with these beside the others, or in the place of those that have their ids.

        The indexes that were made already come along, put right where these change them: a repair costs what
        it changes, not what the network holds.
        """
        changed: dict[str, dict[str, Component]] = {}
        for each in components:
            name = _FIELDS[type(each)]
            if name not in changed:
                changed[name] = dict(getattr(self, name))
            changed[name][each.id] = each
        made = replace(self, **changed)  # type: ignore[arg-type]
        made.__dict__.update(self._indexes_with(components, frozenset(changed)))
        return made

    def _indexes_with(self, components: Iterable[Component], changed: frozenset[str]) -> dict[str, object]:
        """Indexes of this network that hold, or are cheaply made to hold, with other components."""
        kept: dict[str, object] = {}
        for name, (own, others) in _INDEXES.items():
            if name not in self.__dict__ or not changed.isdisjoint(others):
                continue
            kept[name] = self.__dict__[name]
            if own in changed:
                mine = [each for each in components if _FIELDS[type(each)] == own]
                put_right = getattr(self, f"_{name}_with")(mine)
                if put_right is None:
                    del kept[name]
                else:
                    kept[name] = put_right
        return kept

    def _table_of_with(self, tables: Iterable[RouteTable]) -> Mapping[str, RouteTable] | None:
        found = dict(self.table_of)
        for each in tables:
            old = self.route_tables.get(each.id)
            if old is None or _follows(old) != _follows(each):
                return None
            found |= {subnet: each for subnet in self._followers(old) if found.get(subnet) is old}
        return found

    def _acl_of_with(self, acls: Iterable[NetworkAcl]) -> Mapping[str, NetworkAcl] | None:
        found = dict(self.acl_of)
        for each in acls:
            old = self.acls.get(each.id)
            if old is None or _follows(old) != _follows(each):
                return None
            found |= {subnet: each for subnet in self._followers(old) if found.get(subnet) is old}
        return found

    def _followers(self, each: RouteTable | NetworkAcl) -> Iterable[str]:
        """Subnets that may follow a route table or network ACL: its own, or for a VPC's main one all."""
        _, main, own = _follows(each)
        return self.subnets if main else own

    def _interface_at_with(self, interfaces: Iterable[Interface]) -> Mapping[tuple[str, Address], Interface]:
        found = dict(self.interface_at)
        for each in interfaces:
            old = self.interfaces.get(each.id)
            for place in _places(old) if old else ():
                found.pop(place, None)
            found |= dict.fromkeys(_places(each), each)
        return found

    def _interface_of_public_with(self, interfaces: Iterable[Interface]) -> Mapping[Address, Interface]:
        found = dict(self.interface_of_public)
        for each in interfaces:
            old = self.interfaces.get(each.id)
            if old and old.public_ip is not None:
                found.pop(old.public_ip, None)
            if each.public_ip is not None:
                found[each.public_ip] = each
        return found

    @cached_property
    def table_of(self) -> Mapping[str, RouteTable]:
        """Subnet to the route table that it follows: its own, or its VPC's main one."""
        main = {each.vpc: each for each in self.route_tables.values() if each.main}
        own = {subnet: each for each in self.route_tables.values() for subnet in each.subnets}
        found = {subnet.id: own.get(subnet.id) or main.get(subnet.vpc) for subnet in self.subnets.values()}
        return {subnet: table for subnet, table in found.items() if table is not None}

    @cached_property
    def acl_of(self) -> Mapping[str, NetworkAcl]:
        """Subnet to its network ACL: the one it is associated with, or its VPC's default one."""
        default = {each.vpc: each for each in self.acls.values() if each.default}
        own = {subnet: each for each in self.acls.values() for subnet in each.subnets}
        found = {subnet.id: own.get(subnet.id) or default.get(subnet.vpc) for subnet in self.subnets.values()}
        return {subnet: acl for subnet, acl in found.items() if acl is not None}

    @cached_property
    def interface_at(self) -> Mapping[tuple[str, Address], Interface]:
        """VPC and private or IPv6 address to the interface that has it."""
        found: dict[tuple[str, Address], Interface] = {}
        for each in self.interfaces.values():
            found |= dict.fromkeys(_places(each), each)
        return found

    @cached_property
    def interface_of_public(self) -> Mapping[Address, Interface]:
        """Public address to the interface that it leads to."""
        return {each.public_ip: each for each in self.interfaces.values() if each.public_ip is not None}


def _places(interface: Interface) -> list[tuple[str, Address]]:
    """Where an interface is: its VPC with each address that it has there."""
    places: list[tuple[str, Address]] = [(interface.vpc, each) for each in interface.private_ips]
    places += [(interface.vpc, each) for each in interface.ipv6_addresses]
    return places


def _follows(each: RouteTable | NetworkAcl) -> tuple[str, bool, tuple[str, ...]]:
    """What decides which subnets a route table or a network ACL is for."""
    return each.vpc, each.main if isinstance(each, RouteTable) else each.default, each.subnets


#: Index to the mapping that it can be put right by, and those that it is made anew after.
_INDEXES: Mapping[str, tuple[str, frozenset[str]]] = {
    "table_of": ("route_tables", frozenset({"subnets"})),
    "acl_of": ("acls", frozenset({"subnets"})),
    "interface_at": ("interfaces", frozenset()),
    "interface_of_public": ("interfaces", frozenset()),
}

_FIELDS: Mapping[type[Component], str] = {
    Vpc: "vpcs",
    Subnet: "subnets",
    RouteTable: "route_tables",
    InternetGateway: "internet_gateways",
    EgressOnlyGateway: "egress_only_gateways",
    NatGateway: "nat_gateways",
    Peering: "peerings",
    PrefixList: "prefix_lists",
    Endpoint: "endpoints",
    NetworkAcl: "acls",
    SecurityGroup: "groups",
    Interface: "interfaces",
    Instance: "instances",
    LoadBalancer: "load_balancers",
    TargetGroup: "target_groups",
    DbInstance: "db_instances",
    GlueConnection: "glue_connections",
}
