"""Registered consumers of a stream."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.kinesis.model import Consumer, Stream
from scripts.local_cloud.providers.kinesis.service import answers, store_of, stream_of

MOST_CONSUMERS = 20


def _shown(consumer: Consumer) -> dict[str, Any]:
    return {
        "ConsumerName": consumer.name,
        "ConsumerARN": consumer.arn,
        "ConsumerStatus": "ACTIVE",
        "ConsumerCreationTimestamp": consumer.created,
    }


def _find(context: RequestContext, request: Request) -> tuple[Stream, Consumer]:
    """By ARN, or by name and the stream's ARN."""
    wanted = request.get("ConsumerARN")
    streams = list(store_of(context).streams.values()) if wanted else [stream_of(context, request)]
    for stream in streams:
        for consumer in stream.consumers.values():
            if consumer.arn == wanted or (not wanted and consumer.name == request.get("ConsumerName")):
                return stream, consumer
    raise error(
        "ResourceNotFoundException",
        f"Consumer {wanted or request.get('ConsumerName')}, account {context.account_id} not found.",
    )


@answers("RegisterStreamConsumer")
def _register(context: RequestContext, request: Request) -> Response:
    stream, name = stream_of(context, request), request["ConsumerName"]
    if name in stream.consumers:
        raise error("ResourceInUseException", f"Consumer {name} of {stream.arn} already exists.")
    if len(stream.consumers) >= MOST_CONSUMERS:
        raise error("LimitExceededException", f"A stream may have {MOST_CONSUMERS} consumers.")
    now = datetime.now(UTC)
    consumer = Consumer(name, f"{stream.arn}/consumer/{name}:{int(now.timestamp())}", now)
    stream.consumers[name] = consumer
    store_of(context).tags.tag_resource(
        consumer.arn, [{"Key": key, "Value": value} for key, value in (request.get("Tags") or {}).items()]
    )
    return {"Consumer": _shown(consumer)}


@answers("DescribeStreamConsumer")
def _describe(context: RequestContext, request: Request) -> Response:
    stream, consumer = _find(context, request)
    return {"ConsumerDescription": {**_shown(consumer), "StreamARN": stream.arn}}


@answers("ListStreamConsumers")
def _list(context: RequestContext, request: Request) -> Response:
    return {"Consumers": [_shown(each) for each in stream_of(context, request).consumers.values()]}


@answers("DeregisterStreamConsumer")
def _deregister(context: RequestContext, request: Request) -> Response:
    stream, consumer = _find(context, request)
    del stream.consumers[consumer.name]
    store_of(context).tags.del_resource(consumer.arn)
    return {}
