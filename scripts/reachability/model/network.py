"""The whole network, and the look-ups that every question needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scripts.reachability.model.base import Address, Component, Unmodelled
from scripts.reachability.model.ends import DbInstance, Instance, Interface, LoadBalancer, TargetGroup
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
            found |= {(each.vpc, address): each for address in each.private_ips}
            found |= {(each.vpc, address): each for address in each.ipv6_addresses}
        return found

    @cached_property
    def interface_of_public(self) -> Mapping[Address, Interface]:
        """Public address to the interface that it leads to."""
        return {each.public_ip: each for each in self.interfaces.values() if each.public_ip is not None}


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
}
