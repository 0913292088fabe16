"""The resource, or the argument of one, that does a repair in Terraform."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from scripts.reachability.explanation.modules import in_its_module
from scripts.reachability.model import (
    ALL,
    ICMP,
    ICMPV6,
    Component,
    GroupPeer,
    ListPeer,
    Network,
    Route,
    TargetKind,
)
from scripts.reachability.repairs import (
    AcceptPeering,
    AddAclEntry,
    AddBalancerSubnet,
    AddGroupRule,
    AssignIpv6Address,
    AssociateAddress,
    AssociateEndpoint,
    AttachInternetGateway,
    CreateEgressOnlyGateway,
    CreateInternetGateway,
    CreateListener,
    CreateNatGateway,
    CreatePeering,
    CreateRoute,
    DeleteAclEntry,
    DeleteRoute,
    DisableSourceDestCheck,
    EnableCrossZone,
    MakePublic,
    Repair,
    ReplaceRoute,
    StartDbInstance,
    StartInstance,
)

_TARGET = {
    TargetKind.LOCAL: "gateway_id",
    TargetKind.INTERNET_GATEWAY: "gateway_id",
    TargetKind.GATEWAY_ENDPOINT: "vpc_endpoint_id",
    TargetKind.EGRESS_ONLY_GATEWAY: "egress_only_gateway_id",
    TargetKind.NAT_GATEWAY: "nat_gateway_id",
    TargetKind.PEERING: "vpc_peering_connection_id",
    TargetKind.INTERFACE: "network_interface_id",
}


#: The name of a resource that is added.
_NEW = re.compile(r'(?<=" ")this(?=" \{)|(?<=aws_eip\.)this(?=\.id$)', re.MULTILINE)

#: Attribute that holds an interface's id; those of load balancers and DB instances stand in none.
_INTERFACE_OF = {
    "aws_network_interface": "id",
    "aws_instance": "primary_network_interface_id",
    "aws_nat_gateway": "network_interface_id",
}


class _Reference(str):
    """A value that stands in the text without quotation marks."""

    __slots__ = ()


def terraform(repair: Repair, network: Network, label: str = "this") -> str:
    """A resource to add, or what to write in one that is there.

    What Terraform made itself is spoken of by its address, everything else by its id; what only another
    repair makes stands there in words.

    Parameters
    ----------
    label
        Name of a resource that is added. Resources of one type and module need different ones.
    """
    make: Callable[[Any, Network], str] = _RESOURCES[type(repair)]
    return in_its_module(_NEW.sub(label, make(repair, network)))


def _resource(kind: str, **arguments: object) -> str:
    given = {name: value for name, value in arguments.items() if value is not None}
    width = max(map(len, given))
    lines = [f"  {name:{width}} = {_value(value)}" for name, value in given.items()]
    return "\n".join([f'resource "{kind}" "this" {{', *lines, "}"])


def _argument(network: Network, kind: str, identifier: str, **arguments: object) -> str:
    """Arguments of a resource that is there."""
    where = _address(network, identifier) or f"{kind} ({identifier})"
    return "\n".join([f"# in {where}", *(f"{name} = {_value(value)}" for name, value in arguments.items())])


def _value(value: object) -> str:
    match value:
        case _Reference():
            return str(value)
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return f'"{value}"'


def _components(network: Network) -> Iterator[dict[str, Component]]:
    for each in fields(network):
        mapping = getattr(network, each.name)
        if isinstance(mapping, dict):
            yield mapping


def _address(network: Network, identifier: str) -> str:
    found = (mapping[identifier].address for mapping in _components(network) if identifier in mapping)
    return next((each for each in found if each), "")


def _id(network: Network, identifier: str) -> str:
    """An id as a reference, where Terraform knows what has it."""
    address = _address(network, identifier)
    if not address or identifier not in network.interfaces:
        return _Reference(f"{address}.id") if address else identifier
    attribute = next((_INTERFACE_OF[each] for each in _INTERFACE_OF if f".{each}." in f".{address}"), "")
    return _Reference(f"{address}.{attribute}") if attribute else identifier


def _add_group_rule(repair: AddGroupRule, network: Network) -> str:
    rule, traffic = repair.rule, repair.rule.traffic
    way = "egress" if rule.egress else "ingress"
    some = traffic.protocol != ALL and traffic.first != -1
    return _resource(
        f"aws_vpc_security_group_{way}_rule",
        security_group_id=_id(network, repair.component),
        **_peer(repair, network),
        ip_protocol=protocol_name(traffic.protocol),
        from_port=traffic.first if some else None,
        to_port=traffic.last if some else None,
    )


def _peer(repair: AddGroupRule, network: Network) -> dict[str, str]:
    peer = repair.rule.peer
    match peer:
        case GroupPeer():
            return {"referenced_security_group_id": _id(network, peer.group)}
        case ListPeer():
            return {"prefix_list_id": _id(network, peer.prefix_list)}
        case _:
            return {"cidr_ipv6" if peer.version == 6 else "cidr_ipv4": str(peer)}


def protocol_name(number: int) -> str:
    """As Terraform and the AWS CLI write a protocol: by its name, where it has one there."""
    return {6: "tcp", 17: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}.get(number, str(number))


def _add_acl_entry(repair: AddAclEntry, network: Network) -> str:
    entry, traffic = repair.entry, repair.entry.traffic
    icmp = traffic.protocol in {ICMP, ICMPV6}
    ports = traffic.first != -1 and not icmp
    return _resource(
        "aws_network_acl_rule",
        network_acl_id=_id(network, repair.component),
        rule_number=entry.number,
        egress=entry.egress,
        rule_action="allow" if entry.allow else "deny",
        protocol=protocol_name(traffic.protocol),
        **{"ipv6_cidr_block" if entry.cidr.version == 6 else "cidr_block": str(entry.cidr)},
        from_port=traffic.first if ports else None,
        to_port=traffic.last if ports else None,
        icmp_type=traffic.first if icmp else None,
        icmp_code=traffic.last if icmp else None,
    )


def _delete_acl_entry(repair: DeleteAclEntry, network: Network) -> str:
    way = "egress" if repair.entry.egress else "ingress"
    where = _address(network, repair.component) or f"aws_network_acl ({repair.component})"
    return f"# remove the {way} rule with rule_number = {repair.entry.number} of {where}"


def _create_route(repair: CreateRoute, network: Network) -> str:
    return _resource("aws_route", **_route(repair.component, repair.route, network))


def _route(table: str, route: Route, network: Network) -> dict[str, object]:
    destination = route.destination
    if isinstance(destination, str):
        where = "destination_prefix_list_id"
    else:
        where = "destination_ipv6_cidr_block" if destination.version == 6 else "destination_cidr_block"
    return {
        "route_table_id": _id(network, table),
        where: str(destination),
        _TARGET[route.kind]: _id(network, route.target),
    }


def _replace_route(repair: ReplaceRoute, network: Network) -> str:
    table = _address(network, repair.component) or repair.component
    heading = f"# in the route of {table} to {repair.old.destination}, in the place of {repair.old.target}"
    return f"{heading}\n{_TARGET[repair.route.kind]} = {_value(_id(network, repair.route.target))}"


def _delete_route(repair: DeleteRoute, network: Network) -> str:
    table = _address(network, repair.component) or repair.component
    return f"# remove the route of {table} to {repair.route.destination} ({repair.route.target})"


def _associate_endpoint(repair: AssociateEndpoint, network: Network) -> str:
    return _resource(
        "aws_vpc_endpoint_route_table_association",
        vpc_endpoint_id=_id(network, repair.component),
        route_table_id=_id(network, repair.table),
    )


def _attach_gateway(repair: AttachInternetGateway, network: Network) -> str:
    return _argument(network, "aws_internet_gateway", repair.component, vpc_id=_id(network, repair.vpc))


def _create_gateway(repair: CreateInternetGateway, network: Network) -> str:
    return _resource("aws_internet_gateway", vpc_id=_id(network, repair.component))


def _create_egress_only(repair: CreateEgressOnlyGateway, network: Network) -> str:
    return _resource("aws_egress_only_internet_gateway", vpc_id=_id(network, repair.component))


def _create_nat(repair: CreateNatGateway, network: Network) -> str:
    address = _resource("aws_eip", domain="vpc")
    gateway = _resource(
        "aws_nat_gateway",
        subnet_id=_id(network, repair.component),
        allocation_id=_Reference("aws_eip.this.id"),
    )
    return f"{address}\n{gateway}"


def _associate_address(repair: AssociateAddress, network: Network) -> str:
    owner = network.interfaces[repair.component].owner
    if owner in network.instances:
        return _resource("aws_eip", domain="vpc", instance=_id(network, owner))
    return _resource("aws_eip", domain="vpc", network_interface=_id(network, repair.component))


def _make_public(repair: MakePublic, network: Network) -> str:
    return _argument(network, "aws_db_instance", repair.component, publicly_accessible=True)


def _assign_ipv6(repair: AssignIpv6Address, network: Network) -> str:
    owner = network.interfaces[repair.component].owner
    if owner in network.instances:
        return _argument(network, "aws_instance", owner, ipv6_address_count=1)
    return _argument(network, "aws_network_interface", repair.component, ipv6_address_count=1)


def _create_peering(repair: CreatePeering, network: Network) -> str:
    return _resource(
        "aws_vpc_peering_connection",
        vpc_id=_id(network, repair.component),
        peer_vpc_id=_id(network, repair.accepter),
        auto_accept=True,
    )


def _accept_peering(repair: AcceptPeering, network: Network) -> str:
    return _argument(network, "aws_vpc_peering_connection", repair.component, auto_accept=True)


def _start_instance(repair: StartInstance, network: Network) -> str:
    return _resource("aws_ec2_instance_state", instance_id=_id(network, repair.component), state="running")


def _start_db(repair: StartDbInstance, network: Network) -> str:
    where = _address(network, repair.component) or f"aws_db_instance ({repair.component})"
    return f"# Terraform does not start a stopped {where}: use the AWS CLI"


def _disable_check(repair: DisableSourceDestCheck, network: Network) -> str:
    owner = network.interfaces[repair.component].owner
    if owner in network.instances:
        return _argument(network, "aws_instance", owner, source_dest_check=False)
    return _argument(network, "aws_network_interface", repair.component, source_dest_check=False)


def _cross_zone(repair: EnableCrossZone, network: Network) -> str:
    return _argument(network, "aws_lb", repair.component, enable_cross_zone_load_balancing=True)


def _balancer_subnet(repair: AddBalancerSubnet, network: Network) -> str:
    names = (*network.load_balancers[repair.component].subnets, repair.node.subnet)
    return _argument(network, "aws_lb", repair.component, subnets=[_id(network, each) for each in names])


def _create_listener(repair: CreateListener, network: Network) -> str:
    made = repair.listener
    balancer = network.load_balancers[repair.component]
    protocol = "HTTP" if balancer.type == "application" else "TCP" if made.protocol == 6 else "UDP"
    head, *_ = _resource(
        "aws_lb_listener",
        load_balancer_arn=_arn(network, repair.component),
        port=made.port,
        protocol=protocol,
    ).rpartition("}")
    action = '  default_action {\n    type             = "forward"\n    target_group_arn = {}\n  }\n}'
    return head + action.replace("{}", _value(_arn(network, made.target_groups[0])))


def _arn(network: Network, identifier: str) -> str:
    address = _address(network, identifier)
    return _Reference(f"{address}.arn") if address else identifier


_RESOURCES: dict[type[Repair], Callable[..., str]] = {
    AddGroupRule: _add_group_rule,
    AddAclEntry: _add_acl_entry,
    DeleteAclEntry: _delete_acl_entry,
    CreateRoute: _create_route,
    ReplaceRoute: _replace_route,
    DeleteRoute: _delete_route,
    AssociateEndpoint: _associate_endpoint,
    AttachInternetGateway: _attach_gateway,
    CreateInternetGateway: _create_gateway,
    CreateEgressOnlyGateway: _create_egress_only,
    CreateNatGateway: _create_nat,
    AssociateAddress: _associate_address,
    MakePublic: _make_public,
    AssignIpv6Address: _assign_ipv6,
    CreatePeering: _create_peering,
    AcceptPeering: _accept_peering,
    StartInstance: _start_instance,
    StartDbInstance: _start_db,
    DisableSourceDestCheck: _disable_check,
    EnableCrossZone: _cross_zone,
    AddBalancerSubnet: _balancer_subnet,
    CreateListener: _create_listener,
}
