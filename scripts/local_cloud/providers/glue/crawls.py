"""Crawls: each really lists the target, reads its files, and writes to the catalog, in the crawler's role."""

from __future__ import annotations

import logging
import statistics
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.runtime.shutdown import SHUTDOWN_HANDLERS

from scripts import config
from scripts.local_cloud.glue.crawling import GROUP, Crawling
from scripts.local_cloud.glue.work import Outcome, Place, State
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error
from scripts.local_cloud.providers.glue import roles
from scripts.local_cloud.providers.glue.service import (
    Record,
    answers,
    found,
    invalid,
    lock,
    page,
    store_of,
)

LOG = logging.getLogger(__name__)

_TARGETS = {"S3Targets", "CatalogTargets"}
_STATUS = {State.SUCCEEDED: "SUCCEEDED", State.STOPPED: "CANCELLED"}

#: The crawls under way, by the name of the crawler's account, region and name.
_under_way: dict[tuple[str, str, str], Crawling] = {}


def active() -> list[str]:
    """The crawls under way, as a user would name them."""
    return [f"Glue crawler {name}" for _, _, name in list(_under_way)]


def _end_all() -> None:
    for crawl in list(_under_way.values()):
        crawl.kill()


SHUTDOWN_HANDLERS.register(_end_all)


def _refuse(what: str) -> Exception:
    return error("UnsupportedOperation", f"The local cloud's crawlers cannot {what}; on AWS they would.")


def _check(crawler: Record) -> None:
    targets = {kind for kind, each in crawler["Targets"].items() if each}
    if other := targets - _TARGETS:
        raise _refuse(f"crawl {', '.join(sorted(other))}")
    if crawler["Targets"].get("S3Targets") and not crawler.get("DatabaseName"):
        raise invalid(f"Crawler {crawler['Name']} needs a DatabaseName: what it finds in S3 is written there")
    if crawler.get("Classifiers"):
        raise _refuse("use classifiers of your own")
    if crawler["RecrawlPolicy"]["RecrawlBehavior"] == "CRAWL_EVENT_MODE":
        raise _refuse("follow events of S3")
    if (crawler.get("LakeFormationConfiguration") or {}).get("UseLakeFormationCredentials"):
        raise _refuse("use credentials of Lake Formation")


@answers("StartCrawler", Fidelity.REAL)
def _start(context: RequestContext, request: Request) -> Response:
    store, name = store_of(context), request["Name"]
    if (crawler := store.crawlers.get(name)) is None:
        raise error("EntityNotFoundException", f"Crawler with name {name} does not exist")
    if crawler["State"] != "READY":
        raise error("CrawlerRunningException", f"Crawler with name {name} has already started")
    _check(crawler)
    crawl_id, now = str(uuid.uuid4()), datetime.now(UTC)
    crawler.update(State="RUNNING", CrawlElapsedTime=0)
    history: Record = {
        "CrawlId": crawl_id,
        "State": "RUNNING",
        "StartTime": now,
        "LogGroup": GROUP,
        "LogStream": name,
        "MessagePrefix": crawl_id,
        "DPUHour": 0.0,
    }
    store.crawls.setdefault(name, []).insert(0, history)
    settings = config.load()
    place = Place(
        settings,
        settings.local_dir / "glue" / f"crawl-{crawl_id}",
        roles.role_arn(context.account_id, crawler["Role"]),
        "AWSGlueCrawlerSession",
        context.account_id,
        context.region,
    )
    crawl = Crawling(place, dict(crawler), crawl_id)
    key = (context.account_id, context.region, name)
    _under_way[key] = crawl

    def work() -> None:
        outcome = Outcome(State.FAILED, "An error occurred in the local cloud; see its log.")
        try:
            refusal = roles.refusal(place.account_id, crawler["Role"])
            outcome = (
                Outcome(State.FAILED, refusal)
                if refusal
                else crawl.work(lambda: None, done=crawl.take_changes)
            )
        except Exception:
            LOG.exception("Glue crawler %s", name)
        with lock:
            del _under_way[key]
            _end(crawler, history, outcome, crawl.changes)

    threading.Thread(target=work, name=f"crawler {name}", daemon=True).start()
    return {}


def _end(crawler: Record, history: Record, outcome: Outcome, changes: dict[str, int]) -> None:
    now = datetime.now(UTC)
    status = _STATUS.get(outcome.state, "FAILED")
    last: dict[str, Any] = {
        "Status": status,
        "LogGroup": GROUP,
        "LogStream": crawler["Name"],
        "MessagePrefix": history["CrawlId"],
        "StartTime": history["StartTime"],
    }
    if outcome.message:
        last["ErrorMessage"] = history["ErrorMessage"] = outcome.message
    history.update(State={"SUCCEEDED": "COMPLETED", "CANCELLED": "STOPPED"}.get(status, status), EndTime=now)
    history["changes"] = changes
    crawler.update(State="READY", CrawlElapsedTime=0, LastCrawl=last)


@answers("StopCrawler", Fidelity.REAL)
def _stop(context: RequestContext, request: Request) -> Response:
    name = request["Name"]
    crawler = found(store_of(context).crawlers, "Crawler", name)
    if crawler["State"] == "READY":
        raise error("CrawlerNotRunningException", f"Crawler with name {name} is not running")
    if crawler["State"] == "STOPPING":
        raise error("CrawlerStoppingException", f"Crawler with name {name} is stopping")
    crawler["State"] = "STOPPING"
    _under_way[context.account_id, context.region, name].stop()
    return {}


@answers("GetCrawlerMetrics", Fidelity.REAL)
def _metrics(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    wanted = request.get("CrawlerNameList") or list(store.crawlers)
    here, more = page([name for name in wanted if name in store.crawlers], str, request)
    return {"CrawlerMetricsList": [_metric(name, store.crawls.get(name, [])) for name in here], **more}


def _metric(name: str, crawls: list[Record]) -> Record:
    ended = [each for each in crawls if "EndTime" in each]
    seconds = [(each["EndTime"] - each["StartTime"]).total_seconds() for each in ended]
    changes = ended[0]["changes"] if ended else {}
    return {
        "CrawlerName": name,
        "TimeLeftSeconds": 0.0,
        "StillEstimating": len(ended) < len(crawls) and not ended,
        "LastRuntimeSeconds": seconds[0] if seconds else 0.0,
        "MedianRuntimeSeconds": statistics.median(seconds) if seconds else 0.0,
        "TablesCreated": changes.get("created", 0),
        "TablesUpdated": changes.get("updated", 0),
        "TablesDeleted": changes.get("deleted", 0),
    }


@answers("ListCrawls", Fidelity.REAL)
def _list(context: RequestContext, request: Request) -> Response:
    if request.get("Filters"):
        raise _refuse("filter their history")
    name = request["CrawlerName"]
    found(store_of(context).crawlers, "Crawler", name)
    crawls = store_of(context).crawls.get(name, [])
    here, more = page(crawls, lambda each: str(each["CrawlId"]), request, 20)
    return {"Crawls": [{key: each[key] for key in each if key != "changes"} for each in here], **more}
