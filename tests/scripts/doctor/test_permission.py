"""Whether an instance's role may read a bucket, judged from real roles, profiles and bucket policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.authorization.readers.folder import read_documents
from scripts.config import Settings
from scripts.doctor import diagnosis, examination, networks, permission
from scripts.doctor.diagnosis import Diagnosis, Request
from scripts.doctor.layer import Layer, Outcome
from scripts.doctor.storage import Place
from scripts.reachability.readers import saved
from tests.scripts.conftest import Environment
from tests.scripts.doctor import account

ROLE, BUCKET = "doctor-reader", "doctor-raw"
ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
READ = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ReadFiles",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/csv/*",
        }
    ],
}
DENY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "NobodyElse",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.7"}},
        }
    ],
}

Make = Callable[..., str]


@pytest.fixture(scope="module")
def instance(client: Callable[[str], Any]) -> Iterator[Make]:
    """Makes instances in a VPC of their own: with the role that reads, or with none."""
    iam, ec2, s3 = (client(each) for each in ("iam", "ec2", "s3"))
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(ASSUME))
    iam.put_role_policy(RoleName=ROLE, PolicyName="read", PolicyDocument=json.dumps(READ))
    iam.create_instance_profile(InstanceProfileName=ROLE)
    iam.add_role_to_instance_profile(InstanceProfileName=ROLE, RoleName=ROLE)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="csv/a.csv", Body=b"a")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    image = ec2.describe_images()["Images"][0]["ImageId"]
    made: list[str] = []

    def make(*, profile: bool) -> str:
        more: Any = {"IamInstanceProfile": {"Name": ROLE}} if profile else {}
        (found,) = ec2.run_instances(ImageId=image, SubnetId=subnet, MinCount=1, MaxCount=1, **more)[
            "Instances"
        ]
        made.append(found["InstanceId"])
        return str(found["InstanceId"])

    yield make
    if made:
        ec2.terminate_instances(InstanceIds=made)
        ec2.get_waiter("instance_terminated").wait(InstanceIds=made, WaiterConfig={"Delay": 1})
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    s3.delete_object(Bucket=BUCKET, Key="csv/a.csv")
    s3.delete_bucket(Bucket=BUCKET)
    iam.remove_role_from_instance_profile(InstanceProfileName=ROLE, RoleName=ROLE)
    iam.delete_instance_profile(InstanceProfileName=ROLE)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="read")
    iam.delete_role(RoleName=ROLE)


@pytest.fixture(scope="module")
def reader(instance: Make) -> str:
    return instance(profile=True)


def ask(environment: Environment, settings: Settings, source: str, place: Place) -> dict[str, Layer]:
    network = networks.of_api(environment.session)
    request = Request(source, str(place))
    found = Diagnosis(network, diagnosis.answers(network, request))
    layers = examination.examine(settings, environment.session, found, request).layers
    return {each.name: each for each in layers}


def test_a_role_that_may_read_is_told_with_the_statement_that_lets_it(
    environment: Environment, reader: str
) -> None:
    found = ask(environment, environment.settings, reader, Place(BUCKET, "csv/a.csv"))[permission.NAME]
    assert found.outcome is Outcome.OK
    assert "ReadFiles" in found.seen
    assert ROLE in found.meaning


def test_a_role_that_may_not_is_told_what_would_have_to_allow_it_and_s3_is_asked_all_the_same(
    environment: Environment, reader: str
) -> None:
    layers = ask(environment, environment.settings, reader, Place(BUCKET))
    found = layers[permission.NAME]
    assert found.outcome is Outcome.FAILED
    assert "s3:ListBucket is denied" in found.seen
    assert f"arn:aws:s3:::{BUCKET} to the role {ROLE}" in found.next_step
    assert layers["S3's answer"].outcome is Outcome.OK


def test_a_bucket_policy_that_denies_all_addresses_but_one_is_named(
    environment: Environment, reader: str, client: Callable[[str], Any]
) -> None:
    s3 = client("s3")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(DENY))
    try:
        found = ask(environment, environment.settings, reader, Place(BUCKET, "csv/a.csv"))[permission.NAME]
    finally:
        s3.delete_bucket_policy(Bucket=BUCKET)
    assert found.outcome is Outcome.FAILED
    assert "NobodyElse" in found.seen


def test_a_policy_of_awss_own_that_is_attached_counts_too(
    environment: Environment, reader: str, client: Callable[[str], Any]
) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    client("iam").attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    try:
        found = ask(environment, environment.settings, reader, Place(BUCKET))[permission.NAME]
    finally:
        client("iam").detach_role_policy(RoleName=ROLE, PolicyArn=arn)
    assert found.outcome is Outcome.OK
    assert arn in found.seen


def test_an_instance_without_a_role_has_no_credentials(environment: Environment, instance: Make) -> None:
    source = instance(profile=False)
    found = ask(environment, environment.settings, source, Place(BUCKET, "csv/a.csv"))[permission.NAME]
    assert found.outcome is Outcome.FAILED
    assert f"{source} has no instance profile" in found.seen


def test_policies_see_the_public_address_that_packets_come_with(tmp_path: Path) -> None:
    network = saved.network(account.save(tmp_path))
    answer = diagnosis.answers(network, Request(account.BASTION, "s3"))[-1]
    keys = permission.context_of(answer)
    assert keys == {"aws:SecureTransport": ("true",), "aws:SourceIp": ("54.0.0.10",)}


@pytest.mark.parametrize("suffix", ["", "/32"])
def test_the_cure_lets_the_bastions_public_address_read_and_no_other(tmp_path: Path, suffix: str) -> None:
    network = saved.network(account.save(tmp_path))
    answer = diagnosis.answers(network, Request(account.BASTION, "s3"))[-1]
    keys = permission.context_of(answer)
    allow: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/csv/*",
    }
    role = f"arn:aws:iam::111111111111:role/{ROLE}"
    decided = {}
    for address in ("54.0.0.10", "54.0.0.11"):
        allow["Condition"] = {"IpAddress": {"aws:SourceIp": f"{address}{suffix}"}}
        policy = {"Version": "2012-10-17", "Statement": [allow]}
        mine = read_documents(
            {
                "RoleDetailList": [{"RoleName": ROLE, "Arn": role}],
                "ResourcePolicies": {f"arn:aws:s3:::{BUCKET}": policy},
            }
        )
        decided[address] = [
            mine.judge(role, "s3:GetObject", f"arn:aws:s3:::{BUCKET}/{key}", keys).allowed
            for key in ("csv/a.csv", "json/a.json")
        ]
    assert decided == {"54.0.0.10": [True, False], "54.0.0.11": [False, False]}
