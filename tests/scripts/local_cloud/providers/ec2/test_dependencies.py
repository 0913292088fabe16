"""What is in use stays: nothing that something else hangs on goes, where Moto lets most of it go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


def test_an_attached_internet_gateway_stays(ec2: Any, network: Network) -> None:
    refused = code_of(ec2.delete_internet_gateway, InternetGatewayId=network.gateway_id)
    assert refused == "DependencyViolation"


def test_a_gateway_is_detached_from_its_own_network_only(ec2: Any, network: Network) -> None:
    other = ec2.create_vpc(CidrBlock="10.252.0.0/16")["Vpc"]["VpcId"]
    wrong = {"InternetGatewayId": network.gateway_id, "VpcId": other}
    assert code_of(ec2.detach_internet_gateway, **wrong) == "Gateway.NotAttached"
    ec2.delete_vpc(VpcId=other)


def test_a_table_with_subnets_stays(ec2: Any, network: Network) -> None:
    table_id = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    association = ec2.associate_route_table(RouteTableId=table_id, SubnetId=network.public_id)
    assert code_of(ec2.delete_route_table, RouteTableId=table_id) == "DependencyViolation"
    ec2.disassociate_route_table(AssociationId=association["AssociationId"])
    ec2.delete_route_table(RouteTableId=table_id)


def test_an_address_in_use_cannot_be_released_where_moto_takes_it_away(ec2: Any, network: Network) -> None:
    allocation_id = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway_id = ec2.create_nat_gateway(SubnetId=network.public_id, AllocationId=allocation_id)["NatGateway"][
        "NatGatewayId"
    ]
    assert code_of(ec2.release_address, AllocationId=allocation_id) == "InvalidIPAddress.InUse"
    assert code_of(ec2.delete_subnet, SubnetId=network.public_id) == "DependencyViolation"
    ec2.delete_nat_gateway(NatGatewayId=gateway_id)
    ec2.release_address(AllocationId=allocation_id)


def test_a_network_with_an_endpoint_or_a_peering_connection_stays(ec2: Any) -> None:
    lonely, peer = (ec2.create_vpc(CidrBlock=f"10.25{n}.0.0/16")["Vpc"]["VpcId"] for n in (3, 4))
    endpoint_id = ec2.create_vpc_endpoint(VpcId=lonely, ServiceName="com.amazonaws.us-east-1.s3")[
        "VpcEndpoint"
    ]["VpcEndpointId"]
    assert code_of(ec2.delete_vpc, VpcId=lonely) == "DependencyViolation"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    connection_id = ec2.create_vpc_peering_connection(VpcId=lonely, PeerVpcId=peer)["VpcPeeringConnection"][
        "VpcPeeringConnectionId"
    ]
    assert code_of(ec2.delete_vpc, VpcId=lonely) == "DependencyViolation"
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=connection_id)
    for vpc_id in (lonely, peer):
        ec2.delete_vpc(VpcId=vpc_id)


def test_a_group_of_a_balancer_and_its_subnets_stay(client: Any, ec2: Any, network: Network) -> None:
    group_id = network.group("balancer")
    second = ec2.create_subnet(
        VpcId=network.vpc_id, CidrBlock=network.address("3.0/24"), AvailabilityZone="us-east-1b"
    )["Subnet"]["SubnetId"]
    elbv2 = client("elbv2")
    [balancer] = elbv2.create_load_balancer(
        Name=f"stays-{network.block}", Subnets=[network.public_id, second], SecurityGroups=[group_id]
    )["LoadBalancers"]
    assert code_of(ec2.delete_security_group, GroupId=group_id) == "DependencyViolation"
    assert code_of(ec2.delete_subnet, SubnetId=second) == "DependencyViolation"
    elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    ec2.delete_security_group(GroupId=group_id)
    ec2.delete_subnet(SubnetId=second)


@pytest.mark.parametrize("target", ["egress-only gateway", "interface"])
def test_a_route_outlives_its_target_as_a_blackhole(ec2: Any, network: Network, target: str) -> None:
    table_id = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    if target == "interface":
        made = ec2.create_network_interface(SubnetId=network.private_id)["NetworkInterface"]
        route = {"DestinationCidrBlock": "192.0.2.0/24", "NetworkInterfaceId": made["NetworkInterfaceId"]}
        ec2.create_route(RouteTableId=table_id, **route)
        ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    else:
        made = ec2.create_egress_only_internet_gateway(VpcId=network.vpc_id)["EgressOnlyInternetGateway"]
        gateway_id = made["EgressOnlyInternetGatewayId"]
        route = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": gateway_id}
        ec2.create_route(RouteTableId=table_id, **route)
        ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=gateway_id)
    [table] = ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    [shown] = [each for each in table["Routes"] if each.get("GatewayId") != "local"]
    assert shown.items() >= {**route, "State": "blackhole"}.items()
