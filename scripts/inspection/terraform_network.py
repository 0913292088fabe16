"""The network's resources as the model sees them, from what Terraform says."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.declarations.declared import Declarations, Declared
from scripts.inspection.model import (
    AclRule,
    Address,
    Endpoint,
    GroupRule,
    InternetGateway,
    Mark,
    NatGateway,
    NetworkAcl,
    Resource,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)
from scripts.inspection.traffic import traffic

_ROUTE_TARGETS = (
    "gateway_id", "nat_gateway_id", "vpc_endpoint_id", "vpc_peering_connection_id", "transit_gateway_id",
    "network_interface_id", "egress_only_gateway_id",
)  # fmt: skip
_DESTINATIONS = ("destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block", "ipv6_cidr_block",
                 "destination_prefix_list_id")  # fmt: skip


def common(declared: Declared) -> dict[str, Any]:
    """The fields that every resource has."""
    return {
        "id": declared.id,
        "name": declared.label,
        "address": declared.address,
        "mark": mark_of(declared),
    }


def mark_of(declared: Declared) -> Mark:
    """How what a plan does to it is marked."""
    return Mark(declared.change.value)


def network(found: Declarations) -> Iterator[Resource]:
    """VPCs with all that is in them but machines."""
    secondary = defaultdict(list)
    for each in found.of("aws_vpc_ipv4_cidr_block_association"):
        secondary[found.one(each, "vpc_id")].append(each.values.get("cidr_block") or "?")
    vpcs = []
    for each in found.of("aws_vpc", "aws_default_vpc"):
        cidrs = (each.values.get("cidr_block"), *secondary[each.id])
        vpcs.append(Vpc(**common(each), cidrs=tuple(cidr for cidr in cidrs if cidr)))
    yield from vpcs
    undecided = _undecided(found)
    for each in found.of("aws_subnet", "aws_default_subnet"):
        yield Subnet(
            **common(each),
            vpc=found.one(each, "vpc_id") or _around(vpcs, each.values.get("cidr_block")),
            table_known=each.id not in undecided,
            zone=each.values.get("availability_zone") or "",
            cidr=each.values.get("cidr_block") or each.values.get("ipv6_cidr_block") or "",
            tier=(each.values.get("tags") or {}).get("Tier", ""),
        )
    for each in found.of("aws_internet_gateway"):
        yield InternetGateway(**common(each), vpc=found.one(each, "vpc_id"))
    for each in found.of("aws_nat_gateway"):
        yield NatGateway(
            **common(each),
            subnet=found.one(each, "subnet_id"),
            public_ip=each.values.get("public_ip") or "",
        )
    for each in found.of("aws_eip"):
        yield Address(**common(each), public_ip=each.values.get("public_ip") or "")
    joined: dict[str, list[str]] = defaultdict(list)
    for each in found.of("aws_vpc_endpoint_route_table_association"):
        joined[found.one(each, "vpc_endpoint_id")].append(found.one(each, "route_table_id"))
    endpoints = [_endpoint(found, each, joined) for each in found.of("aws_vpc_endpoint")]
    yield from endpoints
    yield from _route_tables(found, endpoints)
    yield from _acls(found)
    yield from _groups(found)


def _around(vpcs: Sequence[Vpc], cidr: str | None) -> str:
    """The VPC in whose addresses a subnet's lie, if it is only one."""
    if not cidr:
        return ""
    own = ipaddress.IPv4Network(cidr)
    ranges = ((vpc.id, ipaddress.IPv4Network(each)) for vpc in vpcs for each in vpc.cidrs if each != "?")
    holding = {vpc for vpc, range_ in ranges if own.subnet_of(range_)}
    return holding.pop() if len(holding) == 1 else ""


def _undecided(found: Declarations) -> set[str]:
    """Subnets that are associated with a route table of which only an apply will tell which."""
    undecided = set()
    for each in found.of("aws_route_table_association"):
        if not (found.one(each, "subnet_id") and found.one(each, "route_table_id")):
            candidates = found.ids(each, "subnet_id") or (subnet.id for subnet in found.of("aws_subnet"))
            undecided |= set(candidates)
    return undecided


def _endpoint(found: Declarations, each: Declared, joined: Mapping[str, Sequence[str]]) -> Endpoint:
    return Endpoint(
        **common(each),
        vpc=found.one(each, "vpc_id"),
        service=service_of(each.values.get("service_name") or ""),
        type=each.values.get("vpc_endpoint_type") or "Gateway",
        subnets=found.ids(each, "subnet_ids"),
        route_tables=tuple(dict.fromkeys((*found.ids(each, "route_table_ids"), *joined.get(each.id, ())))),
        state=each.values.get("state") or "",
    )


def service_of(name: str) -> str:
    """``s3`` of ``com.amazonaws.us-east-1.s3``."""
    return name.split(".", 3)[-1]


def _route_tables(found: Declarations, endpoints: list[Endpoint]) -> Iterator[RouteTable]:
    routes: dict[str, dict[str, Route]] = defaultdict(dict)
    subnets: dict[str, dict[str, None]] = defaultdict(dict)
    main = {found.one(each, "route_table_id") for each in found.of("aws_main_route_table_association")}
    for each in found.of("aws_route"):
        route = _route(found, each, each.values, ())
        routes[found.one(each, "route_table_id")][route.destination] = route
    for each in found.of("aws_route_table_association"):
        subnets[found.one(each, "route_table_id")][found.one(each, "subnet_id")] = None
    for endpoint in endpoints:
        for table in endpoint.route_tables:
            routes[table][endpoint.service] = Route(endpoint.service, endpoint.id, mark=endpoint.mark)
    for each in found.of("aws_route_table", "aws_default_route_table"):
        own = {"": Route("VPC", "local")}
        for place, values in enumerate(each.values.get("route") or ()):
            route = _route(found, each, values, ("route", place))
            if not route.target.startswith("vpce-"):
                own[route.destination] = route
        yield RouteTable(
            **common(each),
            vpc=found.one(each, "vpc_id"),
            main=each.id in main or each.type == "aws_default_route_table",
            subnets=tuple(subnets[each.id]),
            routes=tuple((own | routes[each.id]).values()),
        )


def _route(
    found: Declarations, each: Declared, values: Mapping[str, Any], path: tuple[str | int, ...]
) -> Route:
    destination = next((str(values[name]) for name in _DESTINATIONS if values.get(name)), "?")
    target = next((t for name in _ROUTE_TARGETS if (t := found.one(each, *path, name))), "")
    return Route(destination, target, mark=mark_of(each))


def _acls(found: Declarations) -> Iterator[NetworkAcl]:
    rules: dict[str, set[AclRule]] = defaultdict(set)
    subnets: dict[str, dict[str, None]] = defaultdict(dict)
    for each in found.of("aws_network_acl_rule"):
        values = {
            **each.values,
            "rule_no": each.values.get("rule_number"),
            "action": each.values.get("rule_action"),
        }
        rules[found.one(each, "network_acl_id")].add(
            _acl_rule(values, egress=bool(each.values.get("egress")))
        )
    for each in found.of("aws_network_acl_association"):
        subnets[found.one(each, "network_acl_id")][found.one(each, "subnet_id")] = None
    for each in found.of("aws_network_acl", "aws_default_network_acl"):
        for direction in ("ingress", "egress"):
            for values in each.values.get(direction) or ():
                rules[each.id].add(_acl_rule(values, egress=direction == "egress"))
        yield NetworkAcl(
            **common(each),
            vpc=found.one(each, "vpc_id"),
            default=each.type == "aws_default_network_acl",
            subnets=tuple(dict.fromkeys((*found.ids(each, "subnet_ids"), *subnets[each.id]))),
            rules=None if "" in rules and each.id == each.address else tuple(sorted(rules[each.id])),
        )


def _acl_rule(values: Mapping[str, Any], *, egress: bool) -> AclRule:
    return AclRule(
        egress=egress,
        number=int(values.get("rule_no") or 0),
        allow=values.get("action") == "allow",
        traffic=traffic(values.get("protocol"), values.get("from_port"), values.get("to_port")),
        cidr=values.get("cidr_block") or values.get("ipv6_cidr_block") or "?",
    )


_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


def _groups(found: Declarations) -> Iterator[SecurityGroup]:
    rules: dict[str, dict[tuple[bool, str, str], GroupRule]] = defaultdict(dict)

    def add(group: str, rule: GroupRule) -> None:
        # After a refresh the group's own attribute lists what separate resources made: the latter know more.
        rules[group].setdefault((rule.egress, rule.peer, rule.traffic), rule)

    for each in found.of(*_RULES):
        values = each.values
        peer = found.one(each, "referenced_security_group_id") or next(
            (values[name] for name in ("cidr_ipv4", "cidr_ipv6", "prefix_list_id") if values.get(name)), "?"
        )
        kind = traffic(values.get("ip_protocol"), values.get("from_port"), values.get("to_port"))
        description = values.get("description") or ""
        rule = GroupRule(each.type == _RULES[1], peer, kind, description, mark_of(each))
        add(found.one(each, "security_group_id"), rule)
    for each in found.of("aws_security_group_rule"):
        group = found.one(each, "security_group_id")
        for peer in _peers(found, each, (), group):
            add(group, _group_rule(each.values, peer, each.values.get("type") == "egress", mark_of(each)))
    for each in found.of("aws_security_group", "aws_default_security_group"):
        for direction in ("ingress", "egress"):
            for place, values in enumerate(each.values.get(direction) or ()):
                for peer in _peers(found, each, (direction, place), each.id):
                    add(each.id, _group_rule(values, peer, direction == "egress", mark_of(each)))
        yield SecurityGroup(
            **common(each),
            vpc=found.one(each, "vpc_id"),
            rules=tuple(sorted(rules[each.id].values())),
        )


def _group_rule(values: Mapping[str, Any], peer: str, egress: bool, mark: Mark) -> GroupRule:
    kind = traffic(values.get("protocol"), values.get("from_port"), values.get("to_port"))
    return GroupRule(egress, peer, kind, values.get("description") or "", mark)


def _peers(found: Declarations, each: Declared, path: tuple[str | int, ...], group: str) -> list[str]:
    attributes = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups",
                  "source_security_group_id")  # fmt: skip
    peers = [peer for name in attributes for peer in found.ids(each, *path, name)]
    if _admits_itself(each.values, path):
        peers.append(group)
    return list(dict.fromkeys(peers)) or ["?"]


def _admits_itself(values: Mapping[str, Any], path: tuple[str | int, ...]) -> bool:
    """Whether the rule at a path admits its own group."""
    for part in path:
        values = values[part]  # type: ignore[index]
    return bool(values.get("self"))
