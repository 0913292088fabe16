"""A job with a connection stands in a VPC, and reaches whom security groups and routes let it reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from scripts.connections import Access
from tests.glue_jobs.conftest import NAME, Job, allow, make_role

JOB = f"{NAME}-standing"

#: Counts rows over JDBC, and asks for a greeting with a socket of Python's; says what each came to.
SCRIPT = """
import socket, sys
from pyspark.sql import SparkSession

host, port, password = sys.argv[sys.argv.index("--where") + 1].split(",")
try:
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        print("python: greeted with", len(connection.recv(5)))
except TimeoutError as late:
    print("python:", type(late).__name__)
rows = SparkSession.builder.getOrCreate().read.format("jdbc").options(
    url=f"jdbc:mysql://{host}:{port}/classicmodels?connectTimeout=4000", driver="org.mariadb.jdbc.Driver",
    dbtable="orders", user="labadmin", password=password, sslMode="trust",
).load().count()
print("jdbc:", rows)
"""


@dataclass
class Standing:
    """A job with a connection in the database's VPC; nothing lets it go anywhere yet."""

    job: Job
    ec2: Any
    vpc: str
    subnet: str
    table: str
    group: str
    databases: str
    where: str
    undo: list[Callable[[], Any]] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        return self.job.end(self.job.start(where=self.where))

    def admit(self, group: str, first: int, last: int) -> None:
        """A group admits tcp from the job's."""
        rule = {
            "GroupId": group,
            "IpPermissions": [
                {
                    "IpProtocol": "tcp", "FromPort": first, "ToPort": last,
                    "UserIdGroupPairs": [{"GroupId": self.group}],
                }
            ],
        }  # fmt: skip
        self.ec2.authorize_security_group_ingress(**rule)
        self.undo.append(lambda: self.ec2.revoke_security_group_ingress(**rule))

    def lead_to_s3(self) -> None:
        """The subnet's route table leads to an endpoint for S3."""
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[self.table]
        )["VpcEndpoint"]["VpcEndpointId"]
        self.undo.append(lambda: self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made]))


@pytest.fixture
def standing(client: Callable[[str], Any], lake: str, source: Access) -> Iterator[Standing]:
    ec2, glue, rds = client("ec2"), client("glue"), client("rds")
    instance = rds.describe_db_instances(DBInstanceIdentifier=f"{NAME}-mysql")["DBInstances"][0]
    vpc = instance["DBSubnetGroup"]["VpcId"]
    subnet = instance["DBSubnetGroup"]["Subnets"][0]["SubnetIdentifier"]
    main = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    table = ec2.describe_route_tables(Filters=main)["RouteTables"][0]["RouteTableId"]
    group = ec2.create_security_group(GroupName=JOB, Description="Jobs", VpcId=vpc)["GroupId"]
    host, port = source.endpoint.address()
    glue.create_connection(
        ConnectionInput={
            "Name": JOB,
            "ConnectionType": "JDBC",
            "ConnectionProperties": {
                "JDBC_CONNECTION_URL": f"jdbc:mysql://{host}:{port}/classicmodels",
                "USERNAME": "labadmin",
            },
            "PhysicalConnectionRequirements": {"SubnetId": subnet, "SecurityGroupIdList": [group]},
        }
    )
    client("s3").put_object(Bucket=lake, Key="scripts/standing.py", Body=SCRIPT.encode())
    script = allow("s3:GetObject", resource=f"arn:aws:s3:::{lake}/scripts/*")
    glue.create_job(
        Name=JOB,
        Role=make_role(client("iam"), JOB, script),
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{lake}/scripts/standing.py"},
        Connections={"Connections": [JOB]},
        GlueVersion="5.0",
        WorkerType="G.1X",
        NumberOfWorkers=2,
    )
    databases = instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    where = f"{host},{port},{source.user.password}"
    made = Standing(Job(JOB, client), ec2, vpc, subnet, table, group, databases, where)
    try:
        yield made
    finally:
        for each in reversed(made.undo):
            each()
        glue.delete_job(JobName=JOB)
        glue.delete_connection(ConnectionName=JOB)
        ec2.delete_security_group(GroupId=group)


def test_a_job_freezes_at_a_database_that_it_may_not_reach_and_works_when_that_is_repaired(
    standing: Standing,
) -> None:
    refused = standing.run()
    assert refused["JobRunState"] == "FAILED"
    assert refused["ErrorMessage"].startswith("At least one security group must open all ingress ports.")
    standing.admit(standing.group, 0, 65535)
    refused = standing.run()
    assert refused["JobRunState"] == "FAILED"
    missing = (
        f"Could not find S3 endpoint or NAT gateway for subnetId: {standing.subnet} in Vpc {standing.vpc}"
    )
    assert refused["ErrorMessage"].endswith(missing)
    standing.lead_to_s3()
    frozen = standing.run()
    assert frozen["JobRunState"] == "FAILED"
    assert "timed out" in frozen["ErrorMessage"], frozen
    assert "python: TimeoutError" in standing.job.printed(frozen, "output")
    standing.admit(standing.databases, 3306, 3306)
    run = standing.run()
    assert run["JobRunState"] == "SUCCEEDED", standing.job.printed(run, "error")
    assert "python: greeted with 5" in standing.job.printed(run, "output")
    assert "jdbc: 326" in standing.job.printed(run, "output")
