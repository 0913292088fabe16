"""What an account finds in a region: its default network, DHCP options, zones, images; and every filter."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Network
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from scripts.local_cloud.providers.ec2.operations import operations
from scripts.local_cloud.providers.framework import Fidelity
from tests.conftest import Cloud
from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of

WRONG = [{"Name": "colour", "Values": ["red"]}]


@pytest.fixture(scope="module")
def untouched(cloud: Cloud) -> Any:
    """EC2 of a region that no other test uses."""
    return cloud.session.client("ec2", region_name="eu-central-1")


def test_the_default_network_reaches_the_internet_where_motos_has_no_gateway(untouched: Any) -> None:
    [vpc] = untouched.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    of_vpc = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    [gateway] = untouched.describe_internet_gateways(Filters=of_vpc)["InternetGateways"]
    main = [
        {"Name": "vpc-id", "Values": [vpc["VpcId"]]},
        {"Name": "association.main", "Values": ["true"]},
    ]
    [table] = untouched.describe_route_tables(Filters=main)["RouteTables"]
    routes = {route["DestinationCidrBlock"]: route for route in table["Routes"]}
    assert routes["0.0.0.0/0"]["GatewayId"] == gateway["InternetGatewayId"]
    assert routes["0.0.0.0/0"]["State"] == "active"


def test_every_network_has_the_accounts_dhcp_options_where_moto_has_none(untouched: Any) -> None:
    made = untouched.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]
    options_id = made["DhcpOptionsId"]
    assert {vpc["DhcpOptionsId"] for vpc in untouched.describe_vpcs()["Vpcs"]} == {options_id}
    wanted = [
        {"Name": "key", "Values": ["domain-name"]},
        {"Name": "value", "Values": ["eu-central-1.compute.internal"]},
        {"Name": "value", "Values": ["AmazonProvidedDNS"]},
    ]
    [found] = untouched.describe_dhcp_options(Filters=wanted)["DhcpOptions"]
    assert found["DhcpOptionsId"] == options_id
    assert code_of(untouched.delete_dhcp_options, DhcpOptionsId=options_id) == "DependencyViolation"
    untouched.delete_vpc(VpcId=made["VpcId"])


def test_dhcp_options_keep_their_tags_and_outlive_their_network_where_moto_loses_both(ec2: Any) -> None:
    options = ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["corp.example.com"]}],
        TagSpecifications=[{"ResourceType": "dhcp-options", "Tags": [{"Key": "Name", "Value": "corp"}]}],
    )["DhcpOptions"]
    options_id = options["DhcpOptionsId"]
    assert options["Tags"] == [{"Key": "Name", "Value": "corp"}]
    networks = [ec2.create_vpc(CidrBlock="10.250.0.0/16")["Vpc"]["VpcId"] for _ in range(2)]
    for vpc_id in networks:
        ec2.associate_dhcp_options(VpcId=vpc_id, DhcpOptionsId=options_id)
    ec2.delete_vpc(VpcId=networks[1])
    # Moto forgets that the first network has them too.
    assert code_of(ec2.delete_dhcp_options, DhcpOptionsId=options_id) == "DependencyViolation"
    ec2.delete_vpc(VpcId=networks[0])
    ec2.delete_dhcp_options(DhcpOptionsId=options_id)
    gone = code_of(ec2.describe_dhcp_options, DhcpOptionsIds=[options_id])
    assert gone == "InvalidDhcpOptionID.NotFound"


def test_a_network_may_have_no_dhcp_options_at_all(ec2: Any, network: Network) -> None:
    ec2.associate_dhcp_options(VpcId=network.vpc_id, DhcpOptionsId="default")
    [vpc] = ec2.describe_vpcs(VpcIds=[network.vpc_id])["Vpcs"]
    assert vpc["DhcpOptionsId"] == "default"


def test_amazons_ipv6_blocks_are_canonical_where_moto_writes_leading_zeros(ec2: Any) -> None:
    made = []
    for _ in range(24):
        vpc_id = ec2.create_vpc(CidrBlock="10.251.0.0/28", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        made.append(vpc_id)
    held = ec2.describe_vpcs(VpcIds=made)["Vpcs"]
    blocks = [vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] for vpc in held]
    assert blocks == [str(IPv6Network(block)) for block in blocks]
    for vpc_id in made:
        ec2.delete_vpc(VpcId=vpc_id)


def filtered_operations() -> Iterator[Any]:
    """Every operation in the table that takes filters, with the name of the parameter."""
    model = botocore.session.get_session().get_service_model("ec2")
    for operation, fidelity in operations.fidelity().items():
        shape = model.operation_model(operation).input_shape
        names = [name for name in ("Filters", "Filter") if shape and name in shape.members]
        if names and fidelity is not Fidelity.REFUSED:
            yield pytest.param(operation, names[0], id=operation)


@pytest.mark.parametrize(("operation", "parameter"), list(filtered_operations()))
def test_an_unknown_filter_is_refused_where_moto_overlooks_it_or_fails(
    ec2: Any, network: Network, operation: str, parameter: str
) -> None:
    needed = {
        "DescribeLaunchTemplateVersions": {"Versions": ["$Latest"]},
        "GetSecurityGroupsForVpc": {"VpcId": network.vpc_id},
        "GetSubnetCidrReservations": {"SubnetId": network.public_id},
    }
    with pytest.raises(ClientError) as refused:
        ec2._make_api_call(operation, {**needed.get(operation, {}), parameter: WRONG})
    expected = "InvalidFilter" if operation == "DescribeVpcEndpointServices" else "InvalidParameterValue"
    assert refused.value.response["Error"]["Code"] == expected


def test_images_are_chosen_by_filters_that_moto_has_not_heard_of(ec2: Any) -> None:
    def found(*filters: tuple[str, str]) -> list[dict[str, Any]]:
        wanted = [{"Name": name, "Values": [value]} for name, value in filters]
        images: list[dict[str, Any]] = ec2.describe_images(Owners=["amazon"], Filters=wanted)["Images"]
        return images

    linux = ("name", "amzn2-ami-hvm-*")
    assert found(linux, ("root-device-type", "ebs"), ("block-device-mapping.volume-type", "gp3"))
    assert found(linux, ("block-device-mapping.volume-type", "io1")) == []


def test_zones_regions_and_offerings_are_chosen_by_their_filters_where_moto_overlooks_them(ec2: Any) -> None:
    def by(name: str, value: str) -> list[dict[str, Any]]:
        return [{"Name": name, "Values": [value]}]

    assert ec2.describe_availability_zones(Filters=by("opt-in-status", "opted-in"))["AvailabilityZones"] == []
    [zone] = ec2.describe_availability_zones(Filters=by("zone-name", "us-east-1b"))["AvailabilityZones"]
    assert ec2.describe_availability_zones(ZoneIds=[zone["ZoneId"]])["AvailabilityZones"] == [zone]
    [region] = ec2.describe_regions(Filters=by("endpoint", "*.eu-west-1.*"))["Regions"]
    assert region["RegionName"] == "eu-west-1"
    offered = ec2.describe_instance_type_offerings(
        LocationType="availability-zone",
        Filters=[*by("instance-type", "t3.micro"), *by("location", "us-east-1[a")],
    )
    assert offered["InstanceTypeOfferings"] == []


def test_tags_are_found_by_key_value_and_the_type_that_aws_calls_it(ec2: Any, network: Network) -> None:
    options_id = ec2.describe_vpcs(VpcIds=[network.vpc_id])["Vpcs"][0]["DhcpOptionsId"]
    ec2.create_tags(Resources=[options_id], Tags=[{"Key": "Kept", "Value": "by all"}])
    wanted = [
        {"Name": "tag:Kept", "Values": ["by *"]},
        {"Name": "resource-type", "Values": ["dhcp-options"]},
    ]
    [found] = ec2.describe_tags(Filters=wanted)["Tags"]
    assert found == {
        "Key": "Kept",
        "Value": "by all",
        "ResourceId": options_id,
        "ResourceType": "dhcp-options",
    }
    ec2.delete_tags(Resources=[options_id], Tags=[{"Key": "Kept"}])
