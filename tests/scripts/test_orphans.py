"""What a killed Terraform left, against the local cloud: found, removed, and nothing else touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import leftovers, orphans
from scripts.errors import RemoteError
from scripts.leftovers import Leftover
from scripts.orphans import removal
from tests.conftest import Cloud

NAME = "orphaned"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}],
}

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def _tags(resource: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": resource, "Tags": [{"Key": "Project", "Value": name}]}]


def _plan(*created: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "resource_changes": [
            {
                "type": each,
                "address": f'm["raw"].{each}.this',
                "change": {"actions": ["create"], "after": values},
            }
            for each, values in created
        ]
    }


def _state(*resources: tuple[str, str]) -> str:
    return json.dumps(
        {
            "resources": [
                {
                    "mode": "managed",
                    "type": each,
                    "name": "this",
                    "instances": [{"attributes": {"id": identifier}}],
                }
                for each, identifier in resources
            ]
        }
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "terraform.tfstate"


def test_what_the_state_does_not_know_is_removed_in_an_order_that_aws_allows(
    cloud: Cloud, client: Callable[[str], Any], state: Path
) -> None:
    ec2, iam, sqs = client("ec2"), client("iam"), client("sqs")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=_tags("vpc", NAME))["Vpc"]["VpcId"]
    known = ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=_tags("vpc", NAME))["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", TagSpecifications=_tags("subnet", NAME))
    gateway = ec2.create_internet_gateway(TagSpecifications=_tags("internet-gateway", NAME))
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway["InternetGateway"]["InternetGatewayId"])
    ec2.create_security_group(
        VpcId=vpc, GroupName="db", Description="d", TagSpecifications=_tags("security-group", NAME)
    )
    iam.create_role(RoleName=f"{NAME}-flow", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=f"{NAME}-flow", PolicyName="inline", PolicyDocument=json.dumps(POLICY))
    learners = sqs.create_queue(QueueName=f"{NAME}-of-a-learner")["QueueUrl"]
    sqs.create_queue(QueueName=f"{NAME}-orders")
    # A topic of the queue's name is known: names are compared within one kind only.
    state.write_text(_state(("aws_vpc", known), ("aws_sns_topic", f"{NAME}-orders")))
    plan = _plan(
        ("aws_iam_role", {"name": f"{NAME}-flow"}),
        ("aws_sqs_queue", {"name": f"{NAME}-orders"}),
        ("aws_sns_topic", {"name": f"{NAME}-of-a-learner"}),
    )

    found = orphans.find(cloud.session, NAME, state, plan)
    kinds = {"VPC", "subnet", "internet gateway", "security group", "role", "queue"}
    assert {each.what.kind for each in found} == kinds
    orphans.remove(cloud.session, NAME, found)
    assert leftovers.find(cloud.session, NAME) == sorted(
        [Leftover("VPC", known), Leftover("queue", learners)]
    )

    ec2.delete_vpc(VpcId=known)
    sqs.delete_queue(QueueUrl=learners)
    assert leftovers.find(cloud.session, NAME) == []


def test_rules_and_routes_that_the_next_apply_would_make_are_removed_and_a_learners_stay(
    cloud: Cloud, client: Callable[[str], Any], state: Path
) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16", TagSpecifications=_tags("vpc", NAME))["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for destination in ("0.0.0.0/0", "192.0.2.0/24"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=destination, GatewayId=gateway)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    for number in (100, 110):
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=number, Protocol="-1", RuleAction="allow", Egress=False,
            CidrBlock="10.0.0.0/8",
        )  # fmt: skip
    group = ec2.create_security_group(VpcId=vpc, GroupName="db", Description="d")["GroupId"]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 3306,
        "ToPort": 3306,
        "IpRanges": [{"CidrIp": "10.7.0.0/16"}],
    }
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[permission], TagSpecifications=_tags("security-group-rule", NAME)
    )
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[permission | {"FromPort": 22, "ToPort": 22}]
    )
    state.write_text(_state(("aws_vpc", vpc)))
    plan = _plan(
        ("aws_route", {"route_table_id": table, "destination_cidr_block": "0.0.0.0/0"}),
        ("aws_network_acl_rule", {"network_acl_id": acl, "rule_number": 100, "egress": False}),
        ("aws_vpc_security_group_ingress_rule", {"security_group_id": group}),
    )

    found = orphans.find(cloud.session, NAME, state, plan)
    assert {each.what.kind for each in found} == {"route", "network ACL rule", "security group rule"}
    orphans.remove(cloud.session, NAME, found)
    (routes,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert {each["DestinationCidrBlock"] for each in routes["Routes"]} == {"10.7.0.0/16", "192.0.2.0/24"}
    (entries,) = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
    assert {each["RuleNumber"] for each in entries["Entries"] if not each["Egress"]} == {110, 32767}
    (groups,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert [each["FromPort"] for each in groups["IpPermissions"]] == [22]
    assert orphans.find(cloud.session, NAME, state, plan) == []

    ec2.delete_security_group(GroupId=group)
    ec2.delete_network_acl(NetworkAclId=acl)
    ec2.delete_route_table(RouteTableId=table)
    ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    ec2.delete_vpc(VpcId=vpc)


def test_a_bucket_that_holds_something_or_is_a_learners_is_not_removed(
    cloud: Cloud, client: Callable[[str], Any], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client("s3")
    names = ("kept-raw-000000000000", "kept-by-a-learner")
    for name in names:
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=names[0], Key="work", Body=b"of a day")
    # What Terraform uploaded is told from it by the tag that both bear.
    project = {"Key": "Project", "Value": "kept"}
    s3.put_bucket_tagging(Bucket=names[0], Tagging={"TagSet": [project]})
    s3.put_bucket_versioning(Bucket=names[0], VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=names[0], Key="scripts/job.py", Body=body, Tagging="Project=kept&Name=job")
    monkeypatch.setattr(removal, "PATIENCE", 0.0)
    found = orphans.find(cloud.session, "kept", state, _plan(("aws_s3_bucket", {})))
    assert [each.what for each in found] == [Leftover("bucket", names[0])]
    with pytest.raises(RemoteError, match=r"bucket kept-raw-000000000000: .*BucketNotEmpty"):
        orphans.remove(cloud.session, "kept", found)
    assert s3.get_object(Bucket=names[0], Key="work")["Body"].read() == b"of a day"
    (left,) = s3.list_object_versions(Bucket=names[0])["Versions"]
    assert left["Key"] == "work"
    s3.delete_object(Bucket=names[0], Key="work", VersionId=left["VersionId"])
    orphans.remove(cloud.session, "kept", found)
    assert names[0] not in [each["Name"] for each in s3.list_buckets()["Buckets"]]
    s3.delete_bucket(Bucket=names[1])
