"""Refusals in each service's own words: error code, HTTP status and message.

Sources: "Common errors" of the services' API references; S3's and EC2's lists of error codes; IAM User Guide,
"Troubleshoot access denied error messages".
"""

from __future__ import annotations

from enum import Enum, auto

from botocore.model import ServiceModel
from localstack.aws.api import CommonServiceException

from scripts.authorization import Decision, Outcome, PolicyKind, PrincipalType, Request, Weighed, why
from scripts.local_cloud.authorization.signatures import Expected
from scripts.local_cloud.authorization.signing import Signed

_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_S3_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
_EC2_NOBODY = "AWS was not able to validate the provided access credentials"


class Family(Enum):
    """Services that word their refusals alike."""

    S3 = auto()
    EC2 = auto()
    QUERY = auto()
    JSON = auto()


def family(service: ServiceModel) -> Family:
    """The family of a service. One that once spoke AWS's query protocol keeps its errors."""
    if service.service_name == "s3":
        return Family.S3
    if service.service_name == "ec2":
        return Family.EC2
    speaks_query = service.protocol == "query" or "query" in service.metadata.get("protocols", ())
    return Family.QUERY if speaks_query or "awsQueryCompatible" in service.metadata else Family.JSON


def _refused(code: str, message: str, status: int, *, sender: bool = True) -> CommonServiceException:
    return CommonServiceException(code, message, status_code=status, sender_fault=sender)


def _of_s3(code: str, message: str, status: int) -> CommonServiceException:
    # S3's errors do not say whose fault they are.
    return _refused(code, message, status, sender=False)


def unknown_key(service: ServiceModel, key_id: str) -> CommonServiceException:
    """No such access key, or it may not be used."""
    match family(service):
        case Family.S3:
            known = _of_s3(
                "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403
            )
            known.AWSAccessKeyId = key_id
            return known
        case Family.EC2:
            return _refused("AuthFailure", _EC2_NOBODY, 401)
        case Family.QUERY:
            return _refused(
                "InvalidClientTokenId", "The security token included in the request is invalid.", 403
            )
    return _refused(
        "UnrecognizedClientException", "The security token included in the request is invalid.", 400
    )


def wrong_token(service: ServiceModel, key_id: str) -> CommonServiceException:
    """The session token is missing or is another one's."""
    if family(service) is Family.S3:
        return _of_s3("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
    return unknown_key(service, key_id)


def expired_session(service: ServiceModel) -> CommonServiceException:
    """The temporary credentials have ended."""
    match family(service):
        case Family.S3:
            return _of_s3("ExpiredToken", "The provided token has expired.", 400)
        case Family.EC2:
            return _refused("RequestExpired", "Request has expired.", 400)
        case Family.QUERY:
            return _refused("ExpiredToken", "The security token included in the request is expired", 403)
    return _refused("ExpiredTokenException", "The security token included in the request is expired", 400)


def wrong_signature(service: ServiceModel, signed: Signed, expected: Expected) -> CommonServiceException:
    """The secret is not the key's, or the request was changed on its way."""
    match family(service):
        case Family.S3:
            refused = _of_s3("SignatureDoesNotMatch", _S3_NO_MATCH, 403)
            refused.AWSAccessKeyId = signed.key_id
            refused.SignatureProvided = signed.signature
            refused.StringToSign = expected.string_to_sign
            refused.CanonicalRequest = expected.canonical_request
            return refused
        case Family.EC2:
            return _refused("AuthFailure", _EC2_NOBODY, 401)
        case Family.QUERY:
            return _refused("SignatureDoesNotMatch", _NO_MATCH, 403)
    return _refused("InvalidSignatureException", _NO_MATCH, 400)


def wrong_time(service: ServiceModel, date: str, now: str, *, early: bool) -> CommonServiceException:
    """The request's date is too far from this machine's."""
    word = "not yet current" if early else "expired"
    compared = "later" if early else "earlier"
    message = f"Signature {word}: {date} is now {compared} than {now} (5 min. apart at most)"
    match family(service):
        case Family.S3:
            return _of_s3(
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
                403,
            )
        case Family.EC2:
            return _refused("RequestExpired", "Request has expired.", 400)
        case Family.QUERY:
            return _refused("SignatureDoesNotMatch", message, 403)
    return _refused("InvalidSignatureException", message, 400)


def expired_address(service: ServiceModel) -> CommonServiceException:
    """An address that was signed beforehand is no longer good."""
    if family(service) is Family.S3:
        return _of_s3("AccessDenied", "Request has expired", 403)
    return expired_session(service)


def added_headers(service: ServiceModel) -> CommonServiceException:
    """A request by an address has headers of AWS's that its signature does not cover."""
    message = "There were headers present in the request which were not signed"
    if family(service) is Family.S3:
        return _of_s3("AccessDenied", message, 403)
    return unreadable(service, message)


def unreadable(service: ServiceModel, why: str) -> CommonServiceException:
    """What is said of the signature makes no sense."""
    match family(service):
        case Family.S3:
            return _of_s3(
                "AuthorizationHeaderMalformed", f"The authorization header is malformed; {why}", 400
            )
        case Family.EC2:
            return _refused("AuthFailure", why, 401)
        case Family.QUERY:
            return _refused("IncompleteSignature", why, 403)
    return _refused("IncompleteSignatureException", why, 400)


def unsigned(service: ServiceModel) -> CommonServiceException:
    """Nobody signed what only a signed request may ask."""
    match family(service):
        case Family.S3:
            return _of_s3("AccessDenied", "Access Denied", 403)
        case Family.EC2 | Family.QUERY:
            return _refused("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    return _refused("MissingAuthenticationTokenException", "Missing Authentication Token", 400)


def denied(service: ServiceModel, request: Request, decision: Decision) -> CommonServiceException:
    """The policies do not allow it; says which statement, or which missing permission, decided."""
    return _denied(service, f"{_who(service, request)} {_because(service, request, decision)}")


def denied_as(service: ServiceModel, request: Request, why: str) -> CommonServiceException:
    """It is not allowed for a reason that is in no policy, or that cannot be judged."""
    return _denied(service, f"{_who(service, request)} because {why}")


def _denied(service: ServiceModel, message: str) -> CommonServiceException:
    match family(service):
        case Family.EC2:
            return _refused(
                "UnauthorizedOperation", f"You are not authorized to perform this operation. {message}", 403
            )
        case Family.JSON:
            return _refused("AccessDeniedException", message, 400)
        case Family.S3:
            return _of_s3("AccessDenied", message, 403)
    if service.service_name == "sns":
        return _refused("AuthorizationError", message, 403)
    return _refused("AccessDenied", message, 403)


def _action(service: ServiceModel, request: Request) -> str:
    """The action as the service spells it in its messages."""
    if service.service_name == "sqs":
        return request.action.lower()
    return request.action.replace("sns:", "SNS:", 1) if service.service_name == "sns" else request.action


def _who(service: ServiceModel, request: Request) -> str:
    anonymous = request.principal.type is PrincipalType.ANONYMOUS
    who = "anonymous" if anonymous else request.principal.arn
    resource = f'"{request.resource}"' if service.service_name == "s3" else request.resource
    return f"User: {who} is not authorized to perform: {_action(service, request)} on resource: {resource}"


def _because(service: ServiceModel, request: Request, decision: Decision) -> str:
    if decision.outcome is Outcome.EXPLICIT_DENY and decision.deciding:
        kind = decision.deciding.policy.kind
        return f"with an explicit deny in {_a(kind)}: {place(decision.deciding)}"
    if decision.outcome is Outcome.CANNOT_BE_JUDGED:
        return f"because the local cloud cannot judge it: {_doubt(decision.deciding, request)}"
    if decision.reason:
        return f"because {decision.reason}"
    kind = decision.missing[0] if decision.missing else PolicyKind.IDENTITY
    return f"because no {kind.value} allows the {_action(service, request)} action"


def _doubt(weighed: Weighed | None, request: Request) -> str:
    if weighed is None:
        return "what decides is not known here"
    return f"{why(weighed, request)} ({place(weighed)})"


def place(weighed: Weighed) -> str:
    """Where a statement is found, such as ``statement 2 (OnlyFromHere) of bucket lab-raw``."""
    statement = weighed.statement
    sid = f" ({statement.sid})" if statement and statement.sid else ""
    number = f"statement {statement.position}{sid} of " if statement else ""
    return f"{number}{weighed.policy.name}"


def _a(kind: PolicyKind) -> str:
    return f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}"
