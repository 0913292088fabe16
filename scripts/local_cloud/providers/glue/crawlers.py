"""Crawlers, as definitions; ``crawls`` runs them when they are started, nothing does on a schedule."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.glue import roles
from scripts.local_cloud.providers.glue.service import (
    answers,
    check_new,
    forget_tags,
    found,
    invalid,
    page,
    set_tags,
    store_of,
    tagged,
)

_DEFAULTS: dict[str, Any] = {
    "Classifiers": [],
    "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
    "LineageConfiguration": {"CrawlerLineageSettings": "DISABLE"},
    "LakeFormationConfiguration": {"UseLakeFormationCredentials": False, "AccountId": ""},
}


def _described(before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """``before`` with what the request sets; a schedule is kept, and said not to be followed."""
    fields = {key: value for key, value in given.items() if key not in {"Tags", "Schedule"}}
    if fields.get("Role", "").startswith("arn:"):
        # AWS keeps the role's name with its path, not its ARN.
        fields["Role"] = fields["Role"].partition(":role/")[2]
    for key in ("SchemaChangePolicy", "LakeFormationConfiguration"):
        if key in fields:
            fields[key] = {**_DEFAULTS[key], **fields[key]}
    crawler = {**before, **fields, "LastUpdated": datetime.now(UTC), "Version": before.get("Version", 0) + 1}
    if "Schedule" in given:
        crawler.pop("Schedule", None)
        if given["Schedule"]:
            crawler["Schedule"] = {"ScheduleExpression": given["Schedule"], "State": "NOT_SCHEDULED"}
    return crawler


def _checked(context: RequestContext, crawler: dict[str, Any]) -> dict[str, Any]:
    """The crawler, where Glue would take it so."""
    if roles.refusal(context.account_id, crawler["Role"]):
        raise invalid("Service is unable to assume provided role. Please verify role's TrustPolicy.")
    targets = {kind for kind, each in crawler["Targets"].items() if each}
    policy = crawler["SchemaChangePolicy"]
    if "CatalogTargets" in targets and policy["DeleteBehavior"] != "LOG":
        raise invalid("The SchemaChangePolicy for Catalog target can have only LOG DeleteBehavior value.")
    if crawler["RecrawlPolicy"]["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY":
        if targets != {"S3Targets"}:
            raise invalid('RecrawlBehavior "Crawl new folders only" can only apply to Amazon S3 target.')
        if (policy["UpdateBehavior"], policy["DeleteBehavior"]) != ("LOG", "LOG"):
            raise invalid(
                'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG '
                "DeleteBehavior value and LOG UpdateBehavior value."
            )
    try:
        json.loads(crawler.get("Configuration") or "{}")
    except ValueError as wrong:
        raise invalid(f"Crawler Configuration is not a valid JSON: {wrong}") from None
    return crawler


@answers("CreateCrawler")
def _create(context: RequestContext, request: Request) -> Response:
    crawlers, name = store_of(context).crawlers, request["Name"]
    check_new(crawlers, "Crawler", name)
    new = {**_DEFAULTS, "State": "READY", "CrawlElapsedTime": 0, "CreationTime": datetime.now(UTC)}
    crawlers[name] = _checked(context, _described(new, request))
    set_tags(context, "crawler", name, request.get("Tags"))
    return {}


def _at_rest(context: RequestContext, name: str) -> dict[str, Any]:
    crawler = found(store_of(context).crawlers, "Crawler", name)
    if crawler["State"] != "READY":
        raise error("CrawlerRunningException", f"Crawler {name} is running")
    return crawler


@answers("UpdateCrawler")
def _update(context: RequestContext, request: Request) -> Response:
    crawlers, name = store_of(context).crawlers, request["Name"]
    crawlers[name] = _checked(context, _described(_at_rest(context, name), request))
    return {}


@answers("UpdateCrawlerSchedule")
def _update_schedule(context: RequestContext, request: Request) -> Response:
    before = found(store_of(context).crawlers, "Crawler", request["CrawlerName"])
    after = _described(before, {"Schedule": request.get("Schedule")})
    # The same record: a crawl that is under way notes its end there.
    before.clear()
    before.update(after)
    return {}


@answers("GetCrawler")
def _get(context: RequestContext, request: Request) -> Response:
    return {"Crawler": found(store_of(context).crawlers, "Crawler", request["Name"])}


@answers("GetCrawlers")
def _get_all(context: RequestContext, request: Request) -> Response:
    here, more = page(list(store_of(context).crawlers.values()), lambda each: str(each["Name"]), request)
    return {"Crawlers": here, **more}


@answers("BatchGetCrawlers")
def _batch_get(context: RequestContext, request: Request) -> Response:
    crawlers, names = store_of(context).crawlers, request["CrawlerNames"]
    return {
        "Crawlers": [crawlers[name] for name in names if name in crawlers],
        "CrawlersNotFound": [name for name in names if name not in crawlers],
    }


@answers("ListCrawlers")
def _list(context: RequestContext, request: Request) -> Response:
    names = tagged(context, "crawler", store_of(context).crawlers, request.get("Tags"))
    here, more = page(names, str, request)
    return {"CrawlerNames": here, **more}


@answers("DeleteCrawler")
def _delete(context: RequestContext, request: Request) -> Response:
    name = request["Name"]
    _at_rest(context, name)
    del store_of(context).crawlers[name]
    store_of(context).crawls.pop(name, None)
    forget_tags(context, "crawler", name)
    return {}
