"""Decisions in words: AWS's own message, and why each statement did or did not apply."""

from __future__ import annotations

from scripts.authorization.conditions import Condition, Qualifier
from scripts.authorization.decisions import Decision, Outcome, Weighed
from scripts.authorization.model import PrincipalType, Request
from scripts.authorization.policies import PolicyKind
from scripts.authorization.truth import Match

_ARTICLE = {"identity-based policy": "an"}


def denial(decision: Decision, request: Request) -> str:
    """AWS's message for a refused request.

    ``User: ... is not authorized to perform: s3:GetObject on resource: "..." because no identity-based
    policy allows the s3:GetObject action``
    """
    caller = "anonymous" if request.principal.type is PrincipalType.ANONYMOUS else request.principal.arn
    head = f"User: {caller} is not authorized to perform: {request.action}"
    if request.resource != "*":
        head += f' on resource: "{request.resource}"'
    if decision.outcome is Outcome.EXPLICIT_DENY and decision.deciding:
        kind = decision.deciding.policy.kind.value
        return f"{head} with an explicit deny in {_ARTICLE.get(kind, 'a')} {kind}"
    if decision.missing:
        return f"{head} because no {decision.missing[0].value} allows the {request.action} action"
    return f"{head} because {decision.reason}" if decision.reason else head


def summary(decision: Decision, request: Request) -> str:
    """One sentence: the decision, the statement that decided, or what would have to allow it."""
    if decision.outcome is Outcome.ALLOWED:
        by = f" by {cite(decision.deciding)}" if decision.deciding else f": {decision.reason}"
        return f"{request.action} is allowed{by}."
    if decision.outcome is Outcome.EXPLICIT_DENY and decision.deciding:
        return f"{request.action} is denied by {cite(decision.deciding)}."
    if decision.outcome is Outcome.CANNOT_BE_JUDGED:
        doubt = f" {cite(decision.deciding)}: {why(decision.deciding, request)}" if decision.deciding else ""
        return f"{request.action} cannot be judged.{doubt}"
    kinds = " and no ".join(kind.value for kind in decision.missing)
    lacking = f"no {kinds} allows it" if kinds else decision.reason
    hint = ""
    if decision.missing == (PolicyKind.IDENTITY,) and request.owner == request.principal.account:
        hint = "; a resource-based policy that names the principal would do as well"
    return f"{request.action} is denied: {lacking}{hint}."


def cite(weighed: Weighed) -> str:
    """Where a statement stands: ``statement 2 (ReadGold) of identity-based policy lab-analysts``."""
    policy = weighed.policy
    level = f" at level {weighed.level}" if weighed.level else ""
    if weighed.statement is None:
        return f"{policy.kind.value} {policy.name}{level}"
    sid = f" ({weighed.statement.sid})" if weighed.statement.sid else ""
    return f"statement {weighed.statement.position}{sid} of {policy.kind.value} {policy.name}{level}"


def why(weighed: Weighed, request: Request) -> str:
    """Why a weighed statement applies, does not, or cannot be judged."""
    verdict = weighed.verdict
    if weighed.statement is None:
        return weighed.policy.unknown
    if verdict.match is Match.YES:
        return f"applies: {weighed.statement.effect.value}"
    if verdict.condition:
        return _about_condition(verdict.condition, verdict.match, request)
    source = weighed.statement.source
    element = f"Not{verdict.element}" if f"Not{verdict.element}" in source else verdict.element
    asked = {
        "Action": request.action,
        "Resource": request.resource,
        "Principal": request.principal.arn,
    }[verdict.element]
    doubt = "cannot be compared with" if verdict.match is Match.UNKNOWN else "does not cover"
    if element.startswith("Not") and verdict.match is Match.NO:
        doubt = "excepts"
    return f"{element} {_short(source.get(element))} {doubt} {asked}"


def _about_condition(condition: Condition, match: Match, request: Request) -> str:
    written = f"{condition.written} {condition.key} {_short(list(condition.values))}"
    values = request.keys.get(condition.lookup)
    if match is Match.UNKNOWN:
        return f"condition {written} {_doubt(condition, values, request)}"
    found = "is not in the request" if not values else f"is {_short(list(values))} in the request"
    return f"condition {written} does not hold: {condition.key} {found}"


def _doubt(condition: Condition, values: tuple[str, ...] | None, request: Request) -> str:
    if not condition.is_known:
        return "has an operator that does not exist"
    if values is None and request.is_unknown(condition.lookup):
        return f"depends on {condition.key}, whose value is not known"
    if values and len(values) > 1 and condition.qualifier is Qualifier.NONE:
        return f"has no ForAllValues or ForAnyValue, but {condition.key} has {len(values)} values"
    return "compares with a value that cannot be read"


def _short(value: object) -> str:
    text = str(value[0]) if isinstance(value, list) and len(value) == 1 else str(value)
    return text if len(text) <= 120 else text[:117] + "..."
