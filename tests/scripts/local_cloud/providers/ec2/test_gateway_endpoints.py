from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scripts.local_cloud.providers.ec2.conftest import Network, code_of

S3 = "com.amazonaws.us-east-1.s3"


@pytest.fixture
def table_id(ec2: Any, network: Network) -> str:
    made: str = ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"]
    return made


def endpoint_routes(ec2: Any, table_id: str) -> dict[str, str]:
    """Prefix list to gateway of a table's routes."""
    [table] = ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    return {
        route["DestinationPrefixListId"]: route["GatewayId"]
        for route in table["Routes"]
        if "DestinationPrefixListId" in route
    }


def test_tables_that_join_later_get_the_route_and_lose_it_when_they_leave_where_localstack_makes_none(
    ec2: Any, network: Network, table_id: str
) -> None:
    [s3_list] = ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [S3]}])[
        "PrefixLists"
    ]
    assert "52.216.0.0/15" in s3_list["Cidrs"]
    endpoint_id = ec2.create_vpc_endpoint(VpcId=network.vpc_id, ServiceName=S3)["VpcEndpoint"][
        "VpcEndpointId"
    ]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, AddRouteTableIds=[table_id])
    assert endpoint_routes(ec2, table_id) == {s3_list["PrefixListId"]: endpoint_id}
    refused = code_of(
        ec2.delete_route, RouteTableId=table_id, DestinationPrefixListId=s3_list["PrefixListId"]
    )
    assert refused == "InvalidParameterValue"
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, RemoveRouteTableIds=[table_id])
    assert endpoint_routes(ec2, table_id) == {}
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, AddRouteTableIds=[table_id])
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])["Unsuccessful"] == []
    assert endpoint_routes(ec2, table_id) == {}


def test_an_endpoint_outlives_its_table_and_can_then_be_deleted(
    ec2: Any, network: Network, table_id: str
) -> None:
    endpoint = ec2.create_vpc_endpoint(VpcId=network.vpc_id, ServiceName=S3, RouteTableIds=[table_id])
    endpoint_id = endpoint["VpcEndpoint"]["VpcEndpointId"]
    ec2.delete_route_table(RouteTableId=table_id)
    [shown] = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
    assert shown["RouteTableIds"] == []
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])["Unsuccessful"] == []


def test_a_policy_is_read_as_it_was_written_and_reset_to_the_open_one(ec2: Any, network: Network) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
    }
    endpoint_id = ec2.create_vpc_endpoint(
        VpcId=network.vpc_id, ServiceName=S3, PolicyDocument=json.dumps(policy)
    )["VpcEndpoint"]["VpcEndpointId"]

    def read() -> Any:
        [shown] = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
        return json.loads(shown["PolicyDocument"])

    assert read() == policy
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, ResetPolicy=True)
    assert read()["Statement"] == [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])


def test_a_service_that_is_not_offered_is_refused(ec2: Any, network: Network) -> None:
    for service in ("com.amazonaws.us-east-1.teleport", "com.amazonaws.us-east-1.sqs"):
        refused = code_of(ec2.create_vpc_endpoint, VpcId=network.vpc_id, ServiceName=service)
        assert refused == "InvalidServiceName", service


def test_a_table_has_one_endpoint_of_a_service(ec2: Any, network: Network, table_id: str) -> None:
    wanted = {"VpcId": network.vpc_id, "ServiceName": S3, "RouteTableIds": [table_id]}
    endpoint_id = ec2.create_vpc_endpoint(**wanted)["VpcEndpoint"]["VpcEndpointId"]
    assert code_of(ec2.create_vpc_endpoint, **wanted) == "RouteAlreadyExists"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
