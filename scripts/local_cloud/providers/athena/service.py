"""What the handlers share: the table of operations, the records, one call at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute
from localstack.utils.tagging import TaggingService

from scripts.local_cloud.providers import paging
from scripts.local_cloud.providers.framework import (
    Fidelity,
    Operations,
    Request,
    Response,
    error,
    one_at_a_time,
)

#: The engine that answers, by AWS's name.
ENGINE = "Athena engine version 3"
#: The work group, and the data catalog, that every account has.
PRIMARY, OWN_CATALOG = "primary", "AwsDataCatalog"


class AthenaStore(BaseStore):
    """One account's records in one region, in the API's shape; work groups and catalogs by name.

    ``prepared`` holds the prepared statements by name, of each work group.
    """

    work_groups: dict[str, dict[str, Any]] = LocalAttribute(default=dict)
    named_queries: dict[str, dict[str, Any]] = LocalAttribute(default=dict)
    catalogs: dict[str, dict[str, Any]] = LocalAttribute(default=dict)
    prepared: dict[str, dict[str, dict[str, Any]]] = LocalAttribute(default=dict)
    tags: TaggingService = LocalAttribute(default=TaggingService)


operations = Operations("athena")
_stores: AccountRegionBundle = AccountRegionBundle("athena", AthenaStore)
_lock = threading.RLock()
#: Decorator: the function answers the operation, one call at a time.
answers = one_at_a_time(operations, _lock, Fidelity.SIMULATED)


def store_of(context: RequestContext) -> AthenaStore:
    """The caller's account and region."""
    store: AthenaStore = _stores[context.account_id][context.region]
    return store


def invalid(message: str) -> CommonServiceException:
    """AWS's error for a request that cannot be carried out."""
    return error("InvalidRequestException", message)


def arn(context: RequestContext, kind: str, name: str) -> str:
    """The ARN of a ``workgroup`` or ``datacatalog``."""
    return f"arn:aws:athena:{context.region}:{context.account_id}:{kind}/{name}"


def page(
    items: list[Any], key: Callable[[Any], str], request: Request, default: int
) -> tuple[list[Any], Response]:
    """The page that the request asks for, and the answer's ``NextToken`` when there is another."""
    try:
        here, token = paging.page(items, key, request.get("NextToken"), request.get("MaxResults") or default)
    except paging.TokenError:
        raise invalid("Invalid NextToken") from None
    return here, {"NextToken": token} if token else {}
