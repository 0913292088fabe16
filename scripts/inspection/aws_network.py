"""The network's resources, as the AWS API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scripts.inspection.model import (
    AclRule,
    Address,
    Endpoint,
    GroupRule,
    Instance,
    InternetGateway,
    Mark,
    NatGateway,
    NetworkAcl,
    Resource,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)
from scripts.inspection.terraform_network import service_of
from scripts.inspection.traffic import traffic

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

Shape = Mapping[str, Any]


def network(ec2: EC2Client, name: str, known: Iterable[str]) -> Iterator[Resource]:
    """The environment's VPCs and everything in them, its addresses too.

    Parameters
    ----------
    ec2
        Client of the environment's region.
    name
        Value of the tag Project that its VPCs carry.
    known
        Ids in the Terraform state: a VPC among them belongs to it even without the tag.
    """
    tagged = [{"Name": "tag:Project", "Values": [name]}]
    wanted = set(known)
    vpcs = [
        vpc
        for vpc in _pages(ec2, "describe_vpcs", "Vpcs")
        if vpc["VpcId"] in wanted or _tags(vpc).get("Project") == name
    ]
    for vpc in vpcs:
        cidrs = [each["CidrBlock"] for each in vpc.get("CidrBlockAssociationSet", ()) if _associated(each)]
        yield Vpc(**_common(vpc, "VpcId"), state=vpc["State"], cidrs=tuple(cidrs or [vpc["CidrBlock"]]))
    if vpcs:
        yield from _within(ec2, [{"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs]}])
    for each in ec2.describe_addresses(Filters=tagged)["Addresses"]:  # type: ignore[arg-type]
        state = "associated" if each.get("AssociationId") else "free"
        yield Address(**_common(each, "AllocationId"), public_ip=each.get("PublicIp", ""), state=state)


def _associated(cidr: Shape) -> bool:
    return bool(cidr.get("CidrBlockState", {}).get("State") == "associated")


def _within(ec2: EC2Client, mine: list[Shape]) -> Iterator[Resource]:
    for each in _pages(ec2, "describe_subnets", "Subnets", Filters=mine):
        yield Subnet(
            **_common(each, "SubnetId"),
            vpc=each["VpcId"],
            zone=each["AvailabilityZone"],
            cidr=each.get("CidrBlock", ""),
            tier=_tags(each).get("Tier", ""),
            state=each["State"],
        )
    attached = [{"Name": "attachment.vpc-id", "Values": mine[0]["Values"]}]
    for each in _pages(ec2, "describe_internet_gateways", "InternetGateways", Filters=attached):
        for attachment in each["Attachments"]:
            fields = _common(each, "InternetGatewayId")
            yield InternetGateway(**fields, vpc=attachment["VpcId"], state=attachment["State"])
    for each in _pages(ec2, "describe_nat_gateways", "NatGateways", Filters=mine):
        if each["State"] != "deleted":
            addresses = (found.get("PublicIp") for found in each.get("NatGatewayAddresses", ()))
            yield NatGateway(
                **_common(each, "NatGatewayId"),
                subnet=each["SubnetId"],
                public_ip=next((found for found in addresses if found), ""),
                state=each["State"],
            )
    services = {}
    for each in _pages(ec2, "describe_vpc_endpoints", "VpcEndpoints", Filters=mine):
        services[each["VpcEndpointId"]] = service_of(each["ServiceName"])
        yield Endpoint(
            **_common(each, "VpcEndpointId"),
            vpc=each["VpcId"],
            service=service_of(each["ServiceName"]),
            type=each["VpcEndpointType"],
            subnets=tuple(each.get("SubnetIds", ())),
            route_tables=tuple(each.get("RouteTableIds", ())),
            state=each["State"],
        )
    for each in _pages(ec2, "describe_route_tables", "RouteTables", Filters=mine):
        yield _route_table(each, services)
    for each in _pages(ec2, "describe_network_acls", "NetworkAcls", Filters=mine):
        yield _acl(each)
    for each in _pages(ec2, "describe_security_groups", "SecurityGroups", Filters=mine):
        yield _group(each)
    for reservation in _pages(ec2, "describe_instances", "Reservations", Filters=mine):
        for each in reservation["Instances"]:
            if each["State"]["Name"] != "terminated":
                yield _instance(each)


def _route_table(table: Shape, services: Mapping[str, str]) -> RouteTable:
    main = any(each.get("Main") for each in table["Associations"])
    fields = _common(table, "RouteTableId")
    return RouteTable(
        **(fields | {"mark": Mark.AWS_MADE} if main else fields),
        vpc=table["VpcId"],
        main=main,
        subnets=tuple(each["SubnetId"] for each in table["Associations"] if each.get("SubnetId")),
        routes=tuple(_route(each, services) for each in table["Routes"]),
    )


_ROUTE_TARGETS = (
    "GatewayId", "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "NetworkInterfaceId",
    "EgressOnlyInternetGatewayId",
)  # fmt: skip
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _route(route: Shape, services: Mapping[str, str]) -> Route:
    target = next((route[name] for name in _ROUTE_TARGETS if route.get(name)), "?")
    destination = next((route[name] for name in _DESTINATIONS if route.get(name)), "?")
    if target == "local":
        destination = "VPC"
    return Route(services.get(target, destination), target, active=route.get("State") != "blackhole")


def _acl(acl: Shape) -> NetworkAcl:
    fields = _common(acl, "NetworkAclId")
    return NetworkAcl(
        **(fields | {"mark": Mark.AWS_MADE} if acl["IsDefault"] else fields),
        vpc=acl["VpcId"],
        default=acl["IsDefault"],
        subnets=tuple(each["SubnetId"] for each in acl["Associations"]),
        # 32767 is the asterisk: the end of every list, which nobody wrote.
        rules=tuple(sorted(_acl_rule(each) for each in acl["Entries"] if each["RuleNumber"] < 32767)),
    )


def _acl_rule(entry: Shape) -> AclRule:
    ports = entry.get("PortRange", {})
    return AclRule(
        egress=entry["Egress"],
        number=entry["RuleNumber"],
        allow=entry["RuleAction"] == "allow",
        traffic=traffic(entry["Protocol"], ports.get("From"), ports.get("To")),
        cidr=entry.get("CidrBlock") or entry.get("Ipv6CidrBlock") or "?",
    )


def _group(group: Shape) -> SecurityGroup:
    fields = _common(group, "GroupId")
    if group["GroupName"] == "default":
        fields["mark"] = Mark.AWS_MADE
    return SecurityGroup(
        **(fields | {"name": _tags(group).get("Name") or group["GroupName"]}),
        vpc=group["VpcId"],
        rules=tuple(
            sorted(
                rule
                for direction in ("IpPermissions", "IpPermissionsEgress")
                for permission in group.get(direction, ())
                for rule in _group_rules(permission, egress=direction == "IpPermissionsEgress")
            )
        ),
    )


def _group_rules(permission: Shape, *, egress: bool) -> Iterator[GroupRule]:
    kind = traffic(permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort"))
    for peers, name in (
        ("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("PrefixListIds", "PrefixListId"),
        ("UserIdGroupPairs", "GroupId"),
    ):  # fmt: skip
        for peer in permission.get(peers, ()):
            yield GroupRule(egress, peer[name], kind, peer.get("Description", ""))


def _instance(instance: Shape) -> Instance:
    return Instance(
        **_common(instance, "InstanceId"),
        type=instance["InstanceType"],
        subnets=(instance["SubnetId"],) if instance.get("SubnetId") else (),
        groups=tuple(each["GroupId"] for each in instance.get("SecurityGroups", ())),
        private_ip=instance.get("PrivateIpAddress", ""),
        public_ip=instance.get("PublicIpAddress", ""),
        state=instance["State"]["Name"],
    )


def _common(shape: Shape, identifier: str) -> dict[str, Any]:
    return {"id": shape[identifier], "name": _tags(shape).get("Name") or shape[identifier]}


def _tags(shape: Shape) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in shape.get("Tags", ())}


def _pages(client: Any, operation: str, field: str, **request: Any) -> Iterator[Shape]:
    for page in client.get_paginator(operation).paginate(**request):
        yield from page[field]
