"""Tags of streams and consumers."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.kinesis.service import answers, invalid, store_of, stream_named, stream_of

MOST_TAGS = 50


def _tags(context: RequestContext, arn: str) -> dict[str, str]:
    return dict(store_of(context).tags.tags.get(arn, {}))


def _add(context: RequestContext, arn: str, tags: dict[str, str]) -> None:
    if len(_tags(context, arn) | tags) > MOST_TAGS:
        raise invalid(f"A resource may have {MOST_TAGS} tags")
    store_of(context).tags.tag_resource(arn, [{"Key": key, "Value": value} for key, value in tags.items()])


def _checked(context: RequestContext, arn: str) -> str:
    """The ARN of a stream or consumer that is there."""
    stream = stream_named(context, arn.partition(":stream/")[2].partition("/")[0])
    if arn != stream.arn and arn not in {each.arn for each in stream.consumers.values()}:
        raise error("ResourceNotFoundException", f"{arn} not found.")
    return arn


@answers("AddTagsToStream")
def _add_to_stream(context: RequestContext, request: Request) -> Response:
    _add(context, stream_of(context, request).arn, request["Tags"])
    return {}


@answers("RemoveTagsFromStream")
def _remove_from_stream(context: RequestContext, request: Request) -> Response:
    store_of(context).tags.untag_resource(stream_of(context, request).arn, request["TagKeys"])
    return {}


@answers("ListTagsForStream")
def _list_of_stream(context: RequestContext, request: Request) -> Response:
    tags = _tags(context, stream_of(context, request).arn)
    keys = sorted(key for key in tags if key > (request.get("ExclusiveStartTagKey") or ""))
    page = keys[: request.get("Limit") or MOST_TAGS]
    return {
        "Tags": [{"Key": key, "Value": tags[key]} for key in page],
        "HasMoreTags": len(page) < len(keys),
    }


@answers("TagResource")
def _tag(context: RequestContext, request: Request) -> Response:
    _add(context, _checked(context, request["ResourceARN"]), request["Tags"])
    return {}


@answers("UntagResource")
def _untag(context: RequestContext, request: Request) -> Response:
    store_of(context).tags.untag_resource(_checked(context, request["ResourceARN"]), request["TagKeys"])
    return {}


@answers("ListTagsForResource")
def _list(context: RequestContext, request: Request) -> Response:
    tags = _tags(context, _checked(context, request["ResourceARN"]))
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
