"""S3's Block Public Access: what AWS calls public, and what each of the four settings then forbids.

Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.authorization.conditions import Condition, Qualifier
from scripts.authorization.model import Principal, PrincipalType
from scripts.authorization.policies import Policy, PolicyKind
from scripts.authorization.statements import Statement
from scripts.authorization.truth import Match, of

_GROUPS = "http://acs.amazonaws.com/groups/"
#: Grantees of an ACL that stand for everyone, and for everyone with an AWS account.
PUBLIC_GRANTEES = (f"{_GROUPS}global/AllUsers", f"{_GROUPS}global/AuthenticatedUsers")
PUBLIC_CANNED_ACLS = ("public-read", "public-read-write", "authenticated-read")

#: A fixed value of one of these keys makes a statement non-public.
_FIXING_KEYS = {
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
}
_FIXING_OPERATORS = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}
#: A range broader than this counts as everyone.
_BROADEST_PREFIX = {4: 8, 6: 32}


@dataclass(frozen=True)
class PublicAccessBlock:
    """The four settings, of a bucket or of an account."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False

    def joined(self, other: PublicAccessBlock) -> PublicAccessBlock:
        """Both settings in force, as those of a bucket and of its account are: the stricter wins."""
        return PublicAccessBlock(
            self.block_public_acls or other.block_public_acls,
            self.ignore_public_acls or other.ignore_public_acls,
            self.block_public_policy or other.block_public_policy,
            self.restrict_public_buckets or other.restrict_public_buckets,
        )

    def refuses_policy(self, policy: Policy) -> Match:
        """Whether PutBucketPolicy is refused because the policy is public."""
        return is_public(policy) if self.block_public_policy else Match.NO

    def refuses_acl(self, *, canned: str = "", grants: Sequence[Mapping[str, Any]] = ()) -> bool:
        """Whether a call that sets an ACL is refused because the ACL is public."""
        return self.block_public_acls and acl_is_public(canned=canned, grants=grants)

    def shuts_out(self, principal: Principal, owner: str, policies: Sequence[Policy]) -> Match:
        """Whether RestrictPublicBuckets keeps a principal from a bucket whose policy is public.

        Then only AWS services and principals of the owner's account come in.
        """
        if not self.restrict_public_buckets or principal.type is PrincipalType.SERVICE:
            return Match.NO
        if principal.account and principal.account == owner:
            return Match.NO
        written = [policy for policy in policies if policy.kind is PolicyKind.RESOURCE]
        return max((is_public(policy) for policy in written), default=Match.NO)


def read_public_access_block(configuration: Mapping[str, Any]) -> PublicAccessBlock:
    """The settings of S3's ``PublicAccessBlockConfiguration``; an absent one is off."""
    return PublicAccessBlock(
        bool(configuration.get("BlockPublicAcls")),
        bool(configuration.get("IgnorePublicAcls")),
        bool(configuration.get("BlockPublicPolicy")),
        bool(configuration.get("RestrictPublicBuckets")),
    )


def acl_is_public(*, canned: str = "", grants: Sequence[Mapping[str, Any]] = ()) -> bool:
    """Whether a canned ACL, or the grants of one, reach everyone or every AWS account."""
    named = (grant.get("Grantee", {}).get("URI") for grant in grants)
    return canned in PUBLIC_CANNED_ACLS or any(uri in PUBLIC_GRANTEES for uri in named)


def is_public(policy: Policy) -> Match:
    """Whether AWS calls a bucket policy public: one of its Allow statements is."""
    if policy.unknown:
        return Match.UNKNOWN
    return of(any(_statement_is_public(statement) for statement in policy.allows))


def _statement_is_public(statement: Statement) -> bool:
    everyone = statement.not_principal or (statement.principal is not None and statement.principal.everyone)
    return everyone and not any(_fixes(condition) for condition in statement.conditions)


def _fixes(condition: Condition) -> bool:
    """Whether a condition limits the statement to fixed values."""
    if condition.if_exists or condition.qualifier is Qualifier.ALL or condition.operator is None:
        return False
    name = condition.operator.name.lower()
    if name == "ipaddress" and condition.lookup == "aws:sourceip":
        return all(_is_narrow(value) for value in condition.values)
    if name not in _FIXING_OPERATORS or condition.lookup not in _FIXING_KEYS:
        return False
    return all(_is_fixed(condition.lookup, value) for value in condition.values)


def _is_fixed(key: str, value: str) -> bool:
    if "${" in value:
        return False
    if key == "aws:userid" and value.endswith(":*"):
        # "Outside the pattern AROLEID:*": every session of one role is fixed enough.
        return value.startswith("AROA") and "*" not in value[:-1] and "?" not in value
    if key == "s3:dataaccesspointarn":
        fields = value.split(":")
        return len(fields) >= 6 and fields[4].isdigit()
    return "*" not in value and "?" not in value


def _is_narrow(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _BROADEST_PREFIX[network.version]
