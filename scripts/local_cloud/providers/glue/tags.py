"""Tags of everything in Glue that has any."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.glue.service import answers, arn, found, invalid, store_of

MOST_TAGS = 50


def _checked(context: RequestContext, request: Request) -> str:
    """The ARN of something of this account; the definitions among them must be there."""
    wanted: str = request["ResourceArn"]
    kind, _, name = wanted.rpartition(":")[2].partition("/")
    if not name or wanted != arn(context, kind, name):
        raise invalid(f"Invalid resource ARN: {wanted}")
    store = store_of(context)
    records = {
        "connection": store.connections,
        "job": store.jobs,
        "crawler": store.crawlers,
        "trigger": store.triggers,
    }.get(kind)
    if records is not None:
        found(records, kind.capitalize(), name)
    return wanted


@answers("TagResource")
def _tag(context: RequestContext, request: Request) -> Response:
    wanted, tags = _checked(context, request), store_of(context).tags
    if len({*tags.tags.get(wanted, {}), *request["TagsToAdd"]}) > MOST_TAGS:
        raise invalid(f"A resource may have {MOST_TAGS} tags")
    tags.tag_resource(wanted, [{"Key": key, "Value": value} for key, value in request["TagsToAdd"].items()])
    return {}


@answers("UntagResource")
def _untag(context: RequestContext, request: Request) -> Response:
    store_of(context).tags.untag_resource(_checked(context, request), request["TagsToRemove"])
    return {}


@answers("GetTags")
def _get(context: RequestContext, request: Request) -> Response:
    return {"Tags": dict(store_of(context).tags.tags.get(_checked(context, request), {}))}
