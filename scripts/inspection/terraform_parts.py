"""Machines, databases and what lies beside the network, from what Terraform says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from scripts.declarations.declared import Declarations, Declared, value_at
from scripts.inspection.model import (
    Alarm,
    Bucket,
    DbInstance,
    DeliveryStream,
    Instance,
    Listener,
    LoadBalancer,
    LogGroup,
    Queue,
    Resource,
    Role,
    Secret,
    Stream,
    Table,
    Target,
    Topic,
)
from scripts.inspection.terraform_network import common, mark_of


def machines(found: Declarations) -> Iterator[Resource]:
    """Instances, load balancers and DB instances."""
    for each in found.of("aws_instance"):
        yield Instance(
            **common(each),
            type=each.values.get("instance_type") or "",
            subnets=found.ids(each, "subnet_id"),
            groups=found.ids(each, "vpc_security_group_ids"),
            private_ip=each.values.get("private_ip") or "",
            public_ip=each.values.get("public_ip") or "",
            state=each.values.get("instance_state") or "",
        )
    yield from _load_balancers(found)
    groups = {each.id: found.ids(each, "subnet_ids") for each in found.of("aws_db_subnet_group")}
    for each in found.of("aws_db_instance"):
        values = each.values
        yield DbInstance(
            **common(each),
            engine=values.get("engine") or "",
            version=values.get("engine_version_actual") or values.get("engine_version") or "",
            instance_class=values.get("instance_class") or "",
            endpoint=values.get("address") or "",
            port=values.get("port"),
            zone=values.get("availability_zone") or "",
            multi_az=bool(values.get("multi_az")),
            subnets=groups.get(found.one(each, "db_subnet_group_name"), ()),
            groups=found.ids(each, "vpc_security_group_ids"),
            state=values.get("status") or "",
        )


def _load_balancers(found: Declarations) -> Iterator[LoadBalancer]:
    targets: dict[str, list[Target]] = defaultdict(list)
    ports = {each.id: each.values.get("port") for each in found.of("aws_lb_target_group")}
    for each in found.of("aws_lb_target_group_attachment"):
        group = found.one(each, "target_group_arn")
        for target in found.ids(each, "target_id"):
            targets[group].append(Target(target, each.values.get("port") or ports.get(group)))
    listeners: dict[str, list[Listener]] = defaultdict(list)
    for each in found.of("aws_lb_listener", "aws_alb_listener"):
        group = found.one(each, "default_action", 0, "target_group_arn")
        listeners[found.one(each, "load_balancer_arn")].append(
            Listener(
                port=each.values.get("port"),
                protocol=each.values.get("protocol") or "HTTP",
                action=value_at(each.values, ("default_action", 0, "type")) or "?",
                targets=tuple(targets[group]),
                mark=mark_of(each),
            )
        )
    for each in found.of("aws_lb", "aws_alb"):
        yield LoadBalancer(
            **common(each),
            internal=bool(each.values.get("internal")),
            dns_name=each.values.get("dns_name") or "",
            subnets=found.ids(each, "subnets"),
            groups=found.ids(each, "security_groups"),
            listeners=tuple(sorted(listeners[each.id], key=lambda listener: listener.port or 0)),
        )


def services(found: Declarations) -> Iterator[Resource]:
    """Buckets, tables, streams, queues, topics, alarms, logs, secrets and roles."""
    for each in found.of("aws_s3_bucket"):
        yield Bucket(**_named(each))
    for each in found.of("aws_dynamodb_table"):
        keys = (each.values.get("hash_key"), each.values.get("range_key"))
        yield Table(**_named(each), keys=tuple(key for key in keys if key))
    for each in found.of("aws_kinesis_stream"):
        yield Stream(**_named(each), shards=each.values.get("shard_count") or None)
    for each in found.of("aws_kinesis_firehose_delivery_stream"):
        yield DeliveryStream(
            **_named(each),
            source=found.one(each, "kinesis_source_configuration", 0, "kinesis_stream_arn"),
            bucket=found.one(each, "extended_s3_configuration", 0, "bucket_arn"),
            prefix=value_at(each.values, ("extended_s3_configuration", 0, "prefix")) or "",
        )
    yield from _queues(found)
    for each in found.of("aws_sns_topic"):
        yield Topic(**_named(each))
    for each in found.of("aws_cloudwatch_metric_alarm"):
        yield Alarm(
            **(_named(each) | {"name": each.values.get("alarm_name") or each.label}),
            metric=f"{each.values.get('namespace') or ''} {each.values.get('metric_name') or ''}".strip(),
            topics=found.ids(each, "alarm_actions"),
        )
    for each in found.of("aws_cloudwatch_log_group"):
        yield LogGroup(**_named(each))
    for each in found.of("aws_secretsmanager_secret"):
        yield Secret(**_named(each))
    for each in found.of("aws_iam_role"):
        yield Role(**_named(each))


def _queues(found: Declarations) -> Iterator[Queue]:
    letters = {}
    for each in found.of("aws_sqs_queue", "aws_sqs_queue_redrive_policy"):
        queue = each.id if each.type == "aws_sqs_queue" else found.one(each, "queue_url")
        policy = each.values.get("redrive_policy")
        if policy and (arn := json.loads(policy).get("deadLetterTargetArn")):
            letters[queue] = arn.rpartition(":")[2]
        elif each.type == "aws_sqs_queue_redrive_policy":
            # Not known yet: the configuration names both queues in this one resource.
            letters[queue] = next((q for q in found.ids(each, "redrive_policy") if q != queue), "")
    for each in found.of("aws_sqs_queue"):
        yield Queue(**_named(each), url=each.values.get("url") or "", dead_letters=letters.get(each.id, ""))


def _named(each: Declared) -> dict[str, Any]:
    """For what AWS knows by its name, the name stands above a tag."""
    fields = common(each)
    return fields | {"name": each.id if each.id != each.address else each.label}
