"""A subnet whose every address is held: who asks for one more is told so, as on AWS, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]

#: Of the sixteen addresses of a /28, AWS keeps five.
FREE = 11


@pytest.fixture(scope="module")
def subnets(client: Client) -> Iterator[list[str]]:
    """Two subnets, in two zones, both full."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    ec2.attach_internet_gateway(
        VpcId=vpc,
        InternetGatewayId=(gateway := ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]),
    )
    made, interfaces = [], []
    for number, zone in enumerate("ab"):
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.77.{number}.0/28", AvailabilityZone=f"us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        made.append(subnet)
        for _ in range(FREE):
            held = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
            interfaces.append(held)
    yield made
    for held in interfaces:
        ec2.delete_network_interface(NetworkInterfaceId=held)
    for subnet in made:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    ec2.delete_vpc(VpcId=vpc)


def _interfaces(client: Client) -> int:
    return len(client("ec2").describe_network_interfaces()["NetworkInterfaces"])


def test_no_instance_can_be_launched(client: Client, subnets: list[str]) -> None:
    ec2 = client("ec2")
    before = _interfaces(client)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    with pytest.raises(ClientError) as refused:
        ec2.run_instances(ImageId=image, InstanceType="t3.micro", SubnetId=subnets[0], MinCount=1, MaxCount=1)
    assert refused.value.response["Error"]["Code"] == "InsufficientFreeAddressesInSubnet"
    assert _interfaces(client) == before


def test_no_load_balancer_can_be_made(client: Client, subnets: list[str]) -> None:
    elbv2 = client("elbv2")
    before = _interfaces(client)
    with pytest.raises(ClientError) as refused:
        elbv2.create_load_balancer(Name="no-room", Subnets=subnets)
    assert refused.value.response["Error"]["Code"] == "InvalidSubnet"
    assert "at least 8 free IP addresses" in refused.value.response["Error"]["Message"]
    assert _interfaces(client) == before
    assert "no-room" not in [
        each["LoadBalancerName"] for each in elbv2.describe_load_balancers()["LoadBalancers"]
    ]


def test_a_db_instance_ends_as_incompatible_network_with_an_event_that_says_why(
    client: Client, subnets: list[str]
) -> None:
    rds = client("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName="full", DBSubnetGroupDescription="No address is free", SubnetIds=subnets
    )
    rds.create_db_instance(
        DBInstanceIdentifier="no-room", Engine="postgres", DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20, MasterUsername="labadmin", MasterUserPassword="correct-horse",
        DBSubnetGroupName="full",
    )  # fmt: skip
    waiting = {"DBInstanceIdentifier": "no-room"}
    while (
        status := rds.describe_db_instances(**waiting)["DBInstances"][0]["DBInstanceStatus"]
    ) == "creating":
        pass
    assert status == "incompatible-network"
    events = rds.describe_events(SourceIdentifier="no-room", SourceType="db-instance")["Events"]
    assert "does not have enough free addresses" in events[-1]["Message"]
    before = _interfaces(client)
    rds.delete_db_instance(**waiting, SkipFinalSnapshot=True)
    rds.get_waiter("db_instance_deleted").wait(**waiting, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
    rds.delete_db_subnet_group(DBSubnetGroupName="full")
    assert _interfaces(client) == before
