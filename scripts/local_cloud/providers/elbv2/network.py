"""What load balancing asks of EC2, through EC2's own API: subnets, security groups, gateways, instances."""

from __future__ import annotations

import ipaddress
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers.framework import error

#: Free addresses that AWS wants in each subnet of an application load balancer.
FREE_ADDRESSES = 8


def ec2(context: RequestContext) -> Any:
    """EC2 as the caller's account and region see it, in this process."""
    return connect_to(aws_access_key_id=context.account_id, region_name=context.region).ec2


def subnets(context: RequestContext, kind: str, ids: list[str]) -> list[dict[str, Any]]:
    """The subnets, in the order given, checked as AWS checks them for a load balancer of this kind."""
    try:
        found = {each["SubnetId"]: each for each in ec2(context).describe_subnets(SubnetIds=ids)["Subnets"]}
    except ClientError as missing:
        if not missing.response["Error"]["Code"].startswith("InvalidSubnet"):
            raise
        raise error("SubnetNotFound", f"One or more subnets not found: {', '.join(ids)}") from missing
    chosen = [found[each] for each in ids]
    zones = [each["AvailabilityZone"] for each in chosen]
    if len(set(zones)) < len(zones):
        raise error(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    if kind == "application" and len(zones) < 2:
        raise error(
            "ValidationError", "At least two subnets in two different Availability Zones must be specified"
        )
    if len({each["VpcId"] for each in chosen}) > 1:
        raise error("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
    return chosen


def check_room(subnets_to_join: list[dict[str, Any]]) -> None:
    """AWS's rule on free addresses in the subnets that an application load balancer is put into."""
    for subnet in subnets_to_join:
        if subnet["AvailableIpAddressCount"] < FREE_ADDRESSES:
            raise error(
                "InvalidSubnet",
                f"Not enough IP space available in {subnet['SubnetId']}. "
                f"ELB requires at least {FREE_ADDRESSES} free IP addresses in each subnet.",
            )


def check_internet_gateway(context: RequestContext, vpc_id: str) -> None:
    """An internet-facing load balancer needs a way to the internet."""
    filters = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    if not ec2(context).describe_internet_gateways(Filters=filters)["InternetGateways"]:
        raise error("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")


def check_security_groups(context: RequestContext, vpc_id: str, ids: list[str]) -> None:
    """The groups are there and belong to the VPC."""
    try:
        found = ec2(context).describe_security_groups(GroupIds=ids)["SecurityGroups"]
    except ClientError as missing:
        if not missing.response["Error"]["Code"].startswith("InvalidGroup"):
            raise
        raise error("InvalidSecurityGroup", "One or more security groups are invalid") from missing
    if any(each["VpcId"] != vpc_id for each in found):
        raise error("InvalidConfigurationRequest", "One or more security groups are invalid")


def default_security_group(context: RequestContext, vpc_id: str) -> str:
    """What a load balancer gets that names no group."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
    found = ec2(context).describe_security_groups(Filters=filters)["SecurityGroups"]
    return str(found[0]["GroupId"])


def check_vpc(context: RequestContext, vpc_id: str) -> None:
    """The VPC is there."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    if not ec2(context).describe_vpcs(Filters=filters)["Vpcs"]:
        raise error("ValidationError", f"The VPC ID '{vpc_id}' is not found")


def vpcs(account_id: str, region: str) -> dict[str, list[ipaddress.IPv4Network]]:
    """The address blocks of each VPC, by its id."""
    found = connect_to(aws_access_key_id=account_id, region_name=region).ec2.describe_vpcs()["Vpcs"]
    return {
        vpc["VpcId"]: [ipaddress.IPv4Network(block["CidrBlock"]) for block in vpc["CidrBlockAssociationSet"]]
        for vpc in found
    }


def instances(context: RequestContext, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Those of the instances that are there, terminated ones too, by id."""
    filters = [{"Name": "instance-id", "Values": ids}]
    reservations = ec2(context).describe_instances(Filters=filters)["Reservations"] if ids else []
    return {
        instance["InstanceId"]: instance
        for reservation in reservations
        for instance in reservation["Instances"]
    }
