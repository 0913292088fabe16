"""S3's access control lists as policies, so that they are weighed with the others.

Source: Amazon S3 User Guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access
policy permissions". A list counts only where the bucket's ownership setting is not ``BucketOwnerEnforced``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.authorization.policies import Policy, PolicyKind, read_policy
from scripts.authorization.public_access import PUBLIC_GRANTEES, PublicAccessBlock

_OF_BUCKET = {
    "READ": ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    "WRITE": ("s3:PutObject",),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
_OF_OBJECT = {
    "READ": ("s3:GetObject", "s3:GetObjectVersion"),
    "READ_ACP": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "WRITE_ACP": ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
}
_NOT_ANONYMOUS = {"StringNotEquals": {"aws:PrincipalType": "Anonymous"}}


def read_acl(grants: Sequence[Mapping[str, Any]], resource: str, block: PublicAccessBlock) -> Policy | None:
    """The policy that the grants of ``GetBucketAcl`` or ``GetObjectAcl`` amount to.

    Parameters
    ----------
    grants
        ``[{"Grantee": {"ID": ...} or {"URI": ...}, "Permission": "READ"}]``.
    resource
        ARN of the bucket or object.
    block
        The block of public access in force there: with IgnorePublicAcls, public grants do not count.

    Returns
    -------
    Policy or None
        None where no grant is left.
    """
    counted = [
        grant
        for grant in grants
        if not (block.ignore_public_acls and grant["Grantee"].get("URI") in PUBLIC_GRANTEES)
    ]
    statements = [one for grant in counted if (one := _statement(grant, resource))]
    if not statements:
        return None
    return read_policy({"Version": "2012-10-17", "Statement": statements}, resource, PolicyKind.ACL)


def _statement(grant: Mapping[str, Any], resource: str) -> dict[str, Any] | None:
    grantee = grant["Grantee"]
    meaning = _OF_OBJECT if "/" in resource else _OF_BUCKET
    wanted = meaning if grant["Permission"] == "FULL_CONTROL" else (grant["Permission"],)
    actions = [action for permission in wanted for action in meaning.get(permission, ())]
    is_group = grantee.get("URI") in PUBLIC_GRANTEES
    if not actions or not (is_group or "ID" in grantee):
        return None
    # What WRITE allows is done to the objects of the bucket.
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": actions,
        "Resource": [resource, f"{resource}/*"],
    }
    statement["Principal"] = "*" if is_group else {"CanonicalUser": grantee["ID"]}
    if grantee.get("URI") == PUBLIC_GRANTEES[1]:
        statement["Condition"] = _NOT_ANONYMOUS
    return statement
