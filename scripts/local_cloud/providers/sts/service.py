"""The operations of STS that are answered here, and what is noted of the others."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.http import Response as HttpResponse
from localstack.services.sts.models import sts_stores

from scripts.local_cloud.authorization.callers import Caller
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import identities
from scripts.local_cloud.providers.sts import sessions
from scripts.local_cloud.providers.sts.sessions import Kind, Session

#: Seconds: least, most and usual life of the credentials, most and usual for the root user too.
_LIVES = {"GetSessionToken": (900, 129600, 43200), "GetFederationToken": (900, 129600, 43200)}
_ROOT_MOST = 3600
_NAME = re.compile(r"[\w+=,.@-]{2,32}")


def answers(operation: str) -> bool:
    """Whether an operation of STS is answered here."""
    return operation in _SKELETON.dispatch_table


def answer(context: RequestContext, caller: Caller | None) -> HttpResponse:
    """Answer one; ``caller`` is None for the root user."""
    context.lab_caller = caller
    answered: HttpResponse = _SKELETON.invoke(context)
    return answered


def note(_chain: HandlerChain, context: RequestContext, response: HttpResponse) -> None:
    """LocalStack's response handler: remember what a session was given with."""
    operation = context.service_operation
    if operation is None or operation != ("sts", "AssumeRole") or response.status_code >= 400:
        return
    request: Request = dict(context.service_request or {})
    credentials = (context.service_response or {}).get("Credentials") or {}
    caller: Caller | None = context.get("lab_caller")
    earlier = caller.session if caller else None
    held = identities.assumed_role(credentials.get("AccessKeyId", ""))
    if held is None:
        return
    role_arn, name, token, expires, _ = held
    policies = (request["Policy"],) if request.get("Policy") else ()
    arns = tuple(each["arn"] for each in request.get("PolicyArns") or ())
    sessions.remember(
        Session(
            credentials["AccessKeyId"],
            token,
            Kind.ROLE,
            role_arn.split(":")[4],
            role_arn,
            name,
            datetime.now(UTC),
            expires,
            policies if policies or arns else None,
            arns,
            _transitive(context, caller) | _tags(request),
            request.get("SourceIdentity") or (earlier.source_identity if earlier else ""),
        )
    )


def _transitive(context: RequestContext, caller: Caller | None) -> dict[str, str]:
    """Tags that the calling session hands on, as LocalStack keeps them."""
    if caller is None or caller.session is None:
        return {}
    held: Any = sts_stores[caller.session.account_id]["us-east-1"].sessions.get(caller.session.key_id) or {}
    handed = (held["tags"][key] for key in held.get("transitive_tags", ()))
    return {each["Key"]: each["Value"] for each in handed}


def _get_session_token(context: RequestContext, request: Request) -> Response:
    caller: Caller | None = context.get("lab_caller")
    if caller is not None and caller.session is not None:
        raise error("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    if request.get("SerialNumber") or request.get("TokenCode"):
        raise error(
            "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code: "
            "the local cloud has no MFA devices.",
            403,
        )
    seconds = _seconds(request, "GetSessionToken", caller)
    user = caller.user if caller else ""
    session = _give(context.account_id, Kind.USER, user, "", seconds, None)
    return {"Credentials": session}


def _get_federation_token(context: RequestContext, request: Request) -> Response:
    caller: Caller | None = context.get("lab_caller")
    name = request["Name"]
    if not _NAME.fullmatch(name):
        raise error("ValidationError", f"1 validation error detected: Value '{name}' at 'name' failed")
    if caller is not None and caller.session is not None:
        raise error("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
    arns = tuple(each["arn"] for each in request.get("PolicyArns") or ())
    policies = (request["Policy"],) if request.get("Policy") else ()
    seconds = _seconds(request, "GetFederationToken", caller)
    user = caller.user if caller else ""
    given = policies if policies or arns else None
    session = _give(context.account_id, Kind.FEDERATED, user, name, seconds, given, arns, _tags(request))
    arn = f"arn:{context.partition}:sts::{context.account_id}:federated-user/{name}"
    return {
        "Credentials": session,
        "FederatedUser": {"FederatedUserId": f"{context.account_id}:{name}", "Arn": arn},
        "PackedPolicySize": min(100, sum(map(len, policies)) * 100 // 2048),
    }


def _get_caller_identity(context: RequestContext, _request: Request) -> Response:
    caller: Caller | None = context.get("lab_caller")
    if caller is None:
        arn = f"arn:{context.partition}:iam::{context.account_id}:root"
        return {"UserId": context.account_id, "Account": context.account_id, "Arn": arn}
    principal = caller.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


def _refuse_provider(context: RequestContext, _request: Request) -> Response:
    saml = context.operation.name == "AssumeRoleWithSAML"
    raise error(
        "IDPRejectedClaim" if saml else "InvalidIdentityToken",
        "Couldn't verify the assertion: the local cloud has no way to ask the identity provider."
        if saml
        else "Couldn't retrieve verification key from your identity provider: "
        "the local cloud asks nobody outside.",
        403 if saml else 400,
    )


def _seconds(request: Request, operation: str, caller: Caller | None) -> int:
    least, most, usual = _LIVES[operation]
    if caller is None:
        most, usual = _ROOT_MOST, _ROOT_MOST
    seconds = int(request.get("DurationSeconds") or usual)
    if not least <= seconds <= max(most, _LIVES[operation][1]):
        raise error(
            "ValidationError",
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy "
            f"constraint: Member must have value between {least} and {_LIVES[operation][1]}",
        )
    return min(seconds, most)


def _give(
    account_id: str,
    kind: Kind,
    holder: str,
    name: str,
    seconds: int,
    policies: tuple[str, ...] | None,
    arns: tuple[str, ...] = (),
    tags: dict[str, str] | None = None,
) -> Response:
    key_id, secret = identities.make_temporary_key(account_id)
    now = datetime.now(UTC).replace(microsecond=0)
    session = Session(
        key_id,
        sessions.new_token(),
        kind,
        account_id,
        holder,
        name,
        now,
        now + timedelta(seconds=seconds),
        policies,
        arns,
        tags or {},
    )
    sessions.remember(session)
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": secret,
        "SessionToken": session.token,
        "Expiration": session.expires,
    }


def _tags(request: Request) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in request.get("Tags") or ()}


_SKELETON = Skeleton(
    load_service("sts"),
    {
        "GetSessionToken": _get_session_token,
        "GetFederationToken": _get_federation_token,
        "GetCallerIdentity": _get_caller_identity,
        "AssumeRoleWithSAML": _refuse_provider,
        "AssumeRoleWithWebIdentity": _refuse_provider,
    },
)
