"""What the handlers share: the table of operations, the records, pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute
from localstack.utils.tagging import TaggingService

from scripts.local_cloud.providers import constraints, paging
from scripts.local_cloud.providers.framework import (
    Fidelity,
    Operations,
    Request,
    Response,
    error,
    one_at_a_time,
)

Record = dict[str, Any]


class GlueStore(BaseStore):
    """One account's definitions in one region, in the API's shape, by name; and all tags by ARN.

    ``job_runs`` holds those of each job, ``crawls`` those of each crawler, the newest first.
    """

    connections: dict[str, Record] = LocalAttribute(default=dict)
    jobs: dict[str, Record] = LocalAttribute(default=dict)
    job_runs: dict[str, list[Record]] = LocalAttribute(default=dict)
    crawlers: dict[str, Record] = LocalAttribute(default=dict)
    crawls: dict[str, list[Record]] = LocalAttribute(default=dict)
    triggers: dict[str, Record] = LocalAttribute(default=dict)
    tags: TaggingService = LocalAttribute(default=TaggingService)


operations = Operations("glue", check=constraints.check)
_stores: AccountRegionBundle = AccountRegionBundle("glue", GlueStore)
#: Held by each handler, and by whatever else changes records.
lock = threading.RLock()
#: Decorator: the function answers the operation, one call at a time.
answers = one_at_a_time(operations, lock, Fidelity.SIMULATED)


def store_of(context: RequestContext) -> GlueStore:
    """The caller's account and region."""
    store: GlueStore = _stores[context.account_id][context.region]
    return store


def all_stores() -> list[GlueStore]:
    """The stores of every account and region that has been used."""
    return [store for _, _, store in _stores.iter_stores()]


def invalid(message: str) -> CommonServiceException:
    """AWS's error for input that cannot be."""
    return error("InvalidInputException", message)


def arn(context: RequestContext, kind: str, name: str) -> str:
    """The ARN of a ``database``, ``connection``, ``job``, ``crawler`` or ``trigger``."""
    return f"arn:aws:glue:{context.region}:{context.account_id}:{kind}/{name}"


def found(records: dict[str, Record], kind: str, name: str) -> Record:
    """The record, or AWS's error."""
    if name not in records:
        raise error("EntityNotFoundException", f"{kind} {name} not found.")
    return records[name]


def check_new(records: dict[str, Record], kind: str, name: str) -> None:
    """There is none of that name yet."""
    if name in records:
        raise error("AlreadyExistsException", f"{kind} {name} already exists.")


def set_tags(context: RequestContext, kind: str, name: str, tags: dict[str, str] | None) -> None:
    """The tags of something new."""
    pairs = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    store_of(context).tags.tag_resource(arn(context, kind, name), pairs)


def forget_tags(context: RequestContext, kind: str, name: str) -> None:
    """The tags of something gone."""
    store_of(context).tags.del_resource(arn(context, kind, name))


def tagged(
    context: RequestContext, kind: str, names: Iterable[str], wanted: dict[str, str] | None
) -> list[str]:
    """Those of the names that carry all the wanted tags."""
    tags = store_of(context).tags.tags
    return [
        name for name in names if (wanted or {}).items() <= tags.get(arn(context, kind, name), {}).items()
    ]


def page(
    items: list[Any], key: Callable[[Any], str], request: Request, default: int = 100
) -> tuple[list[Any], Response]:
    """The page that the request asks for, and the answer's ``NextToken`` when there is another."""
    try:
        here, token = paging.page(items, key, request.get("NextToken"), request.get("MaxResults") or default)
    except paging.TokenError:
        raise invalid("Invalid NextToken") from None
    return here, {"NextToken": token} if token else {}
