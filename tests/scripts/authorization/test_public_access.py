"""What AWS calls a public bucket policy, and what each setting of Block Public Access forbids."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.authorization import (
    PolicyKind,
    Principal,
    PublicAccessBlock,
    acl_is_public,
    is_public,
    read_policy,
)
from scripts.authorization.policies import unknown_policy
from scripts.authorization.public_access import read_public_access_block
from scripts.authorization.truth import Match

ROLE = "arn:aws:iam::111111111111:role/loader"


def _statement(principal: Any = "*", effect: str = "Allow", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "*",
        "Condition": {operator.replace("_", ":"): keys for operator, keys in condition.items()},
    }


PUBLIC = {
    "everyone": _statement(),
    "everyone under AWS": _statement({"AWS": "*"}),
    "everyone with a condition that fixes nothing": _statement(Bool={"aws:SecureTransport": "true"}),
    "a wildcard in the network": _statement(StringLike={"aws:SourceVpc": "vpc-*"}),
    "a variable in the network": _statement(StringEquals={"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}),
    "a condition that a missing key meets": _statement(StringEqualsIfExists={"aws:SourceVpc": "vpc-1"}),
    "a qualifier that a missing key meets": _statement(ForAllValues_StringEquals={"aws:SourceVpc": "vpc-1"}),
    "everywhere but one network": _statement(StringNotEquals={"aws:SourceVpc": "vpc-1"}),
    "half the internet": _statement(IpAddress={"aws:SourceIp": "0.0.0.0/1"}),
    "the whole internet": _statement(IpAddress={"aws:SourceIp": "0.0.0.0/0"}),
    "one narrow and one broad range": _statement(IpAddress={"aws:SourceIp": ["198.51.100.7", "0.0.0.0/1"]}),
    "everywhere but one address": _statement(NotIpAddress={"aws:SourceIp": "198.51.100.7"}),
    "a broad range of version 6": _statement(IpAddress={"aws:SourceIp": "2000::/3"}),
    "a user agent": _statement(StringEquals={"aws:UserAgent": "lab"}),
}
NOT_PUBLIC = {
    "an account": _statement({"AWS": "111111111111"}),
    "a role": _statement({"AWS": ROLE}),
    "a service": _statement({"Service": "logging.s3.amazonaws.com"}),
    "one address": _statement(IpAddress={"aws:SourceIp": "198.51.100.7"}),
    "one range": _statement(IpAddress={"aws:SourceIp": "198.51.100.0/24"}),
    "a private range": _statement(IpAddress={"aws:SourceIp": "10.0.0.0/8"}),
    "one range of version 6": _statement(IpAddress={"aws:SourceIp": "2001:db8::/32"}),
    "one network": _statement(StringEquals={"aws:SourceVpc": "vpc-1"}),
    "one endpoint": _statement(StringEquals={"aws:SourceVpce": ["vpce-1", "vpce-2"]}),
    "one organisation": _statement(StringEquals={"aws:PrincipalOrgID": "o-lab"}),
    "one caller": _statement(ArnEquals={"aws:PrincipalArn": ROLE}),
    "one source account": _statement(StringEquals={"aws:SourceAccount": "111111111111"}),
    "every session of one role": _statement(StringLike={"aws:userid": "AROAEXAMPLE:*"}),
    "access points of one account": _statement(
        ArnLike={"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:111111111111:accesspoint/*"}
    ),
    "a deny for everyone": _statement(effect="Deny"),
}


def _policy(*statements: dict[str, Any]) -> Any:
    return read_policy({"Version": "2012-10-17", "Statement": list(statements)}, "shop", PolicyKind.RESOURCE)


@pytest.mark.parametrize("statement", PUBLIC.values(), ids=PUBLIC)
def test_a_policy_for_everyone_is_public(statement: dict[str, Any]) -> None:
    assert is_public(_policy(statement)) is Match.YES


@pytest.mark.parametrize("statement", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_a_policy_for_fixed_callers_is_not_public(statement: dict[str, Any]) -> None:
    assert is_public(_policy(statement)) is Match.NO


def test_one_public_statement_makes_the_policy_public() -> None:
    assert is_public(_policy(NOT_PUBLIC["one address"], PUBLIC["everyone"])) is Match.YES


def test_a_policy_that_is_not_known_may_be_public() -> None:
    assert is_public(unknown_policy("shop", PolicyKind.RESOURCE, "not known")) is Match.UNKNOWN


def test_each_setting_forbids_its_own() -> None:
    public = _policy(PUBLIC["everyone"])
    none, policies = PublicAccessBlock(), PublicAccessBlock(block_public_policy=True)
    assert (none.refuses_policy(public), policies.refuses_policy(public)) == (Match.NO, Match.YES)
    assert policies.refuses_policy(_policy(NOT_PUBLIC["one address"])) is Match.NO
    acls = PublicAccessBlock(block_public_acls=True)
    assert acls.refuses_acl(canned="public-read")
    assert not acls.refuses_acl(canned="private")
    assert not none.refuses_acl(canned="public-read")


def test_an_acl_for_everyone_or_every_account_is_public() -> None:
    groups = "http://acs.amazonaws.com/groups/"
    for group in ("global/AllUsers", "global/AuthenticatedUsers"):
        assert acl_is_public(grants=[{"Grantee": {"URI": groups + group}, "Permission": "READ"}])
    assert not acl_is_public(grants=[{"Grantee": {"URI": groups + "s3/LogDelivery"}, "Permission": "WRITE"}])
    assert not acl_is_public(grants=[{"Grantee": {"ID": "79a59d"}, "Permission": "FULL_CONTROL"}])


def test_the_stricter_of_bucket_and_account_is_in_force() -> None:
    bucket = read_public_access_block({"BlockPublicAcls": True, "IgnorePublicAcls": False})
    account = read_public_access_block({"RestrictPublicBuckets": True, "IgnorePublicAcls": True})
    assert bucket.joined(account) == PublicAccessBlock(True, True, False, True)


def test_a_restricted_bucket_shuts_others_out_and_no_service() -> None:
    block = PublicAccessBlock(restrict_public_buckets=True)
    public = [_policy(PUBLIC["everyone"])]
    own, other = (Principal.from_arn(f"arn:aws:iam::{account}:user/u") for account in ("1" * 12, "2" * 12))
    answers = [
        block.shuts_out(caller, "1" * 12, public)
        for caller in (own, other, Principal.anonymous(), Principal.service("sns.amazonaws.com"))
    ]
    assert answers == [Match.NO, Match.YES, Match.YES, Match.NO]
