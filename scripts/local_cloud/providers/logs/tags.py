"""Tags of log groups, by the present operations and the two older sets of names."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.logs.requests import existing_group
from scripts.local_cloud.providers.moto_backend import logs as backend


def register(operations: Operations) -> None:
    """Add the operations on tags."""
    operations.real("ListTagsForResource")(_list)
    operations.real("ListTagsLogGroup")(_list)
    operations.real("TagResource")(_tag)
    operations.real("TagLogGroup")(_tag)
    operations.real("UntagResource")(_untag)
    operations.real("UntagLogGroup")(_untag)


def _list(context: RequestContext, request: Request) -> Response:
    return {"tags": backend.tags(context.account_id, context.region, _arn(context, request))}


def _tag(context: RequestContext, request: Request) -> None:
    backend.set_tags(context.account_id, context.region, _arn(context, request), request["tags"])


def _untag(context: RequestContext, request: Request) -> None:
    keys = request.get("tagKeys") or request.get("tags") or ()
    backend.remove_tags(context.account_id, context.region, _arn(context, request), keys)


def _arn(context: RequestContext, request: Request) -> str:
    arn = request.get("resourceArn")
    if arn is not None:
        if ":log-group:" not in arn:
            raise error("ResourceNotFoundException", f"The specified resource does not exist: {arn}")
        request = {"logGroupIdentifier": arn}
    name = existing_group(context, request)
    found: str = backend.backend(context.account_id, context.region).groups[name].arn
    return found
