"""What was made through the AWS API is found through it, and nothing of anybody else's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.inspection import from_aws, from_terraform, inspector, inventory
from scripts.inspection.inspector import Files
from scripts.inspection.model import (
    Bucket,
    Endpoint,
    Environment,
    InternetGateway,
    Mark,
    NatGateway,
    NetworkAcl,
    Queue,
    Resource,
    Route,
    RouteTable,
    Secret,
    SecurityGroup,
    Subnet,
    Table,
    Vpc,
    Zone,
)
from tests.conftest import Cloud

NAME = "inspectlab"
Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def made(client: Client) -> Iterator[dict[str, str]]:
    """A VPC with a public and a private subnet, a queue with dead letters, a table, a bucket and a secret."""
    ec2 = client("ec2")
    tags = [{"Key": "Project", "Value": NAME}, {"Key": "Name", "Value": NAME}]
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])[
        "Vpc"
    ]["VpcId"]
    public, private = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ab")
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=public)["AssociationId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table]
    )["VpcEndpoint"]["VpcEndpointId"]
    group = ec2.create_security_group(GroupName=f"{NAME}-web", Description="Web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]},
        ],
    )
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName=f"{NAME}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    queue = sqs.create_queue(QueueName=f"{NAME}-orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    client("s3").create_bucket(Bucket=f"{NAME}-raw")
    client("s3").create_bucket(Bucket=f"{NAME}er-of-somebody-else")
    client("dynamodb").create_table(
        TableName=f"{NAME}-Thread",
        AttributeDefinitions=[
            {"AttributeName": "Subject", "AttributeType": "S"},
            {"AttributeName": "Forum", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "Forum", "KeyType": "HASH"},
            {"AttributeName": "Subject", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    client("secretsmanager").create_secret(Name=f"{NAME}-password", SecretString="never-to-be-seen")
    yield {
        "vpc": vpc, "public": public, "private": private, "gateway": gateway, "table": table, "nat": nat,
        "endpoint": endpoint, "group": group,
    }  # fmt: skip
    client("secretsmanager").delete_secret(SecretId=f"{NAME}-password", ForceDeleteWithoutRecovery=True)
    client("dynamodb").delete_table(TableName=f"{NAME}-Thread")
    for bucket in (f"{NAME}-raw", f"{NAME}er-of-somebody-else"):
        client("s3").delete_bucket(Bucket=bucket)
    for url in (queue, dead):
        sqs.delete_queue(QueueUrl=url)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.release_address(AllocationId=address)
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=table)
    ec2.delete_security_group(GroupId=group)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    for subnet in (public, private):
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


@pytest.fixture(scope="module")
def found(cloud: Cloud, made: dict[str, str]) -> Environment:
    return from_aws.read(cloud.session, NAME)


def one(env: Environment, kind: type[Resource], identifier: str) -> Any:
    (each,) = (each for each in env.of(kind) if each.id == identifier)
    return each


def test_the_network_is_found_with_its_zones_tiers_and_gateways(
    found: Environment, made: dict[str, str]
) -> None:
    assert [(each.id, each.name, each.cidrs) for each in found.of(Vpc)] == [
        (made["vpc"], NAME, ("10.77.0.0/16",))
    ]
    assert [zone.id for zone in found.of(Zone)] == ["us-east-1a", "us-east-1b"]
    tiers = {each.id: (each.cidr, each.tier) for each in found.of(Subnet)}
    assert tiers == {
        made["public"]: ("10.77.0.0/24", "public"),
        made["private"]: ("10.77.1.0/24", "isolated"),
    }
    assert [each.id for each in found.of(InternetGateway)] == [made["gateway"]]
    assert one(found, NatGateway, made["nat"]).subnet == made["public"]
    assert one(found, Endpoint, made["endpoint"]).service == "s3"


def test_routes_say_where_they_lead_and_the_main_table_is_told_from_others(
    found: Environment, made: dict[str, str]
) -> None:
    table = one(found, RouteTable, made["table"])
    assert table.routes == (
        Route("VPC", "local"),
        Route("0.0.0.0/0", made["gateway"]),
        Route("s3", made["endpoint"]),
    )
    assert table.subnets == (made["public"],)
    (main,) = (each for each in found.of(RouteTable) if each.main)
    assert main.mark is Mark.AWS_MADE


def test_rules_are_told_as_people_read_them(found: Environment, made: dict[str, str]) -> None:
    group = one(found, SecurityGroup, made["group"])
    inwards = [(rule.traffic, rule.peer) for rule in group.rules if not rule.egress]
    assert sorted(inwards) == [("all traffic", made["group"]), ("tcp 443", "0.0.0.0/0")]
    (acl,) = found.of(NetworkAcl)
    assert acl.counts == "rules 1 in, 1 out"


def test_what_has_only_a_name_is_found_by_the_prefix(found: Environment) -> None:
    assert [each.id for each in found.of(Bucket)] == [f"{NAME}-raw"]
    assert one(found, Table, f"{NAME}-Thread").keys == ("Forum", "Subject")
    assert one(found, Queue, f"{NAME}-orders").dead_letters == f"{NAME}-dead"


def test_a_secret_is_a_name_and_its_value_is_nowhere(
    cloud: Cloud, found: Environment, tmp_path: Path
) -> None:
    assert [each.name for each in found.of(Secret)] == [f"{NAME}-password"]
    assert "never-to-be-seen" not in json.dumps(inventory.document(found))
    files = Files(svg=tmp_path / "a.svg", html=tmp_path / "a.html", png=tmp_path / "a.png")
    for path in inspector.write(found, files):
        assert b"never-to-be-seen" not in path.read_bytes()
        assert path.stat().st_size > 1000


def test_state_and_aws_are_compared_by_id(cloud: Cloud, made: dict[str, str], tmp_path: Path) -> None:
    settings = replace(cloud.settings, name=NAME, local_dir=tmp_path)
    resources = {
        "aws_vpc": {"id": made["vpc"], "tags": {"Name": NAME}},
        "aws_s3_bucket": {"id": "gone", "bucket": "gone"},
    }
    settings.terraform_dir.mkdir(parents=True)
    settings.state_file.write_text(
        json.dumps(
            {
                "version": 4,
                "resources": [
                    {"mode": "managed", "type": kind, "name": "it", "instances": [{"attributes": values}]}
                    for kind, values in resources.items()
                ],
            }
        )
    )
    env = inspector.of_aws(settings, cloud.session)
    marks = {(each.kind, each.id): each.mark for each in env.resources}
    assert marks["VPC", made["vpc"]] is Mark.NONE
    assert marks["bucket", "gone"] is Mark.STATE_ONLY
    assert marks["bucket", f"{NAME}-raw"] is Mark.AWS_ONLY
    assert marks["subnet", made["public"]] is Mark.AWS_ONLY
    assert marks["zone", "us-east-1a"] is Mark.NONE


def test_a_vpc_of_the_state_belongs_to_it_even_without_the_tag(cloud: Cloud, client: Client) -> None:
    vpc = client("ec2").create_vpc(CidrBlock="10.78.0.0/16")["Vpc"]["VpcId"]
    try:
        assert not any(each.id == vpc for each in from_aws.read(cloud.session, NAME).resources)
        assert any(each.id == vpc for each in from_aws.read(cloud.session, NAME, {vpc}).resources)
    finally:
        client("ec2").delete_vpc(VpcId=vpc)


def test_a_state_without_anything_is_an_empty_environment() -> None:
    assert from_terraform.of_state({"resources": []}, NAME).resources == ()
