"""No policy of ours allows every action, every resource or everybody, but for few that have no other form.

Read from the statements of the planned ``aws_iam_policy_document``, where a wildcard stands whether the ARNs
beside it are known or not; a policy in any other form is refused, so that none escapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from tests.infrastructure.cases import INFRASTRUCTURE

pytestmark = pytest.mark.xdist_group("plans")

#: (document, sid, action, resource or principal) -> why there is no narrower one.
EXCEPTIONS = {
    (
        "module.analytics[0].enter_network",
        "LookAtNetwork",
        "*",
    ): "Describe calls know no other resource",
    ("module.analytics[0].pipeline", "DeliverLogs", "*"): "the calls of log delivery know no other resource",
    ("module.identity.write_buckets", "FindBuckets", "*"): "s3:ListAllMyBuckets knows no other resource",
    ("module.monitoring.key", "LetAccountManageKey", "kms:*"): "without it nobody could ever change the key",
    (
        "module.monitoring.key",
        "LetAlarmsPublish",
        "kms:GenerateDataKey*",
    ): "a key's policy, as AWS documents it",
    (
        "module.monitoring.key",
        "LetRulesPublish",
        "kms:GenerateDataKey*",
    ): "a key's policy, as AWS documents it",
    (
        "module.monitoring.key",
        "LetLogsEncrypt",
        "kms:GenerateDataKey*",
    ): "a key's policy, as AWS documents it",
    ("module.monitoring.key", "LetLogsEncrypt", "kms:ReEncrypt*"): "the same: ReEncryptFrom and ReEncryptTo",
}
#: AWS's own policies, which hold what AWS likes.
AWS_POLICIES = {"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"}


def documents(plan: TerraformPlanOutput) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each document's address without ``data.aws_iam_policy_document.`` and its attributes."""
    for part in ("planned_values", "prior_state"):
        state = plan[part].get("values", plan[part]) if part in plan else {}
        for resource in _resources(state.get("root_module", {})):
            if resource["type"] == "aws_iam_policy_document":
                yield resource["address"].replace("data.aws_iam_policy_document.", ""), resource["values"]


def wide(plan: TerraformPlanOutput) -> set[tuple[str, str, str]]:
    """Document, sid and pattern of everything that is allowed too widely."""
    return {
        (address, statement["sid"] or "", pattern)
        for address, values in documents(plan)
        for statement in values["statement"] or ()
        if statement["effect"] != "Deny"
        for pattern in _patterns(statement)
    }


def test_no_policy_allows_every_action_or_every_resource(aws_plan: TerraformPlanOutput) -> None:
    assert len(list(documents(aws_plan))) > 15
    assert wide(aws_plan) == set(EXCEPTIONS)


def test_no_statement_is_hidden_until_an_apply(aws_plan: TerraformPlanOutput) -> None:
    hidden = [
        (address, statement["sid"])
        for address, values in documents(aws_plan)
        for statement in values["statement"] or ()
        # Who says what is not allowed allows everything else.
        if statement["not_actions"]
        or statement["not_resources"]
        or not statement["actions"]
        or None in statement["actions"]
        or not (statement["resources"] or statement["principals"])
    ]
    assert hidden == []


def test_a_policy_is_written_as_a_document_and_never_as_text() -> None:
    written = [
        f"{path.relative_to(INFRASTRUCTURE)}: {line.strip()}"
        for path in INFRASTRUCTURE.rglob("*.tf")
        if ".terraform" not in path.parts
        for line in path.read_text().splitlines()
        if line.split("=")[0].strip() in ("policy", "assume_role_policy", "inline_policy")
        and not any(form in line for form in ("data.aws_iam_policy_document.", "each.value"))
    ]
    assert written == []


def test_of_awss_own_policies_only_the_known_are_attached(aws_plan: TerraformPlanOutput) -> None:
    attached = {
        resource["values"].get("policy_arn")
        for resource in _resources(aws_plan["planned_values"]["root_module"])
        if resource["type"].endswith("_policy_attachment")
    }
    assert attached - {None} == AWS_POLICIES


def _patterns(statement: dict[str, Any]) -> Iterator[str]:
    """Actions with a wildcard, and the resource or the principal that is all of them."""
    yield from (action for action in statement["actions"] or () if "*" in action)
    yield from (resource for resource in statement["resources"] or () if resource in ("*", "arn:aws:*"))
    for principal in statement["principals"] or ():
        yield from (f"everybody: {who}" for who in principal["identifiers"] or () if who == "*")


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
