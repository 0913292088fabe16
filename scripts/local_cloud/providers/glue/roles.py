"""The roles in which jobs and crawlers work."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

SERVICE = "glue.amazonaws.com"


def role_arn(account_id: str, role: str) -> str:
    """The ARN of a role that is named by its ARN, or by its name with or without its path."""
    return role if role.startswith("arn:") else f"arn:aws:iam::{account_id}:role/{role.lstrip('/')}"


def refusal(account_id: str, role: str) -> str:
    """Why Glue cannot work in the role; empty where it can: it is there, and trusts Glue."""
    arn = role_arn(account_id, role)
    iam = connect_to(aws_access_key_id=account_id, region_name="us-east-1").iam
    try:
        trust = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    except ClientError:
        return f"Role {arn} does not exist."
    statements = trust["Statement"] if isinstance(trust["Statement"], list) else [trust["Statement"]]
    if not any(_trusts(statement) for statement in statements):
        return f"Role {arn} should be given assume role permissions for Glue Service."
    return ""


def _trusts(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = principal.get("Service") or [] if isinstance(principal, dict) else principal or []
    named = [services] if isinstance(services, str) else services
    return statement.get("Effect") == "Allow" and bool({SERVICE, "*"}.intersection(named))
