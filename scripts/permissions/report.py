"""An answer in words: the verdict, the statement behind it, and what was weighed."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from scripts.authorization import Outcome, PrincipalType, Weighed, cite, denial, summary, why
from scripts.permissions.question import Answer

_VERDICTS = {
    Outcome.ALLOWED: "ALLOWED",
    Outcome.IMPLICIT_DENY: "DENIED",
    Outcome.EXPLICIT_DENY: "DENIED",
    Outcome.CANNOT_BE_JUDGED: "CANNOT BE JUDGED",
}
#: More of them would hide the verdict; --explain shows all.
_CLOSEST = 3
#: Told only where somebody gave another value: hardly a policy asks for them.
_HARDLY_ASKED = {"aws:CurrentTime", "aws:EpochTime", "aws:RequestedRegion"}


def lines(answer: Answer, *, explain: bool = False) -> Iterator[str]:
    """The answer for people, line by line."""
    decision, request = answer.decision, answer.request
    yield f"{_VERDICTS[decision.outcome]}: {summary(decision, request)}"
    is_anybody = request.principal.type is PrincipalType.ANONYMOUS
    yield f"  Who:  {'anybody, without credentials' if is_anybody else request.principal.arn}"
    yield f"  What: {request.resource}"
    yield f"  With: {', '.join(_keys(answer))}"
    if decision.deciding and decision.deciding.statement:
        yield "The statement:"
        text = json.dumps(decision.deciding.statement.source, indent=2)
        yield textwrap.indent(text, "  ")
    if answer.closest and not explain:
        yield "Statements about the action that do not allow it:"
        yield from _weighed(answer, answer.closest[:_CLOSEST])
    if decision.outcome is Outcome.CANNOT_BE_JUDGED:
        yield "What nobody knows is not taken for allowed. A condition key's value: --context KEY=VALUE."
    if explain:
        yield "Weighed:"
        yield from _weighed(answer, decision.weighed) if decision.weighed else ("  no statement at all",)
    if answer.unknowns and (explain or decision.outcome is Outcome.CANNOT_BE_JUDGED):
        yield "Known only after an apply:"
        yield from (f"  {each}" for each in answer.unknowns)


def _keys(answer: Answer) -> Iterator[str]:
    for name, values in sorted(answer.request.context.items()):
        if name in answer.assumed and name in _HARDLY_ASKED:
            continue
        taken = " (as the AWS CLI sends it)" if name in answer.assumed else ""
        yield f"{name} {', '.join(values)}{taken}"


def _weighed(answer: Answer, weighed: Sequence[Weighed]) -> Iterator[str]:
    for one in weighed:
        effect = f"{one.statement.effect.value:5}" if one.statement else "?    "
        yield f"  {effect} {cite(one)}"
        yield f"        {why(one, answer.request)}"


def document(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """The answer for programs."""
    decision, request = answer.decision, answer.request
    found: dict[str, Any] = {
        "Allowed": decision.allowed,
        "Decision": decision.outcome.value,
        "Summary": summary(decision, request),
        "Principal": request.principal.arn,
        "Action": request.action,
        "Resource": request.resource,
        "Context": {name: list(values) for name, values in request.context.items()},
        "Deciding": _one(answer, decision.deciding) if decision.deciding else None,
        "Missing": [kind.value for kind in decision.missing],
        "Unknowns": list(answer.unknowns),
    }
    if decision.outcome in {Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY}:
        found["Message"] = denial(decision, request)
    if explain:
        found["Weighed"] = [_one(answer, one) for one in decision.weighed]
    return found


def _one(answer: Answer, weighed: Weighed) -> dict[str, Any]:
    statement = weighed.statement
    return {
        "Policy": weighed.policy.name,
        "PolicyType": weighed.policy.kind.value,
        "Position": statement.position if statement else None,
        "Sid": statement.sid if statement else "",
        "Match": weighed.verdict.match.name.lower(),
        "Why": why(weighed, answer.request),
        "Statement": statement.source if statement else None,
    }
