"""What filters, routes and states say to one packet."""

from __future__ import annotations

from scripts.reachability.model import (
    ALL,
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    Address,
    GroupPeer,
    GroupRule,
    Interface,
    ListPeer,
    Network,
    Route,
    RouteTable,
    Subnet,
    TargetKind,
    Traffic,
)
from tests.scripts.reachability.oracle.packets import ANSWERING_DATABASES, Dropped, Packet


def best_route(network: Network, subnet: str, destination: Address) -> Route:
    """Longest prefix; of two equally long the VPC's own, then a range before a list."""
    found: list[tuple[int, bool, bool, Route]] = []
    for route in _table(network, subnet).routes:
        if isinstance(route.destination, str):
            prefix_list = network.prefix_lists.get(route.destination)
            ranges = prefix_list.cidrs if prefix_list is not None else ()
        else:
            ranges = (route.destination,)
        for each in ranges:
            if destination in each:
                local = route.kind is TargetKind.LOCAL
                found.append((each.prefixlen, local, not isinstance(route.destination, str), route))
    if not found:
        raise Dropped(f"{subnet} has no route to {destination}")
    return max(found, key=lambda each: each[:3])[3]


def _table(network: Network, subnet: str) -> RouteTable:
    tables = network.route_tables.values()
    for table in tables:
        if subnet in table.subnets:
            return table
    for table in tables:
        if table.main and table.vpc == network.subnets[subnet].vpc:
            return table
    raise Dropped(f"{subnet} has no route table")


def cross_border(network: Network, packet: Packet, subnet: str, *, egress: bool) -> None:
    """The subnet's network ACL: the lowest number that speaks of the packet decides."""
    lists = [each for each in network.acls.values() if subnet in each.subnets]
    lists = lists or [
        each for each in network.acls.values() if each.default and each.vpc == _vpc(network, subnet)
    ]
    far = packet.destination if egress else packet.source
    for acl in lists[:1]:
        for entry in sorted(acl.entries, key=lambda each: each.number):
            if entry.egress == egress and far in entry.cidr and _means(entry.traffic, packet):
                if entry.allow:
                    return
                raise Dropped(f"entry {entry.number} of {acl.id} denies {packet}")
    raise Dropped(f"no network ACL of {subnet} lets {packet} {'out' if egress else 'in'}")


def _vpc(network: Network, subnet: str) -> str:
    found: Subnet = network.subnets[subnet]
    return found.vpc


def groups_admit(
    network: Network, interface: Interface, packet: Packet, *, egress: bool, other: Interface | None
) -> bool:
    """Whether a rule of a group admits a packet; ``other`` is who is at the other end, if that is seen."""
    if not interface.groups:
        return True
    far = packet.destination if egress else packet.source
    for name in interface.groups:
        if name in network.groups:
            for rule in network.groups[name].rules:
                if (
                    rule.egress == egress
                    and _means(rule.traffic, packet)
                    and _is_peer(network, rule, far, other)
                ):
                    return True
    return False


def _is_peer(network: Network, rule: GroupRule, far: Address, other: Interface | None) -> bool:
    if isinstance(rule.peer, GroupPeer):
        return other is not None and rule.peer.group in other.groups
    if isinstance(rule.peer, ListPeer):
        prefix_list = network.prefix_lists.get(rule.peer.prefix_list)
        return prefix_list is not None and any(far in each for each in prefix_list.cidrs)
    return far in rule.peer


def _means(traffic: Traffic, packet: Packet) -> bool:
    if traffic.protocol == ALL:
        return True
    if traffic.protocol != packet.protocol:
        return False
    if packet.protocol in (TCP, UDP):
        return traffic.first == -1 or traffic.first <= packet.destination_port <= traffic.last
    if packet.protocol in (ICMP, ICMPV6):
        return traffic.first in (-1, packet.type) and traffic.last in (-1, packet.code)
    return True


def _has(at: Interface, address: Address) -> bool:
    return address in (*at.private_ips, *at.ipv6_addresses)


def interface_at(network: Network, vpc: str, address: Address) -> Interface | None:
    for each in network.interfaces.values():
        if each.vpc == vpc and _has(each, address):
            return each
    return None


def is_nat(network: Network, interface: Interface) -> bool:
    return any(each.interface == interface.id for each in network.nat_gateways.values())


def alive(network: Network, interface: Interface) -> None:
    """Whether what stands behind an interface sends and answers."""
    states: list[tuple[str, bool]] = [(interface.status, interface.status == "in-use")]
    for instance in network.instances.values():
        if interface.id in instance.interfaces:
            states.append((instance.state, instance.state == "running"))
    for database in network.db_instances.values():
        if interface.id in database.interfaces:
            states.append((database.status, database.status in ANSWERING_DATABASES))
    for balancer in network.load_balancers.values():
        if interface.id in balancer.interfaces:
            states.append((balancer.state, balancer.state == "active"))
    for nat in network.nat_gateways.values():
        if nat.interface == interface.id:
            states.append((nat.state, nat.state == "available"))
    for state, good in states:
        if not good:
            raise Dropped(f"{interface.id} is {state}")
