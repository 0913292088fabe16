"""AWS's evaluation rules as tables: every case its decision, and what decided it."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.authorization import Decision, Outcome, Request, cite, denial, judge, summary, why
from tests.scripts.authorization.table import decision_tables, policies_of, request_of

CASES = dict(decision_tables())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_decision_is_awss_and_so_is_what_decided(case: dict[str, Any]) -> None:
    request = request_of(case)
    decision = judge(request, policies_of(case))

    told = summary(decision, request)
    assert decision.outcome.name == case["decision"], told
    assert _deciding(decision) == case.get("by", ""), told
    if "missing" in case:
        assert [kind.name for kind in decision.missing] == case["missing"], told
    if "doubt" in case:
        assert decision.deciding is not None
        assert decision.deciding.verdict.element == case["doubt"], told
    if "doubt_in" in case:
        assert decision.deciding is not None
        assert decision.deciding.policy.name == case["doubt_in"], told
    if "reason" in case:
        assert case["reason"] in decision.reason
    _can_be_explained(decision, request)


def _deciding(decision: Decision) -> str:
    if decision.deciding is None or decision.outcome is Outcome.CANNOT_BE_JUDGED:
        return ""
    assert decision.deciding.statement is not None
    return f"{decision.deciding.policy.name} {decision.deciding.statement.position}"


def _can_be_explained(decision: Decision, request: Request) -> None:
    assert request.action in summary(decision, request)
    assert "is not authorized to perform" in denial(decision, request)
    for weighed in decision.weighed:
        assert weighed.policy.name in cite(weighed)
        assert why(weighed, request)
