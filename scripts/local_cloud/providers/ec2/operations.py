"""The table of EC2's operations, one at a time, in front of LocalStack's own provider and Moto."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.ec2.provider import Ec2Provider
from localstack.services.moto import MotoFallbackDispatcher, call_moto_with_request

from scripts.local_cloud.providers.framework import Fidelity, Handler, Operations, Request, Response, error
from scripts.local_cloud.providers.moto_backend.core import LOCK
from scripts.local_cloud.providers.moto_backend.vpcs import complete_default


class _OneAtATime(Operations):
    """Moto's dictionaries are not made for the thirty requests that Terraform sends at once."""

    def register(self, operation: str, handler: Handler, fidelity: Fidelity) -> None:
        def guarded(context: RequestContext, request: Request) -> Response | None:
            _check_complete(context, request)
            with LOCK:
                complete_default(context.account_id, context.region)
                return handler(context, request)

        super().register(operation, guarded, fidelity)


def _check_complete(context: RequestContext, request: Request) -> None:
    missing = [name for name in context.operation.input_shape.required_members if request.get(name) is None]
    if missing:
        raise error("MissingParameter", f"The request must contain the parameter {', '.join(missing)}")


PROVIDER = Ec2Provider()
operations = _OneAtATime("ec2", MotoFallbackDispatcher(PROVIDER))


def pass_on(context: RequestContext, request: Request) -> Response:
    """What LocalStack, or else Moto, answers to the request as it came."""
    return operations.fallback(context.operation.name)(context, request) or {}


def ask_moto(context: RequestContext, request: Mapping[str, Any]) -> Response:
    """What Moto answers to the same operation with another request."""
    answer: Response | None = call_moto_with_request(context, dict(request))
    return answer or {}


def tags_for(request: Mapping[str, Any], resource_type: str) -> dict[str, str]:
    """The tags that a request asks for one type of resource."""
    return {
        tag["Key"]: tag.get("Value", "")
        for specification in request.get("TagSpecifications") or ()
        if specification.get("ResourceType") == resource_type
        for tag in specification.get("Tags") or ()
    }
