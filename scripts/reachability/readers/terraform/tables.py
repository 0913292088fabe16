"""Route tables and VPC endpoints from Terraform's resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv6Network, ip_network
from typing import Any

from scripts.declarations.declared import Declared
from scripts.reachability.model import (
    Cidr,
    Endpoint,
    PrefixList,
    Route,
    RouteTable,
    TargetKind,
    Vpc,
)
from scripts.reachability.readers.services import service
from scripts.reachability.readers.terraform.interfaces import endpoint_interfaces, primary_interface
from scripts.reachability.readers.terraform.places import OTHER_SERVICE, SERVICES
from scripts.reachability.readers.terraform.stack import (
    PEERING,
    SUBNET,
    TABLE,
    VPC,
    Stack,
    blocks,
    common,
    identifier,
)

_ENDPOINT = "aws_vpc_endpoint"
#: What has the id of a prefix list.
LISTS = ("aws_ec2_managed_prefix_list", _ENDPOINT)

#: Attribute of a route to what it leads to, and which resources that may be.
_TARGETS: Sequence[tuple[str, TargetKind, tuple[str, ...]]] = (
    ("nat_gateway_id", TargetKind.NAT_GATEWAY, ("aws_nat_gateway",)),
    ("vpc_peering_connection_id", TargetKind.PEERING, PEERING),
    ("egress_only_gateway_id", TargetKind.EGRESS_ONLY_GATEWAY, ("aws_egress_only_internet_gateway",)),
    ("network_interface_id", TargetKind.INTERFACE, ("aws_network_interface", "aws_instance")),
    ("gateway_id", TargetKind.INTERNET_GATEWAY, ("aws_internet_gateway", "aws_vpn_gateway", _ENDPOINT)),
    ("vpc_endpoint_id", TargetKind.UNMODELLED, (_ENDPOINT,)),
    ("transit_gateway_id", TargetKind.UNMODELLED, ("aws_ec2_transit_gateway",)),
    ("carrier_gateway_id", TargetKind.UNMODELLED, ("aws_ec2_carrier_gateway",)),
    ("core_network_arn", TargetKind.UNMODELLED, ("aws_networkmanager_core_network",)),
    ("local_gateway_id", TargetKind.UNMODELLED, ()),
)
_BLOCKS = ("destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block", "ipv6_cidr_block")


def lists_of_endpoints(stack: Stack) -> dict[str, PrefixList]:
    """Service's name to the prefix list of its gateway endpoints."""
    found: dict[str, PrefixList] = {}
    for each in stack.of(_ENDPOINT):
        name = str(each.values.get("service_name") or "")
        if not _is_gateway(each) or not name:
            continue
        cidrs = tuple(map(ip_network, each.values.get("cidr_blocks") or ()))
        known = each.values.get("prefix_list_id")
        if known:
            found[name] = PrefixList(id=known, name=name, cidrs=cidrs)
        elif name not in found:
            assumed = SERVICES.get(service(name), OTHER_SERVICE)
            stack.report(each, "cidr_blocks", f"only an apply will tell: {assumed} stands for the service's")
            found[name] = PrefixList(id=f"{each.address}.prefix_list_id", name=name, cidrs=(assumed,))
    return found


def _is_gateway(endpoint: Declared) -> bool:
    return (endpoint.values.get("vpc_endpoint_type") or "Gateway") == "Gateway"


def prefix_list_id(found: Declared | str, lists: Mapping[str, PrefixList]) -> str:
    """Id of a prefix list that is named: AWS's own through an endpoint."""
    if isinstance(found, str):
        return found
    service_name = str(found.values.get("service_name"))
    return lists[service_name].id if service_name in lists else identifier(found)


def endpoints(stack: Stack, lists: Mapping[str, PrefixList]) -> Iterator[Endpoint]:
    """VPC endpoints; the interfaces of those that have some are read elsewhere."""
    joined: dict[str, list[str]] = defaultdict(list)
    for each in stack.of("aws_vpc_endpoint_route_table_association"):
        table = _table_of(stack, each)
        joined[stack.one(each, "vpc_endpoint_id", types=(_ENDPOINT,))].append(table)
    for each in stack.of(_ENDPOINT):
        kind = each.values.get("vpc_endpoint_type") or "Gateway"
        if kind not in ("Gateway", "Interface"):
            stack.report(each, f"VPC endpoint of type {kind}", "what lies behind it is not known here")
        name = str(each.values.get("service_name") or "")
        vpc = stack.vpc(each)
        if not vpc:
            stack.report(each, "vpc_id", "only an apply will tell: the endpoint is left out")
            continue
        found = stack.several(each, "route_table_ids", types=(*TABLE, *VPC))
        tables = [
            one if isinstance(one, str)
            else stack.default(one, "default_route_table_id") if one.type in VPC
            else identifier(one)
            for one in found
        ]  # fmt: skip
        yield Endpoint(
            **common(each),
            vpc=vpc,
            service=service(name),
            gateway=kind == "Gateway",
            prefix_list=lists[name].id if kind == "Gateway" and name in lists else None,
            route_tables=tuple(dict.fromkeys((*tables, *joined[identifier(each)]))),
            interfaces=tuple(one for one, _ in endpoint_interfaces(stack, each)),
            state=each.values.get("state") or "available",
        )


def _table_of(stack: Stack, each: Declared) -> str:
    types, attribute = TABLE, "default_route_table_id"
    return stack.defaulted(each, "route_table_id", types=types, attribute=attribute)


def route_tables(
    stack: Stack, vpcs: Sequence[Vpc], endpoints_: Sequence[Endpoint], lists: Mapping[str, PrefixList]
) -> Iterator[RouteTable]:
    """Every table, those too that VPCs come with."""
    mains: dict[str, str] = {}
    for each in stack.of("aws_main_route_table_association"):
        mains[stack.vpc(each)] = _table_of(stack, each)
    members: dict[str, list[str]] = defaultdict(list)
    taken: set[str] = set()
    for each in stack.of("aws_route_table_association"):
        if not each.values.get("gateway_id"):
            subnet, table = stack.one(each, "subnet_id", types=SUBNET), _table_of(stack, each)
            if subnet in taken:
                told = f"only an apply tells which of its route tables {subnet} will have"
                stack.report(each, "subnet_id", told)
            elif subnet and table:
                members[table].append(subnet)
                taken.add(subnet)
            elif not stack.referred(each, "gateway_id", types=("aws_internet_gateway", "aws_vpn_gateway")):
                stack.report(each, "subnet_id or route_table_id", "only an apply will tell: it is left out")
                continue
        if not stack.ids(each, "subnet_id", types=SUBNET):
            stack.report(each, "gateway route table", "traffic that comes in may be led elsewhere first")
    routes = _routes(stack, endpoints_, lists)
    for one in _with_defaults(stack, vpcs):
        main = mains.get(one.vpc)
        by_itself = stack.default(stack.vpc_resource(one.vpc), "default_route_table_id")
        local = [Route(block, TargetKind.LOCAL, "local") for block in _own_blocks(vpcs, one.vpc)]
        own = {route.destination: route for route in (*local, *routes[one.id])}
        yield replace(
            one,
            main=one.id == (main or by_itself),
            subnets=tuple(dict.fromkeys(members[one.id])),
            routes=tuple(own.values()),
        )


def _own_blocks(vpcs: Sequence[Vpc], identifier_: str) -> list[Cidr]:
    found: list[Cidr] = []
    for vpc in vpcs:
        if vpc.id == identifier_:
            found += [*vpc.cidrs, *vpc.ipv6_cidrs]
    return found


def _with_defaults(stack: Stack, vpcs: Sequence[Vpc]) -> Iterator[RouteTable]:
    """Tables that are declared, and those that VPCs come with and nobody adopts."""
    seen = set()
    for each in stack.of(*TABLE):
        seen.add(identifier(each))
        vpc = stack.vpc(each)
        if not vpc and each.type == "aws_default_route_table":
            vpc = next(iter(stack.ids(each, "default_route_table_id", types=VPC)), "")
            vpc = vpc if stack.vpc_resource(vpc) else _vpc_with(stack, vpc)
        if not vpc:
            stack.report(each, "vpc_id", "only an apply will tell: the table is left out")
            continue
        if each.values.get("propagating_vgws"):
            stack.report(each, "propagating_vgws", "a virtual private gateway puts routes into it by itself")
        yield RouteTable(**common(each), vpc=vpc)
    for vpc_ in vpcs:
        table = stack.default(stack.vpc_resource(vpc_.id), "default_route_table_id")
        if table not in seen:
            yield RouteTable(id=table, vpc=vpc_.id)


def _vpc_with(stack: Stack, table: str) -> str:
    """The VPC that came with a table."""
    found = (each for each in stack.of(*VPC) if each.values.get("default_route_table_id") == table)
    return next(map(identifier, found), "")


def _routes(
    stack: Stack, endpoints_: Sequence[Endpoint], lists: Mapping[str, PrefixList]
) -> dict[str, list[Route]]:
    """Routes by table, later ones standing above earlier ones with the same destination."""
    found: dict[str, list[Route]] = defaultdict(list)
    gone = {
        (_table_of(stack, each), destination)
        for each in stack.before("aws_route")
        if (destination := _destination(stack, each, each.values, (), lists))
    }
    for each in stack.of(*TABLE):
        for place, values in enumerate(blocks(each, "route")):
            route = _route(stack, each, values, ("route", place), lists)
            # A table's own attribute repeats, after a refresh, what separate resources made.
            if route is not None and (identifier(each), route.destination) not in gone:
                found[identifier(each)].append(route)
    for each in stack.of("aws_route"):
        route = _route(stack, each, each.values, (), lists)
        if route is not None:
            found[_table_of(stack, each)].append(route)
    for endpoint in endpoints_:
        for table in endpoint.route_tables if endpoint.prefix_list else ():
            found[table].append(Route(endpoint.prefix_list, TargetKind.GATEWAY_ENDPOINT, endpoint.id))  # type: ignore[arg-type]
    return found


def _destination(
    stack: Stack,
    each: Declared,
    values: Mapping[str, Any],
    path: tuple[str | int, ...],
    lists: Mapping[str, PrefixList],
) -> Cidr | str | None:
    written = next((values[name] for name in _BLOCKS if values.get(name)), None)
    if written:
        return ip_network(written)
    found: tuple[Declared | str, ...]
    if path:
        found = stack.in_block(each, str(path[0]), int(path[1]), "destination_prefix_list_id", LISTS)
    else:
        found = stack.named(each, "destination_prefix_list_id", types=LISTS)
    return prefix_list_id(found[0], lists) if len(found) == 1 else None


def _route(
    stack: Stack,
    each: Declared,
    values: Mapping[str, Any],
    path: tuple[str | int, ...],
    lists: Mapping[str, PrefixList],
) -> Route | None:
    destination = _destination(stack, each, values, path, lists)
    if destination is None:
        stack.report(each, "destination of a route", "only an apply will tell: the route is left out")
        return None
    for attribute, usual, types in _TARGETS:
        found = _target(stack, each, values, (*path, attribute), types)
        if found is not None:
            kind, target = _kind(stack, usual, found)
            if kind is TargetKind.UNMODELLED:
                stack.report(
                    each, f"route to {target}", f"nobody knows whether packets to {destination} arrive"
                )
            elif kind is TargetKind.NAT_GATEWAY and isinstance(destination, IPv6Network):
                stack.report(each, f"route {destination} to {target}", "NAT64 is not followed")
            return Route(destination, kind, target)
    stack.report(
        each, f"target of the route to {destination}", "only an apply will tell: the route is left out"
    )
    return None


def _target(
    stack: Stack,
    each: Declared,
    values: Mapping[str, Any],
    path: tuple[str | int, ...],
    types: tuple[str, ...],
) -> Declared | str | None:
    attribute = str(path[-1])
    if attribute in values and values[attribute] in (None, ""):
        return None
    if len(path) > 1:
        found = stack.in_block(each, str(path[0]), int(path[1]), attribute, types)
    else:
        found = stack.named(each, attribute, types=types)
    if len(found) > 1:
        return stack.one(each, *path, types=types) or None
    return found[0] if found else None


def _kind(stack: Stack, kind: TargetKind, found: Declared | str) -> tuple[TargetKind, str]:
    if isinstance(found, Declared):
        if found.type in PEERING:
            return kind, stack.peering(found)
        if found.type == _ENDPOINT:
            gateway = _is_gateway(found)
            return TargetKind.GATEWAY_ENDPOINT if gateway else TargetKind.UNMODELLED, identifier(found)
        if found.type == "aws_vpn_gateway":
            return TargetKind.UNMODELLED, identifier(found)
        if found.type == "aws_instance":
            return kind, primary_interface(found)
        return kind, identifier(found)
    if kind is TargetKind.INTERNET_GATEWAY and not found.startswith("igw-"):
        prefixes = {"local": TargetKind.LOCAL, "eigw": TargetKind.EGRESS_ONLY_GATEWAY}
        return prefixes.get(found.partition("-")[0], TargetKind.UNMODELLED), found
    return kind, found
