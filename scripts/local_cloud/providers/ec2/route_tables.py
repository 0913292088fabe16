"""Route tables and their associations.

Moto answers the old association when a subnet is given to another table (`models/route_tables.py:301`), and
deletes a network's main table.
"""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import subnets as subnet_operations
from scripts.local_cloud.providers.ec2 import vpcs as vpc_operations
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.ec2.routes import TABLE_NOT_FOUND, check_table, describe_tables
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import routing

Listing(
    "DescribeRouteTables",
    "RouteTables",
    ids="RouteTableIds",
    id_field="RouteTableId",
    not_found=TABLE_NOT_FOUND,
    filters={
        "association.gateway-id": "Associations[].GatewayId",
        "association.main": "Associations[].Main",
        "association.route-table-association-id": "Associations[].RouteTableAssociationId",
        "association.route-table-id": "Associations[].RouteTableId",
        "association.subnet-id": "Associations[].SubnetId",
        "owner-id": "OwnerId",
        "route-table-id": "RouteTableId",
        "route.destination-cidr-block": "Routes[].DestinationCidrBlock",
        "route.destination-ipv6-cidr-block": "Routes[].DestinationIpv6CidrBlock",
        "route.destination-prefix-list-id": "Routes[].DestinationPrefixListId",
        "route.egress-only-internet-gateway-id": "Routes[].EgressOnlyInternetGatewayId",
        "route.gateway-id": "Routes[].GatewayId",
        "route.instance-id": "Routes[].InstanceId",
        "route.nat-gateway-id": "Routes[].NatGatewayId",
        "route.origin": "Routes[].Origin",
        "route.state": "Routes[].State",
        "route.transit-gateway-id": "Routes[].TransitGatewayId",
        "route.vpc-peering-connection-id": "Routes[].VpcPeeringConnectionId",
        "transit-gateway-id": "Routes[].TransitGatewayId",
        "vpc-id": "VpcId",
    },
).register(describe_tables)


@operations.simulated("CreateRouteTable")
def create(context: RequestContext, request: Request) -> Response:
    """Make a table with the network's local routes."""
    vpc_operations.check(context, request["VpcId"])
    return pass_on(context, request)


@operations.simulated("DeleteRouteTable")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a table that is not the main one and has no association."""
    where = context.account_id, context.region
    table_id = request["RouteTableId"]
    check_table(context, table_id)
    if routing.main_association(*where, table_id):
        raise error(
            "DependencyViolation", f"The routeTable '{table_id}' has dependencies and cannot be deleted."
        )
    answer = pass_on(context, request)
    routing.forget_table(*where, table_id)
    return answer


@operations.simulated("AssociateRouteTable")
def associate(context: RequestContext, request: Request) -> Response:
    """Give a table a subnet, or a gateway, that has none of its own."""
    where = context.account_id, context.region
    table_id, subnet_id = request["RouteTableId"], request.get("SubnetId")
    vpc_id = check_table(context, table_id)
    target = subnet_id or request.get("GatewayId")
    if not target:
        raise error("MissingParameter", "The request must contain subnetId or gatewayId.")
    if subnet_id and subnet_operations.check(context, subnet_id) != vpc_id:
        raise error(
            "InvalidParameterValue",
            f"route table {table_id} and subnet {subnet_id} belong to different networks",
        )
    present = routing.association_of(*where, target)
    if present and present[1] != table_id:
        raise error(
            "Resource.AlreadyAssociated",
            f"the specified association for route table {table_id} conflicts with an existing association",
        )
    association_id = present[0] if present else pass_on(context, request)["AssociationId"]
    return {"AssociationId": association_id, "AssociationState": {"State": "associated"}}


@operations.simulated("DisassociateRouteTable")
def disassociate(context: RequestContext, request: Request) -> Response:
    """Take a subnet from its table; the main one applies from now on."""
    where = context.account_id, context.region
    association_id = request["AssociationId"]
    if association_id in routing.main_associations(*where):
        raise error(
            "InvalidParameterValue", f"cannot disassociate the main route table association {association_id}"
        )
    _check_association(context, association_id)
    return pass_on(context, request)


@operations.simulated("ReplaceRouteTableAssociation")
def replace(context: RequestContext, request: Request) -> Response:
    """Give a subnet, or the part of the main table, to another table."""
    where = context.account_id, context.region
    check_table(context, request["RouteTableId"])
    if request["AssociationId"] not in routing.main_associations(*where):
        _check_association(context, request["AssociationId"])
    return pass_on(context, request)


def _check_association(context: RequestContext, association_id: str) -> None:
    if routing.associated(context.account_id, context.region, association_id) is None:
        raise error("InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist")
