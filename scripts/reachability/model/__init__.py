"""The network as AWS describes it: frozen data, whatever it was read from."""

from scripts.reachability.model.base import (
    ALL,
    ICMP,
    ICMPV6,
    PORTS,
    TCP,
    UDP,
    Address,
    Cidr,
    Component,
    Traffic,
    Unmodelled,
)
from scripts.reachability.model.ends import (
    DbInstance,
    GlueConnection,
    Instance,
    Interface,
    Listener,
    LoadBalancer,
    Target,
    TargetGroup,
)
from scripts.reachability.model.filters import (
    AclEntry,
    GroupPeer,
    GroupRule,
    ListPeer,
    NetworkAcl,
    SecurityGroup,
)
from scripts.reachability.model.network import Network
from scripts.reachability.model.routing import (
    EgressOnlyGateway,
    Endpoint,
    InternetGateway,
    NatGateway,
    Peering,
    PrefixList,
    Route,
    RouteTable,
    Subnet,
    TargetKind,
    Vpc,
)

__all__ = [
    "ALL", "ICMP", "ICMPV6", "PORTS", "TCP", "UDP",
    "AclEntry", "Address", "Cidr", "Component", "DbInstance", "EgressOnlyGateway", "Endpoint",
    "GlueConnection", "GroupPeer", "GroupRule", "Instance", "Interface", "InternetGateway", "ListPeer",
    "Listener", "LoadBalancer", "NatGateway", "Network", "NetworkAcl", "Peering", "PrefixList", "Route",
    "RouteTable", "SecurityGroup", "Subnet", "Target", "TargetGroup", "TargetKind", "Traffic", "Unmodelled",
    "Vpc",
]  # fmt: skip
