"""Routes.

To Moto every route is ``active`` for ever, and any target will do: a NAT gateway that does not exist, an
internet gateway that is attached to nothing (`models/route_tables.py:417`).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2 import rules
from scripts.local_cloud.providers.ec2.listing import from_moto
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import gateways, instances, prefix_lists, routing

TABLE_NOT_FOUND = ("InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist")

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")

#: A route's field for its target, to the error when there is none such.
_TARGETS = {
    "GatewayId": ("InvalidGatewayID.NotFound", "The gateway ID '{}' does not exist"),
    "NatGatewayId": ("InvalidNatGatewayID.NotFound", "The natGateway ID '{}' does not exist"),
    "InstanceId": ("InvalidInstanceID.NotFound", "The instance ID '{}' does not exist"),
    "NetworkInterfaceId": (
        "InvalidNetworkInterfaceID.NotFound",
        "The networkInterface ID '{}' does not exist",
    ),
    "VpcPeeringConnectionId": (
        "InvalidVpcPeeringConnectionID.NotFound",
        "The vpcPeeringConnection ID '{}' does not exist",
    ),
    "EgressOnlyInternetGatewayId": ("InvalidGatewayID.NotFound", "The gateway ID '{}' does not exist"),
    "TransitGatewayId": ("InvalidTransitGatewayID.NotFound", "The transitGateway ID '{}' does not exist"),
}


def describe_tables(context: RequestContext) -> list[dict[str, Any]]:
    """Every route table, each route with the state of its target."""
    tables = []
    for table in from_moto(context, "RouteTables"):
        shown = [_shown(context, table["VpcId"], route) for route in table.get("Routes") or ()]
        tables.append({**table, "Routes": shown, "PropagatingVgws": []})
    return tables


def _shown(context: RequestContext, vpc_id: str, route: dict[str, Any]) -> dict[str, Any]:
    where = context.account_id, context.region
    targets = [(field, route[field]) for field in _TARGETS if route.get(field)]
    alive = all(routing.is_alive(*where, vpc_id, field, target) for field, target in targets)
    shown = {**route, "State": "active" if alive else "blackhole"}
    instance_id = route.get("InstanceId")
    interface_id = route.get("NetworkInterfaceId")
    if instance_id and not interface_id:
        interface_id = instances.primary_interface(*where, instance_id)
        if interface_id:
            shown["NetworkInterfaceId"] = interface_id
        shown["InstanceOwnerId"] = context.account_id
    if interface_id and not instance_id:
        held = instances.attached_to(*where, interface_id)
        if held:
            shown |= {"InstanceId": held, "InstanceOwnerId": context.account_id}
    return shown


def _destination(context: RequestContext, request: Request) -> dict[str, str]:
    given = {name: request[name] for name in _DESTINATIONS if request.get(name)}
    if len(given) != 1:
        raise error(
            "MissingParameter" if not given else "InvalidParameterCombination",
            "Exactly one of 'destinationCidrBlock', 'destinationIpv6CidrBlock' and "
            "'destinationPrefixListId' must be specified.",
        )
    [(name, value)] = given.items()
    if name == "DestinationPrefixListId":
        if not prefix_lists.exists(context.account_id, context.region, value):
            raise error("InvalidPrefixListID.NotFound", f"The prefix list ID '{value}' does not exist")
        return given
    block = rules.network(value)
    if ipaddress.ip_network(block).version != (4 if name == "DestinationCidrBlock" else 6):
        raise error(
            "InvalidParameterValue", f"Value ({value}) for parameter {name} is invalid. Wrong address family."
        )
    return {name: block}


def _target(context: RequestContext, request: Request, vpc_id: str) -> None:
    given = [(field, request[field]) for field in _TARGETS if request.get(field)]
    others = request.get("CarrierGatewayId") or request.get("VpcEndpointId") or request.get("LocalGatewayId")
    if others or len(given) != 1:
        raise error(
            "InvalidParameterCombination" if given or others else "MissingParameter",
            "The request must name exactly one target: gatewayId, natGatewayId, instanceId, "
            "networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId or transitGatewayId.",
        )
    [(field, target)] = given
    if field == "GatewayId" and target.startswith("vpce-"):
        raise error(
            "RouteNotSupported", f"Route to {target} is not supported: associate the route table instead."
        )
    if not routing.exists(context.account_id, context.region, field, target):
        code, message = _TARGETS[field]
        raise error(code, message.format(target))
    home = _home(context, field, target)
    if home and vpc_id not in home:
        raise error(
            "InvalidParameterValue",
            f"route table {request['RouteTableId']} and network gateway {target} belong to different "
            "networks",
        )


def _home(context: RequestContext, field: str, target: str) -> tuple[str, ...]:
    """The VPCs that a target serves; empty when that is not checked."""
    where = context.account_id, context.region
    if field == "GatewayId" and target.startswith("igw-"):
        return (gateways.attached_to(*where, target) or "(no network)",)
    if field == "NatGatewayId":
        return (routing.nat_vpc(*where, target),)
    if field == "VpcPeeringConnectionId":
        return routing.peering_vpcs(*where, target)
    if field == "EgressOnlyInternetGatewayId":
        return (gateways.egress_only_gateway_vpc(*where, target) or "",)
    if field == "NetworkInterfaceId":
        return (network_interfaces.describe(*where, target)["VpcId"],)
    if field == "InstanceId":
        interface_id = instances.primary_interface(*where, target)
        return (network_interfaces.describe(*where, interface_id)["VpcId"],) if interface_id else ("",)
    return ()


def check_table(context: RequestContext, table_id: str) -> str:
    """The id of the table's VPC; refuses a table that does not exist."""
    vpc_id = routing.table_vpc(context.account_id, context.region, table_id)
    if vpc_id is None:
        raise error(TABLE_NOT_FOUND[0], TABLE_NOT_FOUND[1].format(table_id))
    return vpc_id


def _present(context: RequestContext, table_id: str, destination: dict[str, str]) -> dict[str, Any] | None:
    """The route of a table to a destination, or None."""
    [(name, value)] = destination.items()
    for route in routing.routes(context.account_id, context.region, table_id):
        if route.get(name) == value:
            return route
    return None


@operations.simulated("CreateRoute")
def create(context: RequestContext, request: Request) -> Response:
    """Add a route to a destination that has none, over a target that is there and in the table's network."""
    vpc_id = check_table(context, request["RouteTableId"])
    destination = _destination(context, request)
    _target(context, request, vpc_id)
    if _present(context, request["RouteTableId"], destination):
        [value] = destination.values()
        raise error("RouteAlreadyExists", f"The route identified by {value} already exists.")
    ask_moto(context, {**request, **destination})
    return {"Return": True}


@operations.simulated("ReplaceRoute")
def replace(context: RequestContext, request: Request) -> Response:
    """Give a route another target."""
    vpc_id = check_table(context, request["RouteTableId"])
    destination = _destination(context, request)
    _check_changeable(context, request["RouteTableId"], destination, "InvalidParameterValue")
    _target(context, request, vpc_id)
    ask_moto(context, {**request, **destination})
    return {}


@operations.simulated("DeleteRoute")
def delete(context: RequestContext, request: Request) -> Response:
    """Take a route, not the local one and not an endpoint's, from a table."""
    check_table(context, request["RouteTableId"])
    destination = _destination(context, request)
    _check_changeable(context, request["RouteTableId"], destination, "InvalidRoute.NotFound")
    ask_moto(context, {**request, **destination})
    return {}


def _check_changeable(
    context: RequestContext, table_id: str, destination: dict[str, str], unknown_code: str
) -> None:
    route = _present(context, table_id, destination)
    [value] = destination.values()
    if route is None:
        raise error(unknown_code, f"no route with destination-cidr-block {value} in route table {table_id}")
    gateway = route.get("GatewayId", "")
    if gateway == "local":
        raise error(
            "InvalidParameterValue", f"cannot remove or replace local route {value} in route table {table_id}"
        )
    if gateway.startswith("vpce-"):
        raise error(
            "InvalidParameterValue",
            f"cannot remove or replace VPC endpoint route {value} in route table {table_id}: "
            "disassociate the route table from the endpoint instead",
        )
