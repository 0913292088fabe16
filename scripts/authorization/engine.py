"""AWS's evaluation logic: from the policies that apply to a request to the decision, and what decided.

Sources: IAM User Guide, "Policy evaluation logic" (within an account and across accounts), "Permissions
boundaries", "Compare IAM roles and resource-based policies"; KMS Developer Guide, "Key policies";
Organizations User Guide, SCPs and RCPs. Every step is three-valued: what cannot be known never allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scripts.authorization.catalogue import find_action
from scripts.authorization.decisions import Decision, Outcome, Weighed
from scripts.authorization.model import Principal, PrincipalType, Request
from scripts.authorization.policies import Policy, PolicyKind, PolicySet
from scripts.authorization.statements import Effect, Verdict
from scripts.authorization.truth import Match

_UNKNOWN_DOCUMENT = Verdict(Match.UNKNOWN, "Document")
#: Calls that no policy allows or denies, and who may make them.
_NEED_NOTHING = {
    "sts:getcalleridentity": frozenset(PrincipalType) - {PrincipalType.ANONYMOUS, PrincipalType.SERVICE},
    "sts:getsessiontoken": frozenset({PrincipalType.ROOT, PrincipalType.USER}),
}
_OWN_BUCKET_POLICY = {"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"}
_NO_ROOT = "the root user cannot take roles"
_ROOT_MAY = "the root user needs no policy"
_NOTHING_NEEDED = "the call needs no permission"
_RESTRICTED = "the bucket's policy is public, and RestrictPublicBuckets is on"


def judge(request: Request, policies: PolicySet) -> Decision:
    """Decide as AWS does.

    Parameters
    ----------
    request
        What is asked.
    policies
        Every policy that applies to it.
    """
    if request.principal.type in _NEED_NOTHING.get(request.action_name, ()):
        return Decision(Outcome.ALLOWED, None, (), _NOTHING_NEEDED, ())
    return _Evaluation(request, policies).decide()


class _Evaluation:
    """One request under judgement: every statement is weighed once, then the policy types are combined."""

    def __init__(self, request: Request, policies: PolicySet) -> None:
        self.request = request
        self.principal: Principal = request.principal
        self.policies = policies
        self.weighed: list[Weighed] = []
        limited = not self.principal.is_service_linked
        in_account = limited and self.principal.in_account
        self.scps = [
            self._weigh(level, number) for number, level in enumerate(policies.scps, 1) if in_account
        ]
        self.rcps = [self._weigh(level, number) for number, level in enumerate(policies.rcps, 1) if limited]
        self.resource = self._weigh(policies.resource)
        is_root = self.principal.type is PrincipalType.ROOT
        self.identity = self._weigh(() if is_root else policies.identity)
        self.boundary = self._weigh(() if is_root or not policies.boundary else (policies.boundary,))
        self.session = self._weigh(policies.session or ())
        block = policies.public_access
        self.shut_out = (
            block.shuts_out(self.principal, request.owner, policies.resource) if block else Match.NO
        )

    def _weigh(self, policies: Iterable[Policy], level: int = 0) -> list[Weighed]:
        bounded = self.policies.boundary is not None
        found = []
        for policy in policies:
            if policy.unknown:
                found.append(Weighed(policy, None, _UNKNOWN_DOCUMENT, level))
            for statement in policy.statements:
                verdict = statement.judge(self.request, bounded=bounded)
                found.append(Weighed(policy, statement, verdict, level))
        self.weighed += found
        return found

    def decide(self) -> Decision:
        denies = [one for one in self.weighed if _may_deny(one) and not self._is_spared(one)]
        for one in denies:
            if one.statement and one.verdict.match is Match.YES:
                return self._decision(Outcome.EXPLICIT_DENY, one)
        gates = self._gates()
        shut = tuple(kind for kind, answer in gates if answer is Match.NO)
        reason = self._reason()
        if shut or reason:
            return self._decision(Outcome.IMPLICIT_DENY, None, shut, reason)
        doubtful = tuple(kind for kind, answer in gates if answer is Match.UNKNOWN)
        if doubtful or denies or self.shut_out is Match.UNKNOWN:
            return self._decision(Outcome.CANNOT_BE_JUDGED, self._open_question(denies, doubtful), doubtful)
        granting = self._granting()
        return self._decision(Outcome.ALLOWED, granting, reason="" if granting else _ROOT_MAY)

    def _open_question(self, denies: list[Weighed], doubtful: tuple[PolicyKind, ...]) -> Weighed | None:
        """What stands in the way of an answer: a statement that has to allow, or one that may deny."""
        unknown = [one for one in self.weighed if one.verdict.match is Match.UNKNOWN]
        in_doubt = [one for one in unknown if one.policy.kind in doubtful]
        return next(iter([*in_doubt, *denies, *unknown]), None)

    def _decision(
        self,
        outcome: Outcome,
        deciding: Weighed | None,
        missing: tuple[PolicyKind, ...] = (),
        reason: str = "",
    ) -> Decision:
        return Decision(outcome, deciding, missing, reason, tuple(self.weighed))

    def _gates(self) -> list[tuple[PolicyKind, Match]]:
        """What must allow, in AWS's order, and whether it does."""
        gates = [(PolicyKind.RCP, _allows(level)) for level in self.rcps]
        gates += [(PolicyKind.SCP, _allows(level)) for level in self.scps]
        if not self.principal.in_account:
            return [*gates, (self._resource_kind, self._names().at_all)]
        named, own = self._names(), self._own_side()
        if not self._same_account:
            return [*gates, (self._resource_kind, named.at_all), *own]
        return [*gates, *self._within_account(named, own)]

    def _within_account(
        self, named: _Grants, own: list[tuple[PolicyKind, Match]]
    ) -> list[tuple[PolicyKind, Match]]:
        """The resource's policy or the principal's own may allow; how the first names it says what limits."""
        limits = [(kind, answer) for kind, answer in own if kind is not PolicyKind.IDENTITY]
        own_answer = min(answer for _, answer in own)
        if self._needs_resource_policy:
            own_answer = min(own_answer, named.by_account)
        limited = min((answer for _, answer in limits), default=Match.YES)
        granted = max(named.directly, min(named.as_role, limited), own_answer)
        if granted is Match.YES:
            return []
        if self._needs_resource_policy and named.at_all is Match.NO:
            return [(self._resource_kind, Match.NO)]
        lacking = limits if named.as_role is Match.YES else own
        short: list[tuple[PolicyKind, Match]] = [
            (kind, granted) for kind, answer in lacking if answer <= granted
        ]
        return short or [(self._resource_kind, granted)]

    def _own_side(self) -> list[tuple[PolicyKind, Match]]:
        """What the principal's own account says: identity, boundary and session must all allow."""
        if self.principal.type is PrincipalType.ROOT:
            return [(PolicyKind.IDENTITY, Match.YES)]
        own = [(PolicyKind.IDENTITY, _allows(self.identity))]
        if self.policies.boundary:
            own.append((PolicyKind.BOUNDARY, _allows(self.boundary)))
        if self.policies.session is not None:
            own.append((PolicyKind.SESSION, _allows(self.session)))
        elif self.principal.type is PrincipalType.FEDERATED_USER:
            own.append((PolicyKind.SESSION, Match.NO))
        return own

    def _names(self) -> _Grants:
        """How far the resource's policies allow the principal, by the way in which they name it."""
        grants = _Grants(Match.NO, Match.NO, Match.NO)
        for one in self.resource:
            if one.statement is None:
                grants = grants.joined(_Grants(Match.UNKNOWN, Match.UNKNOWN, Match.UNKNOWN))
            elif one.statement.effect is Effect.ALLOW and one.verdict.match is not Match.NO:
                named, match = one.verdict.named, one.verdict.match
                grants = grants.joined(
                    _Grants(min(named[0], match), min(named[1], match), min(named[2], match))
                )
        return grants

    @property
    def _same_account(self) -> bool:
        return self.request.owner == self.principal.account

    @property
    def _is_trust(self) -> bool:
        return self.request.action_name.startswith("sts:") and ":role/" in self.request.resource

    @property
    def _needs_resource_policy(self) -> bool:
        """Keys and roles: without their own policy nobody comes in, whatever identity policies say."""
        return self._is_trust or self._is_on_key

    @property
    def _is_on_key(self) -> bool:
        """Whether a key is used, be it by its alias; what is done to the alias itself needs no key policy."""
        action, resource = self.request.action_name, self.request.resource
        if not action.startswith("kms:") or ":alias/" not in resource:
            return action.startswith("kms:") and ":key/" in resource
        entry = find_action(action)
        return entry is None or "alias" not in entry.resource_types

    @property
    def _resource_kind(self) -> PolicyKind:
        return PolicyKind.TRUST if self._is_trust else PolicyKind.RESOURCE

    def _is_spared(self, one: Weighed) -> bool:
        """A bucket's owner can always repair a bucket policy as the root user."""
        return (
            one.policy.kind is PolicyKind.RESOURCE
            and self.principal.type is PrincipalType.ROOT
            and self._same_account
            and self.request.action_name in _OWN_BUCKET_POLICY
        )

    def _reason(self) -> str:
        if self._is_trust and self.principal.type is PrincipalType.ROOT:
            return _NO_ROOT
        return _RESTRICTED if self.shut_out is Match.YES else ""

    def _granting(self) -> Weighed | None:
        """The Allow that decided: one of the resource that names the caller itself, else one of its own."""
        direct = [one for one in _applying(self.resource) if one.verdict.named.directly is Match.YES]
        role = [one for one in _applying(self.resource) if one.verdict.named.as_role is Match.YES]
        own = _applying(self.identity)
        cross = _applying(self.resource) if not self._same_account else []
        return next(iter([*direct, *own, *role, *cross, *_applying(self.resource)]), None)


@dataclass(frozen=True)
class _Grants:
    directly: Match
    as_role: Match
    by_account: Match

    @property
    def at_all(self) -> Match:
        return max(self.directly, self.as_role, self.by_account)

    def joined(self, other: _Grants) -> _Grants:
        return _Grants(
            max(self.directly, other.directly),
            max(self.as_role, other.as_role),
            max(self.by_account, other.by_account),
        )


def _may_deny(one: Weighed) -> bool:
    """Whether a statement denies, or might."""
    if one.verdict.match is Match.NO:
        return False
    return one.statement is None or one.statement.effect is Effect.DENY


def _applying(weighed: list[Weighed]) -> list[Weighed]:
    return [
        one
        for one in weighed
        if one.statement and one.statement.effect is Effect.ALLOW and one.verdict.match is Match.YES
    ]


def _allows(weighed: list[Weighed]) -> Match:
    """Whether one statement allows; a document that is not known might."""
    answer = Match.NO
    for one in weighed:
        if (one.statement is None or one.statement.effect is Effect.ALLOW) and one.verdict.match > answer:
            answer = one.verdict.match
    return answer
