"""Documents that AWS takes, and those that it refuses, with its errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.authorization import (
    DocumentKind,
    MalformedPolicyError,
    PolicyKind,
    faults,
    read_policy,
    validate,
)
from scripts.errors import BadInputError
from tests.scripts.authorization.table import load

TABLE = load("documents")
REFUSED: dict[str, dict[str, Any]] = {case["name"]: case for case in TABLE["refused"]}


def _text(case: dict[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    statement = case.get("statement")
    if "actions" in case:
        statement = {
            "Effect": "Allow",
            "Action": [f"s3:Get{number:08}" for number in range(case["actions"])],
            "Resource": "*",
        }
    return json.dumps(case.get("document") or {"Version": "2012-10-17", "Statement": statement}, default=str)


@pytest.mark.parametrize("case", TABLE["allowed"], ids=lambda case: f"{case['kind']} {_text(case)[:80]}")
def test_a_document_that_aws_takes_is_taken(case: dict[str, Any]) -> None:
    validate(_text(case), DocumentKind[case["kind"]], resource=case.get("resource", ""))


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_document_that_aws_refuses_is_refused_with_its_error(case: dict[str, Any]) -> None:
    with pytest.raises(MalformedPolicyError) as refused:
        validate(_text(case), DocumentKind[case["kind"]], resource=case.get("resource", ""))
    error = refused.value
    assert error.message == case.get("message", error.message)
    assert error.message.startswith(case.get("starts", ""))
    assert error.code == case.get("code", error.code)
    assert case.get("where", "") in error.what


def test_every_fault_is_named_not_only_the_first() -> None:
    statement = {
        "Sid": "a b",
        "Effect": "Allow",
        "Action": ["GetObject", "s3:a:b"],
        "Resource": ["shop", "arn:x:s3:::y"],
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert len(list(faults(text, DocumentKind.MANAGED))) == 5


def test_white_space_does_not_count_for_iam() -> None:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    validate(json.dumps(document) + " " * 7000, DocumentKind.MANAGED)


def test_a_malformed_document_is_bad_input_and_names_the_policy() -> None:
    with pytest.raises(BadInputError, match=r"reader, .*Statement.*Syntax errors in policy"):
        read_policy({"Version": "2012-10-17"}, "reader", PolicyKind.IDENTITY)


def test_a_document_without_actions_is_not_weighed() -> None:
    with pytest.raises(MalformedPolicyError, match="Policy statement must contain actions"):
        read_policy({"Statement": {"Effect": "Allow", "Resource": "*"}}, "reader", PolicyKind.IDENTITY)


KEYS = [
    "Version",
    "Statement",
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "Condition",
    "Sid",
    "StringEquals",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["Allow", "2012-10-17", "*"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": JSON | st.just("s3:GetObject"),
        "Resource": JSON | st.just("*"),
    },
    optional={"Condition": JSON, "Principal": JSON},
)


@given(JSON | STATEMENTS.map(lambda statement: {"Version": "2012-10-17", "Statement": statement}))
def test_whatever_is_sent_is_checked_and_what_is_taken_can_be_weighed(document: Any) -> None:
    text = json.dumps(document)
    for kind in DocumentKind:
        if not list(faults(text, kind)):
            read_policy(text, "taken", PolicyKind.IDENTITY)
