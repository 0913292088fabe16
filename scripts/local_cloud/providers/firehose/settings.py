"""What is kept beside a delivery stream: encryption at rest, tags."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.firehose.store import answers, store_of, stream_of
from scripts.local_cloud.providers.firehose.streams import encryption
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error

MOST_TAGS = 50


@answers("StartDeliveryStreamEncryption", Fidelity.SIMULATED)
def _start_encryption(context: RequestContext, request: Request) -> Response:
    stream = stream_of(context, request)
    if stream.source:
        raise error("InvalidArgumentException", "The encryption of its Kinesis source is set on that stream.")
    given = request.get("DeliveryStreamEncryptionConfigurationInput") or {"KeyType": "AWS_OWNED_CMK"}
    stream.description["DeliveryStreamEncryptionConfiguration"] = encryption(given)
    return {}


@answers("StopDeliveryStreamEncryption", Fidelity.SIMULATED)
def _stop_encryption(context: RequestContext, request: Request) -> Response:
    stream_of(context, request).description["DeliveryStreamEncryptionConfiguration"] = encryption(None)
    return {}


@answers("TagDeliveryStream")
def _tag(context: RequestContext, request: Request) -> Response:
    store, arn = store_of(context), stream_of(context, request).arn
    if len({*store.tags.tags.get(arn, {}), *(each["Key"] for each in request["Tags"])}) > MOST_TAGS:
        raise error("LimitExceededException", f"A delivery stream may have {MOST_TAGS} tags")
    store.tags.tag_resource(arn, [{"Value": "", **each} for each in request["Tags"]])
    return {}


@answers("UntagDeliveryStream")
def _untag(context: RequestContext, request: Request) -> Response:
    store_of(context).tags.untag_resource(stream_of(context, request).arn, request["TagKeys"])
    return {}


@answers("ListTagsForDeliveryStream")
def _list_tags(context: RequestContext, request: Request) -> Response:
    tags = store_of(context).tags.tags.get(stream_of(context, request).arn, {})
    keys = sorted(key for key in tags if key > (request.get("ExclusiveStartTagKey") or ""))
    limit = request.get("Limit") or MOST_TAGS
    return {
        "Tags": [{"Key": key, "Value": tags[key]} for key in keys[:limit]],
        "HasMoreTags": len(keys) > limit,
    }
