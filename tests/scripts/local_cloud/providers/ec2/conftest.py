"""A network of its own for each test module, and the means to read an error's code."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

_blocks = itertools.count(1)

#: Amazon Linux 2023, which Moto's list of images has.
IMAGE = "ami-03c3da4cfa8e8943a"


@dataclass(frozen=True)
class Network:
    """A VPC with an internet gateway, a public subnet and a private one.

    Attributes
    ----------
    block
        The second number of its addresses, ``10.<block>.0.0/16``; its subnets are ``.1.0/24`` and
        ``.2.0/28``.
    """

    ec2: Any
    vpc_id: str
    gateway_id: str
    public_id: str
    private_id: str
    block: int

    def address(self, rest: str) -> str:
        """``10.<block>.<rest>``."""
        return f"10.{self.block}.{rest}"

    def group(self, name: str) -> str:
        """The id of a new security group."""
        group_id: str = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc_id)[
            "GroupId"
        ]
        return group_id

    def interfaces(self) -> list[dict[str, Any]]:
        """What interfaces the network has."""
        wanted = [{"Name": "vpc-id", "Values": [self.vpc_id]}]
        held: list[dict[str, Any]] = self.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
        return held


@pytest.fixture(scope="session")
def ec2(client: Callable[[str], Any]) -> Any:
    return client("ec2")


@pytest.fixture
def network(ec2: Any) -> Network:
    block = next(_blocks)
    vpc_id = ec2.create_vpc(CidrBlock=f"10.{block}.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    public_id, private_id = (
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.{block}.{rest}", AvailabilityZone="us-east-1a")[
            "Subnet"
        ]["SubnetId"]
        for rest in ("1.0/24", "2.0/28")
    )
    return Network(ec2, vpc_id, gateway_id, public_id, private_id, block)


@pytest.fixture
def launch(ec2: Any) -> Iterator[Callable[..., dict[str, Any]]]:
    """``launch(SubnetId=...)``: an instance as described, terminated after the test."""
    launched: list[str] = []

    def run(**request: Any) -> dict[str, Any]:
        wanted = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **request}
        instance_id = ec2.run_instances(**wanted)["Instances"][0]["InstanceId"]
        launched.append(instance_id)
        return described(ec2, instance_id)

    yield run
    if launched:
        ec2.terminate_instances(InstanceIds=launched)


def described(ec2: Any, instance_id: str) -> dict[str, Any]:
    """An instance as it is now."""
    [reservation] = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    instance: dict[str, Any] = reservation["Instances"][0]
    return instance


def code_of(call: Callable[..., Any], **request: Any) -> str:
    """The code of the error that a call ends with."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    code: str = refused.value.response["Error"]["Code"]
    return code
