"""Orphans that Terraform would make again under the same name, or that stand in its network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scripts import leftovers
from scripts.leftovers import Leftover
from scripts.orphans.model import Orphan, created, known
from scripts.terraform_state import texts


def find(session: boto3.Session, name: str, state_file: Path, plan: Mapping[str, Any]) -> Iterator[Orphan]:
    """Resources that exist and that the next apply would make again; see `scripts.orphans.find`."""
    in_state, wanted = known(state_file), _wanted(plan, name)
    for each in leftovers.find(session, name):
        if each.kind not in _KINDS:
            continue
        resource_type, remove = _KINDS[each.kind]
        if each.id in in_state.get(resource_type, ()):
            continue
        if each.kind in leftovers.BY_TAG or _is_wanted(each, wanted.get(resource_type, set())):
            yield Orphan(each, partial(remove, session, each.id))


def _is_wanted(each: Leftover, wanted: set[str]) -> bool:
    if each.kind == "bucket":
        return each.id.startswith(tuple(wanted))
    return bool({each.id, re.split("[/:]", each.id)[-1]} & wanted)


def _wanted(plan: Mapping[str, Any], name: str) -> dict[str, set[str]]:
    """Names that the plan gives to what it creates, by Terraform's type; of buckets, how the names begin."""
    found: dict[str, set[str]] = {}
    for resource_type, address, values in created(plan):
        names = set(texts(values))
        if resource_type == "aws_s3_bucket":
            # The name ends with the account, which is not known before something exists.
            names |= {f"{name}-{purpose}-" for purpose in re.findall(r'\["([^"]+)"\]', address)}
        found.setdefault(resource_type, set()).update(names)
    return found


Remover = Callable[[Any, str], None]


def _call(service: str, operation: str, parameter: str, *, many: bool = False, **more: Any) -> Remover:
    def remove(session: Any, found: str) -> None:
        getattr(session.client(service), operation)(**{parameter: [found] if many else found}, **more)

    return remove


def _address(session: Any, found: str) -> None:
    ec2 = session.client("ec2")
    (address,) = ec2.describe_addresses(AllocationIds=[found])["Addresses"]
    if "AssociationId" in address:
        ec2.disassociate_address(AssociationId=address["AssociationId"])
    ec2.release_address(AllocationId=found)


def _bucket(session: Any, found: str) -> None:
    """What Terraform put into it bears the bucket's own ``Project``; with anything else in it, it stays."""
    s3 = session.client("s3")
    project = _projects(s3.get_bucket_tagging, Bucket=found)
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=found):
        for each in page.get("Versions", []):
            version = {"Bucket": found, "Key": each["Key"], "VersionId": each["VersionId"]}
            if project and _projects(s3.get_object_tagging, **version) == project:
                s3.delete_object(**version)
    s3.delete_bucket(Bucket=found)


def _projects(tagging: Callable[..., Any], **of: str) -> list[str]:
    try:
        return [each["Value"] for each in tagging(**of)["TagSet"] if each["Key"] == "Project"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        return []


def _internet_gateway(session: Any, found: str) -> None:
    ec2 = session.client("ec2")
    (gateway,) = ec2.describe_internet_gateways(InternetGatewayIds=[found])["InternetGateways"]
    for attachment in gateway["Attachments"]:
        ec2.detach_internet_gateway(InternetGatewayId=found, VpcId=attachment["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=found)


def _route_table(session: Any, found: str) -> None:
    ec2 = session.client("ec2")
    (table,) = ec2.describe_route_tables(RouteTableIds=[found])["RouteTables"]
    for association in table["Associations"]:
        if not association["Main"]:
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    if not any(association["Main"] for association in table["Associations"]):
        ec2.delete_route_table(RouteTableId=found)


def _load_balancer(session: Any, found: str) -> None:
    elbv2 = session.client("elbv2")
    (each,) = elbv2.describe_load_balancers(Names=[found])["LoadBalancers"]
    elbv2.delete_load_balancer(LoadBalancerArn=each["LoadBalancerArn"])


def _target_group(session: Any, found: str) -> None:
    elbv2 = session.client("elbv2")
    (each,) = elbv2.describe_target_groups(Names=[found])["TargetGroups"]
    elbv2.delete_target_group(TargetGroupArn=each["TargetGroupArn"])


def _role(session: Any, found: str) -> None:
    role = session.resource("iam").Role(found)
    for policy in role.attached_policies.all():
        role.detach_policy(PolicyArn=policy.arn)
    for policy in role.policies.all():
        policy.delete()
    for profile in role.instance_profiles.all():
        profile.remove_role(RoleName=found)
    role.delete()


def _instance_profile(session: Any, found: str) -> None:
    profile = session.resource("iam").InstanceProfile(found)
    for role in profile.roles_attribute or ():
        profile.remove_role(RoleName=role["RoleName"])
    profile.delete()


def _user(session: Any, found: str) -> None:
    user = session.resource("iam").User(found)
    for group in user.groups.all():
        user.remove_group(GroupName=group.name)
    for policy in user.attached_policies.all():
        user.detach_policy(PolicyArn=policy.arn)
    user.delete()


def _group(session: Any, found: str) -> None:
    group = session.resource("iam").Group(found)
    for user in group.users.all():
        group.remove_user(UserName=user.name)
    for policy in group.attached_policies.all():
        group.detach_policy(PolicyArn=policy.arn)
    group.delete()


def _rule(session: Any, found: str) -> None:
    events = session.client("events")
    targets = [each["Id"] for each in events.list_targets_by_rule(Rule=found)["Targets"]]
    if targets:
        events.remove_targets(Rule=found, Ids=targets)
    events.delete_rule(Name=found)


def _state_machine(session: Any, found: str) -> None:
    machines = session.client("stepfunctions")
    for page in machines.get_paginator("list_state_machines").paginate():
        for each in page["stateMachines"]:
            if each["name"] == found:
                machines.delete_state_machine(stateMachineArn=each["stateMachineArn"])


#: Terraform's type of each kind, and how one is removed.
_KINDS: dict[str, tuple[str, Remover]] = {
    "address": ("aws_eip", _address),
    "alarm": ("aws_cloudwatch_metric_alarm", _call("cloudwatch", "delete_alarms", "AlarmNames", many=True)),
    "bucket": ("aws_s3_bucket", _bucket),
    "catalog database": ("aws_glue_catalog_database", _call("glue", "delete_database", "Name")),
    "connection": ("aws_glue_connection", _call("glue", "delete_connection", "ConnectionName")),
    "crawler": ("aws_glue_crawler", _call("glue", "delete_crawler", "Name")),
    "dashboard": (
        "aws_cloudwatch_dashboard",
        _call("cloudwatch", "delete_dashboards", "DashboardNames", many=True),
    ),
    "DB instance": (
        "aws_db_instance",
        _call("rds", "delete_db_instance", "DBInstanceIdentifier", SkipFinalSnapshot=True),
    ),
    "DB parameter group": (
        "aws_db_parameter_group",
        _call("rds", "delete_db_parameter_group", "DBParameterGroupName"),
    ),
    "DB subnet group": ("aws_db_subnet_group", _call("rds", "delete_db_subnet_group", "DBSubnetGroupName")),
    "delivery stream": (
        "aws_kinesis_firehose_delivery_stream",
        _call("firehose", "delete_delivery_stream", "DeliveryStreamName"),
    ),
    "endpoint": ("aws_vpc_endpoint", _call("ec2", "delete_vpc_endpoints", "VpcEndpointIds", many=True)),
    "flow log": ("aws_flow_log", _call("ec2", "delete_flow_logs", "FlowLogIds", many=True)),
    "group": ("aws_iam_group", _group),
    "instance": ("aws_instance", _call("ec2", "terminate_instances", "InstanceIds", many=True)),
    "instance profile": ("aws_iam_instance_profile", _instance_profile),
    "internet gateway": ("aws_internet_gateway", _internet_gateway),
    "job": ("aws_glue_job", _call("glue", "delete_job", "JobName")),
    "key": ("aws_kms_key", _call("kms", "schedule_key_deletion", "KeyId", PendingWindowInDays=7)),
    "key alias": ("aws_kms_alias", _call("kms", "delete_alias", "AliasName")),
    "launch template": ("aws_launch_template", _call("ec2", "delete_launch_template", "LaunchTemplateId")),
    "load balancer": ("aws_lb", _load_balancer),
    "log group": ("aws_cloudwatch_log_group", _call("logs", "delete_log_group", "logGroupName")),
    "NAT gateway": ("aws_nat_gateway", _call("ec2", "delete_nat_gateway", "NatGatewayId")),
    "network ACL": ("aws_network_acl", _call("ec2", "delete_network_acl", "NetworkAclId")),
    "policy": ("aws_iam_policy", _call("iam", "delete_policy", "PolicyArn")),
    "queue": ("aws_sqs_queue", _call("sqs", "delete_queue", "QueueUrl")),
    "role": ("aws_iam_role", _role),
    "route table": ("aws_route_table", _route_table),
    "rule": ("aws_cloudwatch_event_rule", _rule),
    "security group": ("aws_security_group", _call("ec2", "delete_security_group", "GroupId")),
    "state machine": ("aws_sfn_state_machine", _state_machine),
    "stream": (
        "aws_kinesis_stream",
        _call("kinesis", "delete_stream", "StreamName", EnforceConsumerDeletion=True),
    ),
    "subnet": ("aws_subnet", _call("ec2", "delete_subnet", "SubnetId")),
    "table": ("aws_dynamodb_table", _call("dynamodb", "delete_table", "TableName")),
    "target group": ("aws_lb_target_group", _target_group),
    "topic": ("aws_sns_topic", _call("sns", "delete_topic", "TopicArn")),
    "user": ("aws_iam_user", _user),
    "work group": (
        "aws_athena_workgroup",
        _call("athena", "delete_work_group", "WorkGroup", RecursiveDeleteOption=True),
    ),
    "VPC": ("aws_vpc", _call("ec2", "delete_vpc", "VpcId")),
}
