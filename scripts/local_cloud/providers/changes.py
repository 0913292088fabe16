"""Announces every call that changed ec2, rds or elbv2, so that whoever keeps something in step need not poll.

A response handler at LocalStack's gateway calls the subscribers after a call succeeded and before its answer
leaves, so whoever reads the answer sees the world already in step.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

LOG = logging.getLogger(__name__)

WATCHED = frozenset({"ec2", "rds", "elbv2"})
_READING = ("Describe", "List", "Get", "Search", "Download")


@dataclass(frozen=True)
class Change:
    """One call that succeeded and may have changed something.

    Attributes
    ----------
    service, operation
        AWS's names, such as ``rds`` and ``ModifyDBParameterGroup``.
    account_id, region
        Where.
    request, response
        The parsed request and answer, in botocore's shapes.
    """

    service: str
    operation: str
    account_id: str
    region: str
    request: dict[str, Any]
    response: dict[str, Any]


Subscriber = Callable[[Change], None]
_subscribers: list[Subscriber] = []


def subscribe(subscriber: Subscriber) -> None:
    """Call ``subscriber`` after each change; an error that it raises is logged and reaches no client."""
    _subscribers.append(subscriber)


def announce(_chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """LocalStack response handler."""
    operation = context.operation
    if operation is None or context.service is None or context.service.service_name not in WATCHED:
        return
    if response.status_code >= 400 or operation.name.startswith(_READING):
        return
    change = Change(
        service=context.service.service_name,
        operation=operation.name,
        account_id=context.account_id,
        region=context.region,
        request=dict(context.service_request or {}),
        response=dict(context.service_response or {}),
    )
    for subscriber in _subscribers:
        try:
            subscriber(change)
        except Exception:
            # The client's call has succeeded; a follower's fault must not undo that.
            LOG.exception("%s failed to follow %s %s", subscriber, change.service, change.operation)
