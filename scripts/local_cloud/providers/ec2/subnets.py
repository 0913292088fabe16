"""Subnets.

Moto deletes one that interfaces are in, takes any region's zone, and overlooks attributes that LocalStack
then would set only had Moto refused them (`services/ec2/provider.py:257`).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2 import vpcs as vpc_operations
from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import subnets, vpcs

NOT_FOUND = ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist")

_LISTING = Listing(
    "DescribeSubnets",
    "Subnets",
    ids="SubnetIds",
    id_field="SubnetId",
    not_found=NOT_FOUND,
    filters={
        "availability-zone": "AvailabilityZone",
        "availabilityZone": "AvailabilityZone",
        "availability-zone-id": "AvailabilityZoneId",
        "available-ip-address-count": "AvailableIpAddressCount",
        "cidr": "CidrBlock",
        "cidr-block": "CidrBlock",
        "cidrBlock": "CidrBlock",
        "default-for-az": "DefaultForAz",
        "defaultForAz": "DefaultForAz",
        "enable-dns64": "EnableDns64",
        "ipv6-cidr-block-association.association-id": "Ipv6CidrBlockAssociationSet[].AssociationId",
        "ipv6-cidr-block-association.ipv6-cidr-block": "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock",
        "ipv6-cidr-block-association.state": "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlockState.State",
        "ipv6-native": "Ipv6Native",
        "map-public-ip-on-launch": "MapPublicIpOnLaunch",
        "owner-id": "OwnerId",
        "state": "State",
        "subnet-arn": "SubnetArn",
        "subnet-id": "SubnetId",
        "vpc-id": "VpcId",
    },
)


def _all(context: RequestContext) -> list[dict[str, Any]]:
    return [_shown(context, subnet) for subnet in from_moto(context, "Subnets")]


_LISTING.register(_all)


def _shown(context: RequestContext, subnet: dict[str, Any]) -> dict[str, Any]:
    extra = subnets.attributes(context.account_id, context.region, subnet["SubnetId"])
    return {**subnet, **extra}


def check(context: RequestContext, subnet_id: str) -> str:
    """The id of the subnet's VPC; refuses one that does not exist."""
    vpc_id = subnets.subnet_vpc(context.account_id, context.region, subnet_id)
    if vpc_id is None:
        raise error(NOT_FOUND[0], NOT_FOUND[1].format(subnet_id))
    return vpc_id


@operations.simulated("CreateSubnet")
def create(context: RequestContext, request: Request) -> Response:
    """Make a subnet in a zone of the region, inside the network's blocks."""
    vpc_operations.check(context, request["VpcId"])
    request = {**request, **_zone(context, request)}
    request.pop("AvailabilityZoneId", None)
    if request.get("CidrBlock"):
        block = ipaddress.IPv4Network(vpc_operations.canonical(request["CidrBlock"]))
        if not 16 <= block.prefixlen <= 28:
            raise error("InvalidSubnet.Range", f"The CIDR '{block}' is invalid.")
        request["CidrBlock"] = str(block)
    if request.get("Ipv6CidrBlock"):
        _check_ipv6(context, request)
        request["Ipv6CidrBlock"] = str(ipaddress.IPv6Network(request["Ipv6CidrBlock"]))
    answer = ask_moto(context, request)
    subnet = answer["Subnet"]
    # Moto takes the first subnet of a zone for a default one when there is no default VPC.
    changes = {"default_for_az": False, "map_public_ip_on_launch": False}
    subnets.change(context.account_id, context.region, subnet["SubnetId"], changes)
    shown = {**subnet, "DefaultForAz": False, "MapPublicIpOnLaunch": False}
    return {"Subnet": _shown(context, shown)}


def _zone(context: RequestContext, request: Request) -> dict[str, str]:
    zones = subnets.zones(context.account_id, context.region)
    zone_id, name = request.get("AvailabilityZoneId"), request.get("AvailabilityZone")
    if zone_id:
        name = zones.get(zone_id)
    if name is None and not zone_id:
        name = min(zones.values())
    if name not in zones.values():
        raise error(
            "InvalidParameterValue",
            f"Value ({zone_id or name}) for parameter availabilityZone is invalid. Subnets can currently "
            f"only be created in the following availability zones: {', '.join(sorted(zones.values()))}.",
        )
    return {"AvailabilityZone": str(name)}


def _check_ipv6(context: RequestContext, request: Request) -> None:
    cidr = request["Ipv6CidrBlock"]
    try:
        block = ipaddress.IPv6Network(cidr)
    except ValueError:
        raise error(
            "InvalidParameterValue", f"Value ({cidr}) for parameter ipv6CidrBlock is invalid."
        ) from None
    blocks = vpcs.ipv6_blocks(context.account_id, context.region, request["VpcId"])
    if block.prefixlen < 44 or not any(block.subnet_of(each) for each in blocks):
        raise error("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")
    where = context.account_id, context.region
    for each in subnets.ids(*where, request["VpcId"]):
        other = subnets.subnet_blocks(*where, each)[1]
        if other is not None and block.overlaps(other):
            raise error("InvalidSubnet.Conflict", f"The CIDR '{cidr}' conflicts with another subnet")


@operations.simulated("DeleteSubnet")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a subnet that no interface is in."""
    subnet_id = request["SubnetId"]
    check(context, subnet_id)
    if any(
        shown["SubnetId"] == subnet_id
        for shown in network_interfaces.describe_all(context.account_id, context.region)
    ):
        raise error(
            "DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
        )
    answer = pass_on(context, request)
    subnets.forget_leftovers(context.account_id, context.region, subnet_id)
    return answer


@operations.simulated("ModifySubnetAttribute")
def modify(context: RequestContext, request: Request) -> Response:
    """Set the attributes that are given."""
    subnet_id = request["SubnetId"]
    check(context, subnet_id)
    changes: dict[str, Any] = {
        ours: request[theirs]["Value"]
        for theirs, ours in (
            ("MapPublicIpOnLaunch", "map_public_ip_on_launch"),
            ("AssignIpv6AddressOnCreation", "assign_ipv6_address_on_creation"),
            ("EnableDns64", "enable_dns64"),
        )
        if request.get(theirs)
    }
    options: dict[str, Any] = {
        ours: request[theirs]["Value"]
        for theirs, ours in (
            ("EnableResourceNameDnsARecordOnLaunch", "EnableResourceNameDnsARecord"),
            ("EnableResourceNameDnsAAAARecordOnLaunch", "EnableResourceNameDnsAAAARecord"),
        )
        if request.get(theirs)
    }
    if request.get("PrivateDnsHostnameTypeOnLaunch"):
        options["HostnameType"] = request["PrivateDnsHostnameTypeOnLaunch"]
    if options:
        changes["private_dns_name_options_on_launch"] = options
    if not changes:
        raise error("InvalidParameterCombination", "No attributes specified, or none that is supported here.")
    subnets.change(context.account_id, context.region, subnet_id, changes)
    return {}


@operations.simulated("DisassociateSubnetCidrBlock")
def disassociate_block(context: RequestContext, request: Request) -> Response:
    """Take a subnet's IPv6 block, of which no interface has an address."""
    where = context.account_id, context.region
    subnet_id = subnets.subnet_of_block(*where, request["AssociationId"])
    if subnet_id and any(":" in address for address in subnets.taken_private(*where, subnet_id)):
        raise error(
            "DependencyViolation",
            f"The association '{request['AssociationId']}' has dependencies and cannot be disassociated.",
        )
    return pass_on(context, request)


@operations.simulated("AssociateSubnetCidrBlock")
def associate_block(context: RequestContext, request: Request) -> Response:
    """Give a subnet the one IPv6 block that it may have."""
    where = context.account_id, context.region
    subnet_id = request["SubnetId"]
    vpc_id = check(context, subnet_id)
    if not request.get("Ipv6CidrBlock"):
        raise error("MissingParameter", "The request must contain the parameter ipv6CidrBlock")
    _check_ipv6(context, {**request, "VpcId": vpc_id})
    if subnets.subnet_blocks(*where, subnet_id)[1] is not None:
        raise error("InvalidParameterValue", f"The subnet '{subnet_id}' already has an IPv6 CIDR block.")
    return ask_moto(
        context, {**request, "Ipv6CidrBlock": str(ipaddress.IPv6Network(request["Ipv6CidrBlock"]))}
    )
