"""A Terraform plan as an account: what it says is weighed, what it does not say is left open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.authorization import Account, Outcome
from scripts.authorization.readers.plan import read_plan
from scripts.errors import BadInputError

LAB = "111111111111"
ANA = f"arn:aws:iam::{LAB}:user/lab/ana"
LOADER = f"arn:aws:iam::{LAB}:role/loader"
QUEUE = f"arn:aws:sqs:us-east-1:{LAB}:orders"
KEY = f"arn:aws:kms:us-east-1:{LAB}:key/1"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(action: str, **more: Any) -> str:
    return _document({"Effect": "Allow", "Action": action, "Resource": "*", **more})


TRUST = _document({"Effect": "Allow", "Principal": {"AWS": ANA}, "Action": "sts:AssumeRole"})
#: Address, what is known, what is not: as `terraform show -json` has it of resources that are to be made.
USER = (
    "aws_iam_user.ana",
    {"name": "ana", "path": "/lab/", "tags_all": {"Team": "data"}},
    ["arn", "unique_id"],
)
GROUP = ("aws_iam_group.readers", {"name": "readers", "path": "/"}, ["arn"])
ROLE = (
    "aws_iam_role.loader",
    {"name": "loader", "path": "/", "assume_role_policy": TRUST},
    ["arn", "unique_id"],
)
Planned = tuple[str, dict[str, Any], list[str]]


def _account(*resources: Planned, configured: tuple[str, ...] = ()) -> Account:
    changes = [
        {
            "address": address,
            "type": address.split(".")[-2],
            "mode": "managed",
            "change": {
                "after": values,
                "after_unknown": {
                    name.rstrip("*"): [False, True] if "*" in name else True for name in unknown
                },
            },
        }
        for address, values, unknown in resources
    ]
    expressions = [{"address": address, "expressions": {"policy": {}}} for address in configured]
    plan = {
        "resource_changes": changes,
        "configuration": {
            "root_module": {
                "module_calls": {"lab": {"module": {"resources": expressions}}},
                "resources": expressions,
            }
        },
    }
    return read_plan(plan, account_id=LAB)


def _outcome(account: Account, principal: str, action: str, resource: str = "*") -> Outcome:
    return account.judge(principal, action, resource).outcome


def test_arns_follow_from_account_path_and_name() -> None:
    account = _account(USER, ROLE)
    assert (list(account.users), list(account.roles)) == ([ANA], [LOADER])
    assert account.principal(ANA).tags == {"Team": "data"}


def test_policies_of_a_user_its_group_and_attachments_are_found() -> None:
    account = _account(
        USER,
        GROUP,
        ("aws_iam_user_policy.own", {"user": "ana", "name": "own", "policy": _allow("sqs:SendMessage")}, []),
        (
            "aws_iam_group_policy.shared",
            {"group": "readers", "name": "s", "policy": _allow("s3:GetObject")},
            [],
        ),
        ("aws_iam_policy.keys", {"name": "keys", "path": "/x/", "policy": _allow("kms:ListKeys")}, ["arn"]),
        (
            "aws_iam_user_policy_attachment.keys",
            {"user": "ana", "policy_arn": f"arn:aws:iam::{LAB}:policy/x/keys"},
            [],
        ),
        ("aws_iam_user_group_membership.ana", {"user": "ana", "groups": ["readers"]}, []),
    )
    for action in ("sqs:SendMessage", "s3:GetObject", "kms:ListKeys"):
        assert _outcome(account, ANA, action) is Outcome.ALLOWED
    assert _outcome(account, ANA, "s3:PutObject") is Outcome.IMPLICIT_DENY
    assert account.unknowns == ()


def test_a_role_has_its_blocks_its_policies_and_its_trust() -> None:
    block = {"inline_policy": [{"name": "block", "policy": _allow("s3:GetObject")}]}
    account = _account(
        (ROLE[0], {**ROLE[1], **block}, ROLE[2]),
        USER,
        (
            "aws_iam_role_policy.own",
            {"role": "loader", "name": "own", "policy": _allow("sqs:SendMessage")},
            [],
        ),
    )
    assert _outcome(account, LOADER, "s3:GetObject") is Outcome.ALLOWED
    assert _outcome(account, LOADER, "sqs:SendMessage") is Outcome.ALLOWED
    assert _outcome(account, ANA, "sts:AssumeRole", LOADER) is Outcome.ALLOWED


def test_one_attachment_may_serve_many() -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    account = _account(
        USER,
        ROLE,
        GROUP,
        ("aws_iam_policy_attachment.all", {"users": ["ana"], "roles": ["loader"], "policy_arn": arn}, []),
        ("aws_iam_group_membership.all", {"group": "readers", "users": ["ana"]}, []),
    )
    assert account.users[ANA].attached == account.roles[LOADER].attached == (arn,)
    assert account.users[ANA].groups == ("readers",)
    assert _outcome(account, ANA, "s3:GetObject") is Outcome.CANNOT_BE_JUDGED, (
        "AWS's own documents are not in plans"
    )


@pytest.mark.parametrize(
    "unknown",
    [
        ("aws_iam_user_policy.own", {"user": "ana", "name": "own"}, ["policy"]),
        ("aws_iam_user_policy.own", {"name": "own", "policy": _allow("s3:*")}, ["user"]),
        ("aws_iam_user_policy_attachment.own", {"user": "ana"}, ["policy_arn"]),
        ("aws_iam_policy_attachment.own", {"users": ["ana"]}, ["policy_arn"]),
        ("aws_iam_user_group_membership.ana", {"user": "ana"}, ["groups"]),
    ],
    ids=lambda planned: f"{planned[0]} {planned[2]}",
)
def test_what_is_known_only_after_it_is_applied_is_left_open_and_said(unknown: Planned) -> None:
    account = _account(USER, unknown)
    said = " ".join(account.unknowns) + " ".join(account.users[ANA].groups)
    assert unknown[0] in said
    if unknown[2] != ["user"]:
        assert _outcome(account, ANA, "s3:GetObject") is Outcome.CANNOT_BE_JUDGED


@pytest.mark.parametrize(
    "unknown",
    [
        (ROLE[0], {**ROLE[1], "inline_policy": [{"name": "x"}]}, [*ROLE[2], "inline_policy*"]),
        (ROLE[0], {**ROLE[1], "managed_policy_arns": [None]}, [*ROLE[2], "managed_policy_arns*"]),
    ],
    ids=["a block", "an ARN"],
)
def test_a_part_that_is_not_known_yet_leaves_the_role_open(unknown: Planned) -> None:
    account = _account(unknown)
    assert _outcome(account, LOADER, "s3:GetObject") is Outcome.CANNOT_BE_JUDGED
    assert any(unknown[2][-1].rstrip("*") in said for said in account.unknowns)


def test_one_group_of_several_that_is_not_known_yet_leaves_the_user_open() -> None:
    membership = {"user": "ana", "groups": ["readers", None]}
    account = _account(USER, GROUP, ("aws_iam_user_group_membership.ana", membership, ["groups*"]))
    assert account.users[ANA].groups[0] == "readers"
    assert _outcome(account, ANA, "s3:GetObject") is Outcome.CANNOT_BE_JUDGED


def test_what_terraform_always_learns_late_is_not_taken_for_a_policy() -> None:
    computed = (ROLE[0], ROLE[1], [*ROLE[2], "inline_policy", "managed_policy_arns"])
    assert _outcome(_account(computed), LOADER, "s3:GetObject") is Outcome.IMPLICIT_DENY


def test_a_boundary_that_is_not_known_yet_leaves_it_open() -> None:
    account = _account(
        (USER[0], USER[1], [*USER[2], "permissions_boundary"]),
        ("aws_iam_user_policy.own", {"user": "ana", "name": "own", "policy": _allow("s3:*")}, []),
    )
    assert _outcome(account, ANA, "s3:GetObject") is Outcome.CANNOT_BE_JUDGED


DENY = _document({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::shop/*"})
READER: Planned = ("aws_iam_user_policy.own", {"user": "ana", "name": "own", "policy": _allow("*")}, [])


@pytest.mark.parametrize(
    "bucket_policy",
    [
        ("aws_s3_bucket_policy.shop", {"bucket": "shop", "policy": DENY}, []),
        ("aws_s3_bucket_policy.shop", {"policy": DENY}, ["bucket"]),
        ("aws_s3_bucket.shop", {"bucket": "shop", "policy": DENY}, ["arn"]),
        ("module.lab.aws_s3_bucket_policy.shop", {"bucket": "arn:aws:s3:::shop", "policy": DENY}, []),
    ],
    ids=["by name", "of a bucket that is not known yet", "as an argument", "by ARN"],
)
def test_a_bucket_policy_denies_before_there_is_a_bucket(bucket_policy: Planned) -> None:
    account = _account(USER, READER, bucket_policy)
    assert _outcome(account, ANA, "s3:GetObject", "arn:aws:s3:::shop/a") is Outcome.EXPLICIT_DENY
    assert _outcome(account, ANA, "s3:GetObject", "arn:aws:s3:::other/a") is Outcome.ALLOWED


def test_a_policy_that_is_not_known_yet_leaves_its_resource_open() -> None:
    account = _account(USER, READER, ("aws_s3_bucket_policy.shop", {"bucket": "shop"}, ["policy"]))
    assert _outcome(account, ANA, "s3:GetObject", "arn:aws:s3:::shop/a") is Outcome.CANNOT_BE_JUDGED
    assert _outcome(account, ANA, "s3:GetObject", "arn:aws:s3:::other/a") is Outcome.ALLOWED


@pytest.mark.parametrize(
    "url",
    [
        f"https://sqs.us-east-1.amazonaws.com/{LAB}/orders",
        f"http://sqs.us-east-1.localhost.localstack.cloud:4566/{LAB}/orders",
        f"http://127.0.0.1:4566/{LAB}/orders",
    ],
)
def test_a_queue_is_known_by_its_url(url: str) -> None:
    send = _document(
        {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"}
    )
    account = _account(("aws_sqs_queue_policy.orders", {"queue_url": url, "policy": send}, []))
    assert list(account.resource_policies) == [QUEUE]
    assert _outcome(account, "sns.amazonaws.com", "sqs:SendMessage", QUEUE) is Outcome.ALLOWED


def test_a_queue_whose_url_is_not_known_yet_leaves_queues_open() -> None:
    account = _account(
        ("aws_sqs_queue_policy.orders", {"policy": _allow("sqs:*", Principal="*")}, ["queue_url"])
    )
    assert _outcome(account, "*", "sqs:SendMessage", QUEUE) is Outcome.CANNOT_BE_JUDGED
    assert _outcome(account, "*", "sns:Publish", f"arn:aws:sns:us-east-1:{LAB}:news") is Outcome.IMPLICIT_DENY


def test_a_policy_that_nobody_configured_is_none() -> None:
    queue = ("aws_sqs_queue.orders", {"name": "orders"}, ["arn", "policy"])
    assert _account(queue).resource_policies == {}
    configured = _account(queue, configured=("aws_sqs_queue.orders",))
    assert _outcome(configured, "*", "sqs:SendMessage", QUEUE) is Outcome.CANNOT_BE_JUDGED
    moved = (f"module.lab.{queue[0]}[0]", *queue[1:])
    assert list(_account(moved, configured=("aws_sqs_queue.orders",)).resource_policies) == [QUEUE]


def test_a_key_without_policy_has_awss_own() -> None:
    key = ("aws_kms_key.lab", {"arn": KEY}, ["policy"])
    assert _outcome(_account(USER, READER, key), ANA, "kms:Decrypt", KEY) is Outcome.ALLOWED
    assert _outcome(_account(USER, key), ANA, "kms:Decrypt", KEY) is Outcome.IMPLICIT_DENY


def test_a_key_policy_of_its_own_has_the_last_word() -> None:
    key = ("aws_kms_key.lab", {"arn": KEY}, ["policy"])
    closed = _document({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"})
    for order in (1, -1):
        resources = [key, ("aws_kms_key_policy.lab", {"key_id": "1", "policy": closed}, [])][::order]
        assert _outcome(_account(USER, READER, *resources), ANA, "kms:Decrypt", KEY) is Outcome.EXPLICIT_DENY


PUBLIC = _document({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::shop/*"})


@pytest.mark.parametrize(
    ("block", "outcome"),
    [
        (("aws_s3_bucket_public_access_block.x", {"bucket": "shop"}, []), Outcome.ALLOWED),
        (
            ("aws_s3_bucket_public_access_block.x", {"bucket": "shop", "restrict_public_buckets": True}, []),
            Outcome.IMPLICIT_DENY,
        ),
        (
            ("aws_s3_account_public_access_block.x", {"restrict_public_buckets": True}, []),
            Outcome.IMPLICIT_DENY,
        ),
        (
            ("aws_s3_bucket_public_access_block.x", {"restrict_public_buckets": True}, ["bucket"]),
            Outcome.CANNOT_BE_JUDGED,
        ),
    ],
    ids=["off", "on", "on for the account", "on for a bucket that is not known yet"],
)
def test_block_public_access_of_a_plan_is_in_force(block: Planned, outcome: Outcome) -> None:
    account = _account(("aws_s3_bucket_policy.shop", {"bucket": "shop", "policy": PUBLIC}, []), block)
    assert _outcome(account, "*", "s3:GetObject", "arn:aws:s3:::shop/a") is outcome


def test_what_is_destroyed_is_not_there() -> None:
    change = {"address": USER[0], "type": "aws_iam_user", "mode": "managed", "change": {"after": None}}
    assert read_plan({"resource_changes": [change]}, account_id=LAB).users == {}


def test_what_is_no_plan_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="not a Terraform plan"):
        read_plan({"values": {}}, account_id=LAB)
