"""What RDS asks other services of the same local cloud: subnets and groups of EC2, keys of KMS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers.framework import error
from scripts.local_cloud.providers.rds.faults import invalid_combination, invalid_value


@dataclass(frozen=True)
class Subnet:
    """A subnet of EC2."""

    subnet_id: str
    vpc_id: str
    zone: str


def client(service: str, account_id: str, region: str) -> Any:
    """A client of a service in this process, in the account and region of whoever asked RDS."""
    return getattr(connect_to(aws_access_key_id=account_id, region_name=region), service)


def subnets(account_id: str, region: str, subnet_ids: Sequence[str]) -> list[Subnet]:
    """The subnets, in the order given; all must exist and lie in one VPC."""
    invalid = f"Some input subnets in :[{', '.join(subnet_ids)}] are invalid."
    if not subnet_ids:
        raise invalid_value(invalid)
    try:
        answer = client("ec2", account_id, region).describe_subnets(SubnetIds=list(subnet_ids))
    except ClientError as missing:
        if missing.response["Error"]["Code"].startswith("InvalidSubnetID"):
            raise invalid_value(invalid) from missing
        raise
    found = {item["SubnetId"]: _subnet(item) for item in answer["Subnets"]}
    ordered = [found[subnet_id] for subnet_id in dict.fromkeys(subnet_ids)]
    if len({item.vpc_id for item in ordered}) > 1:
        raise error("InvalidSubnet", "The specified subnets are not in the same VPC.")
    return ordered


def default_subnets(account_id: str, region: str) -> list[Subnet]:
    """The subnets of the default VPC; empty when there is none."""
    ec2 = client("ec2", account_id, region)
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    if not vpcs:
        return []
    answer = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}])
    return [_subnet(item) for item in answer["Subnets"]]


def security_groups(account_id: str, region: str, group_ids: Sequence[str] | None, vpc_id: str) -> list[str]:
    """The groups asked for, which must exist in the VPC; its default group when none is asked for."""
    ec2 = client("ec2", account_id, region)
    if not group_ids:
        wanted = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
        return [group["GroupId"] for group in ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]]
    for group_id in group_ids:
        try:
            group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
        except ClientError as missing:
            if missing.response["Error"]["Code"].startswith("InvalidGroup"):
                raise invalid_value(f"Invalid security group , groupId= {group_id}, groupName=.") from missing
            raise
        if group["VpcId"] != vpc_id:
            raise invalid_combination(
                "The DB instance and EC2 security group are in different VPCs. "
                f"The DB instance is in {vpc_id} and the EC2 security group is in {group['VpcId']}"
            )
    return list(dict.fromkeys(group_ids))


def key_arn(account_id: str, region: str, key_id: str) -> str:
    """ARN of a KMS key given by id, ARN or alias; it must be enabled."""
    try:
        key = client("kms", account_id, region).describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as missing:
        raise error(
            "KMSKeyNotAccessibleFault",
            f"The specified KMS key [{key_id}] does not exist, is not enabled or you do not have permissions "
            "to access it. ",
        ) from missing
    if not key["Enabled"]:
        raise error("KMSKeyNotAccessibleFault", f"The specified KMS key [{key_id}] is not enabled. ")
    found: str = key["Arn"]
    return found


def _subnet(item: dict[str, Any]) -> Subnet:
    return Subnet(item["SubnetId"], item["VpcId"], item["AvailabilityZone"])
