from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of


@pytest.fixture
def table_id(ec2: Any, network: Network) -> str:
    made: str = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    return made


def states(ec2: Any, table_id: str) -> dict[str, str]:
    """Destination to state of a table's routes."""
    [table] = ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    return {
        route.get("DestinationCidrBlock") or route["DestinationPrefixListId"]: route["State"]
        for route in table["Routes"]
    }


def test_a_route_is_a_blackhole_once_its_nat_gateway_is_gone_where_moto_calls_it_active(
    ec2: Any, network: Network, table_id: str
) -> None:
    gateway_id = ec2.create_nat_gateway(SubnetId=network.public_id, ConnectivityType="private")["NatGateway"][
        "NatGatewayId"
    ]
    route = {"RouteTableId": table_id, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(**route, NatGatewayId=gateway_id)
    assert states(ec2, table_id)["0.0.0.0/0"] == "active"
    ec2.delete_nat_gateway(NatGatewayId=gateway_id)
    assert states(ec2, table_id)["0.0.0.0/0"] == "blackhole"
    ec2.replace_route(**route, GatewayId=network.gateway_id)
    assert states(ec2, table_id)["0.0.0.0/0"] == "active"


def test_a_route_is_a_blackhole_once_its_internet_gateway_is_detached(
    ec2: Any, network: Network, table_id: str
) -> None:
    ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=network.gateway_id)
    ec2.detach_internet_gateway(InternetGatewayId=network.gateway_id, VpcId=network.vpc_id)
    assert states(ec2, table_id) == {network.address("0.0/16"): "active", "0.0.0.0/0": "blackhole"}


def test_a_route_over_a_peering_connection_is_active_exactly_while_the_connection_is(
    ec2: Any, network: Network, table_id: str
) -> None:
    peer_id = ec2.create_vpc(CidrBlock="192.168.0.0/24")["Vpc"]["VpcId"]
    connection_id = ec2.create_vpc_peering_connection(VpcId=network.vpc_id, PeerVpcId=peer_id)[
        "VpcPeeringConnection"
    ]["VpcPeeringConnectionId"]
    ec2.create_route(
        RouteTableId=table_id,
        DestinationCidrBlock="192.168.0.0/24",
        VpcPeeringConnectionId=connection_id,
    )
    assert states(ec2, table_id)["192.168.0.0/24"] == "blackhole"
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=connection_id)
    assert states(ec2, table_id)["192.168.0.0/24"] == "active"
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=connection_id)
    assert states(ec2, table_id)["192.168.0.0/24"] == "blackhole"


def test_a_route_over_an_instance_names_its_interface_and_is_a_blackhole_once_it_stops(
    ec2: Any, network: Network, table_id: str, launch: Callable[..., dict[str, Any]]
) -> None:
    instance = launch(SubnetId=network.private_id)
    ec2.create_route(
        RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", InstanceId=instance["InstanceId"]
    )
    [table] = ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    [route] = [each for each in table["Routes"] if each["DestinationCidrBlock"] == "0.0.0.0/0"]
    assert route["NetworkInterfaceId"] == instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert route["State"] == "active"
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    assert states(ec2, table_id)["0.0.0.0/0"] == "blackhole"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"NatGatewayId": "nat-0123456789abcdef0"}, "InvalidNatGatewayID.NotFound"),
        ({"GatewayId": "igw-0123456789abcdef0"}, "InvalidGatewayID.NotFound"),
        ({"VpcPeeringConnectionId": "pcx-0123456789abcdef0"}, "InvalidVpcPeeringConnectionID.NotFound"),
        ({"NetworkInterfaceId": "eni-0123456789abcdef0"}, "InvalidNetworkInterfaceID.NotFound"),
        ({"InstanceId": "i-0123456789abcdef0"}, "InvalidInstanceID.NotFound"),
        ({}, "MissingParameter"),
    ],
)
def test_a_target_that_is_not_there_is_refused_where_moto_takes_it(
    ec2: Any, table_id: str, target: dict[str, str], code: str
) -> None:
    refused = code_of(ec2.create_route, RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", **target)
    assert refused == code


def test_a_gateway_that_is_attached_to_nothing_is_refused(ec2: Any, table_id: str) -> None:
    loose = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    refused = code_of(
        ec2.create_route, RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=loose
    )
    assert refused == "InvalidParameterValue"
    ec2.delete_internet_gateway(InternetGatewayId=loose)


def test_a_destination_has_one_route_and_the_local_one_stays(
    ec2: Any, network: Network, table_id: str
) -> None:
    route = {"RouteTableId": table_id, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(**route, GatewayId=network.gateway_id)
    assert code_of(ec2.create_route, **route, GatewayId=network.gateway_id) == "RouteAlreadyExists"
    ec2.delete_route(**route)
    assert code_of(ec2.delete_route, **route) == "InvalidRoute.NotFound"
    local = {"RouteTableId": table_id, "DestinationCidrBlock": network.address("0.0/16")}
    assert code_of(ec2.delete_route, **local) == "InvalidParameterValue"


def test_a_subnet_of_another_table_is_refused_where_moto_answers_the_old_association(
    ec2: Any, network: Network, table_id: str
) -> None:
    other = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    made = ec2.associate_route_table(RouteTableId=table_id, SubnetId=network.private_id)["AssociationId"]
    associate = ec2.associate_route_table
    assert code_of(associate, RouteTableId=other, SubnetId=network.private_id) == "Resource.AlreadyAssociated"
    new = ec2.replace_route_table_association(AssociationId=made, RouteTableId=other)["NewAssociationId"]
    assert code_of(ec2.delete_route_table, RouteTableId=other) == "DependencyViolation"
    ec2.disassociate_route_table(AssociationId=new)
    ec2.delete_route_table(RouteTableId=other)


def test_the_main_table_cannot_be_deleted_nor_disassociated_but_its_part_can_pass_to_another(
    ec2: Any, network: Network, table_id: str
) -> None:
    wanted = [
        {"Name": "vpc-id", "Values": [network.vpc_id]},
        {"Name": "association.main", "Values": ["true"]},
    ]
    [main] = ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    association_id = main["Associations"][0]["RouteTableAssociationId"]
    assert code_of(ec2.delete_route_table, RouteTableId=main["RouteTableId"]) == "DependencyViolation"
    assert code_of(ec2.disassociate_route_table, AssociationId=association_id) == "InvalidParameterValue"
    ec2.replace_route_table_association(AssociationId=association_id, RouteTableId=table_id)
    [main_now] = ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    assert main_now["RouteTableId"] == table_id
    ec2.delete_route_table(RouteTableId=main["RouteTableId"])
