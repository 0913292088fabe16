"""Whether a caller may do what a call asks for, by the policies as they are at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from botocore.model import ServiceModel
from localstack.aws.api import RequestContext

from scripts.authorization import Decision, Outcome, PolicySet, PrincipalType, Request, judge
from scripts.authorization.statements import Effect
from scripts.authorization.truth import Match
from scripts.local_cloud.authorization import conditions, later, policies, refusals, resources, rules
from scripts.local_cloud.authorization.asked import Asked, Call, Unjudgeable
from scripts.local_cloud.authorization.authenticating import Proof
from scripts.local_cloud.authorization.callers import Caller
from scripts.local_cloud.authorization.rules import s3
from scripts.local_cloud.providers.sts.sessions import Kind

#: Services whose resources' policies can let in who did not sign.
_OPEN = ("s3", "sqs", "sns")
#: What a session got without a second factor may ask of STS; of IAM nothing.
_OF_TOKEN = {Kind.USER: ("AssumeRole", "GetCallerIdentity"), Kind.FEDERATED: ("GetCallerIdentity",)}
_READS_OBJECT = ("GetObject", "HeadObject")
#: Of buckets that are not there S3 says so to everybody.
_MAKES_BUCKET = "CreateBucket"
#: No operation has this name: what is allowed for it is allowed for all of a service.
_ANY_OPERATION = "AnythingAtAll"
#: Of a resource that is not known its tags are neither.
_TAGS = frozenset({"aws:ResourceTag/*"})
#: Operations of services whose calls are not read, and their actions of another name.
_RENAMED = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("lambda", "InvokeAsync"): "InvokeFunction",
    ("lambda", "InvokeWithResponseStream"): "InvokeFunction",
}


@dataclass(frozen=True)
class Judge:
    """Judges what one caller asks for in one request."""

    service: ServiceModel
    caller: Caller
    keys: Mapping[str, tuple[str, ...]]
    own: PolicySet
    account: str
    region: str

    @staticmethod
    def of(context: RequestContext, proof: Proof) -> Judge:
        """The judge of a parsed request."""
        keys = conditions.keys(context, proof.signed) | proof.caller.keys
        own = policies.of_caller(proof.caller)
        return Judge(context.service, proof.caller, keys, own, context.account_id, context.region)

    def check(self, call: Call) -> None:
        """Refuse what is not allowed.

        Raises
        ------
        CommonServiceException
            In the service's own words.
        """
        self._check_kind(call)
        if not rules.is_known(call.service):
            self._check_unknown(call)
            self.check_each(rules.passed(call))
            return
        try:
            found = list(rules.asked(call, self.caller.principal.arn))
        except Unjudgeable as why:
            raise refusals.denied_as(
                self.service, self._request(Asked(f"{_prefix(self.service)}:{call.operation}")),
                f"the local cloud cannot judge it: {why}",
            ) from why  # fmt: skip
        if call.service == "s3" and self._is_missing(call):
            return
        self.check_each(found)
        if call.service == "s3" and call.operation in _READS_OBJECT and _has_no_object(call):
            # Whoever may not list a bucket does not hear what is not in it.
            self.check_each([s3.listing(found[0])])

    def check_each(self, found: Iterable[Asked]) -> None:
        """Refuse the first that is not allowed."""
        for each in found:
            request, decision = self.decide(each)
            if not decision.allowed:
                raise refusals.denied(self.service, request, decision)

    def decide(self, asked: Asked) -> tuple[Request, Decision]:
        """The decision on one action; what it turns on is asked for only when it does."""
        applying = policies.with_resource(self.own, asked)
        request = self._request(asked)
        decision = judge(request, applying)
        if decision.outcome is Outcome.CANNOT_BE_JUDGED and asked.unknown:
            known = later.known(asked, self.account, self.region)
            if known is not asked:
                request = self._request(known)
                decision = judge(request, applying)
        return request, decision

    def _request(self, asked: Asked) -> Request:
        unknown = rules.unknown_keys(asked.action.partition(":")[0]) | asked.unknown
        keys = {**self.keys, **asked.context}
        if asked.action.startswith("s3:"):
            keys["s3:ResourceAccount"] = (asked.owner or self.account,)
        # Who did not sign has no account, so that whatever belongs to one is another's.
        owner = asked.owner or self.account
        return Request(self.caller.principal, asked.action, asked.resource, owner, keys, unknown)

    def _check_kind(self, call: Call) -> None:
        """What some callers cannot ask for at all."""
        if self.caller.principal.type is PrincipalType.ANONYMOUS:
            if call.service not in _OPEN and call.service != "sts":
                raise refusals.unsigned(self.service)
            if call.service == "sts" and not call.operation.startswith("AssumeRoleWith"):
                raise refusals.unsigned(self.service)
        session = self.caller.session
        if session is None or session.kind is Kind.ROLE:
            return
        if call.service == "iam" or (call.service == "sts" and call.operation not in _OF_TOKEN[session.kind]):
            raise refusals.denied_as(
                self.service,
                self._request(Asked(f"{call.service}:{call.operation}")),
                f"credentials of {session.kind} without a second factor cannot call it",
            )

    def _is_missing(self, call: Call) -> bool:
        bucket = call.text("Bucket")
        return bool(bucket) and call.operation != _MAKES_BUCKET and resources.bucket(bucket) is None

    def _check_unknown(self, call: Call) -> None:
        """A service whose calls nobody here can read: only who may do everything in it may do something."""
        prefix = _prefix(self.service)
        for name in (_RENAMED.get((prefix, call.operation), call.operation), _ANY_OPERATION):
            asked = Asked(f"{prefix}:{name}", unknown=_TAGS)
            request, decision = self.decide(asked)
            if not decision.allowed:
                raise refusals.denied(self.service, request, decision)
            if self._might_be_denied(request):
                raise refusals.denied_as(
                    self.service,
                    request,
                    "the local cloud cannot judge it: a Deny speaks of some of the service's resources, and "
                    "which one is asked for is not known here",
                )

    def _might_be_denied(self, request: Request) -> bool:
        applying = (*self.own.identity, *(self.own.session or ()), self.own.boundary)
        statements = (each for policy in applying if policy for each in policy.statements)
        return any(
            each.effect is Effect.DENY
            and each.actions is not None
            and each.actions.match(request.action_name, request) is not Match.NO
            and each.resources is not None
            and each.resources.match("*", request) is Match.NO
            for each in statements
        )


def _prefix(service: ServiceModel) -> str:
    """The prefix of a service's actions, which mostly is the name that requests are signed for."""
    return {"stepfunctions": "states", "dynamodbstreams": "dynamodb", "cloudwatch": "cloudwatch"}.get(
        service.service_name, str(service.signing_name)
    )


def _has_no_object(call: Call) -> bool:
    found = resources.bucket(call.text("Bucket"))
    return found is not None and found.objects.get(call.text("Key")) is None
