"""Crawlers: started, waited for, and the tables that they wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from scripts.analytics import names, waiting


@dataclass(frozen=True)
class Table:
    """A table of the catalog: its columns and partition keys as ``(name, type)``."""

    database: str
    name: str
    columns: tuple[tuple[str, str], ...]
    partition_keys: tuple[tuple[str, str], ...]
    location: str


@dataclass(frozen=True)
class Crawl:
    """One crawl that has ended.

    Attributes
    ----------
    crawler
        Its name.
    status
        SUCCEEDED, FAILED or CANCELLED.
    error
        Why it failed; empty where it did not.
    tables
        Those of its database, and of those that its targets are in, afterwards.
    """

    crawler: str
    status: str
    error: str
    tables: tuple[Table, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the catalog is as the files are."""
        return self.status == "SUCCEEDED"


def find(session: boto3.Session, text: str, prefix: str) -> str:
    """Name of the crawler that is meant, see `names.find`."""
    glue: Any = session.client("glue")
    known: list[str] = []
    page: dict[str, Any] = {}
    while not page or page.get("NextToken"):
        page = glue.list_crawlers(**({"NextToken": page["NextToken"]} if page else {}))
        known += page["CrawlerNames"]
    return names.find(text, known, prefix, "crawler")


def crawl(session: boto3.Session, crawler: str, say: Callable[[str], None]) -> Crawl:
    """Start a crawler, or join it where it runs, and wait until it has ended."""
    glue = session.client("glue")
    try:
        glue.start_crawler(Name=crawler)
    except glue.exceptions.CrawlerRunningException:
        say(f"{crawler} runs already: waiting for it")
    found: Any = waiting.until(
        lambda: glue.get_crawler(Name=crawler)["Crawler"],
        lambda seen: bool(seen["State"] == "READY"),
        lambda seen: f"{crawler}: {seen['State'].lower()}",
        say,
        (crawler, f"Wait for it: lab crawl {crawler}\nStop it: awslocal glue stop-crawler --name {crawler}"),
    )
    last = found.get("LastCrawl") or {}
    targets = found["Targets"].get("CatalogTargets") or ()
    databases = dict.fromkeys([found.get("DatabaseName"), *(each["DatabaseName"] for each in targets)])
    there = [each for database in filter(None, databases) for each in tables(session, database)]
    return Crawl(crawler, last.get("Status", "FAILED"), last.get("ErrorMessage") or "", tuple(there))


def tables(session: boto3.Session, database: str) -> tuple[Table, ...]:
    """The tables of a database of the catalog."""
    pages: Any = session.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
    return tuple(_table(database, each) for page in pages for each in page["TableList"])


def _table(database: str, found: dict[str, Any]) -> Table:
    storage = found.get("StorageDescriptor") or {}
    return Table(
        database=database,
        name=found["Name"],
        columns=_columns(storage.get("Columns")),
        partition_keys=_columns(found.get("PartitionKeys")),
        location=storage.get("Location") or "",
    )


def _columns(found: Any) -> tuple[tuple[str, str], ...]:
    return tuple((each["Name"], each.get("Type") or "") for each in found or ())
