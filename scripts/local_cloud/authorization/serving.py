"""What happens to a request that is judged: who it is from, what it asks for, and whether that is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.model import ServiceModel
from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

from scripts.authorization import PolicySet, Principal, PrincipalType
from scripts.local_cloud.authorization import (
    authenticating,
    callers,
    conditions,
    deleting,
    posting,
    signing,
    writing,
)
from scripts.local_cloud.authorization.asked import Call
from scripts.local_cloud.authorization.authenticating import Arrival, Proof
from scripts.local_cloud.authorization.callers import Caller
from scripts.local_cloud.authorization.gateway import is_root
from scripts.local_cloud.authorization.judging import Judge
from scripts.local_cloud.authorization.signatures import Sent
from scripts.local_cloud.providers.sts import service as sts


def arrival(context: RequestContext, key_id: str | None, authorization: str, body_hash: str) -> Arrival:
    """A request as it came."""
    request = context.request
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        lower = name.lower()
        headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
    target = request.environ.get("RAW_URI") or request.full_path
    return Arrival(key_id, authorization, Sent(request.method, target, headers, body_hash), request.args)


def check_address(context: RequestContext, came: Arrival) -> None:
    """Refuse an address for S3 whose key is none, or whose session is over."""
    with _told_by_s3(context, came) as service:
        if service is not None:
            authenticating.holder(service, authenticating.read(service, came))


def check_root_address(context: RequestContext, came: Arrival) -> None:
    """Refuse an address for S3 that root signed, once it is over or where it is not what was signed."""
    with _told_by_s3(context, came) as service:
        if service is not None:
            authenticating.check_root_address(service, came)


@contextmanager
def _told_by_s3(context: RequestContext, came: Arrival) -> Iterator[ServiceModel | None]:
    """S3, with the operation that its errors are written for; None where the address is for another."""
    if context.service is None or context.service.service_name != "s3" or came.authorization:
        yield None
        return
    operation = handlers.parse_pre_signed_url_request.pre_signed_handlers["s3"]
    context.operation = operation._get_op_from_request(context.request)
    yield context.service
    context.operation = None


def serve(context: RequestContext, came: Arrival | None) -> Response | None:
    """Judge a request; an answer where it is not the service that answers.

    Raises
    ------
    CommonServiceException
        It is refused.
    """
    caller = None
    if came is None:
        # A service that asks for a caller does so in the caller's name.
        named = signing.key_id(context.request.headers.get("Authorization", ""), "")
        caller = callers.of_key(named) if named and not is_root(named) else None
    elif (proof := _proof(context, came)) is not None:
        caller = context.lab_caller = proof.caller
        # Also for what a service does later in the caller's name.
        judge = context.lab_judge = Judge.of(context, proof)
        if context.service_operation == ("s3", "DeleteObjects"):
            return deleting.sift(context, judge)
        judge.check(
            posting.call(context) if context.service_operation == posting.OPERATION else Call.of(context)
        )
    writing.check(context, caller)
    if context.service.service_name == "sts" and sts.answers(context.operation.name):
        return sts.answer(context, caller)
    return None


def check_delivery(context: RequestContext, service: str, source: str) -> None:
    """Refuse what a service sends to a resource whose policy does not let it in; LocalStack asks no policy.

    Sources: "Subscribing a queue to an Amazon SNS topic", Amazon SQS Developer Guide; "Using resource-based
    policies for Amazon EventBridge", Amazon EventBridge User Guide.

    Parameters
    ----------
    service
        Who sends, such as ``sns.amazonaws.com``.
    source
        ARN of the topic or rule that it sends for.
    """
    keys = conditions.keys(context, None) | {
        "aws:SecureTransport": ("true",),
        "aws:SourceArn": (source,),
        "aws:SourceAccount": (source.split(":")[4],),
        "aws:ViaAWSService": ("true",),
    }
    caller = Caller(Principal(service, "", PrincipalType.SERVICE))
    judge = Judge(context.service, caller, keys, PolicySet(), context.account_id, context.region)
    judge.check(Call.of(context))


def _proof(context: RequestContext, came: Arrival) -> Proof | None:
    """Who sent the request; None for the root user."""
    if came.key_id is None and context.service_operation == posting.OPERATION:
        return posting.check(context.service, context)
    return authenticating.check(context.service, came)


def after(chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """What is noted of, or added to, an answer."""
    sts.note(chain, context, response)
    deleting.add(chain, context, response)
