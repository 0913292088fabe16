"""Interfaces of customers, NAT gateways, endpoints and services, all from one factory."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


def create(network: Network, **request: Any) -> dict[str, Any]:
    wanted = {"SubnetId": network.private_id, **request}
    held: dict[str, Any] = network.ec2.create_network_interface(**wanted)["NetworkInterface"]
    return held


def test_an_interface_has_the_default_group_and_the_lowest_free_address_where_moto_draws_any(
    network: Network,
) -> None:
    held = create(network, Description="mine")
    assert held["PrivateIpAddress"] == network.address("2.4")
    assert [group["GroupName"] for group in held["Groups"]] == ["default"]
    assert (held["Status"], held["InterfaceType"], held["RequesterManaged"]) == (
        "available",
        "interface",
        False,
    )
    assert re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", held["MacAddress"])
    assert held["PrivateDnsName"] == f"ip-10-{network.block}-2-4.ec2.internal"


def test_many_interfaces_made_at_once_have_addresses_of_their_own_until_the_subnet_is_full(
    network: Network,
) -> None:
    with ThreadPoolExecutor(11) as pool:
        made = list(pool.map(lambda _: create(network)["PrivateIpAddress"], range(11)))
    assert sorted(made) == sorted(network.address(f"2.{last}") for last in range(4, 15))
    assert (
        code_of(network.ec2.create_network_interface, SubnetId=network.private_id)
        == "InsufficientFreeAddressesInSubnet"
    )
    gone = network.interfaces()[3]
    network.ec2.delete_network_interface(NetworkInterfaceId=gone["NetworkInterfaceId"])
    assert create(network)["PrivateIpAddress"] == gone["PrivateIpAddress"]


def test_a_requested_address_is_held_and_refused_to_the_next(network: Network) -> None:
    wanted = network.address("2.9")
    assert create(network, PrivateIpAddress=wanted)["PrivateIpAddress"] == wanted
    ask = network.ec2.create_network_interface
    assert code_of(ask, SubnetId=network.private_id, PrivateIpAddress=wanted) == "InvalidIPAddress.InUse"
    for outside in (network.address("2.1"), network.address("1.9")):
        assert code_of(ask, SubnetId=network.private_id, PrivateIpAddress=outside) == "InvalidParameterValue"


def test_groups_are_replaced_and_a_group_of_nowhere_is_refused(network: Network) -> None:
    first, second = network.group("first"), network.group("second")
    held = create(network, Groups=[first])
    change = network.ec2.modify_network_interface_attribute
    change(NetworkInterfaceId=held["NetworkInterfaceId"], Groups=[second])
    assert [group["GroupId"] for group in network.interfaces()[0]["Groups"]] == [second]
    refused = code_of(change, NetworkInterfaceId=held["NetworkInterfaceId"], Groups=["sg-0123456789abcdef0"])
    assert refused == "InvalidGroup.NotFound"


def test_addresses_are_added_to_an_interface_and_taken_away(network: Network) -> None:
    interface_id = create(network)["NetworkInterfaceId"]
    ec2 = network.ec2
    ec2.assign_private_ip_addresses(NetworkInterfaceId=interface_id, SecondaryPrivateIpAddressCount=2)
    held = [each["PrivateIpAddress"] for each in network.interfaces()[0]["PrivateIpAddresses"]]
    assert held == [network.address(f"2.{last}") for last in (4, 5, 6)]
    ec2.unassign_private_ip_addresses(NetworkInterfaceId=interface_id, PrivateIpAddresses=held[1:])
    assert len(network.interfaces()[0]["PrivateIpAddresses"]) == 1


def test_a_nat_gateway_has_an_interface_of_its_type_inside_its_subnet_and_without_groups(
    network: Network,
) -> None:
    ec2 = network.ec2
    allocation = ec2.allocate_address(Domain="vpc")
    gateway = ec2.create_nat_gateway(SubnetId=network.public_id, AllocationId=allocation["AllocationId"])[
        "NatGateway"
    ]
    gateway_id = gateway["NatGatewayId"]
    [held] = network.interfaces()
    assert held["InterfaceType"] == "nat_gateway"
    assert held["Description"] == f"Interface for NAT Gateway {gateway_id}"
    assert held["Groups"] == []
    assert held["PrivateIpAddress"] == network.address("1.4")
    assert held["Attachment"]["InstanceOwnerId"] == "amazon-aws"
    assert (held["RequesterManaged"], held["SourceDestCheck"], held["Status"]) == (True, False, "in-use")
    assert held["Association"]["PublicIp"] == allocation["PublicIp"]
    [address] = ec2.describe_nat_gateways(NatGatewayIds=[gateway_id])["NatGateways"][0]["NatGatewayAddresses"]
    assert address["PrivateIp"] == held["PrivateIpAddress"]
    assert address["NetworkInterfaceId"] == held["NetworkInterfaceId"]
    delete = ec2.delete_network_interface
    assert code_of(delete, NetworkInterfaceId=held["NetworkInterfaceId"]) == "InvalidParameterValue"

    ec2.delete_nat_gateway(NatGatewayId=gateway_id)
    assert network.interfaces() == []
    [freed] = ec2.describe_addresses(AllocationIds=[allocation["AllocationId"]])["Addresses"]
    assert "AssociationId" not in freed
    ec2.release_address(AllocationId=allocation["AllocationId"])


def test_a_public_nat_gateway_fails_in_a_network_without_an_internet_gateway(network: Network) -> None:
    ec2 = network.ec2
    ec2.detach_internet_gateway(InternetGatewayId=network.gateway_id, VpcId=network.vpc_id)
    allocation_id = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=network.public_id, AllocationId=allocation_id)["NatGateway"]
    [shown] = ec2.describe_nat_gateways(NatGatewayIds=[made["NatGatewayId"]])["NatGateways"]
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Gateway.NotAttached")
    assert network.interfaces() == []
    ec2.release_address(AllocationId=allocation_id)


def test_an_interface_endpoint_has_interfaces_inside_its_subnets_with_its_groups(network: Network) -> None:
    ec2 = network.ec2
    first, second = network.group("first"), network.group("second")
    endpoint = ec2.create_vpc_endpoint(
        VpcId=network.vpc_id,
        ServiceName="com.amazonaws.us-east-1.secretsmanager",
        VpcEndpointType="Interface",
        SubnetIds=[network.private_id],
        SecurityGroupIds=[first],
    )["VpcEndpoint"]
    endpoint_id = endpoint["VpcEndpointId"]
    [held] = network.interfaces()
    assert endpoint["NetworkInterfaceIds"] == [held["NetworkInterfaceId"]]
    assert held["InterfaceType"] == "vpc_endpoint"
    assert held["Description"] == f"VPC Endpoint Interface {endpoint_id}"
    assert held["PrivateIpAddress"] == network.address("2.4")
    assert [group["GroupId"] for group in held["Groups"]] == [first]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint_id, AddSecurityGroupIds=[second], RemoveSecurityGroupIds=[first]
    )
    assert [group["GroupId"] for group in network.interfaces()[0]["Groups"]] == [second]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    assert network.interfaces() == []
    assert (
        code_of(ec2.describe_vpc_endpoints, VpcEndpointIds=[endpoint_id]) == "InvalidVpcEndpointId.NotFound"
    )


def test_an_interface_that_hangs_on_a_service_cannot_be_changed_by_a_customer(network: Network) -> None:
    endpoint_id = network.ec2.create_vpc_endpoint(
        VpcId=network.vpc_id,
        ServiceName="com.amazonaws.us-east-1.logs",
        VpcEndpointType="Interface",
        SubnetIds=[network.private_id],
    )["VpcEndpoint"]["VpcEndpointId"]
    [held] = network.interfaces()
    refused = code_of(
        network.ec2.modify_network_interface_attribute,
        NetworkInterfaceId=held["NetworkInterfaceId"],
        SourceDestCheck={"Value": False},
    )
    assert refused == "OperationNotPermitted"
    network.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
