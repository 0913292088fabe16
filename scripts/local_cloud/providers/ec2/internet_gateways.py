"""Internet gateways and egress-only ones.

Moto attaches a second internet gateway to a network, and detaches one whose network has public addresses.
"""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, gateways

_NOT_FOUND = ("InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist")

Listing(
    "DescribeInternetGateways",
    "InternetGateways",
    ids="InternetGatewayIds",
    id_field="InternetGatewayId",
    not_found=_NOT_FOUND,
    filters={
        "attachment.state": "Attachments[].State",
        "attachment.vpc-id": "Attachments[].VpcId",
        "internet-gateway-id": "InternetGatewayId",
        "owner-id": "OwnerId",
    },
).register(lambda context: from_moto(context, "InternetGateways"))

Listing(
    "DescribeEgressOnlyInternetGateways",
    "EgressOnlyInternetGateways",
    ids="EgressOnlyInternetGatewayIds",
    id_field="EgressOnlyInternetGatewayId",
    not_found=("InvalidGatewayID.NotFound", "The gateway ID '{}' does not exist"),
).register(lambda context: from_moto(context, "EgressOnlyInternetGateways"))

operations.passed_on("CreateInternetGateway", "CreateEgressOnlyInternetGateway")


@operations.simulated("DeleteEgressOnlyInternetGateway")
def delete_egress_only(context: RequestContext, request: Request) -> Response:
    """Remove an egress-only gateway; routes over it become blackholes."""
    answer = pass_on(context, request)
    core.forget_tags(context.account_id, context.region, request["EgressOnlyInternetGatewayId"])
    return answer


def _attached_to(context: RequestContext, gateway_id: str) -> str:
    vpc_id = gateways.attached_to(context.account_id, context.region, gateway_id)
    if vpc_id is None:
        raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(gateway_id))
    return vpc_id


@operations.simulated("AttachInternetGateway")
def attach(context: RequestContext, request: Request) -> Response:
    """Attach a free gateway to a network that has none."""
    gateway_id, vpc_id = request["InternetGatewayId"], request["VpcId"]
    current = _attached_to(context, gateway_id)
    if current:
        raise error(
            "Resource.AlreadyAssociated", f"resource {gateway_id} is already attached to network {current}"
        )
    if gateways.internet_gateway_of(context.account_id, context.region, vpc_id):
        raise error("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
    return pass_on(context, request)


@operations.simulated("DetachInternetGateway")
def detach(context: RequestContext, request: Request) -> Response:
    """Detach a gateway from a network in which nothing has a public address."""
    vpc_id = request["VpcId"]
    if _attached_to(context, request["InternetGatewayId"]) == vpc_id:
        mapped = [
            each["NetworkInterfaceId"]
            for each in network_interfaces.describe_all(context.account_id, context.region)
            if each["VpcId"] == vpc_id and each.get("Association")
        ]
        if mapped:
            raise error(
                "DependencyViolation",
                f"Network {vpc_id} has some mapped public address(es). Please unmap those public "
                "address(es) before detaching the gateway.",
            )
    return pass_on(context, request)


@operations.simulated("DeleteInternetGateway")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a gateway that is attached to nothing."""
    gateway_id = request["InternetGatewayId"]
    if _attached_to(context, gateway_id):
        raise error(
            "DependencyViolation",
            f"The internetGateway '{gateway_id}' has dependencies and cannot be deleted.",
        )
    answer = pass_on(context, request)
    core.forget_tags(context.account_id, context.region, gateway_id)
    return answer
