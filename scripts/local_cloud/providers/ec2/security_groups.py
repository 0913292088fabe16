"""Security groups: making, showing and deleting them."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2 import rules
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import security_groups, vpcs

NOT_FOUND = ("InvalidGroup.NotFound", "The security group '{}' does not exist")


def _permission_filters(prefix: str, field: str) -> dict[str, str]:
    return {
        f"{prefix}cidr": f"{field}[].IpRanges[].CidrIp",
        f"{prefix}from-port": f"{field}[].FromPort",
        f"{prefix}group-id": f"{field}[].UserIdGroupPairs[].GroupId",
        f"{prefix}ipv6-cidr": f"{field}[].Ipv6Ranges[].CidrIpv6",
        f"{prefix}prefix-list-id": f"{field}[].PrefixListIds[].PrefixListId",
        f"{prefix}protocol": f"{field}[].IpProtocol",
        f"{prefix}to-port": f"{field}[].ToPort",
        f"{prefix}user-id": f"{field}[].UserIdGroupPairs[].UserId",
    }


LISTING = Listing(
    "DescribeSecurityGroups",
    "SecurityGroups",
    ids="GroupIds",
    id_field="GroupId",
    not_found=NOT_FOUND,
    filters={
        "description": "Description",
        "group-id": "GroupId",
        "group-name": "GroupName",
        "owner-id": "OwnerId",
        "vpc-id": "VpcId",
        **_permission_filters("ip-permission.", "IpPermissions"),
        **_permission_filters("egress.ip-permission.", "IpPermissionsEgress"),
    },
)


def describe_all(context: RequestContext) -> list[dict[str, Any]]:
    """Every group with its rules in the nested view."""
    shown = security_groups.describe_all(context.account_id, context.region)
    for group in shown:
        held = security_groups.rules(context.account_id, context.region, group["GroupId"])
        group["IpPermissions"] = rules.group(rule for rule in held if not rule["IsEgress"])
        group["IpPermissionsEgress"] = rules.group(rule for rule in held if rule["IsEgress"])
    return shown


@operations.simulated("DescribeSecurityGroups")
def describe(context: RequestContext, request: Request) -> Response:
    """Groups by id, or by name in the default VPC."""
    shown = describe_all(context)
    names = request.get("GroupNames")
    if names:
        for name in names:
            if not security_groups.group_named(context.account_id, context.region, name):
                raise error("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
        shown = [group for group in shown if group["GroupName"] in names]
    return LISTING.answer(shown, request)


@operations.simulated("CreateSecurityGroup")
def create(context: RequestContext, request: Request) -> Response:
    """Make a group in a VPC that exists."""
    vpc_id, name = request.get("VpcId"), request["GroupName"]
    if vpc_id and not vpcs.exists(context.account_id, context.region, vpc_id):
        raise error("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    if name.startswith("sg-"):
        raise error("InvalidParameterValue", f"Invalid group-name format: {name} may not start with 'sg-'")
    if security_groups.group_named(context.account_id, context.region, name, vpc_id):
        raise error(
            "InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc_id}'"
        )
    return pass_on(context, request)


@operations.simulated("DeleteSecurityGroup")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a group that no interface has and no other group refers to."""
    where = context.account_id, context.region
    group_id = asked_for(context, request)
    vpc_id = security_groups.group_vpc(*where, group_id) or ""
    if security_groups.default_group(*where, vpc_id) == group_id:
        raise error(
            "CannotDelete", f'the specified group: "{group_id}" name: "default" cannot be deleted by a user'
        )
    if users(context, group_id):
        raise error("DependencyViolation", f"resource {group_id} has a dependent object")
    security_groups.remove_group(*where, group_id)
    return {"Return": True, "GroupId": group_id}


def users(context: RequestContext, group_id: str) -> list[str]:
    """What keeps a group from being deleted: interfaces that have it, other groups that refer to it."""
    found = [
        shown["NetworkInterfaceId"]
        for shown in network_interfaces.describe_all(context.account_id, context.region)
        if group_id in (group["GroupId"] for group in shown["Groups"])
    ]
    for group in security_groups.describe_all(context.account_id, context.region):
        if group["GroupId"] != group_id:
            held = security_groups.rules(context.account_id, context.region, group["GroupId"])
            if any(rules.peer(rule) == ("ReferencedGroupInfo", group_id) for rule in held):
                found.append(group["GroupId"])
    return found


@operations.simulated("DescribeSecurityGroupReferences")
def references(context: RequestContext, request: Request) -> Response:
    """Groups across a peering connection that refer to these; ours are all of one account and region."""
    wanted = set(request["GroupId"])
    found = []
    for group in security_groups.describe_all(context.account_id, context.region):
        for rule in security_groups.rules(context.account_id, context.region, group["GroupId"]):
            kind, name = rules.peer(rule)
            home = security_groups.group_vpc(context.account_id, context.region, name)
            if kind == "ReferencedGroupInfo" and name in wanted and home != group["VpcId"]:
                found.append({"GroupId": name, "ReferencingVpcId": group["VpcId"]})
    return {"SecurityGroupReferenceSet": found}


_FOR_VPC = Listing(
    "GetSecurityGroupsForVpc",
    "SecurityGroupForVpcs",
    filters={
        "description": "Description",
        "group-id": "GroupId",
        "group-name": "GroupName",
        "owner-id": "OwnerId",
        "primary-vpc-id": "PrimaryVpcId",
    },
)


@operations.simulated("GetSecurityGroupsForVpc")
def for_vpc(context: RequestContext, request: Request) -> Response:
    """The groups that an interface in the network may have."""
    vpc_id = request["VpcId"]
    if not vpcs.exists(context.account_id, context.region, vpc_id):
        raise error("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    shown = [
        {name: group[name] for name in ("Description", "GroupName", "OwnerId", "GroupId", "Tags")}
        | {"PrimaryVpcId": vpc_id}
        for group in security_groups.describe_all(context.account_id, context.region)
        if group["VpcId"] == vpc_id
    ]
    return _FOR_VPC.answer(shown, request)


def asked_for(context: RequestContext, request: Request) -> str:
    """The id of the group that a request names by id, or by name in the default VPC."""
    where = context.account_id, context.region
    group_id: str | None = request.get("GroupId")
    if group_id is None:
        name = request.get("GroupName")
        if not name:
            raise error("MissingParameter", "The request must contain the parameter groupName or groupId")
        group_id = security_groups.group_named(*where, name)
        if group_id is None:
            raise error("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    if security_groups.group_vpc(*where, group_id) is None:
        raise error(NOT_FOUND[0], NOT_FOUND[1].format(group_id))
    return group_id
