"""Who may do what by the first plan, before there is anything: as ``authorization.yaml`` says, unguessed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from scripts.authorization import Account, Outcome
from scripts.authorization.readers.plan import read_plan
from tests.infrastructure import permissions
from tests.infrastructure.cases import INFRASTRUCTURE

pytestmark = pytest.mark.xdist_group("plans")

LAB = "111122223333"
SECRET = f"arn:aws:secretsmanager:us-east-1:{LAB}:secret:rds!db-4f1a2b3c-AbCdEf"


def _account(plan: Any, *, sources: bool = True) -> Account:
    return read_plan(plan, account_id=LAB, sources=INFRASTRUCTURE if sources else None)


def test_a_first_plan_tells_who_may_do_what(aws_plan: TerraformPlanOutput) -> None:
    assert list(permissions.wrong(_account(aws_plan._raw), secret=SECRET, applied=False)) == []


def test_nobody_of_the_identity_module_is_left_out(aws_plan: TerraformPlanOutput) -> None:
    account = _account(aws_plan._raw)
    own = {one.name for one in (*account.users.values(), *account.roles.values()) if "/sourcelab/" in one.arn}
    assert own == {name for name in permissions.PRINCIPALS if name != "anonymous" and "." not in name}


def test_without_the_sources_nothing_is_guessed(aws_plan: TerraformPlanOutput) -> None:
    account = _account(aws_plan._raw, sources=False)
    user = f"arn:aws:iam::{LAB}:user/sourcelab/sourcelab-learner"
    decision = account.judge(user, "s3:GetObject", f"arn:aws:s3:::sourcelab-raw-{LAB}/a")
    assert decision.outcome is Outcome.CANNOT_BE_JUDGED


def test_a_plan_that_says_otherwise_than_the_sources_leaves_the_document_open(
    aws_plan: TerraformPlanOutput,
) -> None:
    plan = deepcopy(aws_plan._raw)
    (document,) = (
        each
        for each in plan["resource_changes"]
        if each["address"] == "module.identity.data.aws_iam_policy_document.read_gold"
    )
    document["change"]["after"]["statement"][2]["actions"] = ["s3:PutObject"]
    user = f"arn:aws:iam::{LAB}:user/sourcelab/sourcelab-analyst"
    decision = _account(plan).judge(user, "s3:GetObject", f"arn:aws:s3:::sourcelab-lake-{LAB}/gold/a")
    assert decision.outcome is Outcome.CANNOT_BE_JUDGED
