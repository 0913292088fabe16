"""What holds for all policies and requests, whatever they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.authorization import (
    Outcome,
    Policy,
    PolicyKind,
    PolicySet,
    Request,
    judge,
    read_policy,
)
from tests.scripts.authorization.table import LAB, PRINCIPALS

ACTIONS = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "sqs:SendMessage",
    "sts:AssumeRole",
    "kms:Decrypt",
]
RESOURCES = [
    "arn:aws:s3:::shop/a",
    "arn:aws:s3:::shop",
    f"arn:aws:sqs:us-east-1:{LAB}:orders",
    f"arn:aws:iam::{LAB}:role/loader",
    f"arn:aws:kms:us-east-1:{LAB}:key/1",
]
CONTEXT = {"aws:SourceIp": ("10.0.0.1",), "s3:prefix": ("a",), "aws:TagKeys": ("a", "b")}
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"StringEquals": {"acme:Unknown": "x"}},
    {"StringNotEquals": {"s3:delimiter": "/"}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": ["b", "c"]}},
    {"NoSuchOperator": {"s3:prefix": "a"}},
]
CALLERS = [
    "*",
    {"AWS": LAB},
    {"AWS": f"arn:aws:iam::{LAB}:user/ana"},
    {"AWS": f"arn:aws:iam::{LAB}:role/loader"},
]
ORDER = {
    Outcome.EXPLICIT_DENY: 0,
    Outcome.IMPLICIT_DENY: 0,
    Outcome.CANNOT_BE_JUDGED: 1,
    Outcome.ALLOWED: 2,
}


@st.composite
def statements(draw: st.DrawFn, *, resource_policy: bool, effect: str | None = None) -> dict[str, Any]:
    statement = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.lists(st.sampled_from([*ACTIONS, "*", "s3:*", "*:Get*"]), min_size=1, max_size=2)
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.lists(
                st.sampled_from([*RESOURCES, "*", "arn:aws:s3:::*", "arn:aws:s3:::shop/*"]),
                min_size=1,
                max_size=2,
            )
        ),
        "Condition": draw(st.sampled_from(CONDITIONS)),
    }
    if resource_policy:
        statement["Principal"] = draw(st.sampled_from(CALLERS))
    return statement


def policies(kind: PolicyKind) -> st.SearchStrategy[Policy]:
    is_resource = kind in {PolicyKind.RESOURCE, PolicyKind.RCP}
    return st.lists(statements(resource_policy=is_resource), min_size=1, max_size=3).map(
        lambda written: _policy(written, kind)
    )


def _policy(written: list[dict[str, Any]], kind: PolicyKind) -> Policy:
    return read_policy({"Version": "2012-10-17", "Statement": written}, kind.name, kind)


POLICY_SETS = st.builds(
    PolicySet,
    identity=st.lists(policies(PolicyKind.IDENTITY), max_size=2).map(tuple),
    resource=st.lists(policies(PolicyKind.RESOURCE), max_size=1).map(tuple),
    boundary=st.none() | policies(PolicyKind.BOUNDARY),
    session=st.none() | st.lists(policies(PolicyKind.SESSION), max_size=1).map(tuple),
    scps=st.lists(st.lists(policies(PolicyKind.SCP), max_size=2).map(tuple), max_size=2).map(tuple),
)
REQUESTS = st.builds(
    Request,
    principal=st.sampled_from(
        [PRINCIPALS[name] for name in ("ana", "bob", "session", "root", "anonymous", "sns")]
    ),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    resource_account=st.just(LAB),
    context=st.just(CONTEXT),
)
PARTS = st.sampled_from(["identity", "resource", "boundary", "session", "scps"])


def _with(policies: PolicySet, part: str, policy: Policy) -> PolicySet:
    """The set with one policy more; a boundary is made longer."""
    if part == "boundary":
        if policies.boundary is None:
            return policies
        joined = replace(policies.boundary, statements=policies.boundary.statements + policy.statements)
        return replace(policies, boundary=joined)
    if part == "session" and policies.session is None:
        return policies
    if part == "scps":
        if not policies.scps:
            return policies
        return replace(policies, scps=((*policies.scps[0], policy), *policies.scps[1:]))
    longer: Any = {part: (*getattr(policies, part), policy)}
    return replace(policies, **longer)


KINDS = {
    "identity": PolicyKind.IDENTITY,
    "resource": PolicyKind.RESOURCE,
    "boundary": PolicyKind.BOUNDARY,
    "session": PolicyKind.SESSION,
    "scps": PolicyKind.SCP,
}


@settings(max_examples=60)
@given(REQUESTS, POLICY_SETS, PARTS, st.data())
def test_a_deny_more_never_allows_more(
    request: Request, given: PolicySet, part: str, data: st.DataObject
) -> None:
    kind = KINDS[part]
    deny = data.draw(statements(resource_policy=part == "resource", effect="Deny"))
    after = judge(request, _with(given, part, _policy([deny], kind))).outcome
    assert ORDER[after] <= ORDER[judge(request, given).outcome]


@settings(max_examples=60)
@given(REQUESTS, POLICY_SETS, PARTS, st.data())
def test_an_allow_never_overrides_an_explicit_deny(
    request: Request, given: PolicySet, part: str, data: st.DataObject
) -> None:
    allow = data.draw(statements(resource_policy=part == "resource", effect="Allow"))
    if judge(request, given).outcome is Outcome.EXPLICIT_DENY:
        assert (
            judge(request, _with(given, part, _policy([allow], KINDS[part]))).outcome is Outcome.EXPLICIT_DENY
        )


@settings(max_examples=60)
@given(REQUESTS, POLICY_SETS, PARTS, st.data())
def test_an_allow_more_never_denies_more(
    request: Request, given: PolicySet, part: str, data: st.DataObject
) -> None:
    allow = data.draw(statements(resource_policy=part == "resource", effect="Allow"))
    after = judge(request, _with(given, part, _policy([allow], KINDS[part]))).outcome
    assert ORDER[after] >= ORDER[judge(request, given).outcome]


@given(
    REQUESTS,
    st.lists(statements(resource_policy=False), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_order_of_statements_does_not_matter(
    request: Request, written: list[dict[str, Any]], random: Any
) -> None:
    shuffled = list(written)
    random.shuffle(shuffled)
    one, other = (PolicySet(identity=(_policy(order, PolicyKind.IDENTITY),)) for order in (written, shuffled))
    assert judge(request, one).outcome is judge(request, other).outcome


@given(REQUESTS, statements(resource_policy=False, effect="Allow"), st.integers(0, 40), st.sampled_from("*?"))
def test_a_wider_wildcard_in_an_allow_never_denies_more(
    request: Request, allow: dict[str, Any], cut: int, wildcard: str
) -> None:
    wider = dict(allow)
    for element in ("Action", "Resource"):
        if element in allow:
            wider[element] = [_widened(text, cut, wildcard) for text in allow[element]]
    before, after = (
        judge(request, PolicySet(identity=(_policy([one], PolicyKind.IDENTITY),))).outcome
        for one in (allow, wider)
    )
    assert ORDER[after] >= ORDER[before]


def _widened(text: str, cut: int, wildcard: str) -> str:
    """The text with a wildcard for one character, or for everything from a place on."""
    place = cut % len(text)
    if wildcard == "*":
        return text[:place] + "*"
    return text[:place] + "?" + text[place + 1 :] if text[place] not in "*:" else text


@settings(max_examples=60)
@given(REQUESTS, POLICY_SETS)
def test_what_is_not_allowed_says_what_is_missing_or_what_decided(request: Request, given: PolicySet) -> None:
    decision = judge(request, given)
    if decision.outcome is Outcome.IMPLICIT_DENY:
        assert decision.missing or decision.reason
    if decision.outcome in {Outcome.EXPLICIT_DENY, Outcome.CANNOT_BE_JUDGED}:
        assert decision.deciding is not None
    if decision.outcome is Outcome.ALLOWED:
        assert decision.deciding is not None or request.principal is PRINCIPALS["root"]
