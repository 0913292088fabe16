"""One question and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from scripts.authorization import Account, Decision, Outcome, Request, Weighed, require_action
from scripts.authorization.truth import Match
from scripts.permissions import names


@dataclass(frozen=True)
class Answer:
    """What was asked, and what AWS would answer.

    Attributes
    ----------
    request
        With every key that was judged with.
    decision
        The evaluator's.
    assumed
        Keys that nobody told, with the values that nearly every request has.
    unknowns
        What the source of the account does not say.
    """

    request: Request
    decision: Decision
    assumed: Mapping[str, str]
    unknowns: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether the request may pass."""
        return self.decision.allowed

    @property
    def closest(self) -> tuple[Weighed, ...]:
        """Statements about the action that would allow it, but for one thing."""
        if self.decision.outcome is not Outcome.IMPLICIT_DENY:
            return ()
        return tuple(
            one
            for one in self.decision.weighed
            if one.statement
            and one.statement.effect.value == "Allow"
            and one.verdict.match is not Match.YES
            and one.verdict.element != "Action"
        )


def ask(
    account: Account,
    principal: str,
    action: str,
    resource: str,
    context: Iterable[str] = (),
    *,
    region: str,
    prefix: str = "",
) -> Answer:
    """Judge one request that people put in their words; see `scripts.permissions.names` for those.

    Raises
    ------
    BadInputError
        A word means nothing, or more than one thing.
    """
    entry = require_action(action)
    told = names.context(context)
    who = names.principal(account, principal, prefix)
    what = names.resource(account, entry, resource, region=region, prefix=prefix)
    now = datetime.now(UTC)
    # The AWS CLI and SDKs always come encrypted.
    usual = {
        "aws:SecureTransport": "true",
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": region,
    }
    given = {name.lower() for name in told}
    assumed = {name: value for name, value in usual.items() if name.lower() not in given}
    keys = {**told, **{name: (value,) for name, value in assumed.items()}}
    unknown = names.unknown_keys(told)
    request = account.request(who, entry.name, what, keys, unknown_keys=unknown)
    decision = account.judge(who, entry.name, what, keys, unknown_keys=unknown)
    return Answer(request, decision, assumed, account.unknowns)
