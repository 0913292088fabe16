"""Security groups."""

from __future__ import annotations

from scripts.local_cloud.providers.moto_backend.core import ec2


def group_vpc(account_id: str, region: str, group_id: str) -> str | None:
    """The id of the VPC that a security group belongs to, or None when there is no such group."""
    group = ec2(account_id, region).get_security_group_from_id(group_id)
    return str(group.vpc_id) if group else None


def default_group(account_id: str, region: str, vpc_id: str) -> str:
    """The id of a VPC's default security group."""
    return str(ec2(account_id, region).get_default_security_group(vpc_id).id)
