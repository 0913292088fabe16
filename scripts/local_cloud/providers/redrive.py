"""Refuses the redrive policy of a queue whose dead-letter queue is not there.

SQS is LocalStack's own, and takes any text for a target: the mistake shows only when a message has failed
often enough, in an error of whoever receives next. AWS tells it at once.
"""

from __future__ import annotations

import json
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response
from localstack.utils.aws.arns import parse_arn

_SETTING = frozenset({"CreateQueue", "SetQueueAttributes"})


def check(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Request handler: raises AWS's error for a redrive policy that leads nowhere."""
    operation = context.operation
    if operation is None or context.service is None or context.service.service_name != "sqs":
        return
    request: Any = context.service_request or {}
    policy = (request.get("Attributes") or {}).get("RedrivePolicy")
    if operation.name in _SETTING and policy:
        _check(policy)


def _check(policy: str) -> None:
    # At the first queue that has one, to start quickly.
    from localstack.services.sqs.exceptions import InvalidParameterValueException  # noqa: PLC0415
    from localstack.services.sqs.models import sqs_stores  # noqa: PLC0415

    def refused(reason: str) -> InvalidParameterValueException:
        return InvalidParameterValueException(
            f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {reason}"
        )

    try:
        target = json.loads(policy).get("deadLetterTargetArn")
    except (ValueError, AttributeError):
        raise refused("Redrive policy is not a valid JSON map.") from None
    if target is None:
        raise refused("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
    try:
        arn = parse_arn(target)
    except (ValueError, TypeError, AttributeError):
        raise refused("Invalid value for deadLetterTargetArn.") from None
    if arn["resource"] not in sqs_stores[arn["account"]][arn["region"]].queues:
        raise refused("Dead letter target does not exist.")
