"""Whom a question means: interfaces, and addresses outside."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from scripts.reachability.answer import Question
from scripts.reachability.model import Address, Cidr, GroupPeer, Interface, ListPeer, Network
from tests.scripts.reachability.oracle.packets import Dropped


def version_of(network: Network, question: Question) -> int:
    for version in (4, 6):
        ends = [
            points_of(network, end, version, network.region)
            for end in (question.source, question.destination)
        ]
        if all(points and all(_speaks(point, version) for point in points) for points in ends):
            return version
    raise Dropped("the ends have no version of IP in common")


def _speaks(point: Interface | Address, version: int) -> bool:
    if isinstance(point, Interface):
        return bool(point.private_ips if version == 4 else point.ipv6_addresses)
    return point.version == version


def points_of(network: Network, name: str, version: int, region: str) -> list[Interface | Address]:
    """An end as interfaces and addresses outside."""
    if name == "internet":
        return [typical_address(network, version)]
    if name in ("s3", "dynamodb"):
        return list(_service(network, name, version, region))
    interfaces: list[str] = []
    if name in network.interfaces:
        interfaces = [name]
    elif name in network.instances:
        interfaces = list(network.instances[name].interfaces[:1])
    elif name in network.db_instances:
        interfaces = list(network.db_instances[name].interfaces)
    elif name in network.load_balancers:
        interfaces = list(network.load_balancers[name].interfaces)
    elif name in network.nat_gateways:
        interfaces = [network.nat_gateways[name].interface or ""]
    else:
        address = ip_address(name)
        for each in network.interfaces.values():
            if address in (*each.private_ips, *each.ipv6_addresses, each.public_ip):
                return [each]
        return [address]
    return [network.interfaces[each] for each in interfaces]


def typical_address(network: Network, version: int) -> Address:
    """A public address that no CIDR of the network speaks of, but those of everything."""
    narrow = [each for each in _all_cidrs(network) if each.prefixlen > 0]
    for number in range(1, 224):
        address = ip_address(f"{number}.77.77.77" if version == 4 else f"2a{number:02x}::7")
        if address.is_global and not any(address in each for each in narrow if each.version == version):
            return address
    raise AssertionError("the network's rules speak of every public address")


def _all_cidrs(network: Network) -> Iterator[Cidr]:
    for table in network.route_tables.values():
        for route in table.routes:
            if not isinstance(route.destination, str):
                yield route.destination
    for acl in network.acls.values():
        yield from (entry.cidr for entry in acl.entries)
    for group in network.groups.values():
        for rule in group.rules:
            if not isinstance(rule.peer, GroupPeer | ListPeer):
                yield rule.peer
    for prefix_list in network.prefix_lists.values():
        yield from prefix_list.cidrs


def _service(network: Network, service: str, version: int, region: str) -> Iterator[Address]:
    """One address of each range that the service has; a public one where nobody knows them."""
    name = f"com.amazonaws.{region}.{service}"
    known = [each for each in network.prefix_lists.values() if each.name == name]
    if not known:
        yield typical_address(network, version)
    for prefix_list in known:
        for cidr in prefix_list.cidrs:
            if cidr.version == version:
                yield cidr[1]


def own_port(network: Network, question: Question) -> tuple[int, int]:
    if question.destination in network.db_instances:
        port = network.db_instances[question.destination].port
    elif question.destination in network.load_balancers:
        port = min(each.port for each in network.load_balancers[question.destination].listeners)
    else:
        raise AssertionError(f"{question.destination} has no port of its own")
    return port, port
