"""VPCs.

Moto keeps a CIDR block as typed, and lets a network go that gateways, groups, ACLs or endpoints still need
(`vpcs.py:842`).
"""

from __future__ import annotations

import ipaddress

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, dhcp_options, security_groups, subnets, vpcs

NOT_FOUND = ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist")

LISTING = Listing(
    "DescribeVpcs",
    "Vpcs",
    ids="VpcIds",
    id_field="VpcId",
    not_found=NOT_FOUND,
    filters={
        "cidr": "CidrBlock",
        "cidr-block": "CidrBlock",
        "cidr-block-association.association-id": "CidrBlockAssociationSet[].AssociationId",
        "cidr-block-association.cidr-block": "CidrBlockAssociationSet[].CidrBlock",
        "cidr-block-association.state": "CidrBlockAssociationSet[].CidrBlockState.State",
        "dhcp-options-id": "DhcpOptionsId",
        "ipv6-cidr-block-association.association-id": "Ipv6CidrBlockAssociationSet[].AssociationId",
        "ipv6-cidr-block-association.ipv6-cidr-block": "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock",
        "ipv6-cidr-block-association.ipv6-pool": "Ipv6CidrBlockAssociationSet[].Ipv6Pool",
        "ipv6-cidr-block-association.state": "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlockState.State",
        "is-default": "IsDefault",
        "isDefault": "IsDefault",
        "owner-id": "OwnerId",
        "state": "State",
        "vpc-id": "VpcId",
    },
)
LISTING.register(lambda context: from_moto(context, "Vpcs"))

operations.passed_on("DescribeVpcAttribute", "ModifyVpcAttribute", "CreateDefaultVpc", "CreateDefaultSubnet")


def check(context: RequestContext, vpc_id: str) -> None:
    """Refuse a VPC that does not exist."""
    if not vpcs.exists(context.account_id, context.region, vpc_id):
        raise error(NOT_FOUND[0], NOT_FOUND[1].format(vpc_id))


def canonical(cidr: str, parameter: str = "cidrBlock") -> str:
    """The IPv4 block as AWS keeps it."""
    try:
        return str(ipaddress.IPv4Network(cidr, strict=False))
    except ValueError:
        raise error(
            "InvalidParameterValue",
            f"Value ({cidr}) for parameter {parameter} is invalid. This is not a valid CIDR block.",
        ) from None


@operations.simulated("CreateVpc")
def create(context: RequestContext, request: Request) -> Response:
    """Make a network with its main route table, default ACL and default group."""
    if request.get("CidrBlock"):
        request = {**request, "CidrBlock": canonical(request["CidrBlock"])}
    answer = ask_moto(context, request)
    where = context.account_id, context.region
    vpcs.complete(*where, answer["Vpc"]["VpcId"])
    answer["Vpc"]["DhcpOptionsId"] = dhcp_options.of_vpc(*where, answer["Vpc"]["VpcId"])
    return answer


@operations.simulated("DeleteVpc")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a network that nothing needs, and what was made with it."""
    where = context.account_id, context.region
    vpc_id = request["VpcId"]
    check(context, vpc_id)
    if any(vpcs.dependents(*where, vpc_id)):
        raise error("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    made_with_it = security_groups.default_group(*where, vpc_id), vpcs.main_table(*where, vpc_id)
    dhcp_options.take_from(*where, vpc_id)
    answer = pass_on(context, request)
    for each in made_with_it:
        core.forget_tags(*where, each)
    vpcs.forget_leftovers(*where, vpc_id)
    return answer


@operations.simulated("AssociateVpcCidrBlock")
def associate(context: RequestContext, request: Request) -> Response:
    """Add an IPv4 block that overlaps no other of the network, or an IPv6 block of Amazon's."""
    vpc_id = request["VpcId"]
    check(context, vpc_id)
    if request.get("CidrBlock"):
        block = ipaddress.IPv4Network(canonical(request["CidrBlock"]))
        if not 16 <= block.prefixlen <= 28:
            raise error("InvalidVpc.Range", f"The CIDR '{block}' is invalid.")
        for present in vpcs.ipv4_blocks(context.account_id, context.region, vpc_id):
            if block.overlaps(present):
                raise error(
                    "CidrConflict",
                    f"The CIDR '{block}' conflicts with the existing block {present} of {vpc_id}.",
                )
        request = {**request, "CidrBlock": str(block)}
    answer = ask_moto(context, request)
    vpcs.complete(context.account_id, context.region, vpc_id)
    return answer


@operations.simulated("DisassociateVpcCidrBlock")
def disassociate(context: RequestContext, request: Request) -> Response:
    """Take a block away in which no subnet lies."""
    where = context.account_id, context.region
    found = vpcs.block_of(*where, request["AssociationId"])
    if found is not None:
        vpc_id, block = found
        held = (each for one in subnets.ids(*where, vpc_id) for each in subnets.subnet_blocks(*where, one))
        if any(each is not None and each.version == block.version and each.overlaps(block) for each in held):
            raise error(
                "DependencyViolation",
                f"The association '{request['AssociationId']}' has dependencies and cannot be disassociated.",
            )
    return pass_on(context, request)
