"""What an interrupted Terraform made and did not write down: found, and on request removed.

A Terraform that is killed loses what it was just making: AWS has it, the state has not, and the next apply is
refused because the name, the address range or the route is taken. Nothing that the state knows is touched,
nor what somebody made beside Terraform: an orphan is of the network and carries the environment's tag, or it
has a name that the next apply would create.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scripts import leftovers
from scripts.errors import RemoteError
from scripts.leftovers import Leftover

#: Seconds until what depends on what is being removed must be gone; a DB instance takes the longest.
PATIENCE = 180.0


def find(session: boto3.Session, name: str, state_file: Path, plan: Mapping[str, Any]) -> list[Leftover]:
    """What exists of the environment, is not in Terraform's state, and is in the way of the next apply.

    Parameters
    ----------
    session, name
        Of the target, and the environment's prefix.
    state_file
        Terraform's state.
    plan
        Of the next apply, in the shape of ``terraform show -json``.
    """
    known, wanted = _known(state_file), _created(plan)
    return [
        each
        for each in leftovers.find(session, name)
        if each.id not in known and each.kind not in _FOLLOW and _in_the_way(each, wanted)
    ]


def remove(session: boto3.Session, found: Sequence[Leftover], name: str) -> None:
    """Remove what `find` found, in whatever order AWS allows.

    Raises
    ------
    RemoteError
        Something could not be removed in time; names it with AWS's last words.
    """
    deadline = time.monotonic() + PATIENCE
    remaining, refusals = list(found), dict[Leftover, str]()
    while remaining:
        for each in remaining:
            refusals.pop(each, None)
            try:
                _REMOVERS[each.kind](session, each.id)
            except ClientError as refused:
                # Most often something else has to go first, or is still going.
                refusals[each] = str(refused)
        there = set(leftovers.find(session, name))
        remaining = [each for each in remaining if each in there]
        if remaining and time.monotonic() > deadline:
            told = "\n".join(f"  {each}: {refusals.get(each, 'still being deleted')}" for each in remaining)
            raise RemoteError(f"What an interrupted apply left behind could not be removed:\n{told}")
        if remaining:
            time.sleep(1)


def _in_the_way(each: Leftover, wanted: set[str]) -> bool:
    # A bucket's name is not known before the account is; and only an empty one can be removed.
    return (
        each.kind in _BY_TAG
        or each.kind == "bucket"
        or bool({each.id, re.split("[/:]", each.id)[-1]} & wanted)
    )


def _created(plan: Mapping[str, Any]) -> set[str]:
    """Every text in the resources that a plan creates: their names among them."""
    changes = (resource["change"] for resource in plan.get("resource_changes", ()))
    return {text for change in changes if "create" in change["actions"] for text in _texts(change["after"])}


def _known(state_file: Path) -> set[str]:
    """Every text in the state's resources: ids, names, ARNs and URLs among them."""
    if not state_file.is_file():
        return set()
    try:
        state = json.loads(state_file.read_text() or "{}")
    except ValueError as broken:
        raise RemoteError(
            f"{state_file} is not a Terraform state ({broken}).",
            f"Terraform keeps the one before it in {state_file}.backup.",
        ) from broken
    return {text for resource in state.get("resources", ()) for text in _texts(resource.get("instances"))}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


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


#: Kinds without a name of their own: the environment's tag tells whose they are.
_BY_TAG = frozenset(
    {
        "address", "endpoint", "flow log", "instance", "internet gateway", "launch template", "NAT gateway",
        "network ACL", "route table", "security group", "subnet", "VPC",
    }
)  # fmt: skip

#: They go with the DB instance, load balancer or gateway that owns them.
_FOLLOW = frozenset({"network interface", "secret", "volume"})

_REMOVERS: dict[str, Remover] = {
    "address": _address,
    "alarm": _call("cloudwatch", "delete_alarms", "AlarmNames", many=True),
    "bucket": _call("s3", "delete_bucket", "Bucket"),
    "dashboard": _call("cloudwatch", "delete_dashboards", "DashboardNames", many=True),
    "DB instance": _call("rds", "delete_db_instance", "DBInstanceIdentifier", SkipFinalSnapshot=True),
    "DB parameter group": _call("rds", "delete_db_parameter_group", "DBParameterGroupName"),
    "DB subnet group": _call("rds", "delete_db_subnet_group", "DBSubnetGroupName"),
    "delivery stream": _call("firehose", "delete_delivery_stream", "DeliveryStreamName"),
    "endpoint": _call("ec2", "delete_vpc_endpoints", "VpcEndpointIds", many=True),
    "flow log": _call("ec2", "delete_flow_logs", "FlowLogIds", many=True),
    "group": _group,
    "instance": _call("ec2", "terminate_instances", "InstanceIds", many=True),
    "instance profile": _instance_profile,
    "internet gateway": _internet_gateway,
    "key alias": _call("kms", "delete_alias", "AliasName"),
    "launch template": _call("ec2", "delete_launch_template", "LaunchTemplateId"),
    "load balancer": _load_balancer,
    "log group": _call("logs", "delete_log_group", "logGroupName"),
    "NAT gateway": _call("ec2", "delete_nat_gateway", "NatGatewayId"),
    "network ACL": _call("ec2", "delete_network_acl", "NetworkAclId"),
    "policy": _call("iam", "delete_policy", "PolicyArn"),
    "queue": _call("sqs", "delete_queue", "QueueUrl"),
    "role": _role,
    "route table": _route_table,
    "security group": _call("ec2", "delete_security_group", "GroupId"),
    "stream": _call("kinesis", "delete_stream", "StreamName", EnforceConsumerDeletion=True),
    "subnet": _call("ec2", "delete_subnet", "SubnetId"),
    "table": _call("dynamodb", "delete_table", "TableName"),
    "target group": _target_group,
    "topic": _call("sns", "delete_topic", "TopicArn"),
    "user": _user,
    "VPC": _call("ec2", "delete_vpc", "VpcId"),
}
