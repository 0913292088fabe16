"""VPC endpoints: gateway endpoints with their routes, interface endpoints with their interfaces.

Moto puts an interface endpoint's addresses outside its subnets (`vpcs.py:995`). LocalStack adds route tables
to a gateway endpoint without a route, so that deleting it fails (`services/ec2/provider.py:236`), and takes
the version out of policies (`:472`), so that a written policy is never the one read.
"""

from __future__ import annotations

import json
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2 import subnets as subnet_operations
from scripts.local_cloud.providers.ec2 import vpcs as vpc_operations
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations
from scripts.local_cloud.providers.ec2.routes import check_table
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import (
    endpoints,
    prefix_lists,
    routing,
    security_groups,
    subnets,
    vpcs,
)

_NOT_FOUND = ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist")

LISTING = Listing(
    "DescribeVpcEndpoints",
    "VpcEndpoints",
    ids="VpcEndpointIds",
    id_field="VpcEndpointId",
    not_found=_NOT_FOUND,
    filters={
        "ip-address-type": "IpAddressType",
        "service-name": "ServiceName",
        "vpc-endpoint-id": "VpcEndpointId",
        "vpc-endpoint-state": "State",
        "vpc-endpoint-type": "VpcEndpointType",
        "vpc-id": "VpcId",
    },
)

operations.passed_on("DescribeVpcEndpointServices")


@operations.simulated("DescribeVpcEndpoints")
def describe(context: RequestContext, request: Request) -> Response:
    """Endpoints, their policies as they were written."""
    return LISTING.answer(describe_all(context), request)


def describe_all(context: RequestContext) -> list[dict[str, Any]]:
    """Every endpoint."""
    return endpoints.describe_all(context.account_id, context.region)


def _existing(context: RequestContext, endpoint_id: str) -> dict[str, Any]:
    for shown in describe_all(context):
        if shown["VpcEndpointId"] == endpoint_id:
            return shown
    raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(endpoint_id))


@operations.simulated("CreateVpcEndpoint")
def create(context: RequestContext, request: Request) -> Response:
    """Make a gateway endpoint with its routes, or an interface endpoint with its interfaces."""
    where = context.account_id, context.region
    vpc_id, service = request["VpcId"], request.get("ServiceName") or ""
    vpc_operations.check(context, vpc_id)
    kind = request.get("VpcEndpointType") or "Gateway"
    if kind not in endpoints.service_types(*where).get(service, ()):
        raise error("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
    tables = request.get("RouteTableIds") or []
    subnet_ids = request.get("SubnetIds") or []
    if (tables and kind != "Gateway") or (subnet_ids and kind == "Gateway"):
        raise error(
            "InvalidParameter", f"Endpoint type ({kind}) does not match the route tables or subnets given."
        )
    _check_policy(request.get("PolicyDocument"))
    list_id = _check_tables(context, vpc_id, service, tables) if kind == "Gateway" else None
    private_names = _private_names(context, request, vpc_id) if kind == "Interface" else False
    group_ids = _groups(context, request, vpc_id) if kind == "Interface" else []
    _check_subnets(context, vpc_id, subnet_ids)
    bare = {**request, "VpcEndpointType": kind, "RouteTableIds": [], "SubnetIds": [], "SecurityGroupIds": []}
    endpoint_id = ask_moto(context, bare)["VpcEndpoint"]["VpcEndpointId"]
    endpoints.change(
        *where,
        endpoint_id,
        {
            "route_table_ids": list(tables),
            "subnet_ids": [],
            "security_group_ids": list(group_ids),
            "private_dns_enabled": private_names,
        },
    )
    for table_id in tables:
        routing.put_endpoint_route(*where, table_id, str(list_id), endpoint_id)
    try:
        _add_interfaces(context, endpoint_id, subnet_ids, group_ids)
    except CommonServiceException:
        _remove(context, _existing(context, endpoint_id))
        raise
    return {"VpcEndpoint": {**_existing(context, endpoint_id), "State": _FIRST_STATE[kind]}}


_FIRST_STATE = {"Gateway": "available", "Interface": "pending"}


def _check_policy(document: str | None) -> None:
    if document:
        try:
            json.loads(document)
        except ValueError:
            raise error("InvalidPolicyDocument", "The policy is not valid JSON.") from None


def _check_tables(context: RequestContext, vpc_id: str, service: str, tables: list[str]) -> str:
    list_id = prefix_lists.named(context.account_id, context.region, service)
    if list_id is None:
        raise error("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
    for table_id in tables:
        if check_table(context, table_id) != vpc_id:
            raise error(
                "InvalidParameter", f"Route table {table_id} does not belong to the network {vpc_id}."
            )
        routes = routing.routes(context.account_id, context.region, table_id)
        if any(route.get("DestinationPrefixListId") == list_id for route in routes):
            raise error(
                "RouteAlreadyExists",
                f"route table {table_id} already has a route with destination-prefix-list-id {list_id}",
            )
    return list_id


def _private_names(context: RequestContext, request: Request, vpc_id: str) -> bool:
    wanted = request.get("PrivateDnsEnabled") is not False
    if wanted and not vpcs.has_dns_hostnames(context.account_id, context.region, vpc_id):
        raise error(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
            f"set to true for {vpc_id}",
        )
    return wanted


def _groups(context: RequestContext, request: Request, vpc_id: str) -> list[str]:
    where = context.account_id, context.region
    wanted: list[str] = request.get("SecurityGroupIds") or [security_groups.default_group(*where, vpc_id)]
    for group_id in wanted:
        if security_groups.group_vpc(*where, group_id) != vpc_id:
            raise error("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    return wanted


def _check_subnets(context: RequestContext, vpc_id: str, subnet_ids: list[str]) -> None:
    zones: set[str] = set()
    for subnet_id in subnet_ids:
        if subnet_operations.check(context, subnet_id) != vpc_id:
            raise error("InvalidParameter", f"Subnet {subnet_id} does not belong to the network {vpc_id}.")
        zone = subnets.zone(context.account_id, context.region, subnet_id)
        if zone in zones:
            raise error(
                "DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone"
            )
        zones.add(zone)


def _add_interfaces(
    context: RequestContext, endpoint_id: str, subnet_ids: list[str], group_ids: list[str]
) -> None:
    for subnet_id in subnet_ids:
        made = network_interfaces.create(
            context.account_id,
            context.region,
            subnet_id=subnet_id,
            group_ids=group_ids,
            description=f"VPC Endpoint Interface {endpoint_id}",
            interface_type="vpc_endpoint",
        )
        endpoints.add_interface(
            context.account_id, context.region, endpoint_id, subnet_id, made["NetworkInterfaceId"]
        )


def _remove(context: RequestContext, shown: dict[str, Any]) -> None:
    where = context.account_id, context.region
    list_id = prefix_lists.named(*where, shown["ServiceName"])
    for table_id in shown["RouteTableIds"] if list_id else ():
        routing.remove_endpoint_route(*where, table_id, str(list_id))
    for interface_id in shown["NetworkInterfaceIds"]:
        network_interfaces.delete(*where, interface_id)
    endpoints.remove(*where, shown["VpcEndpointId"])


@operations.simulated("DeleteVpcEndpoints")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove endpoints with their routes and interfaces; an unknown one is named in the answer."""
    present = {shown["VpcEndpointId"]: shown for shown in describe_all(context)}
    unknown = []
    for endpoint_id in request["VpcEndpointIds"]:
        if endpoint_id in present:
            _remove(context, present[endpoint_id])
        else:
            problem = {"Code": _NOT_FOUND[0], "Message": _NOT_FOUND[1].format(endpoint_id)}
            unknown.append({"ResourceId": endpoint_id, "Error": problem})
    return {"Unsuccessful": unknown}


@operations.simulated("ModifyVpcEndpoint")
def modify(context: RequestContext, request: Request) -> Response:
    """Change policy, private names, route tables, subnets or groups, each with what hangs on it."""
    where = context.account_id, context.region
    shown = _existing(context, request["VpcEndpointId"])
    _check_policy(request.get("PolicyDocument"))
    changes: dict[str, Any] = {}
    if request.get("PolicyDocument"):
        changes["policy_document"] = request["PolicyDocument"]
    if request.get("ResetPolicy"):
        changes["policy_document"] = json.dumps(endpoints.DEFAULT_POLICY)
    if request.get("PrivateDnsEnabled") is not None:
        changes["private_dns_enabled"] = _private_names(context, request, shown["VpcId"])
    changes |= _move_tables(context, request, shown)
    changes |= _move_groups(context, request, shown)
    _move_subnets(context, request, shown)
    endpoints.change(*where, shown["VpcEndpointId"], changes)
    return {"Return": True}


def _move_tables(context: RequestContext, request: Request, shown: dict[str, Any]) -> dict[str, Any]:
    where = context.account_id, context.region
    gone = request.get("RemoveRouteTableIds") or []
    kept = [each for each in shown["RouteTableIds"] if each not in gone]
    added = [each for each in request.get("AddRouteTableIds") or () if each not in kept]
    if not gone and not added:
        return {}
    list_id = _check_tables(
        context, shown["VpcId"], shown["ServiceName"], [each for each in added if each not in gone]
    )
    for table_id in gone:
        routing.remove_endpoint_route(*where, table_id, list_id)
    for table_id in added:
        routing.put_endpoint_route(*where, table_id, list_id, shown["VpcEndpointId"])
    return {"route_table_ids": [*kept, *added]}


def _move_groups(context: RequestContext, request: Request, shown: dict[str, Any]) -> dict[str, Any]:
    gone = request.get("RemoveSecurityGroupIds") or []
    added = request.get("AddSecurityGroupIds") or []
    if not gone and not added:
        return {}
    present = [group["GroupId"] for group in shown["Groups"]]
    wanted = [each for each in dict.fromkeys([*present, *added]) if each not in gone]
    wanted = _groups(context, {"SecurityGroupIds": wanted}, shown["VpcId"])
    for interface_id in shown["NetworkInterfaceIds"]:
        network_interfaces.set_groups(context.account_id, context.region, interface_id, wanted)
    return {"security_group_ids": wanted}


def _move_subnets(context: RequestContext, request: Request, shown: dict[str, Any]) -> None:
    where = context.account_id, context.region
    gone = request.get("RemoveSubnetIds") or []
    kept = [each for each in shown["SubnetIds"] if each not in gone]
    added = [each for each in request.get("AddSubnetIds") or () if each not in kept]
    _check_subnets(context, shown["VpcId"], [*kept, *added])
    for interface_id in shown["NetworkInterfaceIds"]:
        subnet_id = network_interfaces.describe(*where, interface_id)["SubnetId"]
        if subnet_id in gone:
            network_interfaces.delete(*where, interface_id)
            endpoints.drop_interface(*where, shown["VpcEndpointId"], subnet_id, interface_id)
    groups = [group["GroupId"] for group in _existing(context, shown["VpcEndpointId"])["Groups"]]
    _add_interfaces(context, shown["VpcEndpointId"], added, groups)
