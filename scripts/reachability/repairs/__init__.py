"""Settings that open a path: each knows what it changes, and makes the network in which that is done."""

from scripts.reachability.repairs.balancers import (
    AddBalancerSubnet,
    CreateListener,
    EnableCrossZone,
)
from scripts.reachability.repairs.base import Repair
from scripts.reachability.repairs.gateways import (
    AcceptPeering,
    AssignIpv6Address,
    AssociateAddress,
    AttachInternetGateway,
    CreateEgressOnlyGateway,
    CreateInternetGateway,
    CreateNatGateway,
    CreatePeering,
    MakePublic,
)
from scripts.reachability.repairs.routes import AssociateEndpoint, CreateRoute, DeleteRoute, ReplaceRoute
from scripts.reachability.repairs.rules import AddAclEntry, AddGroupRule, DeleteAclEntry
from scripts.reachability.repairs.states import DisableSourceDestCheck, StartDbInstance, StartInstance

__all__ = [
    "AcceptPeering", "AddAclEntry", "AddBalancerSubnet", "AddGroupRule", "AssignIpv6Address",
    "AssociateAddress", "AssociateEndpoint", "AttachInternetGateway", "CreateEgressOnlyGateway",
    "CreateInternetGateway", "CreateListener", "CreateNatGateway", "CreatePeering", "CreateRoute",
    "DeleteAclEntry", "DeleteRoute", "DisableSourceDestCheck", "EnableCrossZone", "MakePublic",
    "Repair", "ReplaceRoute", "StartDbInstance", "StartInstance",
]  # fmt: skip
