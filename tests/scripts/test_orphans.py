"""What a killed Terraform left, against the local cloud: found, removed, and nothing else touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import leftovers, orphans
from scripts.leftovers import Leftover
from tests.conftest import Cloud

NAME = "orphaned"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}],
}


def _tags(resource: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": resource, "Tags": [{"Key": "Project", "Value": name}]}]


def _plan(*names: str) -> dict[str, Any]:
    return {
        "resource_changes": [{"change": {"actions": ["create"], "after": {"name": each}}} for each in names]
    }


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
    iam.create_role(RoleName=f"{NAME}-flow", AssumeRolePolicyDocument=json.dumps(POLICY))
    iam.put_role_policy(RoleName=f"{NAME}-flow", PolicyName="inline", PolicyDocument=json.dumps(POLICY))
    learners = sqs.create_queue(QueueName=f"{NAME}-of-a-learner")["QueueUrl"]
    sqs.create_queue(QueueName=f"{NAME}-orders")
    state.write_text(
        json.dumps({"resources": [{"mode": "managed", "instances": [{"attributes": {"id": known}}]}]})
    )

    found = orphans.find(cloud.session, NAME, state, _plan(f"{NAME}-flow", f"{NAME}-orders"))
    assert {each.kind for each in found} == {
        "VPC",
        "subnet",
        "internet gateway",
        "security group",
        "role",
        "queue",
    }
    orphans.remove(cloud.session, found, NAME)
    assert leftovers.find(cloud.session, NAME) == sorted(
        [Leftover("VPC", known), Leftover("queue", learners)]
    )

    ec2.delete_vpc(VpcId=known)
    sqs.delete_queue(QueueUrl=learners)
    assert leftovers.find(cloud.session, NAME) == []


def test_a_bucket_that_holds_something_is_not_removed(
    cloud: Cloud, client: Callable[[str], Any], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="kept-raw")
    s3.put_object(Bucket="kept-raw", Key="work", Body=b"of a day")
    monkeypatch.setattr(orphans, "PATIENCE", 0.0)
    found = orphans.find(cloud.session, "kept", state, _plan())
    assert found == [Leftover("bucket", "kept-raw")]
    with pytest.raises(orphans.RemoteError, match=r"bucket kept-raw: .*BucketNotEmpty"):
        orphans.remove(cloud.session, found, "kept")
    assert s3.get_object(Bucket="kept-raw", Key="work")["Body"].read() == b"of a day"
    s3.delete_object(Bucket="kept-raw", Key="work")
    s3.delete_bucket(Bucket="kept-raw")
