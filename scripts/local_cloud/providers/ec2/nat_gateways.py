"""NAT gateways, each with an interface of the factory inside its subnet."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2 import elastic_addresses as elastic
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, tags_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import elastic_addresses, gateways, subnets

_NOT_FOUND = ("NatGatewayNotFound", "The Nat Gateway {} was not found")

LISTING = Listing(
    "DescribeNatGateways",
    "NatGateways",
    ids="NatGatewayIds",
    id_field="NatGatewayId",
    not_found=_NOT_FOUND,
    filters={
        "nat-gateway-id": "NatGatewayId",
        "state": "State",
        "subnet-id": "SubnetId",
        "vpc-id": "VpcId",
    },
)


def describe_all(context: RequestContext) -> list[dict[str, Any]]:
    """Every NAT gateway; a deleted one stays visible, as on AWS for an hour."""
    shown = [
        gateways.describe_nat(context.account_id, context.region, gateway_id)
        for gateway_id in gateways.nat_ids(context.account_id, context.region)
    ]
    return [each for each in shown if each is not None]


LISTING.register(describe_all)


@operations.simulated("CreateNatGateway")
def create(context: RequestContext, request: Request) -> Response:
    """Make a gateway; a public one fails, as on AWS, in a network without an internet gateway."""
    where = context.account_id, context.region
    connectivity = request.get("ConnectivityType") or "public"
    subnet_id = request["SubnetId"]
    vpc_id = subnets.subnet_vpc(*where, subnet_id)
    if vpc_id is None:
        raise error("InvalidSubnet", f"The subnet ID '{subnet_id}' does not exist")
    allocation_id = _allocation(context, request, connectivity)
    gateway_id = f"nat-{secrets.token_hex(9)[:17]}"
    gateways.new_nat(
        *where,
        gateway_id=gateway_id,
        subnet_id=subnet_id,
        connectivity_type=connectivity,
        created_at=datetime.now(UTC),
        tags=tags_for(request, "natgateway"),
    )
    if connectivity == "public" and gateways.internet_gateway_of(*where, vpc_id) is None:
        failure = ("Gateway.NotAttached", f"Network {vpc_id} has no Internet gateway attached")
        gateways.change_nat(*where, gateway_id, {"state": "failed", "failure": failure})
    else:
        _connect(context, request, gateway_id, allocation_id)
    shown = gateways.describe_nat(*where, gateway_id)
    return {"NatGateway": {**(shown or {}), "State": "pending"}, "ClientToken": request.get("ClientToken")}


def _allocation(context: RequestContext, request: Request, connectivity: str) -> str | None:
    allocation_id: str | None = request.get("AllocationId")
    if connectivity == "private":
        if allocation_id:
            raise error(
                "InvalidParameterCombination",
                "AllocationId cannot be specified for a NAT gateway with private connectivity.",
            )
        return None
    if not allocation_id:
        raise error("MissingParameter", "The request must include the AllocationId parameter.")
    elastic.check_free(elastic.by_allocation(context, allocation_id), allowed=False)
    return allocation_id


def _connect(context: RequestContext, request: Request, gateway_id: str, allocation_id: str | None) -> None:
    where = context.account_id, context.region
    interface = network_interfaces.create(
        *where,
        subnet_id=request["SubnetId"],
        group_ids=[],
        description=f"Interface for NAT Gateway {gateway_id}",
        interface_type="nat_gateway",
        private_ip=request.get("PrivateIpAddress"),
    )
    address = {
        "NetworkInterfaceId": interface["NetworkInterfaceId"],
        "PrivateIp": interface["PrivateIpAddress"],
        "IsPrimary": True,
        "Status": "succeeded",
    }
    if allocation_id:
        held = elastic.by_allocation(context, allocation_id)
        address |= {
            "AllocationId": allocation_id,
            "PublicIp": held["PublicIp"],
            "AssociationId": elastic_addresses.associate(
                *where, allocation_id, interface["NetworkInterfaceId"]
            ),
        }
    gateways.change_nat(
        *where,
        gateway_id,
        {"interface_id": interface["NetworkInterfaceId"], "address_set": [address]},
    )


@operations.simulated("DeleteNatGateway")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove the gateway and its interface, and free its elastic address."""
    where = context.account_id, context.region
    gateway_id = request["NatGatewayId"]
    if gateway_id not in gateways.nat_ids(*where):
        raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(gateway_id))
    interface_id = gateways.nat_interface(*where, gateway_id)
    if interface_id:
        network_interfaces.delete(*where, interface_id)
    gateways.change_nat(
        *where, gateway_id, {"state": "deleted", "deleted_at": datetime.now(UTC), "interface_id": None}
    )
    return {"NatGatewayId": gateway_id}
