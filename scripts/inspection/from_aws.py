"""The environment as the AWS API shows it; the only part that asks AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from scripts.inspection import aws_analytics
from scripts.inspection.aws_network import network
from scripts.inspection.from_terraform import environment
from scripts.inspection.model import (
    Alarm,
    Bucket,
    DbInstance,
    DeliveryStream,
    Environment,
    Listener,
    LoadBalancer,
    LogGroup,
    Mark,
    Queue,
    Resource,
    Role,
    Secret,
    Stream,
    Table,
    Target,
    Topic,
)


@dataclass(frozen=True)
class Scope:
    """What belongs to the environment: its prefix, its tag, and whatever its state knows."""

    name: str
    known: Collection[str]

    def holds(self, found: str) -> bool:
        """Whether something of this name is of the environment."""
        # Athena's names know no hyphen.
        prefixes = (f"{self.name}-", f"{self.name.replace('-', '_')}_")
        return found in self.known or found == self.name or found.startswith(prefixes)


def read(session: boto3.Session, name: str, known: Collection[str] = ()) -> Environment:
    """Ask AWS for everything of an environment.

    Parameters
    ----------
    session
        Of the target.
    name
        The environment's prefix, Terraform's ``var.name``.
    known
        Ids in the Terraform state; what bears one belongs to the environment whatever it is called.

    Raises
    ------
    botocore.exceptions.ClientError
        AWS refused a call.
    """
    scope = Scope(name, known)
    found = list(network(session.client("ec2"), name, known))
    found += [each for search in _SEARCHES for each in search(session, scope)]
    return environment(name, f"AWS, {session.region_name}", found)


def _pages(client: Any, operation: str, field: str, **request: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**request):
        yield from page.get(field, ())


def _load_balancers(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    elbv2 = session.client("elbv2")
    for each in _pages(elbv2, "describe_load_balancers", "LoadBalancers"):
        if scope.holds(each["LoadBalancerName"]):
            arn = each["LoadBalancerArn"]
            listeners = _pages(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=arn)
            yield LoadBalancer(
                id=each["LoadBalancerName"],
                name=each["LoadBalancerName"],
                state=each["State"]["Code"],
                internal=each["Scheme"] == "internal",
                dns_name=each["DNSName"],
                subnets=tuple(zone["SubnetId"] for zone in each["AvailabilityZones"]),
                groups=tuple(each.get("SecurityGroups", ())),
                listeners=tuple(
                    sorted((_listener(elbv2, found) for found in listeners), key=lambda one: one.port or 0)
                ),
            )


def _listener(elbv2: Any, listener: Mapping[str, Any]) -> Listener:
    action = listener["DefaultActions"][-1]
    groups = [each["TargetGroupArn"] for each in action.get("ForwardConfig", {}).get("TargetGroups", ())]
    targets = []
    for group in groups or [each for each in (action.get("TargetGroupArn"),) if each]:
        for each in elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
            target = each["Target"]
            targets.append(Target(target["Id"], target.get("Port"), each["TargetHealth"]["State"]))
    return Listener(listener.get("Port"), listener["Protocol"], action["Type"], tuple(targets))


def _db_instances(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    rds = session.client("rds")
    for each in _pages(rds, "describe_db_instances", "DBInstances"):
        if scope.holds(each["DBInstanceIdentifier"]):
            endpoint = each.get("Endpoint", {})
            subnets = each.get("DBSubnetGroup", {}).get("Subnets", ())
            yield DbInstance(
                id=each["DBInstanceIdentifier"],
                name=each["DBInstanceIdentifier"],
                state=each["DBInstanceStatus"],
                engine=each["Engine"],
                version=each["EngineVersion"],
                instance_class=each["DBInstanceClass"],
                endpoint=endpoint.get("Address", ""),
                port=endpoint.get("Port"),
                zone=each.get("AvailabilityZone", ""),
                multi_az=each["MultiAZ"],
                subnets=tuple(sorted(subnet["SubnetIdentifier"] for subnet in subnets)),
                groups=tuple(group["VpcSecurityGroupId"] for group in each.get("VpcSecurityGroups", ())),
            )


def _buckets(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    for each in session.client("s3").list_buckets()["Buckets"]:
        if scope.holds(each["Name"]):
            yield Bucket(id=each["Name"], name=each["Name"])


def _tables(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    dynamodb = session.client("dynamodb")
    for name in _pages(dynamodb, "list_tables", "TableNames"):
        if scope.holds(name):
            found = dynamodb.describe_table(TableName=name)["Table"]
            keys = sorted(found["KeySchema"], key=lambda key: key["KeyType"])
            yield Table(
                id=name,
                name=name,
                state=found["TableStatus"],
                keys=tuple(key["AttributeName"] for key in keys),
            )


def _streams(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    kinesis = session.client("kinesis")
    for name in _pages(kinesis, "list_streams", "StreamNames"):
        if scope.holds(name):
            found = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
            yield Stream(id=name, name=name, state=found["StreamStatus"], shards=found["OpenShardCount"])


def _delivery_streams(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    firehose: Any = session.client("firehose")
    names: list[str] = []
    more = True
    while more:
        # It has no paginator; the next page begins after the last name.
        after = {"ExclusiveStartDeliveryStreamName": names[-1]} if names else {}
        page = firehose.list_delivery_streams(**after)
        names += page["DeliveryStreamNames"]
        more = page["HasMoreDeliveryStreams"] and bool(page["DeliveryStreamNames"])
    for name in filter(scope.holds, names):
        found = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        source = found.get("Source", {}).get("KinesisStreamSourceDescription", {})
        lake: Mapping[str, Any] = next(
            (each["ExtendedS3DestinationDescription"] for each in found["Destinations"]
             if "ExtendedS3DestinationDescription" in each), {},
        )  # fmt: skip
        yield DeliveryStream(
            id=name,
            name=name,
            state=found["DeliveryStreamStatus"],
            source=source.get("KinesisStreamARN", "").rpartition("/")[2],
            bucket=lake.get("BucketARN", "").rpartition(":")[2],
            prefix=lake.get("Prefix", ""),
        )


def _queues(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    sqs = session.client("sqs")
    for url in _pages(sqs, "list_queues", "QueueUrls"):
        name = url.rpartition("/")[2]
        if scope.holds(name):
            asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
            policy = json.loads(asked.get("Attributes", {}).get("RedrivePolicy", "{}"))
            letters = policy.get("deadLetterTargetArn", "").rpartition(":")[2]
            yield Queue(id=name, name=name, url=url, dead_letters=letters)


def _topics(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    for each in _pages(session.client("sns"), "list_topics", "Topics"):
        name = each["TopicArn"].rpartition(":")[2]
        if scope.holds(name):
            yield Topic(id=name, name=name)


def _alarms(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    for each in _pages(session.client("cloudwatch"), "describe_alarms", "MetricAlarms"):
        if scope.holds(each["AlarmName"]):
            metric = f"{each.get('Namespace', '')} {each.get('MetricName', '')}".strip()
            topics = tuple(arn.rpartition(":")[2] for arn in each.get("AlarmActions", ()))
            name = each["AlarmName"]
            yield Alarm(id=name, name=name, state=each["StateValue"], metric=metric, topics=topics)


def _log_groups(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    for each in _pages(session.client("logs"), "describe_log_groups", "logGroups"):
        name = each["logGroupName"]
        if name in scope.known or any(scope.holds(part) for part in name.split("/")):
            yield LogGroup(id=name, name=name)


def _secrets(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    """Names only. RDS names its secrets by itself and tags them with their instance."""
    for each in _pages(session.client("secretsmanager"), "list_secrets", "SecretList"):
        tags = {tag["Key"]: tag["Value"] for tag in each.get("Tags", ())}
        owner = tags.get("aws:rds:primaryDBInstanceArn", "").rpartition(":")[2]
        if scope.holds(each["Name"]) or (owner and scope.holds(owner)):
            mark = Mark.AWS_MADE if owner else Mark.NONE
            yield Secret(id=each["Name"], name=each["Name"], state=owner and f"of {owner}", mark=mark)


def _roles(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    for each in _pages(session.client("iam"), "list_roles", "Roles"):
        if scope.holds(each["RoleName"]):
            yield Role(id=each["RoleName"], name=each["RoleName"])


def _analytics(session: boto3.Session, scope: Scope) -> Iterator[Resource]:
    yield from aws_analytics.glue(session, scope.holds)
    yield from aws_analytics.athena(session, scope.holds)
    yield from aws_analytics.pipelines(session, scope.holds)


_SEARCHES: tuple[Callable[[boto3.Session, Scope], Iterator[Resource]], ...] = (
    _load_balancers, _db_instances, _buckets, _tables, _streams, _delivery_streams, _analytics, _queues,
    _topics, _alarms, _log_groups, _secrets, _roles,
)  # fmt: skip
