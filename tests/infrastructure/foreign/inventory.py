"""Everything that a local cloud holds and that a destroyed stack must not leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3

REGIONS = ("us-east-1", "eu-west-1")

#: Service, operation, the answer's list, and what identifies an item of it (none: the item itself).
_LISTS = (
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("ec2", "describe_dhcp_options", "DhcpOptions", "DhcpOptionsId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    (
        "ec2",
        "describe_egress_only_internet_gateways",
        "EgressOnlyInternetGateways",
        "EgressOnlyInternetGatewayId",
    ),
    ("ec2", "describe_key_pairs", "KeyPairs", "KeyPairId"),
    ("ec2", "describe_managed_prefix_lists", "PrefixLists", "PrefixListId"),
    ("ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_volumes", "Volumes", "VolumeId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("dynamodb", "list_tables", "TableNames", None),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    ("kms", "list_aliases", "Aliases", "AliasName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    ("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    ("secretsmanager", "list_secrets", "SecretList", "ARN"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", None),
    ("ssm", "describe_parameters", "Parameters", "Name"),
)


def inventory(session: boto3.Session) -> set[str]:
    """``<region> <operation> <id>`` of everything that is there.

    Left out is what AWS itself shows for a while after its end (terminated instances, deleted NAT gateways
    and peering connections), and the aliases of the keys that its services make for an account.
    """
    return {entry for region in REGIONS for entry in _entries(session, region)}


def _entries(session: boto3.Session, region: str) -> Iterator[str]:
    clients: dict[str, Any] = {
        service: session.client(service, region_name=region) for service in {each[0] for each in _LISTS}
    }
    for service, operation, result, identifier in _LISTS:
        for item in getattr(clients[service], operation)().get(result, []):
            name = item[identifier] if identifier else item
            if not name.startswith("alias/aws/"):
                yield f"{region} {operation} {name}"
    ec2 = clients["ec2"]
    for reservation in ec2.describe_instances()["Reservations"]:
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                yield f"{region} instance {instance['InstanceId']}"
    for gateway in ec2.describe_nat_gateways()["NatGateways"]:
        if gateway["State"] != "deleted":
            yield f"{region} NAT gateway {gateway['NatGatewayId']}"
    for connection in ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]:
        if connection["Status"]["Code"] != "deleted":
            yield f"{region} peering {connection['VpcPeeringConnectionId']}"
