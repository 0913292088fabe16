"""What of an environment still exists: how `destroy` proves that nothing is left behind.

Asks the services themselves, not Terraform's state: what an interrupted apply made is in no state.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

#: Kinds that are found by the environment's tag; the others by a name that begins with the environment's,
#: which somebody's own may do too.
BY_TAG = frozenset(
    {
        "address", "endpoint", "flow log", "instance", "internet gateway", "key", "launch template",
        "NAT gateway", "network ACL", "network interface", "route table", "security group", "subnet",
        "volume", "VPC",
    }
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Leftover:
    """One resource of the environment that AWS knows.

    Attributes
    ----------
    kind
        Its kind in AWS's words; names the search that found it.
    id
        Name, id, ARN or URL: what AWS's own calls take.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


def find(session: boto3.Session, name: str, without: Container[str] = ()) -> list[Leftover]:
    """Every resource of the environment, by its name or its tag ``Project``, sorted.

    Parameters
    ----------
    session
        Of the target.
    name
        The environment's prefix, Terraform's ``var.name``.
    without
        Services that are not asked, since the target has none of them.
    """
    any_service: Any = session  # whose stubs know a client by its literal name alone
    return sorted(
        Leftover(kind, found)
        for service, kind, search in _SEARCHES
        if service not in without
        for found in search(any_service.client(service), name)
    )


#: Finds the ids of one kind, given the service's client and the environment's name.
Search = Callable[[Any, str], Iterable[str]]


def _ours(name: str, candidate: str) -> bool:
    last = candidate.rpartition("/")[2]
    return last == name or last.startswith(f"{name}-")


def _pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, ())
    else:
        yield from getattr(client, operation)(**arguments).get(key, ())


def _named(operation: str, key: str, field: str | None = None, **arguments: Any) -> Search:
    """Those of a listing whose name is the environment's."""

    def search(client: Any, name: str) -> Iterator[str]:
        for each in _pages(client, operation, key, **arguments):
            found = each[field] if field else each
            if _ours(name, found):
                yield found

    return search


def _tagged(
    operation: str, key: str, field: str, filters: str = "Filters", counts: Callable[[Any], bool] = bool
) -> Search:
    """Those of EC2's resources that carry the environment's tag and of which `counts` is true."""

    def search(client: Any, name: str) -> Iterator[str]:
        wanted = {filters: [{"Name": "tag:Project", "Values": [name]}]}
        return (each[field] for each in _pages(client, operation, key, **wanted) if counts(each))

    return search


def _instances(ec2: Any, name: str) -> Iterator[str]:
    wanted = [{"Name": "tag:Project", "Values": [name]}]
    for reservation in _pages(ec2, "describe_instances", "Reservations", Filters=wanted):
        for each in reservation["Instances"]:
            if each["State"]["Name"] != "terminated":
                yield each["InstanceId"]


def _interfaces(ec2: Any, name: str) -> Iterator[str]:
    """Interfaces in the environment's VPC; those of AWS's own services carry no tag."""
    for vpc in _tagged("describe_vpcs", "Vpcs", "VpcId")(ec2, name):
        inside = [{"Name": "vpc-id", "Values": [vpc]}]
        for each in _pages(ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=inside):
            yield each["NetworkInterfaceId"]


def _topics(sns: Any, name: str) -> Iterator[str]:
    arns = (each["TopicArn"] for each in _pages(sns, "list_topics", "Topics"))
    return (arn for arn in arns if _ours(name, arn.rpartition(":")[2]))


def _log_groups(logs: Any, name: str) -> Iterator[str]:
    names = (each["logGroupName"] for each in _pages(logs, "describe_log_groups", "logGroups"))
    return (each for each in names if any(_ours(name, part) for part in each.split("/")))


def _secrets(secretsmanager: Any, name: str) -> Iterator[str]:
    """Secrets of the DB instances: RDS names them by itself and tags them with their instance."""
    for secret in _pages(secretsmanager, "list_secrets", "SecretList"):
        tags = {tag["Key"]: tag["Value"] for tag in secret.get("Tags", [])}
        if f":db:{name}-" in tags.get("aws:rds:primaryDBInstanceArn", ""):
            yield secret["ARN"]


def _keys(kms: Any, name: str) -> Iterator[str]:
    """Keys that are not waiting for their deletion; AWS's own and other people's may not tell their tags."""
    for each in _pages(kms, "list_keys", "Keys"):
        key = each["KeyId"]
        try:
            tags = _pages(kms, "list_resource_tags", "Tags", KeyId=key)
            if not any(tag == {"TagKey": "Project", "TagValue": name} for tag in tags):
                continue
            state = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
        except ClientError as refused:
            if refused.response["Error"]["Code"] not in ("AccessDeniedException", "NotFoundException"):
                raise
            continue
        if state not in ("PendingDeletion", "PendingReplicaDeletion"):
            yield key


def _not_default(group: Any) -> bool:
    return bool(group["GroupName"] != "default")


def _not_deleted(each: Any) -> bool:
    return str(each["State"]).lower() not in ("deleted", "deleting")


def _catalog_databases(glue: Any, name: str) -> Iterator[str]:
    """Databases of the catalog, in whose names a hyphen is an underscore."""
    for each in _pages(glue, "get_databases", "DatabaseList"):
        if _ours(name, each["Name"].replace("_", "-")):
            yield each["Name"]


_SEARCHES: tuple[tuple[str, str, Search], ...] = (
    ("athena", "work group", _named("list_work_groups", "WorkGroups", "Name")),
    ("cloudwatch", "alarm", _named("describe_alarms", "MetricAlarms", "AlarmName")),
    ("cloudwatch", "dashboard", _named("list_dashboards", "DashboardEntries", "DashboardName")),
    ("dynamodb", "table", _named("list_tables", "TableNames")),
    ("ec2", "address", _tagged("describe_addresses", "Addresses", "AllocationId")),
    (
        "ec2",
        "endpoint",
        _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", counts=_not_deleted),
    ),
    ("ec2", "flow log", _tagged("describe_flow_logs", "FlowLogs", "FlowLogId", filters="Filter")),
    ("ec2", "instance", _instances),
    (
        "ec2",
        "internet gateway",
        _tagged("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ),
    ("ec2", "launch template", _tagged("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId")),
    (
        "ec2",
        "NAT gateway",
        _tagged("describe_nat_gateways", "NatGateways", "NatGatewayId", counts=_not_deleted),
    ),
    ("ec2", "network ACL", _tagged("describe_network_acls", "NetworkAcls", "NetworkAclId")),
    ("ec2", "network interface", _interfaces),
    ("ec2", "route table", _tagged("describe_route_tables", "RouteTables", "RouteTableId")),
    (
        "ec2",
        "security group",
        _tagged("describe_security_groups", "SecurityGroups", "GroupId", counts=_not_default),
    ),
    ("ec2", "subnet", _tagged("describe_subnets", "Subnets", "SubnetId")),
    ("ec2", "volume", _tagged("describe_volumes", "Volumes", "VolumeId")),
    ("ec2", "VPC", _tagged("describe_vpcs", "Vpcs", "VpcId")),
    ("elbv2", "load balancer", _named("describe_load_balancers", "LoadBalancers", "LoadBalancerName")),
    ("elbv2", "target group", _named("describe_target_groups", "TargetGroups", "TargetGroupName")),
    ("events", "rule", _named("list_rules", "Rules", "Name")),
    ("firehose", "delivery stream", _named("list_delivery_streams", "DeliveryStreamNames")),
    ("glue", "catalog database", _catalog_databases),
    ("glue", "connection", _named("get_connections", "ConnectionList", "Name", HidePassword=True)),
    ("glue", "crawler", _named("list_crawlers", "CrawlerNames")),
    ("glue", "job", _named("list_jobs", "JobNames")),
    ("iam", "group", _named("list_groups", "Groups", "GroupName")),
    ("iam", "instance profile", _named("list_instance_profiles", "InstanceProfiles", "InstanceProfileName")),
    ("iam", "policy", _named("list_policies", "Policies", "Arn", Scope="Local")),
    ("iam", "role", _named("list_roles", "Roles", "RoleName")),
    ("iam", "user", _named("list_users", "Users", "UserName")),
    ("kinesis", "stream", _named("list_streams", "StreamNames")),
    ("kms", "key", _keys),
    ("kms", "key alias", _named("list_aliases", "Aliases", "AliasName")),
    ("logs", "log group", _log_groups),
    ("rds", "DB instance", _named("describe_db_instances", "DBInstances", "DBInstanceIdentifier")),
    (
        "rds",
        "DB parameter group",
        _named("describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    ),
    ("rds", "DB subnet group", _named("describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName")),
    ("s3", "bucket", _named("list_buckets", "Buckets", "Name")),
    ("secretsmanager", "secret", _secrets),
    ("sns", "topic", _topics),
    ("sqs", "queue", _named("list_queues", "QueueUrls")),
    ("stepfunctions", "state machine", _named("list_state_machines", "stateMachines", "name")),
)
