"""Glue connections: the places of their jobs' workers, from AWS's answers and from Terraform's resources."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from scripts.doctor import diagnosis, report
from scripts.doctor.diagnosis import Diagnosis, Request
from scripts.errors import BadInputError
from scripts.reachability import assertions, ends
from scripts.reachability.model import Network
from scripts.reachability.readers import aws
from tests.scripts.reachability.readers.documents import Documents, database, full, interface
from tests.scripts.reachability.readers.stacks import declared, planned

CODE = """
resource "aws_vpc" "this" {}
resource "aws_subnet" "a" { vpc_id = aws_vpc.this.id }
resource "aws_security_group" "jobs" { vpc_id = aws_vpc.this.id }
resource "aws_vpc_security_group_ingress_rule" "self" {
  security_group_id            = aws_security_group.jobs.id
  referenced_security_group_id = aws_security_group.jobs.id
}
resource "aws_glue_connection" "source" {
  physical_connection_requirements {
    subnet_id              = aws_subnet.a.id
    security_group_id_list = [aws_security_group.jobs.id]
  }
}
resource "aws_glue_connection" "outside" {}
resource "aws_glue_job" "copy" {
  connections = [aws_glue_connection.source.name]
}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Network:
    return planned(
        tmp_path, CODE,
        declared("aws_vpc.this", {"cidr_block": "10.0.0.0/16"}),
        declared("aws_subnet.a", {"cidr_block": "10.0.0.0/28", "availability_zone": "us-east-1a"}),
        declared("aws_security_group.jobs", {"name": "jobs"}),
        declared("aws_vpc_security_group_ingress_rule.self",
                 {"ip_protocol": "tcp", "from_port": 0, "to_port": 65535}),
        declared("aws_glue_connection.source",
                 {"name": "lab-source", "physical_connection_requirements": [{}]}),
        declared("aws_glue_connection.outside", {"name": "lab-outside"}),
        declared("aws_glue_job.copy", {"name": "lab-copy", "connections": ["lab-source"]}),
    )  # fmt: skip


def test_a_planned_connection_has_workers_in_its_subnet_with_its_groups(plan: Network) -> None:
    (found,) = plan.glue_connections.values()
    assert (found.id, found.vpc, found.subnet) == ("lab-source", "aws_vpc.this", "aws_subnet.a")
    workers = [plan.interfaces[each] for each in found.interfaces]
    assert len({each.private_ips for each in workers}) == 2
    for each in workers:
        assert each.private_ips[0] in ip_network("10.0.0.0/28")
        assert each.groups == ("aws_security_group.jobs",)
        assert each.assumed
    assert plan.unmodelled == ()


@pytest.mark.parametrize(
    "name", ["lab-source", "aws_glue_connection.source", "lab-copy", "aws_glue_job.copy"]
)
def test_it_is_found_by_its_names_and_by_those_of_its_jobs(plan: Network, name: str) -> None:
    assert ends.resolve(plan, name).component == plan.glue_connections["lab-source"]
    assert ends.resolve(plan, name).interfaces == ("worker 1 of lab-source",)


def described(**requirements: Any) -> Documents:
    """A connection of jobs, beside what there is; its group speaks with itself and with the internet."""
    found = full()
    itself = [{"GroupId": "sg-jobs", "UserId": "000000000000"}]
    every = [{"CidrIp": "0.0.0.0/0"}]
    found["describe-security-groups"]["SecurityGroups"].append(
        {
            "GroupId": "sg-jobs",
            "GroupName": "jobs",
            "VpcId": "vpc-1",
            "IpPermissions": [
                {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": itself}
            ],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": every}],
        }
    )
    place = {"SubnetId": "subnet-b", "SecurityGroupIdList": ["sg-jobs"], **requirements}
    found["get-connections"] = {
        "ConnectionList": [
            {"Name": "lab-source", "PhysicalConnectionRequirements": place, "Status": "READY"},
            {"Name": "lab-outside"},
        ]
    }
    found["get-jobs"] = {
        "Jobs": [
            {"Name": "lab-copy", "Connections": {"Connections": ["lab-source"]}},
            {"Name": "lab-alone"},
        ]
    }
    return found


def test_a_described_connection_has_workers_at_addresses_that_are_free() -> None:
    documents = described()
    documents["describe-network-interfaces"]["NetworkInterfaces"].append(
        interface("eni-first", "subnet-b", "10.0.1.4", "sg-jobs")
    )
    network = aws.network(documents)
    (found,) = network.glue_connections.values()
    assert (found.id, found.vpc, found.subnet, found.jobs) == (
        "lab-source", "vpc-1", "subnet-b", ("lab-copy",),
    )  # fmt: skip
    workers = [network.interfaces[each] for each in found.interfaces]
    others = {each.private_ips for each in network.interfaces.values() if each not in workers}
    assert not {each.private_ips for each in workers} & others
    assert {each.groups for each in workers} == {("sg-jobs",)}


@pytest.mark.parametrize("gone", [{"SubnetId": "subnet-gone"}, {"SecurityGroupIdList": ["sg-gone"]}])
def test_what_a_connection_names_and_is_gone_is_reported(gone: dict[str, Any]) -> None:
    network = aws.network(described(**gone))
    told = [each.consequence for each in network.unmodelled if each.component == "lab-source"]
    (name,) = (each if isinstance(each, str) else each[0] for each in gone.values())
    assert len(told) == 1
    assert f"{name} does not exist" in told[0]


def asked(documents: Documents, destination: str) -> Diagnosis:
    network = aws.network(documents)
    request = Request("copy", destination, prefix="lab")
    return Diagnosis(network, diagnosis.answers(network, request))


def with_database(*admitted: str) -> Documents:
    """As described, with a database whose group admits these groups, and an ACL that stops nothing."""
    found = described()
    (acl,) = found["describe-network-acls"]["NetworkAcls"]
    every = {"Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "RuleNumber": 90}
    acl["Entries"] += [{**every, "Egress": each} for each in (True, False)]
    peers = [{"GroupId": each, "UserId": "000000000000"} for each in admitted]
    rule = {"IpProtocol": "tcp", "FromPort": 5433, "ToPort": 5433, "UserIdGroupPairs": peers}
    found["describe-security-groups"]["SecurityGroups"].append(
        {
            "GroupId": "sg-store", "GroupName": "store", "VpcId": "vpc-1",
            "IpPermissions": [rule] if admitted else [], "IpPermissionsEgress": [],
        }
    )  # fmt: skip
    found["describe-db-instances"] = {"DBInstances": [database("store", "sg-store")]}
    found["describe-network-interfaces"]["NetworkInterfaces"].append(
        interface("eni-store", "subnet-b", "10.0.1.77", "sg-store", Description="RDSNetworkInterface")
    )
    return found


def test_a_job_that_has_what_glue_asks_for_reaches_its_database_leg_by_leg() -> None:
    found = asked(with_database("sg-jobs"), "store")
    assert [each.question.destination for each in found.answers] == [
        "worker 2 of lab-source", "s3", "store",
    ]  # fmt: skip
    assert found.reachable


def test_what_is_asked_anyway_is_not_asked_twice() -> None:
    found = asked(with_database("sg-jobs"), "s3")
    assert [each.question.destination for each in found.answers] == ["worker 2 of lab-source", "s3"]


def test_a_database_that_does_not_admit_the_jobs_group_is_told_with_the_rule_that_it_needs() -> None:
    found = asked(with_database(), "store")
    assert [each.reachable for each in found.answers] == [True, True, False]
    said = "\n".join(report.lines(found))
    assert "aws ec2 authorize-security-group-ingress --group-id sg-store" in said
    assert "FromPort=5433,ToPort=5433,UserIdGroupPairs=[{GroupId=sg-jobs}]" in said


def test_a_group_that_does_not_admit_itself_is_told_with_the_rule_for_every_port() -> None:
    documents = with_database("sg-jobs")
    (group,) = (
        each
        for each in documents["describe-security-groups"]["SecurityGroups"]
        if each["GroupId"] == "sg-jobs"
    )
    group["IpPermissions"] = []
    found = asked(documents, "store")
    assert [each.reachable for each in found.answers] == [False, True, True]
    said = "\n".join(report.lines(found))
    assert "aws ec2 authorize-security-group-ingress --group-id sg-jobs" in said
    assert "FromPort=0,ToPort=65535,UserIdGroupPairs=[{GroupId=sg-jobs}]" in said


def test_a_subnet_without_a_way_to_s3_is_told() -> None:
    documents = with_database("sg-jobs")
    (main, _) = documents["describe-route-tables"]["RouteTables"]
    main["Routes"] = main["Routes"][:1]
    found = asked(documents, "store")
    assert [each.reachable for each in found.answers] == [True, False, True]
    assert "NO_ROUTE_TO_DESTINATION" in "\n".join(report.lines(found))


def test_a_file_of_assertions_names_a_connection(tmp_path: Path) -> None:
    file = tmp_path / "reachability.yaml"
    file.write_text("""
endpoints:
  jobs: {glue_connection: "{name}-source"}
  store: {database: store}
must:
  - {from: jobs, to: store, port: 5433, because: The job reads it.}
must_not:
  - {from: jobs, to: store, port: 22, because: Nobody gets at the machine.}
""")
    verdicts = assertions.check(aws.network(with_database("sg-jobs")), file, prefix="lab")
    assert [each.holds for each in verdicts] == [True, True]
    verdicts = assertions.check(aws.network(with_database()), file, prefix="lab")
    assert [each.holds for each in verdicts] == [False, True]
    file.write_text(file.read_text().replace("-source", "-sauce"))
    with pytest.raises(BadInputError, match="there is no Glue connection 'lab-sauce'"):
        assertions.check(aws.network(with_database()), file, prefix="lab")
