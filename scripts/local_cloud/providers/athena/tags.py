"""Tags of work groups and data catalogs."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.athena import catalogs, work_groups
from scripts.local_cloud.providers.athena.service import answers, arn, page, store_of
from scripts.local_cloud.providers.framework import Request, Response, error


def _checked(context: RequestContext, request: Request) -> str:
    """The ARN of something that is there."""
    wanted: str = request["ResourceARN"]
    there = [arn(context, "workgroup", name) for name in work_groups.all_of(context)]
    there += [arn(context, "datacatalog", name) for name in catalogs.all_of(context)]
    if wanted not in there:
        raise error("ResourceNotFoundException", f"Athena resource {wanted} does not exist")
    return wanted


@answers("TagResource")
def _tag(context: RequestContext, request: Request) -> Response:
    store_of(context).tags.tag_resource(_checked(context, request), request["Tags"])
    return {}


@answers("UntagResource")
def _untag(context: RequestContext, request: Request) -> Response:
    store_of(context).tags.untag_resource(_checked(context, request), request["TagKeys"])
    return {}


@answers("ListTagsForResource")
def _list(context: RequestContext, request: Request) -> Response:
    tags = store_of(context).tags.list_tags_for_resource(_checked(context, request))["Tags"]
    found, more = page(tags, lambda each: str(each["Key"]), request, 75)
    return {"Tags": found, **more}
