"""An account: which policies apply to whom, as GetAccountAuthorizationDetails tells it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from scripts.authorization import Account, Outcome, Principal, cite, summary
from scripts.authorization.readers import resources
from scripts.authorization.readers.authorization_details import read_authorization_details
from scripts.authorization.readers.folder import read_documents
from scripts.errors import BadInputError

LAB = "111111111111"
ANA = f"arn:aws:iam::{LAB}:user/lab/ana"
LOADER = f"arn:aws:iam::{LAB}:role/lab/loader"
SESSION = f"arn:aws:sts::{LAB}:assumed-role/loader/night"
ORDERS = f"arn:aws:sqs:us-east-1:{LAB}:orders"
OBJECT = "arn:aws:s3:::shop/csv/a.csv"


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


DETAILS: dict[str, Any] = {
    "UserDetailList": [
        {
            "UserName": "ana",
            "Path": "/lab/",
            "Arn": ANA,
            "UserId": "AIDAANA",
            "GroupList": ["readers"],
            "AttachedManagedPolicies": [],
            "UserPolicyList": [
                {
                    "PolicyName": "keys",
                    "PolicyDocument": quote(json.dumps(_document(_allow("iam:CreateAccessKey")))),
                }
            ],
            "Tags": [{"Key": "Team", "Value": "data"}],
        },
        {
            "UserName": "bea",
            "Path": "/",
            "Arn": f"arn:aws:iam::{LAB}:user/bea",
            "UserId": "AIDABEA",
            "GroupList": [],
            "AttachedManagedPolicies": [
                {"PolicyName": "ReadOnly", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
                {"PolicyName": "queues", "PolicyArn": f"arn:aws:iam::{LAB}:policy/queues"},
            ],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": f"arn:aws:iam::{LAB}:policy/queues",
            },
        },
    ],
    "GroupDetailList": [
        {
            "GroupName": "readers",
            "Arn": f"arn:aws:iam::{LAB}:group/readers",
            "GroupPolicyList": [
                {
                    "PolicyName": "team",
                    "PolicyDocument": _document(_allow("s3:GetObject", "arn:aws:s3:::shop/csv/*")),
                }
            ],
            "AttachedManagedPolicies": [
                {"PolicyName": "queues", "PolicyArn": f"arn:aws:iam::{LAB}:policy/queues"}
            ],
        }
    ],
    "RoleDetailList": [
        {
            "RoleName": "loader",
            "Path": "/lab/",
            "Arn": LOADER,
            "RoleId": "AROALOADER",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": ANA}, "Action": "sts:AssumeRole"}],
            },
            "RolePolicyList": [{"PolicyName": "write", "PolicyDocument": _document(_allow("s3:PutObject"))}],
            "AttachedManagedPolicies": [],
        },
        {
            "RoleName": "broken",
            "Arn": f"arn:aws:iam::{LAB}:role/broken",
            "RoleId": "AROABROKEN",
            "AssumeRolePolicyDocument": {},
            "RolePolicyList": [
                {"PolicyName": "bad", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}
            ],
            "AttachedManagedPolicies": [],
        },
    ],
    "Policies": [
        {
            "PolicyName": "queues",
            "Arn": f"arn:aws:iam::{LAB}:policy/queues",
            "DefaultVersionId": "v2",
            "PolicyVersionList": [
                {
                    "VersionId": "v2",
                    "IsDefaultVersion": True,
                    "Document": _document(_allow("sqs:SendMessage")),
                },
                {"VersionId": "v1", "IsDefaultVersion": False, "Document": _document(_allow("sqs:*"))},
            ],
        }
    ],
}
DENY_CSV = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::shop/csv/*",
}
SEND = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": "*",
}


@pytest.fixture(scope="module")
def account() -> Account:
    return read_authorization_details(DETAILS)


def _outcome(account: Account, principal: str, action: str, resource: str, **context: str) -> Outcome:
    given = {key: (value,) for key, value in context.items()}
    return account.judge(principal, action, resource, given).outcome


def test_the_account_is_the_one_of_the_arns(account: Account) -> None:
    assert account.account_id == LAB


def test_a_user_has_its_own_policies_its_groups_and_their_managed_ones(account: Account) -> None:
    assert _outcome(account, ANA, "iam:CreateAccessKey", ANA) is Outcome.ALLOWED
    assert _outcome(account, ANA, "s3:GetObject", OBJECT) is Outcome.ALLOWED
    assert _outcome(account, ANA, "sqs:SendMessage", ORDERS) is Outcome.ALLOWED
    assert _outcome(account, ANA, "s3:PutObject", OBJECT) is Outcome.IMPLICIT_DENY


def test_only_the_default_version_of_a_managed_policy_counts(account: Account) -> None:
    assert _outcome(account, ANA, "sqs:DeleteQueue", ORDERS) is Outcome.IMPLICIT_DENY


def test_a_managed_policy_whose_document_is_not_there_leaves_it_open(account: Account) -> None:
    bea = f"arn:aws:iam::{LAB}:user/bea"
    assert _outcome(account, bea, "sqs:SendMessage", ORDERS) is Outcome.CANNOT_BE_JUDGED
    assert _outcome(account, bea, "s3:GetObject", OBJECT) is Outcome.IMPLICIT_DENY, "the boundary is known"


def test_a_stored_document_that_is_malformed_leaves_it_open_and_is_named(account: Account) -> None:
    decision = account.judge(f"arn:aws:iam::{LAB}:role/broken", "s3:GetObject", OBJECT)
    assert decision.outcome is Outcome.CANNOT_BE_JUDGED
    request = account.request(f"arn:aws:iam::{LAB}:role/broken", "s3:GetObject", OBJECT)
    assert "bad" in summary(decision, request)
    assert "no Statement" in summary(decision, request)


def test_a_sessions_role_is_found_without_its_path(account: Account) -> None:
    decision = account.judge(SESSION, "s3:PutObject", OBJECT)
    assert decision.allowed
    assert decision.deciding is not None
    assert cite(decision.deciding) == "statement 1 of identity-based policy write"
    assert account.principal(SESSION).issuer == LOADER
    assert account.principal(SESSION).user_id == "AROALOADER:night"


def test_a_trust_policy_says_who_takes_a_role(account: Account) -> None:
    assert _outcome(account, ANA, "sts:AssumeRole", LOADER) is Outcome.ALLOWED
    assert (
        _outcome(account, f"arn:aws:iam::{LAB}:user/bea", "sts:AssumeRole", LOADER) is Outcome.IMPLICIT_DENY
    )
    assert _outcome(account, "ec2.amazonaws.com", "sts:AssumeRole", LOADER) is Outcome.IMPLICIT_DENY


def test_a_role_without_trust_policy_is_taken_by_nobody(account: Account) -> None:
    decision = account.judge(ANA, "sts:AssumeRole", f"arn:aws:iam::{LAB}:role/broken")
    assert [kind.name for kind in decision.missing] == ["TRUST"]


def test_tags_of_the_user_are_its_principals(account: Account) -> None:
    assert account.principal(ANA).tags == {"Team": "data"}


def test_someone_who_is_not_there_is_bad_input_with_a_hint(account: Account) -> None:
    with pytest.raises(BadInputError) as refused:
        account.judge(f"arn:aws:iam::{LAB}:user/lab/anna", "s3:GetObject", OBJECT)
    assert ANA in refused.value.hint


def test_details_without_any_arn_need_the_account() -> None:
    with pytest.raises(BadInputError, match="name no user, role or policy"):
        read_authorization_details({})
    assert read_authorization_details({}, LAB).account_id == LAB


def test_only_who_takes_a_role_meets_its_trust_policy(account: Account) -> None:
    for action, met in (("sts:AssumeRole", 1), ("iam:GetRole", 0)):
        assert len(account.policies_for(account.request(ANA, action, LOADER)).resource) == met


def test_resource_control_policies_are_for_the_accounts_own_resources() -> None:
    account = read_documents(
        {**DETAILS, "ResourceControlPolicies": [[_document(_allow("*", Principal="*"))]]}
    )
    for owner, levels in ((LAB, 1), ("222222222222", 0)):
        request = account.request(ANA, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{owner}:orders")
        assert len(account.policies_for(request).rcps) == levels


@pytest.fixture(scope="module")
def furnished() -> Account:
    return read_documents(
        {
            **DETAILS,
            "ResourcePolicies": {
                "arn:aws:s3:::shop": _document(DENY_CSV),
                ORDERS: _document(SEND),
                "arn:aws:s3:::open": _document(
                    {**DENY_CSV, "Effect": "Allow", "Resource": "arn:aws:s3:::open/*"}
                ),
            },
            "PublicAccessBlocks": {"open": {"RestrictPublicBuckets": True}},
            "ServiceControlPolicies": [
                [_document(_allow("*"))],
                [_document(_allow("s3:*"), _allow("sts:*"))],
            ],
        }
    )


def test_a_bucket_policy_is_weighed_for_its_objects(furnished: Account) -> None:
    decision = furnished.judge(ANA, "s3:GetObject", OBJECT)
    assert decision.outcome is Outcome.EXPLICIT_DENY
    assert decision.deciding is not None
    assert decision.deciding.policy.name == "arn:aws:s3:::shop"


def test_a_queue_policy_is_weighed_for_its_queue(furnished: Account) -> None:
    assert _outcome(furnished, "sns.amazonaws.com", "sqs:SendMessage", ORDERS) is Outcome.ALLOWED
    assert _outcome(furnished, "sns.amazonaws.com", "sqs:SendMessage", ORDERS + "2") is Outcome.IMPLICIT_DENY


def test_every_level_of_the_organisation_is_weighed(furnished: Account) -> None:
    decision = furnished.judge(ANA, "sqs:SendMessage", ORDERS)
    assert [kind.name for kind in decision.missing] == ["SCP"]


def test_block_public_access_is_in_force_on_its_bucket(furnished: Account) -> None:
    decision = furnished.judge("*", "s3:GetObject", "arn:aws:s3:::open/a")
    assert decision.outcome is Outcome.IMPLICIT_DENY
    assert "RestrictPublicBuckets" in decision.reason


def test_what_another_account_allows_is_not_known(account: Account) -> None:
    stranger = "arn:aws:iam::222222222222:user/bob"
    assert (
        _outcome(account, ANA, "sqs:SendMessage", "arn:aws:sqs:us-east-1:222222222222:x")
        is Outcome.CANNOT_BE_JUDGED
    )
    assert (
        _outcome(account, ANA, "sqs:DeleteQueue", "arn:aws:sqs:us-east-1:222222222222:x")
        is Outcome.IMPLICIT_DENY
    )
    assert _outcome(account, stranger, "sqs:SendMessage", ORDERS) is Outcome.IMPLICIT_DENY
    assert (
        _outcome(account, ANA, "sts:AssumeRole", "arn:aws:iam::222222222222:role/r") is Outcome.IMPLICIT_DENY
    )


def test_a_federated_users_user_is_not_known_from_its_arn(account: Account) -> None:
    guest = f"arn:aws:sts::{LAB}:federated-user/guest"
    assert _outcome(account, guest, "s3:GetObject", OBJECT) is Outcome.IMPLICIT_DENY, "no session policy"
    known = Principal.from_arn(guest, issuer=ANA)
    policy = account.groups["readers"].inline
    assert account.judge(known, "s3:GetObject", OBJECT, session=policy).allowed


def test_answers_of_the_services_give_policies_by_arn() -> None:
    text = json.dumps(_document(SEND))
    assert resources.bucket_policy("shop", {"Policy": text})[0] == "arn:aws:s3:::shop"
    queue = resources.queue_policy({"Attributes": {"QueueArn": ORDERS, "Policy": text}})
    assert queue is not None
    assert queue[1].statements[0].position == 1
    assert resources.queue_policy({"Attributes": {"QueueArn": ORDERS}}) is None
    topic = resources.topic_policy({"Attributes": {"TopicArn": "arn:t", "Policy": text}})
    assert topic is not None
    assert topic[0] == "arn:t"
    secret = resources.secret_policy({"ARN": "arn:s", "ResourcePolicy": text})
    assert secret is not None
    assert secret[0] == "arn:s"
    assert resources.secret_policy({"ARN": "arn:s"}) is None
    assert resources.key_policy("arn:k", {"Policy": text})[1].name == "arn:k"
    block = resources.public_access_block({"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}})
    assert block.block_public_policy
    assert not block.restrict_public_buckets
