"""The command of the AWS CLI that does a repair."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from scripts.reachability.explanation.terraform import protocol_name, terraform
from scripts.reachability.model import (
    ALL,
    ICMP,
    ICMPV6,
    AclEntry,
    Cidr,
    GroupPeer,
    GroupRule,
    ListPeer,
    Network,
    Route,
    TargetKind,
    Traffic,
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

__all__ = ["aws_cli", "terraform"]

_TARGET = {
    TargetKind.LOCAL: "--gateway-id",
    TargetKind.INTERNET_GATEWAY: "--gateway-id",
    TargetKind.GATEWAY_ENDPOINT: "--gateway-id",
    TargetKind.EGRESS_ONLY_GATEWAY: "--egress-only-internet-gateway-id",
    TargetKind.NAT_GATEWAY: "--nat-gateway-id",
    TargetKind.PEERING: "--vpc-peering-connection-id",
    TargetKind.INTERFACE: "--network-interface-id",
}


def aws_cli(repair: Repair, network: Network) -> str:
    """What to type, a command a line; what only an earlier repair makes stands there in words.

    Parameters
    ----------
    repair
        Of an answer about ``network``.
    """
    make: Callable[[Any, Network], str] = _COMMANDS[type(repair)]
    return make(repair, network)


def _line(*words: str) -> str:
    return "aws " + " ".join(shlex.quote(each) for each in words)


def _add_group_rule(repair: AddGroupRule, network: Network) -> str:
    way = "egress" if repair.rule.egress else "ingress"
    return _line(
        "ec2", f"authorize-security-group-{way}", "--group-id", repair.component,
        "--ip-permissions", _permission(repair.rule),
    )  # fmt: skip


def _permission(rule: GroupRule) -> str:
    """A rule in the CLI's shorthand."""
    traffic = rule.traffic
    words = [f"IpProtocol={protocol_name(traffic.protocol)}"]
    if traffic.protocol != ALL and traffic.first != -1:
        words += [f"FromPort={traffic.first}", f"ToPort={traffic.last}"]
    match rule.peer:
        case GroupPeer():
            words.append(f"UserIdGroupPairs=[{{GroupId={rule.peer.group}}}]")
        case ListPeer():
            words.append(f"PrefixListIds=[{{PrefixListId={rule.peer.prefix_list}}}]")
        case _ if rule.peer.version == 6:
            words.append(f"Ipv6Ranges=[{{CidrIpv6={rule.peer}}}]")
        case _:
            words.append(f"IpRanges=[{{CidrIp={rule.peer}}}]")
    return ",".join(words)


def _add_acl_entry(repair: AddAclEntry, network: Network) -> str:
    entry = repair.entry
    words = [
        *_entry(repair.component, entry), "--protocol", protocol_name(entry.traffic.protocol),
        "--rule-action", "allow" if entry.allow else "deny", *_block(entry.cidr), *_ports(entry.traffic),
    ]  # fmt: skip
    return _line("ec2", "create-network-acl-entry", *words)


def _delete_acl_entry(repair: DeleteAclEntry, network: Network) -> str:
    return _line("ec2", "delete-network-acl-entry", *_entry(repair.component, repair.entry))


def _entry(acl: str, entry: AclEntry) -> list[str]:
    way = "--egress" if entry.egress else "--ingress"
    return ["--network-acl-id", acl, way, "--rule-number", str(entry.number)]


def _block(cidr: Cidr) -> list[str]:
    return ["--ipv6-cidr-block" if cidr.version == 6 else "--cidr-block", str(cidr)]


def _ports(traffic: Traffic) -> list[str]:
    if traffic.protocol in {ICMP, ICMPV6}:
        return ["--icmp-type-code", f"Type={traffic.first},Code={traffic.last}"]
    if traffic.first == -1:
        return []
    return ["--port-range", f"From={traffic.first},To={traffic.last}"]


def _create_route(repair: CreateRoute, network: Network) -> str:
    return _line("ec2", "create-route", *_destination(repair.component, repair.route), *_target(repair.route))


def _replace_route(repair: ReplaceRoute, network: Network) -> str:
    route = repair.route
    if route.kind is TargetKind.GATEWAY_ENDPOINT:
        words = ("ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", route.target)
        return "\n".join(
            _line(*words, f"--{does}-route-table-ids", repair.component) for does in ("remove", "add")
        )
    return _line("ec2", "replace-route", *_destination(repair.component, route), *_target(route))


def _delete_route(repair: DeleteRoute, network: Network) -> str:
    route = repair.route
    if route.kind is TargetKind.GATEWAY_ENDPOINT:
        return _line(
            "ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", route.target,
            "--remove-route-table-ids", repair.component,
        )  # fmt: skip
    return _line("ec2", "delete-route", *_destination(repair.component, route))


def _destination(table: str, route: Route) -> list[str]:
    if isinstance(route.destination, str):
        where = "--destination-prefix-list-id"
    else:
        six = route.destination.version == 6
        where = "--destination-ipv6-cidr-block" if six else "--destination-cidr-block"
    return ["--route-table-id", table, where, str(route.destination)]


def _target(route: Route) -> list[str]:
    return [_TARGET[route.kind], route.target]


def _associate_endpoint(repair: AssociateEndpoint, network: Network) -> str:
    return _line(
        "ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", repair.component,
        "--add-route-table-ids", repair.table,
    )  # fmt: skip


def _attach_gateway(repair: AttachInternetGateway, network: Network) -> str:
    return _line(
        "ec2", "attach-internet-gateway", "--internet-gateway-id", repair.component, "--vpc-id", repair.vpc
    )


def _create_gateway(repair: CreateInternetGateway, network: Network) -> str:
    made = "$(aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId --output text)"
    words = _line("ec2", "attach-internet-gateway", "--vpc-id", repair.component)
    return f'{words} --internet-gateway-id "{made}"'


def _create_egress_only(repair: CreateEgressOnlyGateway, network: Network) -> str:
    return _line("ec2", "create-egress-only-internet-gateway", "--vpc-id", repair.component)


def _create_nat(repair: CreateNatGateway, network: Network) -> str:
    made = "$(aws ec2 allocate-address --domain vpc --query AllocationId --output text)"
    return f'{_line("ec2", "create-nat-gateway", "--subnet-id", repair.component)} --allocation-id "{made}"'


def _associate_address(repair: AssociateAddress, network: Network) -> str:
    made = "$(aws ec2 allocate-address --domain vpc --query AllocationId --output text)"
    words = _line("ec2", "associate-address", "--network-interface-id", repair.component)
    return f'{words} --allocation-id "{made}"'


def _make_public(repair: MakePublic, network: Network) -> str:
    return _line(
        "rds", "modify-db-instance", "--db-instance-identifier", repair.component,
        "--publicly-accessible", "--apply-immediately",
    )  # fmt: skip


def _assign_ipv6(repair: AssignIpv6Address, network: Network) -> str:
    return _line(
        "ec2",
        "assign-ipv6-addresses",
        "--network-interface-id",
        repair.component,
        "--ipv6-address-count",
        "1",
    )


def _create_peering(repair: CreatePeering, network: Network) -> str:
    query = "VpcPeeringConnection.VpcPeeringConnectionId"
    made = _line(
        "ec2", "create-vpc-peering-connection", "--vpc-id", repair.component,
        "--peer-vpc-id", repair.accepter, "--query", query, "--output", "text",
    )  # fmt: skip
    return f'aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id "$({made})"'


def _accept_peering(repair: AcceptPeering, network: Network) -> str:
    return _line("ec2", "accept-vpc-peering-connection", "--vpc-peering-connection-id", repair.component)


def _start_instance(repair: StartInstance, network: Network) -> str:
    return _line("ec2", "start-instances", "--instance-ids", repair.component)


def _start_db(repair: StartDbInstance, network: Network) -> str:
    return _line("rds", "start-db-instance", "--db-instance-identifier", repair.component)


def _disable_check(repair: DisableSourceDestCheck, network: Network) -> str:
    return _line(
        "ec2", "modify-network-interface-attribute", "--network-interface-id", repair.component,
        "--no-source-dest-check",
    )  # fmt: skip


def _cross_zone(repair: EnableCrossZone, network: Network) -> str:
    return _line(
        "elbv2", "modify-load-balancer-attributes", "--load-balancer-arn", repair.component,
        "--attributes", "Key=load_balancing.cross_zone.enabled,Value=true",
    )  # fmt: skip


def _balancer_subnet(repair: AddBalancerSubnet, network: Network) -> str:
    subnets = (*network.load_balancers[repair.component].subnets, repair.node.subnet)
    return _line("elbv2", "set-subnets", "--load-balancer-arn", repair.component, "--subnets", *subnets)


def _create_listener(repair: CreateListener, network: Network) -> str:
    made = repair.listener
    balancer = network.load_balancers[repair.component]
    protocol = "HTTP" if balancer.type == "application" else "TCP" if made.protocol == 6 else "UDP"
    return _line(
        "elbv2", "create-listener", "--load-balancer-arn", repair.component, "--port", str(made.port),
        "--protocol", protocol,
        "--default-actions", f"Type=forward,TargetGroupArn={made.target_groups[0]}",
    )  # fmt: skip


_COMMANDS: dict[type[Repair], Callable[..., str]] = {
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
