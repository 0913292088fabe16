"""Access control lists of S3 are weighed with the policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.authorization import Outcome, PolicySet, Principal, PublicAccessBlock, Request, judge, read_acl
from tests.scripts.authorization.table import LAB, PRINCIPALS

SHOP = "arn:aws:s3:::shop"
GROUPS = "http://acs.amazonaws.com/groups"
EVERYONE = {"URI": f"{GROUPS}/global/AllUsers"}
EVERY_ACCOUNT = {"URI": f"{GROUPS}/global/AuthenticatedUsers"}
OFF, IGNORE = PublicAccessBlock(), PublicAccessBlock(ignore_public_acls=True)
RESTRICT = PublicAccessBlock(restrict_public_buckets=True)
ANONYMOUS = Principal.anonymous()


def _outcome(
    grantee: dict[str, Any],
    permission: str,
    principal: Principal,
    action: str,
    *,
    acl_of: str = SHOP,
    resource: str = "",
    block: PublicAccessBlock = OFF,
) -> Outcome:
    acl = read_acl([{"Grantee": grantee, "Permission": permission}], acl_of, block)
    policies = PolicySet(resource=(acl,) if acl else (), public_access=block)
    return judge(Request(principal, action, resource or acl_of, LAB), policies).outcome


@pytest.mark.parametrize(
    ("permission", "action", "resource", "allowed"),
    [
        ("READ", "s3:ListBucket", SHOP, True),
        ("READ", "s3:GetObject", f"{SHOP}/a", False),
        ("WRITE", "s3:PutObject", f"{SHOP}/a", True),
        ("WRITE", "s3:ListBucket", SHOP, False),
        ("READ_ACP", "s3:GetBucketAcl", SHOP, True),
        ("WRITE_ACP", "s3:PutBucketAcl", SHOP, True),
        ("FULL_CONTROL", "s3:PutBucketAcl", SHOP, True),
        ("FULL_CONTROL", "s3:DeleteBucket", SHOP, False),
    ],
)
def test_a_permission_on_a_bucket_stands_for_its_actions(
    permission: str, action: str, resource: str, allowed: bool
) -> None:
    outcome = _outcome(EVERYONE, permission, ANONYMOUS, action, resource=resource)
    assert outcome is (Outcome.ALLOWED if allowed else Outcome.IMPLICIT_DENY)


def test_a_permission_on_an_object_is_for_that_object() -> None:
    assert _outcome(EVERYONE, "READ", ANONYMOUS, "s3:GetObject", acl_of=f"{SHOP}/a") is Outcome.ALLOWED
    other = _outcome(EVERYONE, "READ", ANONYMOUS, "s3:GetObject", acl_of=f"{SHOP}/a", resource=f"{SHOP}/b")
    assert other is Outcome.IMPLICIT_DENY


def test_every_account_is_not_everyone() -> None:
    assert _outcome(EVERY_ACCOUNT, "READ", ANONYMOUS, "s3:ListBucket") is Outcome.IMPLICIT_DENY
    assert _outcome(EVERY_ACCOUNT, "READ", PRINCIPALS["ana"], "s3:ListBucket") is Outcome.ALLOWED


def test_a_canonical_user_is_an_account() -> None:
    partner = replace(PRINCIPALS["partner_root"], canonical_id="79a59d")
    assert _outcome({"ID": "79a59d"}, "READ", partner, "s3:ListBucket") is Outcome.ALLOWED
    assert _outcome({"ID": "other"}, "READ", partner, "s3:ListBucket") is Outcome.IMPLICIT_DENY


def test_ignored_public_acls_do_not_count_and_others_do() -> None:
    partner = replace(PRINCIPALS["partner_root"], canonical_id="79a59d")
    for grantee in (EVERYONE, EVERY_ACCOUNT):
        assert _outcome(grantee, "READ", partner, "s3:ListBucket", block=IGNORE) is Outcome.IMPLICIT_DENY
    assert _outcome({"ID": "79a59d"}, "READ", partner, "s3:ListBucket", block=IGNORE) is Outcome.ALLOWED


def test_restricting_public_buckets_is_about_policies_not_lists() -> None:
    assert _outcome(EVERYONE, "READ", ANONYMOUS, "s3:ListBucket", block=RESTRICT) is Outcome.ALLOWED


def test_the_group_that_delivers_logs_is_nobody_who_asks() -> None:
    grant = {"Grantee": {"URI": f"{GROUPS}/s3/LogDelivery"}, "Permission": "WRITE"}
    assert read_acl([grant], SHOP, OFF) is None
