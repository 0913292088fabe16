"""Log streams: Moto keeps them rightly, once it is told which group is meant."""

from __future__ import annotations

from localstack.aws.api import RequestContext
from localstack.services.moto import call_moto, call_moto_with_request

from scripts.local_cloud.providers.framework import Operations, Request, Response
from scripts.local_cloud.providers.logs.requests import PAGE, existing_group, page_size
from scripts.local_cloud.providers.moto_backend import logs as backend


def register(operations: Operations) -> None:
    """Add the operations on log streams."""
    operations.real("CreateLogStream")(_change)
    operations.real("DeleteLogStream")(_change)
    operations.real("DescribeLogStreams")(_describe)


def _change(context: RequestContext, request: Request) -> None:
    existing_group(context, request)
    with backend.LOCK:
        call_moto(context)


def _describe(context: RequestContext, request: Request) -> Response:
    wanted = {name: value for name, value in request.items() if name != "logGroupIdentifier"}
    wanted["logGroupName"] = existing_group(context, request)
    page_size(request, PAGE)
    with backend.LOCK:
        return call_moto_with_request(context, wanted)
