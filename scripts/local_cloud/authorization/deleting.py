"""Deleting many objects at once, which S3 allows or refuses one by one, and tells what was not deleted."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.protocol.serializer import create_serializer
from localstack.http import Response

from scripts.local_cloud.authorization import refusals
from scripts.local_cloud.authorization.judging import Judge
from scripts.local_cloud.authorization.rules import s3


def sift(context: RequestContext, judge: Judge) -> Response | None:
    """Take what may not be deleted out of the request; an answer where nothing is left."""
    request: dict[str, Any] = context.service_request
    delete = dict(request.get("Delete") or {})
    kept, errors = [], []
    for each in delete.get("Objects") or ():
        asked = s3.deleted(request["Bucket"], each, {})
        decided, decision = judge.decide(asked)
        if decision.allowed:
            kept.append(each)
            continue
        refused = refusals.denied(context.service, decided, decision)
        error = {"Key": each["Key"], "Code": refused.code, "Message": refused.message}
        errors.append(error | ({"VersionId": each["VersionId"]} if each.get("VersionId") else {}))
    if not errors:
        return None
    if not kept:
        return _answer(context, {"Errors": errors})
    context.service_request = request | {"Delete": delete | {"Objects": kept}}
    context.lab_not_deleted = errors
    return None


def add(_chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """LocalStack's response handler: tell what was not deleted."""
    errors = context.get("lab_not_deleted")
    if not errors or response.status_code >= 300:
        return
    answered = dict(context.service_response or {})
    response.update_from(_answer(context, answered | {"Errors": [*(answered.get("Errors") or ()), *errors]}))


def _answer(context: RequestContext, content: dict[str, Any]) -> Response:
    serializer = create_serializer(context.service, context.protocol)
    answered: Response = serializer.serialize_to_response(
        content, context.operation, context.request.headers, context.request_id
    )
    return answered
