"""An answer as the document that AWS's Reachability Analyzer gives: a network-insights analysis.

Field names and nesting are those of ``DescribeNetworkInsightsAnalyses``. Where several ways must be open the
components are those of the first one that is not (else of the first); the explanations are those of all.
"""

from __future__ import annotations

from typing import Any

from scripts.reachability.answer import Answer, Blocker, Direction, Header, Hop, Path
from scripts.reachability.model import (
    ICMP,
    ICMPV6,
    AclEntry,
    Component,
    GroupPeer,
    GroupRule,
    Instance,
    Interface,
    InternetGateway,
    Listener,
    ListPeer,
    LoadBalancer,
    NatGateway,
    Network,
    NetworkAcl,
    Peering,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    TargetGroup,
    TargetKind,
    Traffic,
    Vpc,
)
from scripts.reachability.repairs import AddAclEntry, AddGroupRule, DeleteAclEntry, Repair

Document = dict[str, Any]

#: Field of an explanation that says which component is meant, beside ``Component``.
_FIELD: dict[type[Component], str] = {
    NetworkAcl: "Acl",
    Interface: "NetworkInterface",
    SecurityGroup: "SecurityGroup",
    RouteTable: "RouteTable",
    InternetGateway: "InternetGateway",
    NatGateway: "NatGateway",
    Peering: "VpcPeeringConnection",
    Subnet: "Subnet",
    Vpc: "Vpc",
    TargetGroup: "LoadBalancerTargetGroup",
    Listener: "ElasticLoadBalancerListener",
}

_TARGET: dict[TargetKind, str] = {
    TargetKind.LOCAL: "GatewayId",
    TargetKind.INTERNET_GATEWAY: "GatewayId",
    TargetKind.GATEWAY_ENDPOINT: "GatewayId",
    TargetKind.EGRESS_ONLY_GATEWAY: "EgressOnlyInternetGatewayId",
    TargetKind.NAT_GATEWAY: "NatGatewayId",
    TargetKind.PEERING: "VpcPeeringConnectionId",
    TargetKind.INTERFACE: "NetworkInterfaceId",
}


def document(answer: Answer, network: Network) -> Document:
    """One analysis, with AWS's field names.

    Parameters
    ----------
    network
        What was asked: it names the VPCs and subnets that hops lie in.
    """
    shown = next((each for each in answer.paths if not each.open), answer.paths[0])
    found: Document = {
        "Status": "succeeded",
        "NetworkPathFound": answer.reachable,
        "ForwardPathComponents": _components(shown.forward, network),
        "ReturnPathComponents": _components(shown.back, network),
        "Explanations": [_explanation(each, answer.paths, network) for each in answer.blockers],
    }
    if answer.notes:
        found["WarningMessage"] = "; ".join(answer.notes)
    return found


def component(part: Component) -> Document:
    """What AWS says of a component: its id, its ARN where that is the id, and its name."""
    found: Document = {"Id": part.id}
    if part.id.startswith("arn:"):
        found["Arn"] = part.id
    if part.name:
        found["Name"] = part.name
    return found


def _components(hops: tuple[Hop, ...], network: Network) -> list[Document]:
    return [_hop(number, hop, network) for number, hop in enumerate(hops, 1)]


def _hop(number: int, hop: Hop, network: Network) -> Document:
    part = hop.component
    found: Document = {
        "SequenceNumber": number,
        "Component": component(part),
        "OutboundHeader": _header(hop.header),
    }
    match hop.rule:
        case AclEntry():
            found["AclRule"] = _acl_rule(hop.rule)
        case GroupRule():
            found["SecurityGroupRule"] = _group_rule(hop.rule)
        case Route():
            found["RouteTableRoute"] = _route(hop.rule)
    match part:
        case Interface():
            found |= _place(part, network)
        case Subnet() | RouteTable() | NetworkAcl() | SecurityGroup() if part.vpc in network.vpcs:
            found["Vpc"] = component(network.vpcs[part.vpc])
        case Peering():
            found |= {
                field: component(network.vpcs[vpc])
                for field, vpc in (("SourceVpc", part.requester), ("DestinationVpc", part.accepter))
                if vpc in network.vpcs
            }
    return found


def _place(interface: Interface, network: Network) -> Document:
    found: Document = {}
    if interface.subnet in network.subnets:
        found["Subnet"] = component(network.subnets[interface.subnet])
    if interface.vpc in network.vpcs:
        found["Vpc"] = component(network.vpcs[interface.vpc])
    owner = network.instances.get(interface.owner)
    if isinstance(owner, Instance):
        found["AttachedTo"] = component(owner)
    return found


def _header(header: Header) -> Document:
    found: Document = {
        "SourceAddresses": [str(header.source)],
        "DestinationAddresses": [str(header.destination)],
        "Protocol": str(header.protocol),
    }
    if header.protocol not in {ICMP, ICMPV6}:
        found["SourcePortRanges"] = [_range(*header.source_ports)]
        found["DestinationPortRanges"] = [_range(*header.destination_ports)]
    return found


def _range(first: int, last: int) -> Document:
    return {"From": first, "To": last}


def _traffic(traffic: Traffic) -> Document:
    found: Document = {"Protocol": "all" if traffic.protocol == -1 else str(traffic.protocol)}
    if traffic.first >= 0:
        found["PortRange"] = _range(traffic.first, traffic.last)
    return found


def _acl_rule(entry: AclEntry) -> Document:
    return {
        "Cidr": str(entry.cidr),
        "Egress": entry.egress,
        "RuleAction": "allow" if entry.allow else "deny",
        "RuleNumber": entry.number,
        **_traffic(entry.traffic),
    }


def _group_rule(rule: GroupRule) -> Document:
    found: Document = {"Direction": "egress" if rule.egress else "ingress", **_traffic(rule.traffic)}
    match rule.peer:
        case GroupPeer():
            found["SecurityGroupId"] = rule.peer.group
        case ListPeer():
            found["PrefixListId"] = rule.peer.prefix_list
        case _:
            found["Cidr"] = str(rule.peer)
    return found


def _route(route: Route) -> Document:
    of_list = isinstance(route.destination, str)
    found: Document = {
        "DestinationPrefixListId" if of_list else "DestinationCidr": str(route.destination),
        "State": "active" if route.active else "blackhole",
    }
    if route.kind in _TARGET:
        found[_TARGET[route.kind]] = route.target
    return found


def _explanation(blocker: Blocker, paths: tuple[Path, ...], network: Network) -> Document:
    part = blocker.component
    found: Document = {"ExplanationCode": blocker.code, "Component": component(part)}
    field = _FIELD.get(type(part))
    if field is not None:
        found[field] = component(part)
    if isinstance(part, LoadBalancer):
        found["LoadBalancerArn"] = part.id
    if isinstance(part, Subnet | RouteTable | NetworkAcl | SecurityGroup) and part.vpc in network.vpcs:
        found["Vpc"] = component(network.vpcs[part.vpc])
    egress = _egress(blocker.repair)
    if egress is not None:
        found["Direction"] = "egress" if egress else "ingress"
    header = blocker.header
    if header is not None:
        found["Addresses"] = [str(header.source), str(header.destination)]
        found["Protocols"] = [str(header.protocol)]
        if header.protocol not in {ICMP, ICMPV6}:
            found["PortRanges"] = [_range(*header.destination_ports)]
    hop = _stop(blocker, paths)
    match hop.rule if hop is not None else None:
        case AclEntry() as entry:
            found["AclRule"] = _acl_rule(entry)
        case Route() as route:
            found["RouteTableRoute"] = _route(route)
    return found


def _egress(repair: Repair | None) -> bool | None:
    """Which way a filter is to be opened."""
    match repair:
        case AddGroupRule():
            return repair.rule.egress
        case AddAclEntry() | DeleteAclEntry():
            return repair.entry.egress
        case _:
            return None


def _stop(blocker: Blocker, paths: tuple[Path, ...]) -> Hop | None:
    """The hop at which packets are stopped."""
    for path in paths:
        for hop in path.forward if blocker.direction is Direction.FORWARD else path.back:
            at = not hop.passes and hop.header == blocker.header
            if at and hop.component.id == blocker.component.id:
                return hop
    return None
