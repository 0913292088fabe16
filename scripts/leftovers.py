"""What of an environment still exists: how `destroy` proves that nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef


def find(session: boto3.Session, name: str, without: Container[str] = ()) -> list[str]:
    """Every resource of the environment that AWS still knows, as ``<kind> <name>``, sorted.

    Parameters
    ----------
    session
        Of the target.
    name
        The environment's prefix, Terraform's ``var.name``.
    without
        Services that are not asked, since the target has none of them.

    Notes
    -----
    Asks the services themselves, not Terraform's state: what a crashed apply left behind is in no state.
    """
    return sorted(
        f"{kind} {found}"
        for service, kind, search in _SEARCHES
        if service not in without
        for found in search(session, name)
    )


Search = Callable[[boto3.Session, str], Iterator[str]]


def _named(name: str, candidates: Iterator[str]) -> Iterator[str]:
    """Those whose last part is the prefix or starts with it and a hyphen."""
    for each in candidates:
        last = each.rpartition("/")[2]
        if last == name or last.startswith(f"{name}-"):
            yield each


def _tagged(name: str) -> list[FilterTypeDef]:
    return [{"Name": "tag:Project", "Values": [name]}]


def _db_instances(session: boto3.Session, name: str) -> Iterator[str]:
    pages = session.client("rds").get_paginator("describe_db_instances").paginate()
    return _named(name, (each["DBInstanceIdentifier"] for page in pages for each in page["DBInstances"]))


def _db_groups(session: boto3.Session, name: str) -> Iterator[str]:
    rds = session.client("rds")
    subnets = rds.get_paginator("describe_db_subnet_groups").paginate()
    yield from _named(
        name, (each["DBSubnetGroupName"] for page in subnets for each in page["DBSubnetGroups"])
    )
    groups = rds.get_paginator("describe_db_parameter_groups").paginate()
    yield from _named(
        name, (each["DBParameterGroupName"] for page in groups for each in page["DBParameterGroups"])
    )


def _vpcs(ec2: EC2Client, name: str) -> list[str]:
    found = ec2.describe_vpcs(Filters=_tagged(name))
    return [vpc["VpcId"] for vpc in found["Vpcs"]]


def _network(session: boto3.Session, name: str) -> Iterator[str]:
    ec2 = session.client("ec2")
    for vpc in _vpcs(ec2, name):
        yield vpc
        interfaces = ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
        yield from (each["NetworkInterfaceId"] for each in interfaces["NetworkInterfaces"])


def _by_tag(session: boto3.Session, name: str) -> Iterator[str]:
    """Addresses, instances, volumes and NAT gateways, which have no name of their own."""
    ec2 = session.client("ec2")
    yield from (each["AllocationId"] for each in ec2.describe_addresses(Filters=_tagged(name))["Addresses"])
    for reservation in ec2.describe_instances(Filters=_tagged(name))["Reservations"]:
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                yield instance["InstanceId"]
    yield from (each["VolumeId"] for each in ec2.describe_volumes(Filters=_tagged(name))["Volumes"])
    for gateway in ec2.describe_nat_gateways(Filters=_tagged(name))["NatGateways"]:
        if gateway["State"] != "deleted":
            yield gateway["NatGatewayId"]


def _load_balancers(session: boto3.Session, name: str) -> Iterator[str]:
    pages = session.client("elbv2").get_paginator("describe_load_balancers").paginate()
    return _named(name, (each["LoadBalancerName"] for page in pages for each in page["LoadBalancers"]))


def _buckets(session: boto3.Session, name: str) -> Iterator[str]:
    return _named(name, (each["Name"] for each in session.client("s3").list_buckets()["Buckets"]))


def _tables(session: boto3.Session, name: str) -> Iterator[str]:
    pages = session.client("dynamodb").get_paginator("list_tables").paginate()
    return _named(name, (each for page in pages for each in page["TableNames"]))


def _streams(session: boto3.Session, name: str) -> Iterator[str]:
    pages = session.client("kinesis").get_paginator("list_streams").paginate()
    return _named(name, (each for page in pages for each in page["StreamNames"]))


def _delivery_streams(session: boto3.Session, name: str) -> Iterator[str]:
    return _named(name, iter(session.client("firehose").list_delivery_streams()["DeliveryStreamNames"]))


def _queues(session: boto3.Session, name: str) -> Iterator[str]:
    found = session.client("sqs").list_queues(QueueNamePrefix=name)
    return _named(name, iter(found.get("QueueUrls", [])))


def _topics(session: boto3.Session, name: str) -> Iterator[str]:
    pages = session.client("sns").get_paginator("list_topics").paginate()
    return _named(name, (each["TopicArn"].rpartition(":")[2] for page in pages for each in page["Topics"]))


def _log_groups(session: boto3.Session, name: str) -> Iterator[str]:
    pages = session.client("logs").get_paginator("describe_log_groups").paginate()
    names = (each["logGroupName"] for page in pages for each in page["logGroups"])
    return (each for each in names if f"/{name}" in each)


def _secrets(session: boto3.Session, name: str) -> Iterator[str]:
    """Secrets of the DB instances: RDS names them by itself and tags them with their instance."""
    pages = session.client("secretsmanager").get_paginator("list_secrets").paginate()
    for page in pages:
        for secret in page["SecretList"]:
            tags = {tag["Key"]: tag["Value"] for tag in secret.get("Tags", [])}
            if f":db:{name}-" in tags.get("aws:rds:primaryDBInstanceArn", ""):
                yield secret["Name"]


def _identities(session: boto3.Session, name: str) -> Iterator[str]:
    iam = session.client("iam")
    roles = iam.get_paginator("list_roles").paginate()
    yield from _named(name, (each["RoleName"] for page in roles for each in page["Roles"]))
    users = iam.get_paginator("list_users").paginate()
    yield from _named(name, (each["UserName"] for page in users for each in page["Users"]))
    policies = iam.get_paginator("list_policies").paginate(Scope="Local")
    yield from _named(name, (each["PolicyName"] for page in policies for each in page["Policies"]))


_SEARCHES: tuple[tuple[str, str, Search], ...] = (
    ("dynamodb", "table", _tables),
    ("ec2", "network", _network),
    ("ec2", "tagged", _by_tag),
    ("elbv2", "load balancer", _load_balancers),
    ("firehose", "delivery stream", _delivery_streams),
    ("iam", "identity", _identities),
    ("kinesis", "stream", _streams),
    ("logs", "log group", _log_groups),
    ("rds", "DB group", _db_groups),
    ("rds", "DB instance", _db_instances),
    ("s3", "bucket", _buckets),
    ("secretsmanager", "secret", _secrets),
    ("sns", "topic", _topics),
    ("sqs", "queue", _queues),
)
